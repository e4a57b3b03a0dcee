// SPDX-License-Identifier: Apache-2.0
// Adaptive refinement: where to put further points so that a boundary between classes of points becomes sharp.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "config/design.hpp"

namespace modscape::sweep {

/// Points of earlier rounds: points x parameters, row-major, NaN where a conditional axis does not exist, and what
/// became of each. Points of class `unknown_class` (failed rows) are left out.
struct ClassifiedPoints {
  std::size_t parameters = 0;
  std::vector<double> values;
  std::vector<std::int64_t> classes;
};
inline constexpr std::int64_t unknown_class = -1;

/// How a parameter is measured: its extent becomes 1, on `scale`. Built from the design, so that it does not depend on
/// the points.
std::vector<config::Range> refinement_ranges(const config::Design& design);

/// `points` new points, row-major, each on a segment between two neighbouring points of different class.
///   Neighbours are the 2 D + 2 nearest points (D: parameters) in the unit cube of `ranges`, among the points for which
/// the same conditional axes exist. Segments are taken by length, in steps of sqrt(2), longest first, so that the
/// boundary is resolved evenly; within a step in the order of seeded random keys. First each segment gives its middle,
/// then its quarters, eighths and so on (van der Corput) until there are enough; what is closer than 2^-40 to a point
/// chosen or given before is skipped. A pure function: no clock, no threads, ties broken by index.
///   Empty if no two neighbours differ.
std::vector<double> refine_boundary(const ClassifiedPoints& given, const std::vector<config::Range>& ranges,
                                    std::int64_t points, std::uint64_t seed);

}  // namespace modscape::sweep
