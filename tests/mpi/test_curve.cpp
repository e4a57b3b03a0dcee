// SPDX-License-Identifier: Apache-2.0
// Newton's method and pseudo-arclength continuation on curves whose every point is known. One rank: PETSc needs MPI.
#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "dynamics/curve.hpp"
#include "solvers/newton.hpp"

namespace {
using namespace modscape;
using dynamics::Curve;
using dynamics::CurveEnd;
using dynamics::CurveOptions;
using dynamics::CurvePoint;

/// f(x, y) = 0 with test functions, defined where `defined` says so.
struct PlaneCurve : dynamics::CurveProblem {
  std::function<double(double, double)> f, fx, fy;
  std::vector<std::function<double(double, double)>> watched;
  std::function<bool(double, double)> defined = [](double, double) { return true; };
  std::array<double, 2> typical{1.0, 1.0};

  std::size_t equations() const override { return 1; }
  std::span<const double> scales() const override { return typical; }
  bool residual(std::span<const double> x, std::span<double> g) const override {
    g[0] = f(x[0], x[1]);
    return defined(x[0], x[1]);
  }
  bool jacobian(std::span<const double> x, std::span<double> j) const override {
    j[0] = fx(x[0], x[1]);
    j[1] = fy(x[0], x[1]);
    return defined(x[0], x[1]);
  }
  std::size_t test_count() const override { return watched.size(); }
  bool tests(const CurvePoint& point, std::span<double> values) const override {
    for (std::size_t i = 0; i < watched.size(); ++i) values[i] = watched[i](point.x[0], point.x[1]);
    return true;
  }
};

/// Radius 3 in x and 0.002 in y: scales matter.
PlaneCurve ellipse() {
  PlaneCurve curve;
  curve.f = [](double x, double y) { return x * x / 9 + y * y / 4e-6 - 1; };
  curve.fx = [](double x, double) { return 2 * x / 9; };
  curve.fy = [](double, double y) { return 2 * y / 4e-6; };
  curve.typical = {3.0, 2e-3};
  return curve;
}

/// y = x^3 - x: folds in y at x = +-1/sqrt(3).
PlaneCurve cubic() {
  PlaneCurve curve;
  curve.f = [](double x, double y) { return x * x * x - x - y; };
  curve.fx = [](double x, double) { return 3 * x * x - 1; };
  curve.fy = [](double, double) { return -1.0; };
  curve.watched = {[](double x, double) { return 3 * x * x - 1; }};
  return curve;
}

TEST(Newton, ConvergesQuadraticallyAndNamesItsFailures) {
  solvers::Newton newton(2);
  const auto system = [](double target) {
    return solvers::NonlinearSystem{[target](std::span<const double> x, std::span<double> f) {
                                      f[0] = x[0] * x[0] + x[1] * x[1] - target;
                                      f[1] = x[0] - x[1];
                                      return std::abs(x[0]) < 100;
                                    },
                                    [](std::span<const double> x, std::span<double> j) {
                                      j[0] = 2 * x[0], j[1] = 2 * x[1], j[2] = 1, j[3] = -1;
                                      return true;
                                    }};
  };
  std::vector<double> x{1.0, 1.2};
  const solvers::NewtonResult found = newton.solve(system(2.0), x);
  EXPECT_EQ(found.end, solvers::NewtonEnd::converged);
  EXPECT_NEAR(x[0], 1.0, 1e-14);
  EXPECT_NEAR(x[1], 1.0, 1e-14);
  ASSERT_GE(found.residuals.size(), 4U);
  EXPECT_LT(found.residuals[3], 2 * std::pow(found.residuals[2], 2));
  EXPECT_EQ(found.residuals.size(), static_cast<std::size_t>(found.iterations) + 1);

  x = {1.0, 1.2};
  EXPECT_EQ(newton.solve(system(-2.0), x, {1e-12, 1e-10, 4}).end, solvers::NewtonEnd::iterations);
  x = {0.0, 0.0};
  EXPECT_EQ(newton.solve(system(2.0), x).end, solvers::NewtonEnd::singular);
  x = {1e-3, 1.1e-3};
  EXPECT_EQ(newton.solve(system(2.0), x).end, solvers::NewtonEnd::undefined);
  EXPECT_THROW(
      newton.solve({[](std::span<const double>, std::span<double>) -> bool { throw std::string("mine"); }, {}}, x),
      std::string);
  x = {1.0, 1.2};
  EXPECT_EQ(newton.solve(system(2.0), x).end, solvers::NewtonEnd::converged) << "usable after every failure";
}

TEST(Curve, ClosesOnAnEllipseOfUnlikeRadii) {
  const PlaneCurve curve = ellipse();
  const Curve found = dynamics::follow(curve, std::vector{0.0, 0.0021}, 0, 1, {.max_step = 0.05});
  EXPECT_EQ(found.end, CurveEnd::closed);
  double angle = 0.0;
  for (const CurvePoint& point : found.points) {
    EXPECT_NEAR(point.x[0] * point.x[0] / 9 + point.x[1] * point.x[1] / 4e-6, 1.0, 1e-12);
    angle = point.arclength;
  }
  EXPECT_NEAR(angle, 2 * std::numbers::pi, 0.06);  // one step more than once around
  EXPECT_GT(found.points[1].x[0], 0.0);
  EXPECT_LT(dynamics::follow(curve, std::vector{0.0, 0.002}, 0, -1, {}).points[1].x[0], 0.0);
}

TEST(Curve, LocatesSignChangesToRounding) {
  const PlaneCurve curve = cubic();
  CurveOptions options{.lower = {-2, -10}, .upper = {2, 10}};
  const Curve found = dynamics::follow(curve, std::vector{-1.9, -5.0}, 0, 1, options);
  EXPECT_EQ(found.end, CurveEnd::bound);
  EXPECT_EQ(found.points.back().x[0], 2.0);
  EXPECT_NEAR(found.points.back().x[1], 6.0, 1e-12);
  ASSERT_EQ(found.crossings.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const double x = (i == 0 ? -1 : 1) / std::sqrt(3.0);
    EXPECT_NEAR(found.crossings[i].point.x[0], x, 1e-13);
    EXPECT_LT(found.points[found.crossings[i].after].x[0], x);
    EXPECT_GT(found.points[found.crossings[i].after + 1].x[0], x);
    EXPECT_NEAR(found.crossings[i].point.tangent[1], 0.0, 1e-12);
  }
}

TEST(Curve, APoleIsNoSpecialPoint) {
  PlaneCurve curve = cubic();
  curve.watched = {[](double x, double) { return 1.0 / (x - 0.3123); }};
  const Curve found = dynamics::follow(curve, std::vector{-1.0, 0.0}, 0, 1, {.lower = {-2, -10}, .upper = {2, 10}});
  EXPECT_EQ(found.end, CurveEnd::bound);
  EXPECT_TRUE(found.crossings.empty());
}

TEST(Curve, TwoSpecialPointsInOneStepAreKeptApart) {
  PlaneCurve curve = cubic();
  curve.watched = {[](double x, double) { return x - 0.5; }, [](double x, double) { return x - 0.5 - 1e-5; }};
  const Curve found = dynamics::follow(curve, std::vector{-1.0, 0.0}, 0, 1, {.lower = {-2, -10}, .upper = {2, 10}});
  ASSERT_EQ(found.crossings.size(), 2U);
  EXPECT_LT(found.crossings[0].after, found.crossings[1].after);
  EXPECT_NEAR(found.crossings[0].point.x[0], 0.5, 1e-13);
  EXPECT_NEAR(found.crossings[1].point.x[0], 0.50001, 1e-13);
}

TEST(Curve, EndsWithAReason) {
  PlaneCurve curve = cubic();
  EXPECT_EQ(dynamics::follow(curve, std::vector{0.0, 1.0}, 0, 1, {.max_points = 7}).end, CurveEnd::points);
  // No point at all beyond x = 0.1: the step is shortened until it gives up, just before.
  curve.defined = [](double x, double) { return x < 0.1; };
  const Curve stopped = dynamics::follow(curve, std::vector{0.0, 0.0}, 0, 1, {});
  EXPECT_EQ(stopped.end, CurveEnd::step_size);
  EXPECT_NEAR(stopped.points.back().x[0], 0.1, 1e-6);
  EXPECT_THAT(stopped.reason, testing::HasSubstr("left the range where the equations are defined"));
  // Held at y = 5 from a fold: Newton runs away.
  const Curve none = dynamics::follow(cubic(), std::vector{1 / std::sqrt(3.0), 5.0}, 1, 1, {});
  EXPECT_EQ(none.end, CurveEnd::no_start);
  EXPECT_TRUE(none.points.empty());
  EXPECT_GE(none.last_residuals.size(), 2U);
  // x y = 0 at the origin has two tangents.
  PlaneCurve cross;
  cross.f = [](double x, double y) { return x * y; };
  cross.fx = [](double, double y) { return y; };
  cross.fy = [](double x, double) { return x; };
  EXPECT_EQ(dynamics::follow(cross, std::vector{0.0, 0.0}, 0, 1, {}).end, CurveEnd::singular);
}

TEST(Curve, GoesOnFromAStoredPoint) {
  const PlaneCurve curve = cubic();
  const CurveOptions options{.lower = {-2, -10}, .upper = {2, 10}};
  const Curve whole = dynamics::follow(curve, std::vector{-1.9, -5.0}, 0, 1, options);
  const Curve rest = dynamics::follow_from(curve, whole.points[5], options);
  EXPECT_EQ(rest.points.front().x, whole.points[5].x);
  EXPECT_EQ(rest.end, CurveEnd::bound);
  EXPECT_EQ(rest.crossings.size(), 2U);
}

}  // namespace
