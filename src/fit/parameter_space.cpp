// SPDX-License-Identifier: Apache-2.0
#include "fit/parameter_space.hpp"

#include "core/rng.hpp"
#include "sweep/design.hpp"

namespace modscape::fit {

config::Range offset_range() {
  return {"offset_sd", 5.0, 150.0, config::Scale::log};
}

ParameterSpace::ParameterSpace(std::vector<config::Range> ranges, const models::AdexParameters& base, bool with_offset)
    : ranges_(std::move(ranges)), base_(base), with_offset_(with_offset) {
  if (with_offset_) ranges_.push_back(offset_range());
}

std::vector<double> ParameterSpace::values_from_unit(std::span<const double> u) const {
  std::vector<double> values(size());
  for (std::size_t d = 0; d < size(); ++d) values[d] = sweep::from_unit(ranges_[d], u[d]);
  return values;
}

std::vector<double> ParameterSpace::values(std::span<const double> z) const {
  std::vector<double> u(size());
  for (std::size_t d = 0; d < size(); ++d) u[d] = normal_cdf(z[d]);
  return values_from_unit(u);
}

models::AdexParameters ParameterSpace::neuron(std::span<const double> values) const {
  models::AdexParameters p = base_;
  const auto& table = models::adex_table();
  for (std::size_t d = 0; d < size(); ++d)
    if (const auto* row = table.find(ranges_[d].name)) p.*row->member = values[d];
  return p;
}

}  // namespace modscape::fit
