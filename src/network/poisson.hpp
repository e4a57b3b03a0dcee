// SPDX-License-Identifier: Apache-2.0
// Poisson events of an epoch without any state: how many from one random word, where from the next ones. (Given their
// number, the events of a Poisson process are independent and uniform.)
#pragma once
#include <cstdint>
#include <vector>

namespace modscape::network {

/// Numbers of events with mean `mean` >= 0, by inversion of the cumulative distribution.
class PoissonCount {
 public:
  explicit PoissonCount(double mean);
  /// `u` uniform in (0, 1).
  std::uint32_t operator()(double u) const {
    std::uint32_t k = 0;
    if (cumulative_.size() > 64) return search(u);
    while (k < cumulative_.size() && u > cumulative_[k]) ++k;
    return first_ + k;
  }

 private:
  std::uint32_t search(double u) const;
  std::uint32_t first_ = 0;
  std::vector<double> cumulative_;  // P(count <= first_ + k)
};

}  // namespace modscape::network
