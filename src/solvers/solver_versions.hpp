// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>

namespace modscape::solvers {

/// Name and version of the solver libraries, for provenance and `modscape info`.
std::map<std::string, std::string> solver_versions();

}  // namespace modscape::solvers
