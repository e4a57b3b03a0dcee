// SPDX-License-Identifier: Apache-2.0
// Poisson events of an epoch without any state: how many from one random word, where from the next ones. (Given their
// number, the events of a Poisson process are independent and uniform.)
#pragma once
#include <cstdint>
#include <vector>

namespace modscape::network {

/// Tick of an event, uniform in 0 ... length - 1, from 32 random bits.
inline std::uint32_t tick_of(std::uint64_t bits32, std::int64_t length) {
  return static_cast<std::uint32_t>((bits32 * static_cast<std::uint64_t>(length)) >> 32U);
}

/// Numbers of events with mean `mean` >= 0, by inversion of the cumulative distribution.
class PoissonCount {
 public:
  explicit PoissonCount(double mean);
  /// `u` uniform in (0, 1).
  std::uint32_t operator()(double u) const {
    if (cumulative_.size() > 64) return search(u);
    std::uint32_t k = 0;
    if (cumulative_.size() >= guessed) {  // most counts are small: without branches that nobody can foresee
      for (std::uint32_t i = 0; i < guessed; ++i) k += u > cumulative_[i] ? 1U : 0U;
      if (k < guessed) return first_ + k;
    }
    while (k < cumulative_.size() && u > cumulative_[k]) ++k;
    return first_ + k;
  }

 private:
  static constexpr std::uint32_t guessed = 8;
  std::uint32_t search(double u) const;
  std::uint32_t first_ = 0;
  std::vector<double> cumulative_;  // P(count <= first_ + k)
};

}  // namespace modscape::network
