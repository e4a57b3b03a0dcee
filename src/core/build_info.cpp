// SPDX-License-Identifier: Apache-2.0
#include "core/build_info.hpp"

#include <fmt/chrono.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>

#include "core/version_generated.hpp"

namespace modscape {

BuildInfo build_info() {
  return {MODSCAPE_VERSION, MODSCAPE_COMMIT, MODSCAPE_COMPILER, MODSCAPE_BUILD_TYPE};
}

std::map<std::string, std::string> run_environment() {
  std::map<std::string, std::string> environment;
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) == 0) environment["host"] = host.data();
  for (const char* name :
       {"SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_RESTART_COUNT", "SLURM_CLUSTER_NAME"})
    if (const char* value = std::getenv(name)) environment[name] = value;
  return environment;
}

std::string utc_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

}  // namespace modscape
