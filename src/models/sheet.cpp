// SPDX-License-Identifier: Apache-2.0
#include "models/sheet.hpp"

#include <algorithm>
#include <array>

#include "core/rng.hpp"

namespace modscape::models {
namespace {

// Offsets of two uniform positions along one axis: nodes and weights of a midpoint rule up to `reach`.
constexpr std::size_t nodes = 512;
struct Axis {
  std::array<double, nodes> squares, weights;
};
Axis offsets(double length, bool periodic, double reach) {
  const double end = std::min(reach, periodic ? 0.5 * length : length), step = end / nodes;
  Axis axis{};
  for (std::size_t i = 0; i < nodes; ++i) {
    const double d = (static_cast<double>(i) + 0.5) * step;
    axis.squares[i] = d * d;
    axis.weights[i] = step * 2.0 / length * (periodic ? 1.0 : 1.0 - d / length);
  }
  return axis;
}

}  // namespace

Position position(const Sheet& sheet, std::int64_t size, std::int64_t place, std::int64_t gid, std::uint64_t seed) {
  if (sheet.layout == Sheet::Layout::random) {
    RandomWords words(seed, Purpose::position, static_cast<std::uint64_t>(gid));
    const double x = sheet.width * words.uniform();
    return {x, sheet.height * words.uniform()};
  }
  const double square = std::sqrt(static_cast<double>(size) * sheet.width / sheet.height);
  const auto columns = static_cast<std::int64_t>(std::clamp(std::round(square), 1.0, static_cast<double>(size)));
  const std::int64_t rows = (size + columns - 1) / columns;
  const auto middle = [](std::int64_t cell, std::int64_t cells, double length) {
    return length * (static_cast<double>(cell) + 0.5) / static_cast<double>(cells);
  };
  return {middle(place % columns, columns, sheet.width), middle(place / columns, rows, sheet.height)};
}

double longest_distance(const Sheet& sheet) {
  return std::hypot(sheet.width, sheet.height) * (sheet.periodic ? 0.5 : 1.0);
}

double DistanceKernel::longest_conduction(const Sheet& sheet) const {
  if (std::isnan(velocity)) return 0.0;
  return std::fmin(longest_distance(sheet), max_distance) / velocity;  // fmin: the bound may be NaN
}

double mean_over_pairs(const DistanceKernel& kernel, const Sheet& sheet) {
  constexpr double farthest = 40.0;  // lengths: e^-40
  const double reach = std::fmin(farthest * kernel.length, kernel.max_distance);
  const Axis x = offsets(sheet.width, sheet.periodic, reach), y = offsets(sheet.height, sheet.periodic, reach);
  double sum = 0.0;
  for (std::size_t i = 0; i < nodes; ++i)
    for (std::size_t j = 0; j < nodes; ++j)
      sum += x.weights[i] * y.weights[j] * kernel(std::sqrt(x.squares[i] + y.squares[j]));
  return sum;
}

}  // namespace modscape::models
