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
  return uniform_of(bits(step));
}

double CounterRng::normal(std::uint64_t step) const {
  return normal_quantile(uniform(step));
}

namespace {

// Block number `block` of RandomWords.
RandomBlock words_of(std::uint64_t seed, Purpose purpose, std::uint64_t item, std::uint64_t block,
                     std::uint64_t series) {
  const r123::Philox4x64::key_type key{{seed, static_cast<std::uint64_t>(purpose)}};
  const r123::Philox4x64::ctr_type words = r123::Philox4x64{}({{item, block, series, 1}}, key);
  return {words[0], words[1], words[2], words[3]};
}

}  // namespace

void RandomWords::refill() {
  words_ = words_of(seed_, purpose_, item_, block_++, series_);
  used_ = 0;
}

void first_words(std::uint64_t seed, Purpose purpose, std::uint64_t item, std::uint64_t series,
                 std::span<RandomBlock> blocks) {
  for (std::size_t i = 0; i < blocks.size(); ++i) blocks[i] = words_of(seed, purpose, item + i, 0, series);
}

double normal_quantile(double probability) {
  return -std::sqrt(2.0) * boost::math::erfc_inv(2.0 * probability);
}

double normal_cdf(double x) {
  return 0.5 * std::erfc(-x / std::sqrt(2.0));
}

}  // namespace modscape
