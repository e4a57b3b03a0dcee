// SPDX-License-Identifier: Apache-2.0
// Branches of equilibria and curves of special points on normal forms, whose bifurcations are known by construction.
// One rank: PETSc needs MPI.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "dynamics/codim1_curves.hpp"
#include "dynamics/equilibria.hpp"
#include "support/normal_forms.hpp"

namespace {
using namespace modscape;
using namespace modscape::dynamics;
using namespace modscape::test_support;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Vector = std::vector<double>;

template <class Model>
EquilibriumBranch branch_of(Vector p, Vector guess, double lower, double upper) {
  return equilibrium_branch(field_of<Model>(), std::move(p), 0, guess, {.curve = {}, .lower = lower, .upper = upper});
}

template <class Curve>
std::vector<std::string> labels(const Curve& curve) {
  std::vector<std::string> made;
  for (const SpecialPoint& point : curve.special) made.push_back(label(point.kind));
  return made;
}

TEST(EquilibriumBranch, FoldIsFoundToRounding) {
  const EquilibriumBranch branch = branch_of<Fold>({-1.0}, {-0.9}, -2.0, 2.0);
  ASSERT_THAT(labels(branch), ElementsAre("LP"));
  const SpecialPoint& fold = branch.special[0];
  EXPECT_NEAR(fold.u[0], 0.0, 1e-14);
  EXPECT_NEAR(fold.p[0], 0.0, 1e-14);
  EXPECT_NEAR(fold.coefficient, 1.0, 1e-12);
  EXPECT_TRUE(fold.polish->converged());
  for (const BranchEnd& end : branch.ends) EXPECT_EQ(end.end, CurveEnd::bound) << end.reason;
  EXPECT_EQ(branch.points.front().curve.x.back(), -2.0);
  EXPECT_EQ(branch.points.back().curve.x.back(), -2.0);
  for (const EquilibriumPoint& point : branch.points) EXPECT_EQ(point.stable(), point.curve.x[0] < 0.0);
  EXPECT_THAT(branch.unexplained, IsEmpty());
}

TEST(EquilibriumBranch, ArclengthRisesAlongAllPoints) {
  const EquilibriumBranch branch = branch_of<Fold>({-1.0}, {-0.9}, -2.0, 2.0);
  for (std::size_t i = 0; i + 1 < branch.points.size(); ++i) {
    const CurvePoint &one = branch.points[i].curve, &next = branch.points[i + 1].curve;
    EXPECT_LT(one.arclength, next.arclength);
    EXPECT_EQ(one.tests[EquilibriumCurve::fold_test], one.tangent[1]);
    EXPECT_GT(one.tangent[0] * next.tangent[0] + one.tangent[1] * next.tangent[1], 0.9);
  }
  const SpecialPoint& fold = branch.special[0];
  EXPECT_LT(branch.points[fold.after].curve.arclength, fold.arclength);
  EXPECT_LT(fold.arclength, branch.points[fold.after + 1].curve.arclength);
}

TEST(EquilibriaAt, FindsBothSidesOfAFoldWithinOneStep) {
  const EquilibriumBranch branch = branch_of<Fold>({-1.0}, {-0.9}, -2.0, 2.0);
  for (const double p : {-2.0, -1.0, -1e-3, -1e-6}) {
    const auto found = equilibria_at(field_of<Fold>(), branch, p);
    ASSERT_EQ(found.size(), 2U) << p;
    EXPECT_NEAR(found[0].curve.x[0], -std::sqrt(-p), 1e-12);
    EXPECT_NEAR(found[1].curve.x[0], std::sqrt(-p), 1e-12);
    EXPECT_TRUE(found[0].stable() && !found[1].stable());
  }
  EXPECT_THAT(equilibria_at(field_of<Fold>(), branch, 1e-6), IsEmpty());
}

TEST(EquilibriumBranch, TranscriticalIsABranchPoint) {
  const EquilibriumBranch branch = branch_of<Transcritical>({-1.0}, {0.0}, -2.0, 2.0);
  ASSERT_THAT(labels(branch), ElementsAre("BP"));
  EXPECT_NEAR(branch.special[0].p[0], 0.0, 1e-12);
  EXPECT_EQ(branch.points.back().curve.x.back(), 2.0);
  EXPECT_THAT(branch.unexplained, IsEmpty());
}

// On x^2 = p the parameter turns round at the branch point: not a fold.
TEST(EquilibriumBranch, PitchforkIsNoFold) {
  const EquilibriumBranch branch = branch_of<Pitchfork>({1.0}, {1.1}, -2.0, 2.0);
  for (const BranchEnd& end : branch.ends) EXPECT_EQ(end.end, CurveEnd::bound) << end.reason;
  ASSERT_THAT(labels(branch), ElementsAre("BP"));
  EXPECT_NEAR(branch.special[0].u[0], 0.0, 1e-10);
  EXPECT_NEAR(branch.special[0].p[0], 0.0, 1e-10);
  ASSERT_EQ(branch.rejected.size(), 1U);
  EXPECT_THAT(branch.rejected[0].reason, HasSubstr("branch point"));
  EXPECT_NEAR(branch.points.front().curve.x[0] * branch.points.back().curve.x[0], -2.0, 1e-9);
}

TEST(EquilibriumBranch, NeutralSaddleIsNoHopfPoint) {
  const EquilibriumBranch branch = branch_of<NeutralSaddle>({-1.7}, {0.0, 0.0}, -2.0, -0.4);
  EXPECT_THAT(branch.special, IsEmpty());
  ASSERT_EQ(branch.rejected.size(), 1U);
  EXPECT_THAT(branch.rejected[0].reason, HasSubstr("neutral saddle"));
  EXPECT_NEAR(branch.rejected[0].x.back(), -1.0, 1e-10);
}

TEST(EquilibriumBranch, HopfPointWithItsFrequencyAndCoefficient) {
  for (const double p1 : {-0.5, 0.25}) {
    const EquilibriumBranch branch = branch_of<Bautin>({-0.73, p1}, {0.0, 0.0}, -1.0, 1.0);
    ASSERT_THAT(labels(branch), ElementsAre("HB"));
    EXPECT_NEAR(branch.special[0].p[0], 0.0, 1e-14);
    EXPECT_NEAR(branch.special[0].omega, 1.0, 1e-13);
    EXPECT_NEAR(branch.special[0].coefficient, 2.0 * p1, 1e-12);
    EXPECT_EQ(branch.points.front().unstable, 0U);
    EXPECT_EQ(branch.points.back().unstable, 2U);
    EXPECT_THAT(branch.unexplained, IsEmpty());
  }
}

TEST(EquilibriumBranch, SaysWhereStabilityChangesWithoutALabel) {
  const EquilibriumBranch branch = branch_of<TwinHopf>({-0.73}, {0.0, 0.0, 0.0, 0.0}, -1.0, 1.0);
  EXPECT_THAT(branch.special, IsEmpty());
  ASSERT_EQ(branch.unexplained.size(), 1U);
  EXPECT_LT(branch.points[branch.unexplained[0]].curve.x.back(), 0.0);
  EXPECT_GE(branch.points[branch.unexplained[0] + 1].curve.x.back(), 0.0);
}

TEST(EquilibriumBranch, WithoutEquilibriumThereIsNoBranchButAReason) {
  const EquilibriumBranch branch = branch_of<Fold>({1.0}, {0.3}, -2.0, 2.0);
  EXPECT_THAT(branch.points, IsEmpty());
  EXPECT_EQ(branch.ends[0].end, CurveEnd::no_start);
  EXPECT_THAT(branch.ends[0].reason, HasSubstr("Newton"));
  EXPECT_GE(branch.ends[0].last_residuals.size(), 2U);
}

TEST(EquilibriumBranch, BranchPointIsNoStart) {
  const EquilibriumBranch branch = branch_of<Transcritical>({0.0}, {0.0}, -2.0, 2.0);
  EXPECT_THAT(branch.points, IsEmpty());
  EXPECT_EQ(branch.ends[0].end, CurveEnd::singular);
}

// The second half of the branch again from a stored point of the first.
TEST(ContinueBranch, GoesOnFromAnyStoredPoint) {
  const EquilibriumBranch whole = branch_of<Fold>({-1.0}, {-0.9}, -2.0, 2.0);
  const CurvePoint& stored = whole.points[whole.special[0].after - 3].curve;
  const EquilibriumBranch rest =
      continue_branch(field_of<Fold>(), {-1.0}, 0, stored, {.curve = {}, .lower = -2.0, .upper = 2.0});
  ASSERT_THAT(labels(rest), ElementsAre("LP"));
  EXPECT_NEAR(rest.special[0].p[0], 0.0, 1e-14);
  EXPECT_NEAR(rest.points.front().curve.x[0], stored.x[0], 1e-10);
  EXPECT_NEAR(rest.points.back().curve.x[0], whole.points.back().curve.x[0], 1e-10);
}

const Codim1Options around_zero{.curve = {}, .lower = {-1.0, -1.0}, .upper = {1.0, 1.0}};

TEST(HopfCurve, GeneralisedHopfPointOfBautin) {
  const EquilibriumBranch branch = branch_of<Bautin>({-0.73, -0.5}, {0.0, 0.0}, -1.0, 1.0);
  const Codim1Curve curve = hopf_curve(field_of<Bautin>(), {-0.73, -0.5}, {0, 1}, branch.special.at(0), around_zero);
  ASSERT_THAT(labels(curve), ElementsAre("GH"));
  EXPECT_NEAR(curve.special[0].p[1], 0.0, 1e-10);
  EXPECT_NEAR(curve.points.front().p[1], -1.0, 1e-15);
  EXPECT_NEAR(curve.points.back().p[1], 1.0, 1e-15);
  for (const Codim1Point& point : curve.points) {
    EXPECT_NEAR(point.p[0], 0.0, 1e-12);
    EXPECT_NEAR(point.kappa, 1.0, 1e-10);
  }
}

TEST(CodimensionOneCurves, MeetInTheBogdanovTakensPoint) {
  // At p1 = -0.5 the equilibria are those of x^2 - x/2 + p0 = 0: a Hopf point at x = 0, p0 = 0, a fold at x = 1/4.
  const EquilibriumBranch branch = branch_of<BogdanovTakens>({-0.1, -0.5}, {-0.15, 0.0}, -0.5, 0.5);
  ASSERT_THAT(labels(branch), ElementsAre("HB", "LP"));
  EXPECT_NEAR(branch.special[0].p[0], 0.0, 1e-13);
  EXPECT_NEAR(branch.special[0].omega, std::sqrt(0.5), 1e-12);
  EXPECT_NEAR(branch.special[1].p[0], 0.0625, 1e-13);
  const Codim1Curve hopf = hopf_curve(field_of<BogdanovTakens>(), {-0.1, -0.5}, {0, 1}, branch.special[0], around_zero);
  const Codim1Curve fold = fold_curve(field_of<BogdanovTakens>(), {-0.1, -0.5}, {0, 1}, branch.special[1], around_zero);
  for (const Codim1Curve* curve : {&hopf, &fold}) {
    ASSERT_THAT(labels(*curve), ElementsAre("BT"));
    for (const double p : curve->special[0].p) EXPECT_NEAR(p, 0.0, 1e-12);
    EXPECT_THAT(curve->rejected, IsEmpty());
    for (const BranchEnd& end : curve->ends) EXPECT_EQ(end.end, CurveEnd::bound) << end.reason;
  }
  for (const Codim1Point& point : fold.points) EXPECT_NEAR(4.0 * point.p[0], point.p[1] * point.p[1], 1e-10);
  bool beyond = false;
  for (const Codim1Point& point : hopf.points) {
    EXPECT_NEAR(point.p[0], 0.0, 1e-10);
    EXPECT_NEAR(point.kappa, -point.p[1], 1e-10);
    EXPECT_EQ(point.neutral_saddle(), point.p[1] > 0.0);
    beyond = beyond || point.neutral_saddle();
  }
  EXPECT_TRUE(beyond) << "the curve passes through the point";
}

TEST(FoldCurve, PassesThroughTheCusp) {
  const EquilibriumBranch branch = branch_of<Cusp>({-0.9, 0.6}, {-1.1, -0.5}, -1.0, 1.0);
  ASSERT_THAT(labels(branch), ElementsAre("LP", "LP"));
  const Codim1Curve curve = fold_curve(field_of<Cusp>(), {-0.9, 0.6}, {0, 1}, branch.special[0], around_zero);
  ASSERT_THAT(labels(curve), ElementsAre("CP"));
  for (const double p : curve.special[0].p) EXPECT_NEAR(p, 0.0, 1e-12);
  for (const Codim1Point& point : curve.points)
    EXPECT_NEAR(27.0 * point.p[0] * point.p[0], 4.0 * std::pow(point.p[1], 3), 1e-9);
  EXPECT_LT(curve.points.front().p[0] * curve.points.back().p[0], 0.0) << "both arms";
}

}  // namespace
