// SPDX-License-Identifier: Apache-2.0
// Latin hypercube points by index.
#pragma once
#include <cstdint>
#include <span>

namespace modscape::sweep {

/// A keyed bijection of [0, size): a balanced Feistel network of Philox rounds over the next power of four, walked
/// until it comes back into the range (Black & Rogaway 2002, "Ciphers with arbitrary finite domains"). No table.
class IndexPermutation {
 public:
  /// `stream` tells permutations of one seed apart.
  IndexPermutation(std::int64_t size, std::uint64_t seed, std::uint64_t stream);
  std::int64_t operator()(std::int64_t index) const;

 private:
  std::uint64_t once(std::uint64_t value) const;
  std::uint64_t size_, seed_, stream_;
  unsigned half_bits_;
};

/// Point `index` of a Latin hypercube of `points`: in every dimension each of the `points` equal intervals of (0, 1)
/// holds exactly one point, at a random place of it. `replicate` tells hypercubes of one seed apart.
void latin_hypercube_point(std::int64_t index, std::int64_t points, std::uint64_t seed, std::uint64_t replicate,
                           std::span<double> u);

}  // namespace modscape::sweep
