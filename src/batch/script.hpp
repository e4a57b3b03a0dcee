// SPDX-License-Identifier: Apache-2.0
// The batch scripts that `modscape submit` writes. They are complete: `sbatch SCRIPT` starts everything,
// `sbatch --array=3,7 SCRIPT` some elements, and each start is a resume.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "config/slurm_profile.hpp"

namespace modscape::batch {

struct ScriptPaths {
  std::string job, merge;
};
/// Beside the results: "a/sweep.h5" -> "a/sweep.sbatch", "a/sweep.merge.sbatch".
ScriptPaths script_paths(const std::string& output);

/// What a script runs. Paths are absolute, so that the script can be submitted from anywhere.
struct BatchJob {
  std::string program;  ///< path of modscape
  std::string kind;     ///< "sweep", "continue", "study" ...: the subcommand
  std::string job_file, output;
  std::int64_t shards = 1;  ///< 1: one job, no array and no merge
  config::SlurmProfile profile;
};

/// Everything about the job that Slurm or the site would refuse, as BadInput at once.
void require_submittable(const BatchJob& job);

std::string job_script(const BatchJob& job);
std::string merge_script(const BatchJob& job);

/// The shell line that computes these array elements and then merges.
std::string resubmission(const ScriptPaths& scripts, const std::vector<std::int64_t>& elements);

/// "0-2,7" for sorted elements 0, 1, 2, 7.
std::string element_list(const std::vector<std::int64_t>& elements);

/// One word for the shell, in quotes if it needs them.
std::string shell_word(const std::string& text);

}  // namespace modscape::batch
