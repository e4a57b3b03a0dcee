// SPDX-License-Identifier: Apache-2.0
#include "sweep/design.hpp"

#include <boost/random/sobol.hpp>
#include <cmath>

#include "core/rng.hpp"

namespace modscape::sweep {

std::vector<double> sobol_points(std::int64_t points, std::size_t dimensions, std::uint64_t seed) {
  boost::random::sobol engine(dimensions);
  std::vector<std::uint64_t> shift(dimensions);
  const CounterRng rng(seed, Purpose::scramble, 0);
  for (std::size_t d = 0; d < dimensions; ++d) shift[d] = rng.bits(d);
  std::vector<double> values(static_cast<std::size_t>(points) * dimensions);
  // The exclusive-or with a random word keeps the net's structure and takes the point at the origin away; 52 bits plus
  // a half stay in (0, 1).
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = (static_cast<double>((engine() ^ shift[i % dimensions]) >> 12) + 0.5) * 0x1p-52;
  return values;
}

double from_unit(const config::Range& range, double u) {
  if (range.scale == config::Scale::log) return range.lower * std::pow(range.upper / range.lower, u);
  return range.lower + (range.upper - range.lower) * u;
}

double to_unit(const config::Range& range, double value) {
  if (range.scale == config::Scale::log) return std::log(value / range.lower) / std::log(range.upper / range.lower);
  return (value - range.lower) / (range.upper - range.lower);
}

}  // namespace modscape::sweep
