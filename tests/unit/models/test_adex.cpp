// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>

#include "core/ode.hpp"
#include "models/adex.hpp"

namespace modscape::models {
namespace {
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using State = std::array<double, 2>;

static_assert(HybridOdeModel<Adex>);

State slope(const Adex& model, double input, const State& y) {
  State dydt{};
  model.rhs(input, y, dydt);
  return dydt;
}
AdexParameters defaults() {
  return adex_table().defaults();
}

// Brette & Gerstner 2005, section "Parameters": C 281 pF, g_L 30 nS, E_L -70.6 mV, V_T -50.4 mV, Delta_T 2 mV, tau_w
// 144 ms, a 4 nS, b 0.0805 nA.
TEST(AdexTable, DefaultsAreThoseOfThePaper) {
  const AdexParameters p = defaults();
  EXPECT_EQ(p.C_m, 281.0);
  EXPECT_EQ(p.g_L, 30.0);
  EXPECT_EQ(p.E_L, -70.6);
  EXPECT_EQ(p.V_T, -50.4);
  EXPECT_EQ(p.Delta_T, 2.0);
  EXPECT_EQ(p.tau_w, 144.0);
  EXPECT_EQ(p.a, 4.0);
  EXPECT_EQ(p.b, 80.5);
}

TEST(AdexTable, RowsAreComplete) {
  std::set<std::string_view> names;
  for (const auto& row : adex_table()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name << " twice";
    EXPECT_LT(row.lower, row.upper) << row.name;
    EXPECT_EQ(bound_problem(row, row.default_value), "");
    EXPECT_FALSE(row.symbol.empty() || row.text.empty() || row.citation.empty() || row.alias.empty()) << row.name;
  }
}

TEST(AdexProblems, NoneForTheDefaults) {
  EXPECT_THAT(adex_problems(defaults()), IsEmpty());
}

TEST(AdexProblems, EveryForgottenParameterIsNamed) {
  EXPECT_EQ(adex_problems(AdexParameters{}).size(), adex_table().size());
}

TEST(AdexProblems, SeesWhatSingleBoundsCannot) {
  AdexParameters p = defaults();
  p.V_r = p.V_peak;
  EXPECT_THAT(adex_problems(p), Contains(HasSubstr("V_r = 0 mV must be below V_peak = 0 mV")));
  p = defaults();
  p.V_peak = -55.0;
  EXPECT_THAT(adex_problems(p), Contains(HasSubstr("V_T = -50.4 mV must be below V_peak")));
  p = defaults();
  p.Delta_T = 0.05;
  EXPECT_THAT(adex_problems(p), Contains(HasSubstr("overflows the exponential")));
}

// At V = V_T the exponential is 1: dV/dt = (30 (2 - 20.2) - 100 + 500)/281, dw/dt = (4 * 20.2 - 100)/144.
TEST(Adex, RhsByHand) {
  const State dydt = slope(Adex(defaults()), 500.0, {-50.4, 100.0});
  EXPECT_NEAR(dydt[0], -146.0 / 281.0, 1e-14);
  EXPECT_NEAR(dydt[1], -19.2 / 144.0, 1e-14);
}

// Two slope factors above threshold: the exponential is e^2.
TEST(Adex, RhsByHandAboveThreshold) {
  const State dydt = slope(Adex(defaults()), 0.0, {-46.4, 0.0});
  EXPECT_NEAR(dydt[0], 30.0 * (2.0 * std::exp(2.0) - 24.2) / 281.0, 1e-13);
  EXPECT_NEAR(dydt[1], 4.0 * 24.2 / 144.0, 1e-14);
}

TEST(Adex, JacobianIsTheDerivativeOfTheRhs) {
  const Adex model(defaults());
  for (const State& y : {State{-70.6, 0.0}, State{-50.4, 100.0}, State{-45.0, -20.0}}) {
    std::array<double, 4> jacobian{};
    model.jacobian(0.0, y, jacobian);
    for (std::size_t k = 0; k < 2; ++k) {
      constexpr double h = 1e-4;
      State up = y, down = y;
      up[k] += h;
      down[k] -= h;
      for (std::size_t i = 0; i < 2; ++i) {
        const double difference = (slope(model, 0.0, up)[i] - slope(model, 0.0, down)[i]) / (2 * h);
        EXPECT_NEAR(jacobian[2 * i + k], difference, 1e-7 * (1 + std::abs(difference)));
      }
    }
  }
}

TEST(Adex, StartsAtRest) {
  const Adex model(defaults());
  EXPECT_EQ(model.initial_state(), (State{-70.6, 0.0}));
  EXPECT_NEAR(slope(model, 0.0, model.initial_state())[0], 0.0, 1e-4) << "the exponential is tiny at rest";
}

TEST(Adex, SpikeResetsVoltageAndAddsB) {
  const Adex model(defaults());
  State y{0.0, 12.0};
  EXPECT_EQ(model.event(y), 0.0);
  EXPECT_LT(model.event(State{-0.1, 12.0}), 0.0);
  model.reset(y);
  EXPECT_EQ(y, (State{-70.6, 92.5}));
}

// While V is held, w decays to a (V_r - E_L) with tau_w; two halves of a hold make a whole one.
TEST(Adex, HoldRelaxesAdaptationExactly) {
  AdexParameters p = defaults();
  p.V_r = -60.6;
  const Adex model(p);
  State whole{p.V_r, 100.0}, halves = whole;
  model.hold(whole, p.tau_w);
  EXPECT_NEAR(whole[1], 40.0 + 60.0 / std::exp(1.0), 1e-12);
  model.hold(halves, p.tau_w / 2);
  model.hold(halves, p.tau_w / 2);
  EXPECT_NEAR(halves[1], whole[1], 1e-12);
  EXPECT_EQ(whole[0], p.V_r);
}

// V -> alpha V + beta: dV/dt scales by alpha, dw/dt stays, with the same input.
TEST(Regauged, LeavesCurrentsAndTimesAsTheyAre) {
  constexpr double alpha = 0.7, beta = 12.0;
  const AdexParameters p = defaults(), q = regauged(p, alpha, beta);
  for (const State& y : {State{-70.0, 5.0}, State{-50.0, 80.0}, State{-44.0, -10.0}}) {
    const State plain = slope(Adex(p), 300.0, y);
    const State gauged = slope(Adex(q), 300.0, {alpha * y[0] + beta, y[1]});
    EXPECT_NEAR(gauged[0], alpha * plain[0], 1e-11 * std::abs(plain[0]));
    EXPECT_NEAR(gauged[1], plain[1], 1e-12);
  }
  EXPECT_NEAR(Adex(q).event(State{alpha * p.V_peak + beta, 0.0}), 0.0, 1e-12);
  EXPECT_EQ(q.b, p.b);
  EXPECT_EQ(q.tau_w, p.tau_w);
}

TEST(Regauged, IsUndoneByItsInverse) {
  const AdexParameters p = defaults(), q = regauged(regauged(p, 2.0, 8.0), 0.5, -4.0);
  for (const auto& row : adex_table()) EXPECT_NEAR(q.*row.member, p.*row.member, 1e-12) << row.name;
}

TEST(OdeProblem, IsTheSameModelErased) {
  AdexParameters p = defaults();
  p.t_ref = 2.0;
  const Adex model(p);
  const OdeProblem problem(model);
  State y{-47.0, 30.0}, dydt{};
  problem.rhs(250.0, y.data(), dydt.data());
  EXPECT_EQ(dydt, slope(model, 250.0, y));
  EXPECT_EQ(problem.size(), 2U);
  EXPECT_TRUE(problem.has_event());
  EXPECT_EQ(problem.refractory(), 2.0);
  EXPECT_EQ(problem.event(y.data()), model.event(y));
  problem.reset(y.data());
  EXPECT_EQ(y, (State{-70.6, 110.5}));
}

}  // namespace
}  // namespace modscape::models
