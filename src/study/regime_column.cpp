// SPDX-License-Identifier: Apache-2.0
#include "study/regime_column.hpp"

#include "ephys/regime.hpp"
#include "study/code_column.hpp"

namespace modscape::study {

std::map<std::string, std::string> regime_meanings() {
  return {{"regime_names", code_meanings(ephys::regime_count,
                                         [](int code) { return ephys::to_string(static_cast<ephys::Regime>(code)); })}};
}

}  // namespace modscape::study
