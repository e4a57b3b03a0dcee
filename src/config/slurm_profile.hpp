// SPDX-License-Identifier: Apache-2.0
// What `modscape submit` has to know of a site: slurm/profiles/<name>.toml (docs/cluster.md lists the keys).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace modscape::config {

struct SlurmProfile {
  std::string name;               ///< of the file
  std::string launcher = "srun";  ///< or "mpirun"
  std::string mpi = "pmix";       ///< srun --mpi
  std::vector<std::string> launcher_options;
  std::string account, partition, qos, constraint, memory_per_cpu;  ///< empty: not asked for
  std::vector<std::string> sbatch;                                  ///< further options, "--exclusive"
  std::vector<std::string> modules;                                 ///< module load
  std::vector<std::string> setup;                                   ///< shell lines before the program starts
  std::string time = "04:00:00", merge_time = "01:00:00";
  std::int64_t ranks = 64, cpus_per_rank = 1;
  std::int64_t cores_per_node = 0;     ///< 0: Slurm places the ranks
  std::int64_t shards = 16;            ///< array elements of a sweep
  std::int64_t throttle = 0;           ///< elements that run at a time, 0: as many as fit
  std::int64_t drain = 120;            ///< s between the stop signal and the limit
  std::int64_t max_requeues = 50;      ///< restarts of one element, then it stays stopped
  std::int64_t max_array_size = 1001;  ///< Slurm's MaxArraySize
  std::int64_t max_jobs = 0;           ///< jobs a user may have in the queue, array elements counted; 0: no limit
};

/// Reads a profile; BadInput with all problems.
SlurmProfile load_slurm_profile(const std::string& path);

/// Can `text` stand behind #SBATCH?
bool is_sbatch_option(const std::string& text);

/// Seconds of a Slurm time ("90", "01:30:00", "2-12", "1-00:30:00"), -1 if it is none.
std::int64_t slurm_seconds(const std::string& time);

}  // namespace modscape::config
