// SPDX-License-Identifier: Apache-2.0
#include "fit/reduction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/rng.hpp"

namespace modscape::fit {
namespace {
using testing::DoubleNear;
using testing::Pointwise;

constexpr double half_root = std::numbers::sqrt2 / 2.0;

TEST(GaugeFree, OneNumberPerName) {
  const models::AdexParameters p{200, 10, -70, -50, 2, 5, 60, 100, -58, 0, 2};
  const std::vector<double> expected{std::log(20.0), std::log(100.0), 0.5, 3.0, -4.0, std::log(20.0)};
  EXPECT_THAT(gauge_free(p), Pointwise(DoubleNear(1e-14), expected));
  EXPECT_EQ(gauge_free_names().size(), expected.size());
}

// What spike times cannot tell: V -> alpha V + beta.
TEST(GaugeFree, IndependentOfTheVoltageScale) {
  const models::AdexParameters p{200, 10, -70, -50, 2, 5, 60, 100, -58, 0, 2};
  EXPECT_THAT(gauge_free(models::regauged(p, 1.7, -12.0)), Pointwise(DoubleNear(1e-12), gauge_free(p)));
}

// Two columns of correlation r: components (1, 1) and (1, -1) over sqrt 2 with shares (1 + r)/2 and (1 - r)/2.
TEST(Pca, TwoColumnsOfKnownCorrelation) {
  const std::vector<double> data{1, 10, 2, 30, 3, 20, 4, 40};  // ranks 1 2 3 4 and 1 3 2 4: r = 0.8
  const Pca pca = principal_components(data, 2);
  EXPECT_THAT(pca.centre, Pointwise(DoubleNear(1e-14), std::vector{2.5, 25.0}));
  EXPECT_THAT(pca.scale, Pointwise(DoubleNear(1e-13), std::vector{std::sqrt(5.0 / 3.0), 10 * std::sqrt(5.0 / 3.0)}));
  EXPECT_THAT(pca.variance, Pointwise(DoubleNear(1e-14), std::vector{0.9, 0.1}));
  EXPECT_THAT(pca.loadings, Pointwise(DoubleNear(1e-13), std::vector{half_root, half_root, half_root, -half_root}));
  // Score of the first row: standardised (-1.5, -1.5)/sqrt(5/3).
  EXPECT_NEAR(pca.scores[0], -3.0 * half_root / std::sqrt(5.0 / 3.0), 1e-13);
  EXPECT_NEAR(pca.scores[1], 0.0, 1e-13);
}

// x = s f + noise in three columns: the first component is their sum, its share (1 + 2 r)/3.
TEST(Pca, CommonFactorIsFound) {
  constexpr std::size_t rows = 4000;
  std::vector<double> data;
  const CounterRng rng(2, Purpose::synthetic, 0);
  for (std::uint64_t i = 0; i < rows; ++i)
    for (std::uint64_t c = 0; c < 3; ++c) data.push_back(rng.normal(4 * i) + 0.5 * rng.normal(4 * i + 1 + c));
  const Pca pca = principal_components(data, 3);
  const double r = 1.0 / 1.25;
  EXPECT_NEAR(pca.variance[0], (1.0 + 2.0 * r) / 3.0, 4.0 * (1 - r * r) / std::sqrt(rows));
  for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(pca.loadings[c], 1.0 / std::numbers::sqrt3, 0.02);
}

TEST(Pca, ScoresAreUncorrelatedAndCarryTheVariance) {
  std::vector<double> data;
  const CounterRng rng(5, Purpose::synthetic, 0);
  constexpr std::size_t rows = 50, columns = 4;
  for (std::uint64_t i = 0; i < rows * columns; ++i) data.push_back(rng.normal(i) + (i % 2 ? data.back() : 0.0));
  const Pca pca = principal_components(data, columns);
  for (std::size_t a = 0; a < columns; ++a)
    for (std::size_t b = 0; b < columns; ++b) {
      double product = 0.0;
      for (std::size_t r = 0; r < rows; ++r) product += pca.scores[r * columns + a] * pca.scores[r * columns + b];
      EXPECT_NEAR(product / (rows - 1), a == b ? columns * pca.variance[a] : 0.0, 1e-12);
    }
}

TEST(Pca, UnitsOfAColumnDoNotMatter) {
  const std::vector<double> data{1, 1, 2, 5, 3, 4, 4, 9, 5, 7};
  std::vector<double> other = data;
  for (std::size_t i = 1; i < other.size(); i += 2) other[i] = 1000.0 * other[i] - 77.0;
  const Pca one = principal_components(data, 2), two = principal_components(other, 2);
  EXPECT_THAT(two.scores, Pointwise(DoubleNear(1e-11), one.scores));
  EXPECT_THAT(two.loadings, Pointwise(DoubleNear(1e-12), one.loadings));
}

// A parameter that is not sampled is the same in every model: it has no part in any component.
TEST(Pca, AConstantColumnHasNoPart) {
  for (const double value : {0.0, 0.1, std::log(120.0), -1e6 / 3.0}) {
    std::vector<double> data;
    const CounterRng rng(9, Purpose::synthetic, 0);
    for (std::uint64_t i = 0; i < 500; ++i) {
      data.push_back(rng.normal(2 * i));
      data.push_back(value);
      data.push_back(rng.normal(2 * i + 1));
    }
    const Pca pca = principal_components(data, 3);
    EXPECT_NEAR(pca.variance[0] + pca.variance[1], 1.0, 1e-12) << value;
    EXPECT_NEAR(pca.variance[2], 0.0, 1e-12) << value;
    EXPECT_NEAR(pca.loadings[1], 0.0, 1e-12) << value;
    EXPECT_NEAR(pca.loadings[4], 0.0, 1e-12) << value;
  }
}

// On a line: group 0 at 0 and 1, group 1 at 10 and 12. Silhouettes by hand: (a, b) = (1, 11), (1, 10), (2, 9.5), (2,
// 11.5).
TEST(Silhouette, FourPointsByHand) {
  const double expected = (10.0 / 11.0 + 9.0 / 10.0 + 7.5 / 9.5 + 9.5 / 11.5) / 4.0;
  EXPECT_NEAR(silhouette(std::vector{0.0, 1.0, 10.0, 12.0}, 1, std::vector{0, 0, 1, 1}), expected, 1e-14);
  EXPECT_NEAR(silhouette(std::vector{0.0, 1.0, 10.0, 12.0}, 1, std::vector{1, 1, 0, 0}), expected, 1e-14);
}

TEST(Silhouette, InThePlane) {
  // A unit square, diagonal pairs: inside sqrt 2, outside 1, everywhere.
  EXPECT_NEAR(silhouette(std::vector<double>{0, 0, 1, 0, 1, 1, 0, 1}, 2, std::vector{0, 1, 0, 1}),
              (1.0 - std::numbers::sqrt2) / std::numbers::sqrt2, 1e-14);
}

// Rousseeuw 1987: a point alone in its group, or as far from both groups, counts 0.
TEST(Silhouette, DefinedWhereDistancesVanish) {
  EXPECT_NEAR(silhouette(std::vector{0.0, 5.0, 6.0}, 1, std::vector{0, 1, 1}), (0.0 + 4.0 / 5.0 + 5.0 / 6.0) / 3.0,
              1e-14);
  EXPECT_EQ(silhouette(std::vector{3.0, 3.0, 3.0, 3.0}, 1, std::vector{0, 1, 0, 1}), 0.0);
}

TEST(Silhouette, InvariantUnderScaleShiftAndOrder) {
  const std::vector<double> points{0, 0, 2, 1, 5, 5, 6, 4, 7, 7}, moved{-3, 9, 3, 12, 12, 24, 15, 21, 18, 30};
  const std::vector<double> turned{7, 7, 6, 4, 5, 5, 2, 1, 0, 0};
  const double value = silhouette(points, 2, std::vector{0, 0, 1, 1, 1});
  EXPECT_NEAR(silhouette(moved, 2, std::vector{0, 0, 1, 1, 1}), value, 1e-14);
  EXPECT_NEAR(silhouette(turned, 2, std::vector{1, 1, 1, 0, 0}), value, 1e-14);
}

TEST(Silhouette, HalvesOfOneGroupDoNotSeparate) {
  std::vector<double> points;
  const CounterRng rng(6, Purpose::synthetic, 0);
  for (std::uint64_t i = 0; i < 200; ++i) points.push_back(rng.normal(i));
  const std::vector<double> null = silhouette_null(points, 2, 20, 3);
  ASSERT_EQ(null.size(), 20U);
  for (const double s : null) EXPECT_LT(std::abs(s), 0.05);
  EXPECT_EQ(null, silhouette_null(points, 2, 20, 3));
  EXPECT_NE(null, silhouette_null(points, 2, 20, 4));
  EXPECT_NE(null[0], null[1]);
}

}  // namespace
}  // namespace modscape::fit
