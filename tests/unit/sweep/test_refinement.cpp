// SPDX-License-Identifier: Apache-2.0
// Refinement must put its points where classes change: tested on boundaries in closed form.
#include "sweep/refinement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>

#include "sweep/sobol.hpp"

namespace modscape::sweep {
namespace {

// Rheobase for a slow ramp, I_SN (Touboul & Brette 2008), of C_m 200 pF, g_L 10 nS, E_L -70 mV, V_T -50 mV, Delta_T 2
// mV: the current at which rest ends by a saddle-node, as a function of the adaptation a (nS).
double rheobase(double a) {
  constexpr double g_L = 10.0, E_L = -70.0, V_T = -50.0, Delta_T = 2.0;
  return (g_L + a) * (V_T - E_L - Delta_T + Delta_T * std::log1p(a / g_L));
}

const std::vector<config::Range> plane{{"a", 0.0, 10.0, config::Scale::linear},
                                       {"amplitude", 100.0, 500.0, config::Scale::linear}};

using Classifier = std::function<std::int64_t(const double*)>;
std::int64_t fires(const double* point) {
  return point[1] > rheobase(point[0]) ? 1 : 0;
}

ClassifiedPoints sobol_plane(std::int64_t points, const Classifier& classify) {
  ClassifiedPoints given{2, sobol_points(points, 2, 4), {}};
  for (std::int64_t i = 0; i < points; ++i) {
    double* point = given.values.data() + 2 * i;
    point[0] *= 10.0;
    point[1] = 100.0 + 400.0 * point[1];
    given.classes.push_back(classify(point));
  }
  return given;
}

// Distance from the boundary in units of the current range.
double distance(const double* point) {
  return std::abs(point[1] - rheobase(point[0])) / 400.0;
}

double share_nearer(const std::vector<double>& points, double limit) {
  double near = 0.0;
  for (std::size_t i = 0; i < points.size(); i += 2) near += distance(points.data() + i) < limit ? 1.0 : 0.0;
  return near / static_cast<double>(points.size() / 2);
}

TEST(Refinement, PointsConcentrateAtTheRheobase) {
  ClassifiedPoints given = sobol_plane(256, fires);
  EXPECT_LT(share_nearer(given.values, 0.08), 0.2);
  std::vector<double> refined = refine_boundary(given, plane, 100, 1);
  ASSERT_EQ(refined.size(), 200u);
  EXPECT_GT(share_nearer(refined, 0.08), 0.95);
  // A further round on all points so far is nearer still.
  given.values.insert(given.values.end(), refined.begin(), refined.end());
  for (std::size_t i = 0; i < refined.size(); i += 2) given.classes.push_back(fires(refined.data() + i));
  refined = refine_boundary(given, plane, 200, 2);
  EXPECT_GT(share_nearer(refined, 0.04), 0.9);
}

// No part of the boundary is left out: of ten stretches of a, each gets new points near its own rheobase.
TEST(Refinement, TheWholeBoundaryIsRefined) {
  const std::vector<double> refined = refine_boundary(sobol_plane(256, fires), plane, 100, 1);
  std::vector<int> stretches(10, 0);
  for (std::size_t i = 0; i < refined.size(); i += 2)
    if (distance(refined.data() + i) < 0.08) ++stretches[static_cast<std::size_t>(refined[i])];
  for (std::size_t s = 0; s < 10; ++s) {
    if (rheobase(static_cast<double>(s)) < 480.0) {
      EXPECT_GE(stretches[s], 4) << s;
    }
  }
}

TEST(Refinement, ABisectedGridStaysOnTheEdgeOfTheClasses) {
  ClassifiedPoints given{1, {0, 1, 2, 3, 4, 5}, {0, 0, 0, 1, 1, 1}};
  const std::vector<config::Range> line{{"a", 0.0, 5.0, config::Scale::linear}};
  const std::vector<double> refined = refine_boundary(given, line, 8, 1);
  ASSERT_EQ(refined.size(), 8u);
  std::set<double> distinct(refined.begin(), refined.end());
  EXPECT_EQ(distinct.size(), 8u);
  for (const double a : refined) EXPECT_TRUE(a > 0.0 && a < 5.0 && a != std::round(a)) << a;
  EXPECT_TRUE(distinct.contains(2.5));
}

TEST(Refinement, MeasuredOnTheScaleOfTheRange) {
  const ClassifiedPoints given{1, {1, 100}, {0, 1}};
  EXPECT_NEAR(refine_boundary(given, {{"tau_w", 1.0, 100.0, config::Scale::log}}, 1, 1).at(0), 10.0, 1e-12);
}

TEST(Refinement, FailedRowsAreNoClass) {
  const std::vector<config::Range> line{{"a", 0.0, 4.0, config::Scale::linear}};
  EXPECT_TRUE(refine_boundary({1, {0, 1, 2}, {0, unknown_class, 0}}, line, 3, 1).empty());
  EXPECT_THAT(refine_boundary({1, {0, 1, 2}, {0, unknown_class, 1}}, line, 1, 1), testing::ElementsAre(1.0 + 0.0));
}

TEST(Refinement, NothingToRefine) {
  EXPECT_TRUE(refine_boundary(sobol_plane(64, [](const double*) { return 5; }), plane, 10, 1).empty());
}

// Where an axis does not exist a point has other neighbours, and its new points do not have the axis either.
TEST(Refinement, ConditionalAxesStayAbsent) {
  const std::vector<config::Range> ranges{{"a", 0.0, 4.0, config::Scale::linear},
                                          {"b", 0.0, 1.0, config::Scale::linear}};
  const ClassifiedPoints given{2, {0, NAN, 4, NAN, 1, 0.0, 1, 1.0}, {0, 1, 7, 7}};
  const std::vector<double> refined = refine_boundary(given, ranges, 3, 1);
  ASSERT_EQ(refined.size(), 6u);
  for (std::size_t i = 0; i < 6; i += 2) {
    EXPECT_TRUE(refined[i] > 0.0 && refined[i] < 4.0);
    EXPECT_TRUE(std::isnan(refined[i + 1]));
  }
}

TEST(Refinement, APureFunction) {
  const ClassifiedPoints given = sobol_plane(128, fires);
  EXPECT_EQ(refine_boundary(given, plane, 50, 1), refine_boundary(given, plane, 50, 1));
  EXPECT_NE(refine_boundary(given, plane, 50, 1), refine_boundary(given, plane, 50, 2));
}

}  // namespace
}  // namespace modscape::sweep
