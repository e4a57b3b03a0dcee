// SPDX-License-Identifier: Apache-2.0
// What made a result: program version and commit, compiler, host, Slurm ids, time. Library versions that need their
// headers are added by the modules that may include them.
#pragma once
#include <map>
#include <string>

namespace modscape {

struct BuildInfo {
  std::string version, commit, compiler, build_type;
};
BuildInfo build_info();

/// Host name and the SLURM_* variables that identify a run (job, array, restart count); absent ones are left out.
std::map<std::string, std::string> run_environment();

/// Now, ISO 8601 UTC with seconds ("2026-11-21T11:22:47Z").
std::string utc_now();

/// Version of the results format; a file with another one is refused.
inline constexpr int format_version = 1;

}  // namespace modscape
