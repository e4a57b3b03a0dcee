// SPDX-License-Identifier: Apache-2.0
// The Sobol design: a digital (t, s)-net must stay one under the digital shift, and longer designs extend shorter ones.
#include "sweep/sobol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/random/sobol.hpp>
#include <cmath>
#include <set>

#include "core/rng.hpp"

namespace modscape::sweep {
namespace {

constexpr std::size_t dimensions = 8;

// First points of the unshifted sequence in the first three dimensions (Joe & Kuo 2008, after the point at 0): the
// seeded shift is an exclusive-or, so it drops out between two points.
TEST(Sobol, FirstPointsAreThePublishedOnesUpToTheShift) {
  const std::vector<std::vector<double>> published{
      {0.5, 0.5, 0.5}, {0.75, 0.25, 0.25}, {0.25, 0.75, 0.75}, {0.375, 0.375, 0.625}, {0.875, 0.875, 0.125}};
  const std::vector<double> points = sobol_points(8, 3, 11);
  const auto eighths = [&](std::size_t i, std::size_t d) { return static_cast<int>(8.0 * points[i * 3 + d]); };
  // Boost's engine begins with one half, as the published list does after its origin.
  for (std::size_t i = 1; i < published.size(); ++i)
    for (std::size_t d = 0; d < 3; ++d)
      EXPECT_EQ(eighths(i, d) ^ eighths(0, d),
                static_cast<int>(8.0 * published[i][d]) ^ static_cast<int>(8.0 * published[0][d]))
          << i << " " << d;
}

TEST(Sobol, PointsAreInsideTheCube) {
  for (const double u : sobol_points(1000, dimensions, 1)) {
    EXPECT_GT(u, 0.0);
    EXPECT_LT(u, 1.0);
  }
}

// Stratification: of any 2^k points after the first block, each of 2^k equal intervals holds as many as the others. The
// engine leaves the origin out, so a block of 2^k is the net but for one point.
TEST(Sobol, EveryIntervalOfEveryDimensionIsVisited) {
  constexpr std::int64_t n = 256;
  const std::vector<double> points = sobol_points(2 * n, dimensions, 3);
  for (std::size_t d = 0; d < dimensions; ++d) {
    std::vector<int> visits(n, 0);
    for (std::size_t i = n - 1; i < 2 * n - 1; ++i) ++visits[static_cast<std::size_t>(points[i * dimensions + d] * n)];
    EXPECT_THAT(visits, testing::Each(1)) << "dimension " << d;
  }
}

// The first two dimensions are a (0, 2)-sequence: boxes of any shape of volume 2^-8 hold one point each.
TEST(Sobol, BoxesOfTheFirstTwoDimensions) {
  constexpr int n = 256;
  const std::vector<double> points = sobol_points(2 * n, dimensions, 5);
  for (const int columns : {1, 2, 4, 16, 64, 256}) {
    std::set<int> boxes;
    for (std::size_t i = n - 1; i < 2 * n - 1; ++i)
      boxes.insert(static_cast<int>(points[i * dimensions] * columns) * n +
                   static_cast<int>(points[i * dimensions + 1] * (n / columns)));
    EXPECT_EQ(boxes.size(), static_cast<std::size_t>(n)) << columns;
  }
}

// L2-star discrepancy (Warnock 1972).
double squared_discrepancy(const std::vector<double>& points, std::size_t s) {
  const std::size_t n = points.size() / s;
  const double count = static_cast<double>(n);
  double single = 0.0, pairs = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    double product = 1.0;
    for (std::size_t d = 0; d < s; ++d) product *= 1.0 - points[i * s + d] * points[i * s + d];
    single += product;
    for (std::size_t k = 0; k < n; ++k) {
      double box = 1.0;
      for (std::size_t d = 0; d < s; ++d) box *= 1.0 - std::max(points[i * s + d], points[k * s + d]);
      pairs += box;
    }
  }
  const double dimension = static_cast<double>(s);
  return std::pow(3.0, -dimension) - std::pow(2.0, 1.0 - dimension) / count * single + pairs / count / count;
}

// Independent points have the mean (2^-s - 3^-s)/n.
TEST(Sobol, DiscrepancyIsFarBelowThatOfIndependentPoints) {
  constexpr std::size_t s = 4, n = 512;
  const double independent = (std::pow(2.0, -4.0) - std::pow(3.0, -4.0)) / n;
  EXPECT_LT(squared_discrepancy(sobol_points(n, s, 2), s), 0.1 * independent);
}

TEST(Sobol, LongerDesignsKeepTheEarlierPoints) {
  const std::vector<double> shorter = sobol_points(100, dimensions, 9), longer = sobol_points(200, dimensions, 9);
  EXPECT_TRUE(std::equal(shorter.begin(), shorter.end(), longer.begin()));
}

TEST(Sobol, SeedsShiftTheDesign) {
  EXPECT_EQ(sobol_points(50, 3, 4), sobol_points(50, 3, 4));
  EXPECT_NE(sobol_points(50, 3, 4), sobol_points(50, 3, 5));
}

TEST(Sobol, NoPointsAreAnEmptyDesign) {
  EXPECT_TRUE(sobol_points(0, 3, 4).empty());
}

// The engine, walked to the same place: also far out, where nobody would walk one by one.
TEST(Sobol, APointByItsIndexIsThatOfTheEngine) {
  constexpr std::size_t s = 5;
  const SobolSequence sequence(s, 7);
  const CounterRng shift(7, Purpose::scramble, 0);
  std::vector<double> u(s);
  for (const std::int64_t first : {std::int64_t{0}, std::int64_t{4095}, std::int64_t{1000000007}}) {
    boost::random::sobol engine(s);
    engine.discard(static_cast<std::uint64_t>(first) * s);
    for (std::int64_t i = first; i < first + 600; ++i) {
      sequence.point(i, u);
      for (std::size_t d = 0; d < s; ++d)
        EXPECT_EQ(u[d], (static_cast<double>((engine() ^ shift.bits(d)) >> 12) + 0.5) * 0x1p-52) << i << " " << d;
    }
  }
}

}  // namespace
}  // namespace modscape::sweep
