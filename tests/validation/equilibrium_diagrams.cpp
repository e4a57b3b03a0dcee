// SPDX-License-Identifier: Apache-2.0
// Continuation of equilibria against numbers from elsewhere: the closed forms of the AdEx neuron (Touboul & Brette
// 2008, Biol Cybern 99:319; the eight patterns of Naud et al. 2008 and the set of Brette & Gerstner 2005), those of the
// mean field of Montbrio, Pazo & Roxin (2015, Phys Rev X 5:021028), and the diagram of that field with spike-frequency
// adaptation (Gast et al. 2020) as AUTO-07p computes it, in 607 points. One rank: PETSc needs MPI.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <numbers>

#include "dynamics/adex_equilibria.hpp"
#include "dynamics/codim1_curves.hpp"
#include "dynamics/equilibria.hpp"
#include "models/adex_field.hpp"
#include "models/montbrio.hpp"
#include "models/qif_adaptation.hpp"
#include "solvers/cvode.hpp"
#include "support/adex_sets.hpp"
#include "support/random_sets.hpp"

namespace modscape::dynamics {
namespace {
using models::AdexParameters;
using test_support::adex_set;
using test_support::AdexSet;
using testing::ElementsAre;
using testing::IsEmpty;
using Vector = std::vector<double>;
constexpr double pi = std::numbers::pi;

template <class Curve>
std::vector<std::string> labels(const Curve& curve) {
  std::vector<std::string> made;
  for (const SpecialPoint& point : curve.special) made.push_back(label(point.kind));
  return made;
}

const SpecialPoint& one_of(const EquilibriumBranch& branch, SpecialKind kind) {
  for (const SpecialPoint& point : branch.special)
    if (point.kind == kind) return point;
  throw std::runtime_error("no such point");
}

EquilibriumBranch adex_branch(const AdexParameters& p, double current, double V) {
  return equilibrium_branch(models::adex_field(), models::adex_field_values(current, p), 0,
                            Vector{V, p.a * (V - p.E_L)}, {.curve = {}, .lower = -100.0, .upper = 1000.0});
}
EquilibriumBranch adex_branch(const AdexParameters& p) {
  return adex_branch(p, 0.0, p.E_L);
}

// Sets with an onset; f (a = -g_L) has a test of its own.
class Adex : public testing::TestWithParam<AdexSet> {
 protected:
  const AdexParameters& p = GetParam().parameters;
  AdexLandmarks marks = adex_landmarks(p);
  EquilibriumBranch branch = adex_branch(p);
};

TEST_P(Adex, EQ1_EveryPointLiesOnTheEquilibriumCurve) {
  ASSERT_GT(branch.points.size(), 50U);
  for (const EquilibriumPoint& point : branch.points) {
    const Vector& x = point.curve.x;
    const double current = equilibrium_current(p, x[0]);
    EXPECT_NEAR(x[2], current, 1e-9 * (1.0 + std::abs(current)));
    EXPECT_NEAR(x[1], p.a * (x[0] - p.E_L), 1e-9);
  }
  for (const BranchEnd& end : branch.ends) EXPECT_EQ(end.end, CurveEnd::bound) << end.reason;
  EXPECT_EQ(branch.points.front().curve.x[2], -100.0);
  EXPECT_EQ(branch.points.back().curve.x[2], -100.0);
}

TEST_P(Adex, EQ2_NumberOfEquilibria) {
  for (const double current : {-50.0, 0.5 * marks.I_SN, marks.I_SN - 1e-3, marks.I_SN + 1e-3, 900.0}) {
    const std::vector<Equilibrium> expected = adex_equilibria(p, current);
    const std::vector<EquilibriumPoint> found = equilibria_at(models::adex_field(), branch, current);
    ASSERT_EQ(found.size(), expected.size()) << current;
    EXPECT_EQ(found.size(), current < marks.I_SN ? 2U : 0U);
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_NEAR(found[i].curve.x[0], expected[i].V, 1e-9);
      EXPECT_EQ(found[i].stable(), expected[i].stable());
    }
  }
}

TEST_P(Adex, EQ3_Fold) {
  const SpecialPoint& fold = one_of(branch, SpecialKind::fold);
  EXPECT_TRUE(fold.polish->converged());
  EXPECT_NEAR(fold.u[0], marks.V_SN, 1e-9);
  EXPECT_NEAR(fold.p[0], marks.I_SN, 1e-9);
  EXPECT_NE(fold.coefficient, 0.0);
}

TEST_P(Adex, EQ4_Hopf) {
  if (marks.onset != OnsetClass::hopf) GTEST_SKIP() << "no Hopf point";
  const SpecialPoint& hopf = one_of(branch, SpecialKind::hopf);
  EXPECT_TRUE(hopf.polish->converged());
  EXPECT_NEAR(hopf.u[0], marks.V_H, 1e-9);
  EXPECT_NEAR(hopf.p[0], marks.I_H, 1e-9);
  EXPECT_NEAR(hopf.omega, marks.omega_H, 1e-9);
  // The eigenvalues on both sides.
  EXPECT_EQ(branch.points[hopf.after].unstable, 0U);
  EXPECT_EQ(branch.points[hopf.after + 1].unstable, 2U);
}

// Labels and classes: nothing but what the closed forms know, and rest ends where they say.
TEST_P(Adex, EQ5_LabelsAndClass) {
  if (marks.onset == OnsetClass::hopf)
    EXPECT_THAT(labels(branch), ElementsAre("HB", "LP"));
  else
    EXPECT_THAT(labels(branch), ElementsAre("LP"));
  EXPECT_THAT(branch.unexplained, IsEmpty());
  for (const EquilibriumPoint& point : branch.points) {
    const double V = point.curve.x[0];
    EXPECT_EQ(point.stable(), V < (marks.onset == OnsetClass::hopf ? marks.V_H : marks.V_SN)) << V;
  }
  // On the saddle branch of class 1 the trace vanishes too: a neutral saddle.
  EXPECT_EQ(branch.rejected.size(), marks.onset == OnsetClass::hopf ? 0U : 1U);
}

TEST_P(Adex, EQ7_FirstLyapunovCoefficient) {
  if (marks.onset != OnsetClass::hopf) GTEST_SKIP() << "no Hopf point";
  const std::map<std::string_view, double> published{
      {"b", 34.9434}, {"c", 19.8838}, {"d", 136.328}, {"g", 1.78986}, {"BG2005", 65.7351}};
  const SpecialPoint& hopf = one_of(branch, SpecialKind::hopf);
  EXPECT_NEAR(hopf.coefficient / published.at(GetParam().id), 1.0, 1e-4);
  EXPECT_NEAR(hopf.coefficient / marks.first_lyapunov, 1.0, 1e-8);
}

std::vector<AdexSet> sets_with_onset() {
  std::vector<AdexSet> made;
  for (const AdexSet& set : test_support::adex_sets())
    if (set.id != "f") made.push_back(set);
  return made;
}
INSTANTIATE_TEST_SUITE_P(Published, Adex, testing::ValuesIn(sets_with_onset()),
                         [](const auto& instance) { return std::string(instance.param.id); });

// a = -g_L: a saddle at every current below 0, none above: the curve runs to V -> -infinity, where the determinant is
// smaller than rounding and its sign means nothing.
TEST(AdexSetF, EQ5_HasNoSpecialPoint) {
  const AdexParameters& p = adex_set("f").parameters;
  const EquilibriumBranch branch = adex_branch(p, -50.0, p.V_T);
  ASSERT_GT(branch.points.size(), 10U);
  EXPECT_THAT(labels(branch), IsEmpty());
  for (const EquilibriumPoint& point : branch.points) {
    EXPECT_NEAR(point.curve.x[2], equilibrium_current(p, point.curve.x[0]), 1e-9);
    EXPECT_LT(point.curve.x[2], 1e-12);
    if (point.curve.x[2] < -1e-9) {
      EXPECT_EQ(point.unstable, 1U);
    }
  }
  ASSERT_EQ(equilibria_at(models::adex_field(), branch, -20.0).size(), 1U);
  EXPECT_THAT(equilibria_at(models::adex_field(), branch, 20.0), IsEmpty());
}

// a < -g_L: one saddle at every current.
TEST(AdexStronglyNegativeA, EQ2_OneSaddleAtEveryCurrent) {
  AdexParameters p = adex_set("f").parameters;
  p.a = -15.0;
  const EquilibriumBranch branch = adex_branch(p, 0.0, p.V_T);
  ASSERT_GT(branch.points.size(), 10U);
  EXPECT_THAT(labels(branch), IsEmpty());
  for (const double current : {-50.0, 0.0, 300.0})
    EXPECT_EQ(equilibria_at(models::adex_field(), branch, current).size(), 1U) << current;
  for (const EquilibriumPoint& point : branch.points) EXPECT_EQ(point.unstable, 1U);
}

// Random neurons, from cortical to absurd: the same labels as the closed forms, at the same places, and no others.
TEST(AdexRandomSets, EQ5_LabelsOfTheClosedForms) {
  int hopf_points = 0;
  for (std::uint64_t item = 0; item < 60; ++item) {
    const AdexParameters p = test_support::random_set(item).parameters;
    const AdexLandmarks marks = adex_landmarks(p);
    const double scale = p.g_L * p.Delta_T, start = marks.rest_ends() - 3.0 * scale;
    const EquilibriumBranch branch = equilibrium_branch(
        models::adex_field(), models::adex_field_values(start, p), 0, Vector{adex_equilibria(p, start).front().V, 0.0},
        {.curve = {}, .lower = start - 5.0 * scale, .upper = marks.I_SN + scale});
    const bool hopf = marks.onset == OnsetClass::hopf;
    hopf_points += hopf ? 1 : 0;
    ASSERT_EQ(labels(branch), hopf ? (std::vector<std::string>{"HB", "LP"}) : std::vector<std::string>{"LP"}) << item;
    EXPECT_THAT(branch.unexplained, IsEmpty()) << item;
    EXPECT_NEAR(branch.special.back().p[0], marks.I_SN, 1e-9 * (1.0 + std::abs(marks.I_SN))) << item;
    EXPECT_NEAR(branch.special.back().u[0], marks.V_SN, 1e-9 * std::abs(marks.V_SN)) << item;
    if (!hopf) continue;
    EXPECT_NEAR(branch.special.front().p[0], marks.I_H, 1e-9 * (1.0 + std::abs(marks.I_H))) << item;
    EXPECT_NEAR(branch.special.front().coefficient / marks.first_lyapunov, 1.0, 1e-6) << item;
  }
  EXPECT_GT(hopf_points, 10);
}

// Any parameter may be free: wherever a special point is found, its closed form holds for the parameters there.
TEST(AdexSetB, EQ5_InEveryParameter) {
  const AdexParameters& p = adex_set("b").parameters;
  const double current = 250.0;
  const Vector values = models::adex_field_values(current, p);
  const VectorField& field = models::adex_field();
  std::map<std::string, int> found;
  for (const std::string_view name : {"C_m", "g_L", "E_L", "V_T", "Delta_T", "a", "tau_w"}) {
    const std::size_t k = index_of(field.parameters(), name);
    const double reach = field.parameters()[k].unit == Unit::mV && name != "Delta_T" ? 10.0 : 0.9 * values[k];
    const EquilibriumBranch branch = equilibrium_branch(
        field, values, k, Vector{p.E_L, 0.0}, {.curve = {}, .lower = values[k] - reach, .upper = values[k] + reach});
    ASSERT_GT(branch.points.size(), 5U) << name;
    EXPECT_THAT(branch.unexplained, IsEmpty()) << name;
    for (const SpecialPoint& point : branch.special) {
      AdexParameters q = p;
      q.*models::adex_table().find(name)->member = point.p[0];
      const AdexLandmarks marks = adex_landmarks(q);
      const bool fold = point.kind == SpecialKind::fold;
      ASSERT_TRUE(fold || point.kind == SpecialKind::hopf) << name << " " << label(point.kind);
      EXPECT_NEAR(fold ? marks.I_SN : marks.I_H, current, 1e-9) << name;
      EXPECT_NEAR(fold ? marks.V_SN : marks.V_H, point.u[0], 1e-9) << name;
      ++found[std::string(name) + " " + label(point.kind)];
    }
  }
  for (const char* expected : {"g_L LP", "E_L HB", "E_L LP", "V_T HB", "V_T LP"})
    EXPECT_EQ(found.count(expected), 1U) << expected;
}

// Set b with a freed: fold and Hopf curve in (I, a) follow their closed forms and meet at a = C/tau_w.
TEST(AdexSetB, EQ6_CurvesMeetInTheBogdanovTakensPoint) {
  const AdexParameters& p = adex_set("b").parameters;
  const VectorField& field = models::adex_field();
  const std::array<std::size_t, 2> free{0, index_of(field.parameters(), "a")};
  const Codim1Options options{.curve = {}, .lower = {-500.0, -11.0}, .upper = {2000.0, 20.0}};
  const EquilibriumBranch branch = adex_branch(p);
  const Vector values = models::adex_field_values(0.0, p);
  const Codim1Curve fold = fold_curve(field, values, free, one_of(branch, SpecialKind::fold), options);
  const Codim1Curve hopf = hopf_curve(field, values, free, one_of(branch, SpecialKind::hopf), options);
  for (const Codim1Curve* curve : {&fold, &hopf}) {
    ASSERT_THAT(labels(*curve), ElementsAre("BT"));
    const SpecialPoint& point = curve->special[0];
    EXPECT_NEAR(point.u[0], -49.89186556, 1e-8);
    EXPECT_NEAR(point.p[0], 229.36970294, 1e-8);
    EXPECT_NEAR(point.p[1], 2.0 / 3.0, 1e-8);
    EXPECT_TRUE(point.polish->converged());
    for (const auto& value : point.eigenvalues) EXPECT_LT(std::abs(value), 1e-6);
    for (const BranchEnd& end : curve->ends) EXPECT_EQ(end.end, CurveEnd::bound) << end.reason;
  }
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(fold.special[0].p[i], hopf.special[0].p[i], 1e-8);
  for (const Codim1Point& point : fold.points) {
    AdexParameters q = p;
    q.a = point.p[1];
    EXPECT_NEAR(point.p[0], adex_landmarks(q).I_SN, 1e-8) << q.a;
  }
  int hopf_points = 0, saddles = 0;
  for (const Codim1Point& point : hopf.points) {
    AdexParameters q = p;
    q.a = point.p[1];
    const AdexLandmarks marks = adex_landmarks(q);
    EXPECT_EQ(point.neutral_saddle(), std::isnan(marks.I_H)) << q.a;
    if (point.neutral_saddle()) {
      ++saddles;
      continue;
    }
    ++hopf_points;
    EXPECT_NEAR(point.p[0], marks.I_H, 1e-8) << q.a;
    EXPECT_NEAR(std::sqrt(point.kappa), marks.omega_H, 1e-7) << q.a;
  }
  EXPECT_GT(hopf_points, 10);
  EXPECT_GT(saddles, 10);
}

struct MontbrioDiagram {
  std::size_t eta = index_of(models::montbrio_field().parameters(), "eta");
  std::size_t J = index_of(models::montbrio_field().parameters(), "J");
  Vector values = input_and_values(0.0, models::montbrio_table().defaults(), models::montbrio_table());
  EquilibriumBranch branch = equilibrium_branch(models::montbrio_field(), values, eta, Vector{0.08, -2.0},
                                                {.curve = {}, .lower = -10.0, .upper = 2.0});
};

// Delta 1, J 15: two folds, no Hopf point (the trace is negative); three equilibria between them.
TEST(Montbrio, MPR2_FoldsAndThreeEquilibria) {
  const MontbrioDiagram diagram;
  const EquilibriumBranch& branch = diagram.branch;
  ASSERT_THAT(labels(branch), ElementsAre("LP", "LP"));
  EXPECT_THAT(branch.unexplained, IsEmpty());
  EXPECT_NEAR(branch.special[0].p[0], -3.1361340862, 1e-9);
  EXPECT_NEAR(branch.special[0].u[0], 0.1625697968, 1e-9);
  EXPECT_NEAR(branch.special[1].p[0], -5.7435271617, 1e-9);
  EXPECT_NEAR(branch.special[1].u[0], 0.7539197272, 1e-9);
  for (const SpecialPoint& fold : branch.special) {  // the closed form J = 2 pi^2 r + Delta^2/(2 pi^2 r^3)
    const double r = fold.u[0];
    EXPECT_NEAR(2.0 * pi * pi * r + 1.0 / (2.0 * pi * pi * r * r * r), 15.0, 1e-9);
  }
  const auto found = equilibria_at(models::montbrio_field(), branch, -5.0);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_NEAR(found[0].curve.x[0], 0.0811344420, 1e-10);
  EXPECT_NEAR(found[1].curve.x[0], 0.4729803407, 1e-10);
  EXPECT_NEAR(found[2].curve.x[0], 1.0305967988, 1e-10);
  EXPECT_EQ(found[0].unstable, 0U);
  EXPECT_EQ(found[1].unstable, 1U);
  EXPECT_EQ(found[2].unstable, 0U);
  EXPECT_EQ(found[0].eigenvalues[0].imag(), 0.0);
  EXPECT_NEAR(found[2].eigenvalues[0].real(), -0.3088598, 1e-7);
  EXPECT_NEAR(found[2].eigenvalues[0].imag(), 3.3186290, 1e-7);
}

// In (eta, J) the folds end in a cusp; there is no Bogdanov-Takens point.
TEST(Montbrio, MPR1_Cusp) {
  const MontbrioDiagram diagram;
  const Codim1Options options{.curve = {}, .lower = {-20.0, 2.0}, .upper = {5.0, 25.0}};
  for (const SpecialPoint& start : diagram.branch.special) {
    const Codim1Curve curve =
        fold_curve(models::montbrio_field(), diagram.values, {diagram.eta, diagram.J}, start, options);
    ASSERT_THAT(labels(curve), ElementsAre("CP"));
    const SpecialPoint& cusp = curve.special[0];
    EXPECT_NEAR(cusp.u[0], std::pow(0.75, 0.25) / pi, 1e-10);
    EXPECT_NEAR(cusp.p[0], -std::numbers::sqrt3, 1e-10);
    EXPECT_NEAR(cusp.p[1], 7.796217036667, 1e-10);
    for (const Codim1Point& point : curve.points) {
      const double r = point.u[0];
      EXPECT_NEAR(point.p[1], 2.0 * pi * pi * r + 1.0 / (2.0 * pi * pi * r * r * r), 1e-8);
    }
  }
}

struct SfaDiagram {
  models::QifAdaptationParameters parameters = [] {
    models::QifAdaptationParameters p = models::qif_adaptation_table().defaults();
    p.alpha = 1.0;
    p.eta = -10.0;
    return p;
  }();
  Vector values = input_and_values(0.0, parameters, models::qif_adaptation_table());
  std::size_t eta = index_of(models::qif_adaptation_field().parameters(), "eta");
  EquilibriumBranch branch = equilibrium_branch(models::qif_adaptation_field(), values, eta, Vector{0.1, -3.0, 1.0},
                                                {.curve = {}, .lower = -12.0, .upper = 5.0});
};

TEST(QifAdaptation, SFA1_EquilibriumDiagram) {
  const SfaDiagram diagram;
  const EquilibriumBranch& branch = diagram.branch;
  ASSERT_THAT(labels(branch), ElementsAre("HB", "LP", "LP", "HB"));
  EXPECT_THAT(branch.unexplained, IsEmpty());
  const std::array eta{-3.9233530538, -3.5374973142, -3.5487022844, -0.3860798116};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(branch.special[i].p[0], eta[i], 1e-9) << i;
  EXPECT_NEAR(branch.special[0].u[0], 0.2351549522, 1e-9);
  EXPECT_NEAR(branch.special[0].omega, 0.2772393588, 1e-9);
  EXPECT_NEAR(branch.special[3].u[0], 1.1083814131, 1e-9);
  EXPECT_NEAR(branch.special[3].omega, 1.3855460964, 1e-9);
  // Closed forms: a fold of the equilibrium curve is one of the field without adaptation at J - alpha tau_a.
  for (const std::size_t i : {1U, 2U}) {
    const double r = branch.special[i].u[0];
    EXPECT_NEAR(2.0 * pi * pi * r + 4.0 / (2.0 * pi * pi * r * r * r), 15.0 * std::numbers::sqrt2 - 10.0, 1e-9);
  }
  EXPECT_LE(branch.points.size(), 607U);
  for (const SpecialPoint& point : branch.special) EXPECT_TRUE(point.polish->converged());
}

// The second method: beside each Hopf point a small deviation, integrated by CVODE, grows where the branch is said to
// be unstable and dies out where it is not.
TEST(QifAdaptation, SFA1_StabilityInSimulation) {
  const SfaDiagram diagram;
  for (const std::size_t i : {0U, 3U}) {
    const SpecialPoint& hopf = diagram.branch.special[i];
    int stable = 0;
    for (const double side : {-0.02, 0.02}) {
      const double eta = hopf.p[0] + side;
      const EquilibriumPoint* near = nullptr;
      const auto all = equilibria_at(models::qif_adaptation_field(), diagram.branch, eta);
      for (const EquilibriumPoint& point : all)
        if (near == nullptr || std::abs(point.curve.x[0] - hopf.u[0]) < std::abs(near->curve.x[0] - hopf.u[0]))
          near = &point;
      ASSERT_NE(near, nullptr);
      models::QifAdaptationParameters p = diagram.parameters;
      p.eta = eta;
      const models::QifAdaptation model(p);
      const double length = 2.0 / std::abs(near->eigenvalues[0].real());
      const std::vector<models::InputSegment> silent{{0.0, length, 0.0, 0.0}};
      const Vector& rest = near->curve.x;
      // The largest deviation over the first and over the last period.
      const double period = 2.0 * pi / hopf.omega;
      ASSERT_GT(length, 4.0 * period);
      double first = 0.0, last = 0.0;
      const auto watch = [&](double t, std::span<const double> y) {
        const double deviation = std::abs(y[0] - rest[0]);
        if (t < period) first = std::max(first, deviation);
        if (t > length - period) last = std::max(last, deviation);
      };
      solvers::CvodeOptions options;
      options.rtol = 1e-10;
      options.sample_interval = period / 40.0;
      solvers::CvodeIntegrator(3).run(model, silent, Vector{rest[0] + 1e-5, rest[1], rest[2]}, options, watch);
      EXPECT_EQ(last < first, near->stable()) << i << " " << side;
      stable += near->stable() ? 1 : 0;
    }
    EXPECT_EQ(stable, 1) << "stability changes";
  }
}

}  // namespace
}  // namespace modscape::dynamics
