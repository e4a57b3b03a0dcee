// SPDX-License-Identifier: Apache-2.0
#include "solvers/solver_versions.hpp"

#include <sundials/sundials_version.h>

#include <array>

namespace modscape::solvers {

std::map<std::string, std::string> solver_versions() {
  std::array<char, 64> text{};
  const bool known = SUNDIALSGetVersion(text.data(), static_cast<int>(text.size())) == 0;
  return {{"SUNDIALS", known ? text.data() : "unknown"}};
}

}  // namespace modscape::solvers
