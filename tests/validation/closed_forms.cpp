// SPDX-License-Identifier: Apache-2.0
// Equilibria and local bifurcations of the AdEx neuron in closed form (Touboul & Brette 2008, Biol Cybern 99:319; Naud
// et al. 2008, Biol Cybern 99:335), against numbers computed independently (AUTO-07p for set b: HB 256.181, LP 256.316,
// V_H -49.891865557, V_SN -49.691698641; l1 after Kuznetsov 2004, eq. 3.20, with |q| = 1 in dimensionless variables),
// against root finding, and against simulation.
#include <gtest/gtest.h>

#include <numbers>

#include "dynamics/adex_equilibria.hpp"
#include "support/adex_sets.hpp"

namespace modscape::dynamics {
namespace {
using models::AdexParameters;
using test_support::adex_set;
using test_support::AdexSet;

constexpr double printed = 6e-7;  // half a unit of the sixth decimal, and a little

struct HopfRow {
  std::string_view id;
  double V_SN, I_SN, V_H, I_H, omega_H, f_H, l1;
};
void PrintTo(const HopfRow& row, std::ostream* out) {
  *out << row.id;
}

class HopfSets : public testing::TestWithParam<HopfRow> {};

TEST_P(HopfSets, LandmarksAreThePublishedOnes) {
  const HopfRow& row = GetParam();
  const AdexLandmarks marks = adex_landmarks(adex_set(row.id).parameters);
  EXPECT_EQ(marks.onset, OnsetClass::hopf);
  EXPECT_NEAR(marks.V_SN, row.V_SN, printed);
  EXPECT_NEAR(marks.I_SN, row.I_SN, printed);
  EXPECT_NEAR(marks.V_H, row.V_H, printed);
  EXPECT_NEAR(marks.I_H, row.I_H, printed);
  EXPECT_NEAR(marks.omega_H, row.omega_H, printed);
  EXPECT_NEAR(1000.0 * marks.omega_H / (2.0 * std::numbers::pi), row.f_H, 6e-5);
  EXPECT_NEAR(marks.first_lyapunov / row.l1, 1.0, 5e-6);
  EXPECT_EQ(marks.rest_ends(), marks.I_H);
}

INSTANTIATE_TEST_SUITE_P(
    TouboulBrette2008, HopfSets,
    testing::Values(HopfRow{"b", -49.691699, 256.316219, -49.891866, 256.180549, 0.004714, 0.7503, 34.9434},
                    HopfRow{"c", -49.598659, 140.829511, -49.905950, 140.335764, 0.012676, 2.0175, 19.8838},
                    HopfRow{"d", -49.635357, 76.375717, -49.691699, 76.366283, 0.003727, 0.5931, 136.328},
                    HopfRow{"g", -48.613706, 287.725887, -49.789279, 281.992198, 0.031427, 5.0018, 1.78986},
                    HopfRow{"BG2005", -50.149674, 627.311094, -50.273963, 627.182465, 0.007115, 1.1324, 65.7351}),
    [](const auto& instance) { return std::string(instance.param.id); });

// a/g_L < tau_m/tau_w: rest ends at the saddle-node.
TEST(SaddleNodeSets, EndAtTheFold) {
  for (const auto& [id, I_SN] : {std::pair{"a", 220.375717}, std::pair{"e", 28.832962}, std::pair{"h", 3.030187}}) {
    const AdexLandmarks marks = adex_landmarks(adex_set(id).parameters);
    EXPECT_EQ(marks.onset, OnsetClass::saddle_node) << id;
    EXPECT_NEAR(marks.I_SN, I_SN, printed) << id;
    EXPECT_EQ(marks.rest_ends(), marks.I_SN) << id;
    EXPECT_TRUE(std::isnan(marks.I_H) && std::isnan(marks.first_lyapunov)) << id;
  }
}

// a = -g_L: the formula of the fold is singular, the only equilibrium (I < 0) is a saddle, and there is none for I >=
// 0.
TEST(SetF, IsNeverStable) {
  const AdexParameters& p = adex_set("f").parameters;
  for (const AdexLandmarks& marks : {adex_landmarks(p), located_landmarks(p)}) {
    EXPECT_EQ(marks.onset, OnsetClass::never_stable);
    EXPECT_TRUE(std::isnan(marks.V_SN) && std::isnan(marks.I_SN) && std::isnan(marks.V_H) && std::isnan(marks.I_H));
    EXPECT_TRUE(std::isnan(marks.rest_ends()));
  }
  EXPECT_TRUE(adex_equilibria(p, 0.0).empty());
  EXPECT_TRUE(adex_equilibria(p, 110.0).empty());
  const std::vector<Equilibrium> below = adex_equilibria(p, -50.0);
  ASSERT_EQ(below.size(), 1U);
  EXPECT_NEAR(equilibrium_current(p, below[0].V), -50.0, 1e-10);
  EXPECT_LT(below[0].eigenvalues[0].real() * below[0].eigenvalues[1].real(), 0.0);
}

// a < -g_L: one saddle at every current.
TEST(StronglyNegativeA, GivesOneSaddleAtEveryCurrent) {
  AdexParameters p = adex_set("f").parameters;
  p.a = -15;
  EXPECT_EQ(adex_landmarks(p).onset, OnsetClass::never_stable);
  for (const double current : {-1000.0, -10.0, 0.0, 10.0, 1000.0}) {
    const std::vector<Equilibrium> all = adex_equilibria(p, current);
    ASSERT_EQ(all.size(), 1U) << current;
    EXPECT_LT(all[0].eigenvalues[0].real(), 0.0);
    EXPECT_GT(all[0].eigenvalues[1].real(), 0.0);
  }
}

// Set b with a freed: a = C/tau_w, where the fold and the Hopf curve meet.
TEST(BogdanovTakens, OfSetB) {
  AdexParameters p = adex_set("b").parameters;
  const AdexLandmarks marks = adex_landmarks(p);
  EXPECT_NEAR(marks.a_BT, 2.0 / 3.0, 1e-12);
  EXPECT_NEAR(marks.V_BT, -49.89186556, 6e-9);
  EXPECT_NEAR(marks.I_BT, 229.36970294, 6e-9);
  p.a = marks.a_BT + 1e-9;
  const AdexLandmarks near = adex_landmarks(p);
  EXPECT_NEAR(near.I_H, marks.I_BT, 1e-7);
  EXPECT_NEAR(near.I_SN, marks.I_BT, 1e-7);
  EXPECT_LT(near.omega_H, 1e-5);
}

// sign(l1) = sign(e^v + e^{2v}/(A - 1/Tw)) > 0: every Hopf point of the model is subcritical.
TEST(FirstLyapunov, IsPositiveWhereverThereIsAHopfPoint) {
  int points = 0;
  for (const double a : {0.5, 2.0, 10.0, 80.0})
    for (const double tau_w : {5.0, 30.0, 300.0}) {
      AdexParameters p = adex_set("b").parameters;
      p.a = a;
      p.tau_w = tau_w;
      const AdexLandmarks marks = adex_landmarks(p);
      EXPECT_EQ(std::isnan(marks.first_lyapunov), marks.onset != OnsetClass::hopf);
      if (marks.onset != OnsetClass::hopf) continue;
      EXPECT_GT(marks.first_lyapunov, 0.0) << a << " " << tau_w;
      ++points;
    }
  EXPECT_GE(points, 6);
}

class EverySet : public testing::TestWithParam<AdexSet> {};

TEST_P(EverySet, ClosedFormsAgreeWithRootFinding) {
  const AdexLandmarks marks = adex_landmarks(GetParam().parameters), found = located_landmarks(GetParam().parameters);
  const auto agree = [](double one, double other) {
    return (std::isnan(one) && std::isnan(other)) || std::abs(one - other) < 1e-9;
  };
  EXPECT_EQ(marks.onset, found.onset);
  EXPECT_TRUE(agree(marks.V_SN, found.V_SN)) << marks.V_SN << " " << found.V_SN;
  EXPECT_TRUE(agree(marks.I_SN, found.I_SN)) << marks.I_SN << " " << found.I_SN;
  EXPECT_TRUE(agree(marks.V_H, found.V_H)) << marks.V_H << " " << found.V_H;
  EXPECT_TRUE(agree(marks.I_H, found.I_H)) << marks.I_H << " " << found.I_H;
  EXPECT_TRUE(agree(marks.omega_H, found.omega_H)) << marks.omega_H << " " << found.omega_H;
}

// Two equilibria below I_SN and none above; the lower one is stable below the current that ends rest and unstable
// above; the upper one is a saddle. Each is a zero of the model's own right-hand side, with the eigenvalues of its own
// Jacobian.
TEST_P(EverySet, EquilibriaOnBothSidesOfTheLandmarks) {
  const AdexParameters& p = GetParam().parameters;
  const AdexLandmarks marks = adex_landmarks(p);
  if (marks.onset == OnsetClass::never_stable) GTEST_SKIP() << "no landmarks";
  const double gap = 1e-3;
  EXPECT_EQ(adex_equilibria(p, marks.I_SN - gap).size(), 2U);
  EXPECT_TRUE(adex_equilibria(p, marks.I_SN + gap).empty());
  const double end = marks.rest_ends();
  for (const double current : {end - 100.0, end - 1.0, end - gap, marks.I_SN - gap}) {
    const std::vector<Equilibrium> all = adex_equilibria(p, current);
    ASSERT_EQ(all.size(), 2U) << current;
    EXPECT_LT(all[0].V, all[1].V);
    EXPECT_EQ(all[0].stable(), current < end) << current;
    EXPECT_LT(all[1].eigenvalues[0].real(), 0.0);
    EXPECT_GT(all[1].eigenvalues[1].real(), 0.0);
    const models::Adex model(p);
    for (const Equilibrium& point : all) {
      std::array<double, 2> slope{};
      std::array<double, 4> j{};
      model.rhs(current, std::array{point.V, point.w}, slope);
      model.jacobian(current, std::array{point.V, point.w}, j);
      EXPECT_NEAR(slope[0], 0.0, 1e-10);
      EXPECT_NEAR(slope[1], 0.0, 1e-12);
      for (const std::complex<double> lambda : point.eigenvalues)
        EXPECT_LT(std::abs((j[0] - lambda) * (j[3] - lambda) - j[1] * j[2]), 1e-14);
    }
  }
}

// A second method: the neuron is held at a current just below and just above the landmark, a little off its
// equilibrium. Below, it comes back; above, it spirals out (or slides past the ghost of the fold) and fires.
TEST_P(EverySet, RestEndsInSimulationToo) {
  const AdexParameters& p = GetParam().parameters;
  const AdexLandmarks marks = adex_landmarks(p);
  if (marks.onset == OnsetClass::never_stable) GTEST_SKIP() << "no landmarks";
  const bool hopf = marks.onset == OnsetClass::hopf;
  const double gap = hopf ? 0.5 * (marks.I_SN - marks.I_H) : 0.1;  // above a Hopf point, but below the fold
  const double length = 100'000.0;
  const auto run_from = [&](double current, const Equilibrium& point) {
    return test_support::run_ensemble(p, current, length, {point.V - 1e-3, point.w},
                                      {.tolerance = 1e-6, .max_spikes = 1});
  };
  const Equilibrium rest = adex_equilibria(p, marks.rest_ends() - gap).front();
  const solvers::SpikeRun below = run_from(marks.rest_ends() - gap, rest);
  EXPECT_TRUE(below.times.empty());
  EXPECT_LT(std::abs(below.final_state[0] - rest.V), 1e-5);
  const Equilibrium start = hopf ? adex_equilibria(p, marks.rest_ends() + gap).front() : rest;
  EXPECT_EQ(run_from(marks.rest_ends() + gap, start).times.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Published, EverySet, testing::ValuesIn(test_support::adex_sets()),
                         [](const auto& instance) { return std::string(instance.param.id); });

// The rule against the eigenvalues themselves: complex nowhere (integrator), in a range of V (mixed), as V -> -inf too
// (resonator).
TEST(ResonanceClass, IsWhatTheEigenvaluesSay) {
  std::array<int, 3> seen{};
  for (const double a : {-5.0, 0.0, 0.5, 2.0, 10.0, 40.0, 150.0})
    for (const double tau_w : {2.0, 12.0, 30.0, 300.0}) {
      AdexParameters p = adex_set("b").parameters;  // tau_m = 16.67 ms
      p.a = a;
      p.tau_w = tau_w;
      const models::Adex model(p);
      const auto complex_at = [&](double V) {
        std::array<double, 4> j{};
        model.jacobian(0.0, std::array{V, 0.0}, j);
        return 0.25 * (j[0] - j[3]) * (j[0] - j[3]) + j[1] * j[2] < 0.0;
      };
      bool anywhere = false;
      for (double v = -30.0; v < 10.0; v += 1e-3) anywhere = anywhere || complex_at(p.V_T + v * p.Delta_T);
      const Resonance expected = complex_at(p.V_T - 100.0 * p.Delta_T) ? Resonance::resonator
                                 : anywhere                            ? Resonance::mixed
                                                                       : Resonance::integrator;
      EXPECT_EQ(adex_landmarks(p).resonance, expected) << "a " << a << " tau_w " << tau_w;
      ++seen[static_cast<std::size_t>(expected)];
    }
  for (const int count : seen) EXPECT_GT(count, 0);
}

}  // namespace
}  // namespace modscape::dynamics
