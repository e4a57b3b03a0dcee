// SPDX-License-Identifier: Apache-2.0
// What columns of codes and axes of positions say of themselves.
#pragma once
#include <fmt/format.h>

#include <numeric>
#include <string>
#include <vector>

namespace modscape::study {

/// "0 rest, 1 transient, ...": what the codes 0 ... count - 1 of a column mean. `name(code)` is a word.
template <class Name>
std::string code_meanings(int count, Name name) {
  std::string text;
  for (int code = 0; code < count; ++code) text += fmt::format("{}{} {}", code == 0 ? "" : ", ", code, name(code));
  return text;
}

/// 0, 1, ... count - 1: values of an axis without a unit.
inline std::vector<double> positions(std::size_t count) {
  std::vector<double> values(count);
  std::iota(values.begin(), values.end(), 0.0);
  return values;
}

}  // namespace modscape::study
