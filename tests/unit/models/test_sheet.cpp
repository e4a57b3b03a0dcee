// SPDX-License-Identifier: Apache-2.0
// Positions and distances on sheets, and means of kernels against closed forms.
#include <gtest/gtest.h>

#include <numbers>
#include <set>
#include <vector>

#include "models/sheet.hpp"

namespace modscape::models {
namespace {

using Layout = Sheet::Layout;
using Shape = DistanceKernel::Shape;

TEST(Sheet, GridsAreRowsOfEqualCells) {
  const Sheet sheet{Layout::grid, 2.0, 1.0};  // 8 neurons: 4 columns, 2 rows
  EXPECT_EQ(position(sheet, 8, 0, 0, 1).x, 0.25);
  EXPECT_EQ(position(sheet, 8, 0, 0, 1).y, 0.25);
  EXPECT_EQ(position(sheet, 8, 3, 0, 1).x, 1.75);
  EXPECT_EQ(position(sheet, 8, 4, 0, 1).x, 0.25);
  EXPECT_EQ(position(sheet, 8, 7, 0, 1).y, 0.75);
}

TEST(Sheet, GridsOfAnySizeStayInsideAndKeepNeuronsApart) {
  for (const double width : {1.0, 0.01, 30.0})
    for (const std::int64_t size : {1, 2, 3, 7, 100, 997}) {
      const Sheet sheet{Layout::grid, width, 1.0};
      std::set<std::pair<double, double>> places;
      for (std::int64_t i = 0; i < size; ++i) {
        const Position at = position(sheet, size, i, i, 1);
        EXPECT_TRUE(at.x > 0.0 && at.x < width && at.y > 0.0 && at.y < 1.0) << size << " " << i;
        places.emplace(at.x, at.y);
      }
      EXPECT_EQ(places.size(), static_cast<std::size_t>(size));
    }
}

TEST(Sheet, RandomPositionsAreUniform) {
  const Sheet sheet{Layout::random, 3.0, 0.5};
  std::vector<double> count(12 * 4);
  constexpr std::int64_t size = 48000;
  for (std::int64_t i = 0; i < size; ++i) {
    const Position at = position(sheet, size, i, 100 + i, 9);
    ++count[static_cast<std::size_t>(at.x / 0.25) * 4 + static_cast<std::size_t>(at.y / 0.125)];
  }
  double chi2 = 0.0;
  for (const double n : count) chi2 += (n - 1000.0) * (n - 1000.0) / 1000.0;
  EXPECT_LT(chi2, 82.7);  // 47 degrees of freedom, one in a thousand
  EXPECT_GT(chi2, 22.0);
  const Position one = position(sheet, size, 5, 105, 9);
  EXPECT_EQ(one.x, position(sheet, 10, 0, 105, 9).x);  // the gid counts
  EXPECT_NE(one.x, position(sheet, size, 5, 106, 9).x);
  EXPECT_NE(one.x, position(sheet, size, 5, 105, 10).x);
}

TEST(Sheet, DistancesGoAroundWithoutBorders) {
  Sheet sheet{Layout::grid, 2.0, 1.0};
  EXPECT_DOUBLE_EQ(distance(sheet, {0.1, 0.1}, {1.9, 0.9}), std::hypot(1.8, 0.8));
  EXPECT_DOUBLE_EQ(longest_distance(sheet), std::sqrt(5.0));
  sheet.periodic = true;
  EXPECT_DOUBLE_EQ(distance(sheet, {0.1, 0.1}, {1.9, 0.9}), std::hypot(0.2, 0.2));
  EXPECT_DOUBLE_EQ(distance(sheet, {0.0, 0.0}, {1.0, 0.5}), longest_distance(sheet));
}

TEST(DistanceKernel, Shapes) {
  DistanceKernel kernel{Shape::gaussian, 0.2};
  EXPECT_EQ(kernel(0.0), 1.0);
  EXPECT_DOUBLE_EQ(kernel(0.2), std::exp(-0.5));
  kernel.shape = Shape::exponential;
  EXPECT_DOUBLE_EQ(kernel(0.4), std::exp(-2.0));
  kernel.max_distance = 0.4;
  EXPECT_GT(kernel(0.4), 0.0);
  EXPECT_EQ(kernel(0.4000001), 0.0);
}

TEST(DistanceKernel, LongestConduction) {
  const Sheet sheet{Layout::grid, 3.0, 4.0};
  DistanceKernel kernel{Shape::gaussian, 0.2};
  EXPECT_EQ(kernel.longest_conduction(sheet), 0.0);
  kernel.velocity = 0.5;
  EXPECT_DOUBLE_EQ(kernel.longest_conduction(sheet), 10.0);
  kernel.max_distance = 1.0;
  EXPECT_DOUBLE_EQ(kernel.longest_conduction(sheet), 2.0);
}

TEST(DistanceKernel, MeansOverPairs) {
  constexpr double pi = std::numbers::pi;
  const Sheet torus{Layout::random, 2.0, 1.0, true}, bordered{Layout::random, 2.0, 1.0, false};
  // Far smaller than the sheet: the integral over the plane per area.
  EXPECT_NEAR(mean_over_pairs({Shape::gaussian, 0.05}, torus), 2 * pi * 0.05 * 0.05 / 2.0, 1e-9);
  EXPECT_NEAR(mean_over_pairs({Shape::exponential, 0.02}, torus), 2 * pi * 0.02 * 0.02 / 2.0, 1e-6);
  // All pairs within a circle.
  EXPECT_NEAR(mean_over_pairs({Shape::gaussian, 1e6, 0.4}, torus), pi * 0.4 * 0.4 / 2.0, 1e-3 * pi * 0.08);
  // A Gaussian is a product along the axes.
  const auto along = [](double L, double l) {
    return 2 / (L * L) *
           (L * l * std::sqrt(pi / 2) * std::erf(L / (l * std::sqrt(2.0))) - l * l * -std::expm1(-L * L / (2 * l * l)));
  };
  EXPECT_NEAR(mean_over_pairs({Shape::gaussian, 0.6}, bordered), along(2.0, 0.6) * along(1.0, 0.6), 1e-5);
}

}  // namespace
}  // namespace modscape::models
