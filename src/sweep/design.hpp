// SPDX-License-Identifier: Apache-2.0
// Sweep designs: which points a sweep visits. A point is a pure function of (design, index), so any rank can make any
// point.
#pragma once
#include <cstdint>
#include <vector>

#include "config/job.hpp"

namespace modscape::sweep {

/// Sobol points (Joe-Kuo directions, Boost.Random) in the open unit cube, with a seeded digital shift. points x
/// dimensions, row-major. Extending `points` keeps the earlier ones.
std::vector<double> sobol_points(std::int64_t points, std::size_t dimensions, std::uint64_t seed);

/// Value of a range at u in (0, 1), and back.
double from_unit(const config::Range& range, double u);
double to_unit(const config::Range& range, double value);

}  // namespace modscape::sweep
