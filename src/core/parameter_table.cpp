// SPDX-License-Identifier: Apache-2.0
#include "core/parameter_table.hpp"

#include <fmt/format.h>

namespace modscape {

std::string bound_problem(const ParameterInfo& info, double value) {
  if (!std::isfinite(value)) return fmt::format("{} must be a finite number, not {}", info.name, value);
  const bool low = info.open_lower ? value <= info.lower : value < info.lower;
  if (low)
    return fmt::format("{} = {} must be {} {}", info.name, format_quantity(value, info.unit),
                       info.open_lower ? "greater than" : "at least", format_quantity(info.lower, info.unit));
  if (value > info.upper)
    return fmt::format("{} = {} must be at most {}", info.name, format_quantity(value, info.unit),
                       format_quantity(info.upper, info.unit));
  return {};
}

}  // namespace modscape
