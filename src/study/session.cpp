// SPDX-License-Identifier: Apache-2.0
#include "study/session.hpp"

#include "core/build_info.hpp"
#include "io/results_file.hpp"
#include "solvers/adex_ensemble.hpp"
#include "solvers/solver_versions.hpp"

namespace modscape::study {

std::map<std::string, std::string> session_provenance(const parallel::Communicator& comm) {
  std::map<std::string, std::string> entries = run_environment();
  for (const auto& versions : {io::io_versions(), solvers::solver_versions()})
    entries.insert(versions.begin(), versions.end());
  const BuildInfo build = build_info();
  entries.insert({{"version", build.version},
                  {"commit", build.commit},
                  {"compiler", build.compiler},
                  {"ranks", std::to_string(comm.size())},
                  {"simd", solvers::simd_target()}});
  return entries;
}

}  // namespace modscape::study
