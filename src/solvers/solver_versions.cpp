// SPDX-License-Identifier: Apache-2.0
#include "solvers/solver_versions.hpp"

#include <sundials/sundials_version.h>

#include <array>

#include "solvers/petsc.hpp"

namespace modscape::solvers {

std::map<std::string, std::string> solver_versions() {
  std::array<char, 64> text{};
  const bool known = SUNDIALSGetVersion(text.data(), static_cast<int>(text.size())) == 0;
  return {{"SUNDIALS", known ? text.data() : "unknown"}, {"PETSc", petsc::version()}};
}

}  // namespace modscape::solvers
