// SPDX-License-Identifier: Apache-2.0
#include "config/design.hpp"

#include <algorithm>
#include <cmath>

namespace modscape::config {

double GridAxis::value(std::int64_t index) const {
  if (!values.empty()) return values[static_cast<std::size_t>(index)];
  const auto k = static_cast<double>(index);
  if (step != 0.0) return from + k * step;
  if (index == 0) return from;
  if (index == count - 1) return to;  // the ends are met exactly
  const double share = k / static_cast<double>(count - 1);
  return scale == Scale::log ? from * std::pow(to / from, share) : from + (to - from) * share;
}

std::int64_t GridAxis::index_of(double wanted) const {
  const auto close = [&](std::int64_t index) {
    return std::abs(value(index) - wanted) <= 1e-9 * std::max(std::abs(wanted), std::abs(value(index)));
  };
  if (!values.empty()) {
    for (std::int64_t i = 0; i < size(); ++i)
      if (close(i)) return i;
    return -1;
  }
  double share = count > 1 ? (wanted - from) / (to - from) : 0.0;
  if (scale == Scale::log && count > 1) share = std::log(wanted / from) / std::log(to / from);
  const double position = step != 0.0 ? (wanted - from) / step : share * static_cast<double>(count - 1);
  const double nearest = std::round(position);
  if (!(nearest >= 0.0 && nearest < static_cast<double>(count))) return -1;
  const auto index = static_cast<std::int64_t>(nearest);
  // Near 0 a relative tolerance says nothing: compare positions too.
  return close(index) || std::abs(position - nearest) < 1e-9 ? index : -1;
}

std::vector<std::string> DesignPart::parameters() const {
  std::vector<std::string> names;
  for (const Range& range : ranges) names.push_back(range.name);
  for (const GridAxis& axis : axes) names.push_back(axis.name);
  names.insert(names.end(), columns.begin(), columns.end());
  return names;
}

std::vector<std::string> Design::parameters() const {
  std::vector<std::string> names;
  for (const DesignPart& part : parts) {
    const std::vector<std::string> more = part.parameters();
    names.insert(names.end(), more.begin(), more.end());
  }
  return names;
}

}  // namespace modscape::config
