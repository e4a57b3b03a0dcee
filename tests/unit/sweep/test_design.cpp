// SPDX-License-Identifier: Apache-2.0
// Designs of every kind: how many points, in which order, as pure functions of the index.
#include "sweep/design.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "sweep/latin_hypercube.hpp"
#include "sweep/sobol.hpp"

namespace modscape::sweep {
namespace {

using config::Design;
using config::DesignKind;
using config::DesignPart;
using config::GridAxis;
using testing::ElementsAre;
using Points = std::vector<std::vector<double>>;

constexpr double absent = -999.0;  // NaN made comparable

Points all_points(const SweepDesign& design) {
  Points points;
  for (std::int64_t i = 0; i < design.size(); ++i) {
    std::vector<double> values(design.parameters().size());
    design.point(i, values);
    for (double& value : values)
      if (std::isnan(value)) value = absent;
    points.push_back(values);
  }
  return points;
}

GridAxis list_axis(const std::string& name, std::vector<double> values) {
  GridAxis axis;
  axis.name = name;
  axis.values = std::move(values);
  return axis;
}

GridAxis span_axis(const std::string& name, double from, double to, std::int64_t count, config::Scale scale) {
  GridAxis axis;
  axis.name = name;
  axis.from = from;
  axis.to = to;
  axis.count = count;
  axis.scale = scale;
  return axis;
}

GridAxis conditional(GridAxis axis, const std::string& on, std::vector<double> values) {
  axis.when.push_back({on, std::move(values)});
  return axis;
}

DesignPart grid(std::vector<GridAxis> axes, std::vector<std::vector<std::string>> zip = {}) {
  DesignPart part;
  part.kind = DesignKind::grid;
  part.axes = std::move(axes);
  part.zip = std::move(zip);
  return part;
}

DesignPart ranged(DesignKind kind, std::int64_t points, std::uint64_t seed) {
  DesignPart part;
  part.kind = kind;
  part.ranges = {{"C_m", 0.0, 1.0, config::Scale::linear}, {"b", 0.0, 1.0, config::Scale::linear}};
  part.points = points;
  part.seed = seed;
  return part;
}

Points points_of(std::vector<DesignPart> parts) {
  return all_points(SweepDesign(Design{std::move(parts)}));
}

TEST(Grid, NestedLoopsTheLastAxisInnermost) {
  EXPECT_THAT(points_of({grid({list_axis("a", {3, 1}), list_axis("b", {5, 6, 7})})}),
              ElementsAre(ElementsAre(3, 5), ElementsAre(3, 6), ElementsAre(3, 7), ElementsAre(1, 5), ElementsAre(1, 6),
                          ElementsAre(1, 7)));
}

TEST(Grid, SpansMeetTheirEnds) {
  const Points log = points_of({grid({span_axis("b", 0.1, 1000.0, 5, config::Scale::log)})});
  EXPECT_EQ(log.front()[0], 0.1);
  EXPECT_EQ(log.back()[0], 1000.0);
  EXPECT_NEAR(log[1][0], 1.0, 1e-14);
  GridAxis steps = span_axis("a", 0.1, 1.0, 4, config::Scale::linear);
  steps.step = 0.3;
  EXPECT_EQ(points_of({grid({steps})})[3][0], 0.1 + 3 * 0.3);
}

TEST(Grid, ZippedAxesAreOneLoop) {
  EXPECT_THAT(
      points_of({grid({list_axis("a", {1, 2}), list_axis("b", {5, 6}), list_axis("V_r", {7, 8})}, {{"V_r", "a"}})}),
      ElementsAre(ElementsAre(1, 5, 7), ElementsAre(1, 6, 7), ElementsAre(2, 5, 8), ElementsAre(2, 6, 8)));
}

// tau_w is varied where a is 2 only, and V_r where tau_w exists and is 10.
TEST(Grid, ConditionalAxesExistWhereTheirConditionHolds) {
  const Points points = points_of({grid({list_axis("a", {0, 2, 4}), conditional(list_axis("tau_w", {10, 20}), "a", {2}),
                                         conditional(list_axis("V_r", {-60, -50}), "tau_w", {10})})});
  EXPECT_THAT(points, ElementsAre(ElementsAre(0, absent, absent), ElementsAre(2, 10, -60), ElementsAre(2, 10, -50),
                                  ElementsAre(2, 20, absent), ElementsAre(4, absent, absent)));
}

// Against nested loops written out, with two conditions on one axis and free axes between and after them.
TEST(Grid, ConditionsAgainstLoops) {
  GridAxis third = conditional(conditional(list_axis("V_r", {1, 2, 3}), "a", {1, 2}), "b", {0, 5});
  const Points points = points_of({grid({span_axis("a", 0, 3, 4, config::Scale::linear), list_axis("b", {0, 5, 6}),
                                         list_axis("C_m", {7, 8}), third, list_axis("g_L", {1, 2})})});
  Points expected;
  for (const double a : {0, 1, 2, 3})
    for (const double b : {0, 5, 6})
      for (const double c : {7, 8}) {
        const bool exists = (a == 1 || a == 2) && (b == 0 || b == 5);
        for (const double v : exists ? std::vector<double>{1, 2, 3} : std::vector<double>{absent})
          for (const double g : {1, 2}) expected.push_back({a, b, c, v, g});
      }
  EXPECT_EQ(points, expected);
  EXPECT_EQ(std::set(points.begin(), points.end()).size(), points.size());  // none is there twice
}

TEST(Grid, ABillionPointsCostNothing) {
  const SweepDesign design(Design{{grid({span_axis("a", 0, 1, 100000, config::Scale::linear),
                                         conditional(span_axis("b", 0, 1, 20001, config::Scale::linear), "a", {0}),
                                         span_axis("V_r", 0, 9999, 10000, config::Scale::linear)})}});
  EXPECT_EQ(design.size(), (20001LL + 99999LL) * 10000LL);
  std::vector<double> values(3);
  design.point(20001LL * 10000LL + 123, values);
  EXPECT_DOUBLE_EQ(values[0], 1.0 / 99999.0);
  EXPECT_TRUE(std::isnan(values[1]));
  EXPECT_DOUBLE_EQ(values[2], 123.0);
}

TEST(List, RowsAsWritten) {
  DesignPart part;
  part.kind = DesignKind::list;
  part.columns = {"a", "b"};
  part.table = {1, 2, 3, 4, 1, 2};
  EXPECT_THAT(points_of({part}), ElementsAre(ElementsAre(1, 2), ElementsAre(3, 4), ElementsAre(1, 2)));
}

TEST(Nested, EveryPointOfTheFirstWithEveryPointOfTheSecond) {
  const Points first = points_of({ranged(DesignKind::sobol, 3, 5)});
  const Points points = points_of({ranged(DesignKind::sobol, 3, 5), grid({list_axis("a", {8, 9})})});
  ASSERT_EQ(points.size(), 6u);
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_THAT(points[i], ElementsAre(first[i / 2][0], first[i / 2][1], i % 2 == 0 ? 8 : 9));
}

TEST(SobolDesign, IsTheSequenceInItsRanges) {
  DesignPart part = ranged(DesignKind::sobol, 20, 3);
  part.ranges[1] = {"b", 10.0, 1000.0, config::Scale::log};
  const Points points = points_of({part});
  const std::vector<double> u = sobol_points(20, 2, 3);
  for (std::size_t i = 0; i < 20; ++i)
    EXPECT_THAT(points[i], ElementsAre(u[2 * i], from_unit(part.ranges[1], u[2 * i + 1])));
}

TEST(SobolDesign, AnExtensionGoesOnInTheSequence) {
  const Points longer = points_of({ranged(DesignKind::sobol, 30, 3)});
  const SweepDesign design(Design{{ranged(DesignKind::sobol, 20, 3)}});
  std::vector<double> values(2);
  for (std::int64_t i = 0; i < 10; ++i) {
    design.extension_point(1, 20, 10, i, values);
    EXPECT_EQ(values, longer[static_cast<std::size_t>(20 + i)]);
  }
}

class Hypercube : public testing::TestWithParam<std::int64_t> {};

TEST_P(Hypercube, EveryIntervalOfEveryDimensionHoldsOnePoint) {
  const std::int64_t n = GetParam();
  std::vector<std::vector<int>> visits(4, std::vector<int>(static_cast<std::size_t>(n), 0));
  std::vector<double> u(4);
  for (std::int64_t i = 0; i < n; ++i) {
    latin_hypercube_point(i, n, 11, 0, u);
    for (std::size_t d = 0; d < 4; ++d) {
      ASSERT_TRUE(u[d] > 0.0 && u[d] < 1.0);
      ++visits[d][static_cast<std::size_t>(u[d] * static_cast<double>(n))];
    }
  }
  for (std::size_t d = 0; d < 4; ++d) EXPECT_THAT(visits[d], testing::Each(1)) << d;
}
INSTANTIATE_TEST_SUITE_P(Sizes, Hypercube, testing::Values(1, 2, 3, 7, 64, 1000, 4097));

// Dimensions are permuted independently: the correlation of n = 4096 pairs is 0 +- 1/sqrt(n).
TEST(Hypercubes, DimensionsAndReplicatesAreIndependent) {
  constexpr std::int64_t n = 4096;
  double by_dimension = 0.0, by_replicate = 0.0, by_seed = 0.0;
  std::vector<double> u(2), other(2), seeded(2);
  for (std::int64_t i = 0; i < n; ++i) {
    latin_hypercube_point(i, n, 1, 0, u);
    latin_hypercube_point(i, n, 1, 1, other);
    latin_hypercube_point(i, n, 2, 0, seeded);
    by_dimension += 12.0 * (u[0] - 0.5) * (u[1] - 0.5) / n;
    by_replicate += 12.0 * (u[0] - 0.5) * (other[0] - 0.5) / n;
    by_seed += 12.0 * (u[0] - 0.5) * (seeded[0] - 0.5) / n;
  }
  for (const double correlation : {by_dimension, by_replicate, by_seed}) EXPECT_LT(std::abs(correlation), 5.0 / 64.0);
}

// Of a permutation far too long for a table: no value twice among many.
TEST(Hypercubes, PermutationOfABillion) {
  const IndexPermutation permutation(1000000007, 3, 0);
  std::set<std::int64_t> seen;
  for (std::int64_t i = 0; i < 20000; ++i) {
    const std::int64_t value = permutation(i * 50000);
    EXPECT_TRUE(value >= 0 && value < 1000000007);
    seen.insert(value);
  }
  EXPECT_EQ(seen.size(), 20000u);
}

TEST(Hypercubes, AnExtensionIsAnotherHypercube) {
  const SweepDesign design(Design{{ranged(DesignKind::latin_hypercube, 20, 3)}});
  std::vector<double> values(2), u(2);
  design.extension_point(2, 40, 10, 7, values);
  latin_hypercube_point(7, 10, 3, 2, u);
  EXPECT_EQ(values, u);
}

TEST(Ranges, LinearAndLogarithmic) {
  const config::Range linear{"b", -10.0, 30.0, config::Scale::linear}, log{"tau_w", 10.0, 1000.0, config::Scale::log};
  EXPECT_DOUBLE_EQ(from_unit(linear, 0.25), 0.0);
  EXPECT_DOUBLE_EQ(from_unit(log, 0.25), 10.0 * std::sqrt(10.0));
  EXPECT_DOUBLE_EQ(from_unit(linear, 0.0), -10.0);
  EXPECT_DOUBLE_EQ(from_unit(linear, 1.0), 30.0);
  EXPECT_DOUBLE_EQ(from_unit(log, 0.0), 10.0);
  EXPECT_DOUBLE_EQ(from_unit(log, 1.0), 1000.0);
  for (const config::Range& range : {linear, log})
    for (const double u : {0.001, 0.3, 0.77, 0.999}) EXPECT_NEAR(to_unit(range, from_unit(range, u)), u, 1e-14);
}

}  // namespace
}  // namespace modscape::sweep
