// SPDX-License-Identifier: Apache-2.0
#include "sweep/sobol.hpp"

#include <bit>
#include <boost/random/sobol.hpp>

#include "core/rng.hpp"

namespace modscape::sweep {
namespace {
constexpr std::size_t most_bits = 52;  // of an index
}

SobolSequence::SobolSequence(std::size_t dimensions, std::uint64_t seed) : shift_(dimensions) {
  const CounterRng rng(seed, Purpose::scramble, 0);
  for (std::size_t d = 0; d < dimensions; ++d) shift_[d] = rng.bits(d);
  if (dimensions == 0) return;
  // Number 2^(j+1) - 1 of the sequence with the origin has the Gray code 2^j: it is direction number j itself.
  boost::random::sobol engine(dimensions);
  std::uint64_t next = 1;  // number of the point that the engine gives next
  for (std::size_t j = 0; j < most_bits; ++j) {
    const std::uint64_t wanted = (std::uint64_t{2} << j) - 1;
    engine.discard((wanted - next) * dimensions);
    for (std::size_t d = 0; d < dimensions; ++d) directions_.push_back(engine());
    next = wanted + 1;
  }
}

void SobolSequence::point(std::int64_t index, std::span<double> u) const {
  const std::size_t n = dimensions();
  const std::uint64_t number = static_cast<std::uint64_t>(index) + 1;
  for (std::size_t d = 0; d < n; ++d) {
    std::uint64_t bits = shift_[d];
    for (std::uint64_t gray = number ^ (number >> 1); gray != 0; gray &= gray - 1)
      bits ^= directions_[static_cast<std::size_t>(std::countr_zero(gray)) * n + d];
    // The shift keeps the net's structure; 52 bits plus a half stay in (0, 1).
    u[d] = (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52;
  }
}

std::vector<double> sobol_points(std::int64_t points, std::size_t dimensions, std::uint64_t seed) {
  const SobolSequence sequence(dimensions, seed);
  std::vector<double> values(static_cast<std::size_t>(points) * dimensions);
  for (std::int64_t i = 0; i < points; ++i)
    sequence.point(i, std::span(values).subspan(static_cast<std::size_t>(i) * dimensions, dimensions));
  return values;
}

}  // namespace modscape::sweep
