// SPDX-License-Identifier: Apache-2.0
#include "sweep/latin_hypercube.hpp"

#include <bit>

#include "core/rng.hpp"

namespace modscape::sweep {
namespace {
constexpr std::uint64_t feistel_rounds = 6;
}

IndexPermutation::IndexPermutation(std::int64_t size, std::uint64_t seed, std::uint64_t stream)
    : size_(static_cast<std::uint64_t>(size)), seed_(seed), stream_(stream) {
  const auto bits = static_cast<unsigned>(std::bit_width(size_ > 1 ? size_ - 1 : 1));
  half_bits_ = (bits + 1) / 2;
}

std::uint64_t IndexPermutation::once(std::uint64_t value) const {
  const CounterRng rng(seed_, Purpose::permutation, stream_);
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  std::uint64_t left = value >> half_bits_, right = value & mask;
  for (std::uint64_t round = 0; round < feistel_rounds; ++round) {
    const std::uint64_t mixed = left ^ (rng.bits(round << 32 | right) & mask);
    left = right;
    right = mixed;
  }
  return left << half_bits_ | right;
}

std::int64_t IndexPermutation::operator()(std::int64_t index) const {
  auto value = static_cast<std::uint64_t>(index);
  do value = once(value);
  while (value >= size_);
  return static_cast<std::int64_t>(value);
}

void latin_hypercube_point(std::int64_t index, std::int64_t points, std::uint64_t seed, std::uint64_t replicate,
                           std::span<double> u) {
  for (std::size_t d = 0; d < u.size(); ++d) {
    const std::uint64_t stream = replicate << 32 | d;
    const std::int64_t interval = IndexPermutation(points, seed, stream)(index);
    // Few enough bits that interval + place is exact: rounding must not carry a point into the next interval.
    const std::uint64_t bits = CounterRng(seed, Purpose::jitter, stream).bits(static_cast<std::uint64_t>(index));
    const double place = (static_cast<double>(bits >> 54) + 0.5) * 0x1p-10;
    u[d] = (static_cast<double>(interval) + place) / static_cast<double>(points);
  }
}

}  // namespace modscape::sweep
