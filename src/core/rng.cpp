// SPDX-License-Identifier: Apache-2.0
#include "core/rng.hpp"

#include <Random123/philox.h>

#include <boost/math/special_functions/erf.hpp>
#include <cmath>

namespace modscape {

std::uint64_t CounterRng::bits(std::uint64_t step) const {
  const r123::Philox4x64::ctr_type counter{{item_, step, 0, 0}};
  const r123::Philox4x64::key_type key{{seed_, static_cast<std::uint64_t>(purpose_)}};
  return r123::Philox4x64{}(counter, key)[0];
}

double CounterRng::uniform(std::uint64_t step) const {
  return (static_cast<double>(bits(step) >> 12) + 0.5) * 0x1p-52;
}

double CounterRng::normal(std::uint64_t step) const {
  return normal_quantile(uniform(step));
}

void RandomWords::refill() {
  const r123::Philox4x64::ctr_type counter{{item_, block_++, series_, 1}};
  const r123::Philox4x64::key_type key{{seed_, static_cast<std::uint64_t>(purpose_)}};
  const r123::Philox4x64::ctr_type block = r123::Philox4x64{}(counter, key);
  for (std::size_t i = 0; i < words_.size(); ++i) words_[i] = block[i];
  used_ = 0;
}

double normal_quantile(double probability) {
  return -std::sqrt(2.0) * boost::math::erfc_inv(2.0 * probability);
}

double normal_cdf(double x) {
  return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

}  // namespace modscape
