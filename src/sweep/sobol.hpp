// SPDX-License-Identifier: Apache-2.0
// Sobol points by index.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace modscape::sweep {

/// The sequence of Boost.Random's engine (Joe & Kuo 2008; it leaves the origin out) with a seeded digital shift, in the
/// open unit cube. A point is the exclusive-or of the direction numbers at the bits of the Gray code of its index, so
/// any point costs the same and nothing is stored per point.
class SobolSequence {
 public:
  SobolSequence(std::size_t dimensions, std::uint64_t seed);
  std::size_t dimensions() const noexcept { return shift_.size(); }
  /// Point `index` (from 0, below 2^52); `u` takes one number per dimension.
  void point(std::int64_t index, std::span<double> u) const;

 private:
  std::vector<std::uint64_t> shift_;
  std::vector<std::uint64_t> directions_;  // bit x dimension
};

/// The first points, points x dimensions, row-major.
std::vector<double> sobol_points(std::int64_t points, std::size_t dimensions, std::uint64_t seed);

}  // namespace modscape::sweep
