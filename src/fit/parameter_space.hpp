// SPDX-License-Identifier: Apache-2.0
// The space a fit samples: the declared ranges plus the spread of the per-cell current offset. Each coordinate is z =
// Phi^-1(u), u the position in its range, so the prior (uniform in every range) is a standard normal in z and proposals
// need no bounds.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "config/job.hpp"

namespace modscape::fit {

class ParameterSpace {
 public:
  /// `base` holds the values that are not sampled. `offset_sd` is appended as the last coordinate when `with_offset`.
  ParameterSpace(std::vector<config::Range> ranges, const models::AdexParameters& base, bool with_offset);

  std::size_t size() const noexcept { return ranges_.size(); }
  const std::vector<config::Range>& ranges() const noexcept { return ranges_; }
  const models::AdexParameters& base() const noexcept { return base_; }

  /// Physical values of the coordinates, in the order of ranges().
  std::vector<double> values(std::span<const double> z) const;
  std::vector<double> values_from_unit(std::span<const double> u) const;
  /// Neuron with these values; and the offset spread (pA; 0 without offset).
  models::AdexParameters neuron(std::span<const double> values) const;
  double offset_sd(std::span<const double> values) const { return with_offset_ ? values.back() : 0.0; }

 private:
  std::vector<config::Range> ranges_;
  models::AdexParameters base_;
  bool with_offset_;
};

/// The prior of the per-cell current offset: 5 to 150 pA, uniform in the logarithm.
config::Range offset_range();

}  // namespace modscape::fit
