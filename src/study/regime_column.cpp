// SPDX-License-Identifier: Apache-2.0
#include "study/regime_column.hpp"

#include <fmt/format.h>

#include "ephys/regime.hpp"

namespace modscape::study {

std::map<std::string, std::string> regime_meanings() {
  std::string names;
  for (int r = 0; r < ephys::regime_count; ++r)
    names += fmt::format("{}{} {}", r == 0 ? "" : ", ", r, ephys::to_string(static_cast<ephys::Regime>(r)));
  return {{"regime_names", names}};
}

}  // namespace modscape::study
