// SPDX-License-Identifier: Apache-2.0
// Neurons on a sheet: where they are, how far apart, and the probability of a connection that falls with the distance.
// Units: mm, ms.
#pragma once
#include <cmath>
#include <cstdint>

namespace modscape::models {

/// Where the neurons of a population are. A periodic sheet has no border: what leaves it on one side comes back on the
/// other, and distances are the shortest ones.
struct Sheet {
  enum class Layout : std::uint8_t {
    none,   ///< the population has no positions
    grid,   ///< row by row at the middles of equal cells
    random  ///< uniform and independent
  };
  Layout layout = Layout::none;
  double width = NAN, height = NAN;  ///< mm
  bool periodic = false;
  bool present() const { return layout != Layout::none; }
  /// Distances between the two are defined.
  bool same_extent(const Sheet& other) const {
    return width == other.width && height == other.height && periodic == other.periodic;
  }
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & layout & width & height & periodic;
  }
};

struct Position {
  double x, y;  ///< mm; from 0 to width, from 0 to height
};

/// Of the neuron or source at `place` (from 0) of a population of `size` with global id `gid`. The cells of a grid are
/// as square as round(sqrt(size width / height)) columns make them; the last of its rows may end early. Random
/// positions depend on (seed, gid) alone.
Position position(const Sheet& sheet, std::int64_t size, std::int64_t place, std::int64_t gid, std::uint64_t seed);

/// From one coordinate to another along an axis of this length.
inline double offset(double from, double to, double length, bool periodic) {
  const double d = std::fabs(from - to);
  return periodic ? std::fmin(d, length - d) : d;
}
inline double distance(const Sheet& sheet, Position a, Position b) {
  const double x = offset(a.x, b.x, sheet.width, sheet.periodic), y = offset(a.y, b.y, sheet.height, sheet.periodic);
  return std::sqrt(x * x + y * y);
}
/// No two positions are further apart.
double longest_distance(const Sheet& sheet);

/// How connections depend on the distance d of a pair.
struct DistanceKernel {
  enum class Shape : std::uint8_t {
    gaussian,    ///< p(d) = p(0) exp(-d^2 / (2 length^2))
    exponential  ///< p(d) = p(0) exp(-d / length)
  };
  Shape shape = Shape::gaussian;
  double length = NAN;        ///< mm
  double max_distance = NAN;  ///< mm; beyond it nobody is connected. NaN: no such bound
  double velocity = NAN;      ///< mm/ms; the delay is longer by d / velocity. NaN: it is not
  /// p(d) / p(0).
  double operator()(double d) const {
    if (d > max_distance) return 0.0;
    return shape == Shape::gaussian ? std::exp(-0.5 * (d / length) * (d / length)) : std::exp(-d / length);
  }
  /// Of the connected pairs on this sheet, the longest time that the distance adds (ms).
  double longest_conduction(const Sheet& sheet) const;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & shape & length & max_distance & velocity;
  }
};

/// Mean of the kernel over pairs of independent uniform positions; 0.1 % off at most for the sake of max_distance.
double mean_over_pairs(const DistanceKernel& kernel, const Sheet& sheet);

}  // namespace modscape::models
