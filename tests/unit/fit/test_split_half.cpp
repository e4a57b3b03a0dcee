// SPDX-License-Identifier: Apache-2.0
// Random halves: every cell in one of them, and half-means with the law that halves of real cells have.
#include "fit/split_half.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/synthetic_cells.hpp"

namespace modscape::fit {
namespace {

TEST(RandomHalf, FloorOfHalfIncreasingAndReproducible) {
  for (const std::size_t n : {0U, 1U, 2U, 7U, 12U}) {
    const std::vector<std::size_t> half = random_half(n, 3, 5);
    EXPECT_EQ(half.size(), n / 2);
    EXPECT_TRUE(std::ranges::is_sorted(half));
    EXPECT_EQ(std::ranges::adjacent_find(half), half.end());
    for (const std::size_t i : half) EXPECT_LT(i, n);
    EXPECT_EQ(half, random_half(n, 3, 5));
  }
  EXPECT_NE(random_half(40, 3, 5), random_half(40, 3, 6));
  EXPECT_NE(random_half(40, 3, 5), random_half(40, 4, 5));
}

// Every item is in half of the halves, every pair in (n/2 - 1)/(n - 1)/2 of them; binomial errors, four of them.
TEST(RandomHalf, ItemsAndPairsAreEquallyLikely) {
  constexpr std::size_t n = 6;
  constexpr int repeats = 4000;
  std::vector<double> one(n, 0.0), two(n * n, 0.0);
  for (int r = 0; r < repeats; ++r) {
    const std::vector<std::size_t> half = random_half(n, 1, static_cast<std::uint64_t>(r));
    for (const std::size_t i : half) {
      one[i] += 1.0 / repeats;
      for (const std::size_t k : half) two[i * n + k] += 1.0 / repeats;
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    EXPECT_NEAR(one[i], 0.5, 4.0 * std::sqrt(0.25 / repeats));
    for (std::size_t k = 0; k < i; ++k) EXPECT_NEAR(two[i * n + k], 0.2, 4.0 * std::sqrt(0.16 / repeats));
  }
}

config::FiCurve cells_curve(std::size_t cells) {
  config::FiCurve curve;
  curve.currents = {20, 40, 60};
  for (std::size_t i = 0; i < cells; ++i) {
    const double x = static_cast<double>(i);
    curve.by_cell[fmt::format("cell_{:02}", i)] = {0.0, x * x, 3.0 + x};
  }
  test_support::summarise_cells(curve);
  return curve;
}

TEST(SplitTarget, CellsAreDealtToTheHalves) {
  const config::FiCurve curve = cells_curve(7);
  const std::vector<double> rheobases{20, 40, 40, 60, 60, 60, 80};
  const auto [a, b] = split_target(curve, rheobases, {}, 20.0, 5, 2);
  EXPECT_EQ(a.cells, 3);
  EXPECT_EQ(b.cells, 4);
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR((3 * a.mean[k] + 4 * b.mean[k]) / 7.0, curve.mean[k], 1e-12);
  // The halves' rheobases are those of the same cells.
  const std::vector<std::size_t> first = random_half(7, 5, 4);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(a.rheobases[i], rheobases[first[i]]);
  std::vector<double> all = a.rheobases;
  all.insert(all.end(), b.rheobases.begin(), b.rheobases.end());
  std::ranges::sort(all);
  EXPECT_EQ(all, rheobases);
  double sum = 0.0, squares = 0.0;
  for (const std::size_t i : first) sum += static_cast<double>(i * i) / 3.0;
  for (const std::size_t i : first) squares += std::pow(static_cast<double>(i * i) - sum, 2);
  EXPECT_NEAR(a.mean[1], sum, 1e-12);
  EXPECT_NEAR(a.sem[1], std::sqrt(squares / 2.0 / 3.0), 1e-12);
}

TEST(SplitTarget, ReproducibleAndDifferentInEveryRepeat) {
  const config::FiCurve curve = cells_curve(12);
  const auto one = split_target(curve, {}, {}, 20.0, 5, 2), again = split_target(curve, {}, {}, 20.0, 5, 2),
             other = split_target(curve, {}, {}, 20.0, 5, 3);
  EXPECT_EQ(one.first.mean, again.first.mean);
  EXPECT_EQ(one.second.mean, again.second.mean);
  EXPECT_NE(one.first.mean, other.first.mean);
}

TEST(SplitTarget, RheobasesOfOtherCellsAreSplitOnTheirOwn) {
  const std::vector<double> rheobases{20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220};
  const auto [a, b] = split_target(cells_curve(6), rheobases, {}, 20.0, 5, 2);
  EXPECT_EQ(a.rheobases.size(), 5U);
  EXPECT_EQ(b.rheobases.size(), 6U);
}

TEST(SplitTarget, HeldOutCurrentsStayHeldOut) {
  const auto [a, b] = split_target(cells_curve(6), {}, std::vector{40.0}, 20.0, 5, 2);
  EXPECT_EQ(a.held_out, (std::vector<std::size_t>{1}));
  EXPECT_EQ(b.held_out, (std::vector<std::size_t>{1}));
}

config::FiCurve mean_curve(int cells) {
  config::FiCurve curve;
  curve.currents = {20, 40, 60, 80};
  curve.mean = {100, 100, 100, 100};  // far from zero, where counts are cut off
  curve.sem = {1, 2, 0, 1};
  curve.cells = cells;
  return curve;
}

// From mean and SEM: the half-means average to the published mean, and have variance SEM^2 n2/n1 and SEM^2 n1/n2 around
// it, correlated as the likelihood says.
TEST(SplitTarget, HalvesOfAMeanHaveTheLawOfHalves) {
  constexpr int repeats = 4000;
  for (const int cells : {12, 5}) {
    const double n1 = cells / 2, n2 = cells - cells / 2;
    double squares[2] = {0, 0}, product = 0.0;
    for (int r = 0; r < repeats; ++r) {
      const auto [a, b] = split_target(mean_curve(cells), {}, {}, 20.0, 8, static_cast<std::uint64_t>(r));
      ASSERT_EQ(a.cells, n1);
      ASSERT_EQ(b.cells, n2);
      for (std::size_t k = 0; k < 4; ++k) ASSERT_NEAR((n1 * a.mean[k] + n2 * b.mean[k]) / cells, 100.0, 1e-10);
      EXPECT_EQ(a.mean[2], 100.0);  // no spread, no noise
      squares[0] += std::pow(a.mean[1] - 100, 2) / repeats;
      squares[1] += std::pow(b.mean[1] - 100, 2) / repeats;
      product += (a.mean[0] - 100) * (a.mean[1] - 100) / repeats;
    }
    const double error = 4.0 * std::sqrt(2.0 / repeats);
    EXPECT_NEAR(squares[0], 4.0 * n2 / n1, error * 4.0 * n2 / n1) << cells;
    EXPECT_NEAR(squares[1], 4.0 * n1 / n2, error * 4.0 * n1 / n2) << cells;
    EXPECT_NEAR(product, 2.0 * std::exp(-1.0) * n2 / n1, error * 2.0 * n2 / n1) << cells;
  }
}

// Fewer cells, larger standard error.
TEST(SplitTarget, SemOfAHalf) {
  const auto [a, b] = split_target(mean_curve(5), {}, {}, 20.0, 8, 0);
  EXPECT_NEAR(a.sem[1], 2.0 * std::sqrt(5.0 / 2.0), 1e-12);
  EXPECT_NEAR(b.sem[1], 2.0 * std::sqrt(5.0 / 3.0), 1e-12);
}

TEST(SplitTarget, MeansStayCounts) {
  config::FiCurve curve = mean_curve(12);
  curve.mean = {0.1, 0.1, 0, 0.1};
  for (std::uint64_t r = 0; r < 50; ++r) {
    const auto [a, b] = split_target(curve, {}, {}, 20.0, 8, r);
    for (const double x : a.mean) EXPECT_GE(x, 0.0);
    for (const double x : b.mean) EXPECT_GE(x, 0.0);
  }
}

}  // namespace
}  // namespace modscape::fit
