// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>

namespace modscape::study {

/// The attribute of a column of regime codes that names them: "0 rest, 1 transient, ...".
std::map<std::string, std::string> regime_meanings();

}  // namespace modscape::study
