// SPDX-License-Identifier: Apache-2.0
// Other programs (sbatch, scontrol), started from ours.
#pragma once
#include <string>
#include <vector>

namespace modscape::batch {

struct CommandOutput {
  int code = 0;  ///< 127: there is no such program
  std::string out, err;
};

/// Runs `words` without a shell, in the environment this process was started with: what MPI has put into it since would
/// reach the job and make its ranks believe that they belong to us.
CommandOutput run_command(const std::vector<std::string>& words);

}  // namespace modscape::batch
