// SPDX-License-Identifier: Apache-2.0
#include "network/poisson.hpp"

#include <algorithm>
#include <cmath>

namespace modscape::network {

PoissonCount::PoissonCount(double mean) {
  if (mean <= 0.0) return;
  // 12 standard deviations and more: what lies outside is below 1e-30.
  const double reach = 12.0 * std::sqrt(mean) + 24.0;
  first_ = static_cast<std::uint32_t>(std::max(0.0, std::floor(mean - reach)));
  const auto last = static_cast<std::uint32_t>(std::ceil(mean + reach));
  double sum = 0.0;
  for (std::uint32_t k = first_; k <= last; ++k) {
    sum += std::exp(static_cast<double>(k) * std::log(mean) - mean - std::lgamma(static_cast<double>(k) + 1.0));
    cumulative_.push_back(sum);
  }
}

std::uint32_t PoissonCount::search(double u) const {
  const auto at = std::lower_bound(cumulative_.begin(), cumulative_.end(), u);
  return first_ + static_cast<std::uint32_t>(at - cumulative_.begin());
}

}  // namespace modscape::network
