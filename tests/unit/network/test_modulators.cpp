// SPDX-License-Identifier: Apache-2.0
// Concentrations and occupancies against closed forms and against a numerical integration of their equations.
#include "network/modulators.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "network/arrivals.hpp"
#include "solvers/adex_synaptic.hpp"
#include "support/small_network.hpp"

namespace modscape::network {
namespace {

using models::Modulator;
using solvers::in_ticks;

constexpr double dt = 1.3;  // of the steps in which states are advanced, ms

// Two regions, one receptor without and one with a time constant; population 0 has 10 neurons.
models::NetworkModel network(const Modulator& modulator) {
  models::NetworkModel model;
  model.populations = {test_support::cortical_population("nucleus", 10, 2.0, 60.0),
                       test_support::cortical_population("target", 5, 2.0, 60.0)};
  model.modulation.regions = {"near", "far"};
  model.modulation.modulation.modulators = {modulator};
  model.modulation.modulation.receptors = {{"fast", modulator.name, 0.5, 2.0},
                                           {"slow", modulator.name, 0.5, 1.0, 70.0}};
  return model;
}

void advance_to(Modulators& modulators, double until, const std::function<std::vector<Spike>(double)>& spikes = {}) {
  for (std::int64_t now = modulators.state().now; now < in_ticks(until);) {
    const std::int64_t next = std::min(now + in_ticks(dt), in_ticks(until));
    modulators.advance(next, spikes ? spikes(solvers::in_ms(next)) : std::vector<Spike>());
    now = next;
  }
}

// dy/dt = f(t, y) from 0 to `end` by the classical Runge-Kutta formula.
double integrated(double y, double end, const std::function<double(double, double)>& f) {
  const int steps = 20000;
  const double h = end / steps;
  for (int i = 0; i < steps; ++i) {
    const double t = i * h, a = f(t, y), b = f(t + h / 2, y + h / 2 * a), c = f(t + h / 2, y + h / 2 * b),
                 d = f(t + h, y + h * c);
    y += h / 6 * (a + 2 * b + 2 * c + d);
  }
  return y;
}

TEST(Modulators, ClearanceIsExponential) {
  models::NetworkModel model = network({"m", 0.1, 200.0});
  model.modulation.pulses = {{0, {0}, {0.0, 50.0}, 1.0}};
  Modulators m(model, Partition(model, 0, 1));
  EXPECT_DOUBLE_EQ(m.concentration(0, 0), 1.1);
  advance_to(m, 130.0);
  EXPECT_NEAR(m.concentration(0, 0), 0.1 + std::exp(-130.0 / 200.0) + std::exp(-80.0 / 200.0), 1e-13);
  EXPECT_DOUBLE_EQ(m.concentration(0, 1), 0.1);
  const auto hill = [](double c) { return c * c / (c * c + 0.25); };
  EXPECT_NEAR(m.occupancy(0, 0), hill(m.concentration(0, 0)), 1e-13);
  EXPECT_NEAR(m.occupancy(0, 1), hill(0.1), 1e-13);
}

TEST(Modulators, OccupancyFollowsWithItsTimeConstant) {
  models::NetworkModel model = network({"m", 0.0, 90.0});
  model.modulation.pulses = {{0, {1}, {0.0}, 2.0}};
  Modulators m(model, Partition(model, 0, 1));
  EXPECT_EQ(m.occupancy(1, 1), 0.0);
  advance_to(m, 160.0);
  const double right = integrated(0.0, 160.0, [](double t, double y) {
    const double c = 2.0 * std::exp(-t / 90.0);
    return (c / (c + 0.5) - y) / 70.0;
  });
  EXPECT_NEAR(m.occupancy(1, 1), right, 1e-10);
  EXPECT_EQ(m.occupancy(1, 0), 0.0);
}

TEST(Modulators, UptakeIsMichaelisMenten) {
  const Modulator dopamine{"dopamine", 0.02, NAN, 4.1, 0.21};
  const double production = 4.1e-3 * 0.02 / (0.21 + 0.02);
  for (const double from : {0.0, 0.005, 0.3, 5.0, 400.0})
    for (const double time : {1.0, 30.0, 300.0}) {
      const double right =
          integrated(from, time, [&](double, double c) { return production - 4.1e-3 * c / (0.21 + c); });
      EXPECT_NEAR(cleared(dopamine, from, 0.02, time), right, 1e-9 * (1.0 + right)) << from << " uM, " << time << " ms";
    }
  EXPECT_EQ(cleared(dopamine, 0.02, 0.02, 10.0), 0.02);
}

// Well-mixed dopamine under steady release S: c* = Km S/(Vmax - S), 35.4 nM (Km 0.21) and 67.5 nM (Km 0.40) at 0.592
// uM/s and Vmax 4.1 uM/s. Ten neurons fire at 200 Hz each and release S/2000 per spike.
TEST(Modulators, ReleaseAndUptakeBalance) {
  for (const auto& [Km, expected] : {std::pair(0.21, 0.0354), std::pair(0.40, 0.0675)}) {
    models::NetworkModel model = network({"dopamine", 0.0, NAN, 4.1, Km});
    const double S = 0.592, interval = 0.5;
    model.modulation.releases = {{0, 0, {0, 1}, S * interval * 1e-3}};
    Modulators m(model, Partition(model, 0, 1));
    double last = 0.0;
    const auto spikes = [&](double until) {
      std::vector<Spike> out;
      for (; last + interval <= until; last += interval) out.push_back({in_ticks(last + interval), 3});
      out.push_back({in_ticks(until), 12});  // of the other population
      return out;
    };
    advance_to(m, 3000.0, spikes);
    // The mean over an interval; c at its end has just jumped or is about to.
    const double mean = m.concentration(0, 0) - 0.5 * S * interval * 1e-3;
    EXPECT_NEAR(mean / (Km * S / (4.1 - S)), 1.0, 1e-3) << Km;
    EXPECT_NEAR(mean / expected, 1.0, 2e-3) << Km;
  }
}

TEST(Modulators, DosesChangeTheTonicLevel) {
  models::NetworkModel model = network({"drug", 0.0});  // nothing clears it: it is where it is put
  model.modulation.doses = {{0, {0}, 0.0, 2.0}, {0, {0, 1}, 20.0, 5.0}};
  Modulators m(model, Partition(model, 0, 1));
  EXPECT_EQ(m.concentration(0, 0), 2.0);
  EXPECT_NEAR(m.occupancy(1, 0), 0.8, 1e-15);  // settled
  EXPECT_EQ(m.concentration(0, 1), 0.0);
  advance_to(m, 60.0);
  EXPECT_EQ(m.concentration(0, 0), 5.0);
  const double settled = 5.0 / 5.5;
  EXPECT_NEAR(m.occupancy(1, 1), settled * (1.0 - std::exp(-40.0 / 70.0)), 1e-13);
  EXPECT_EQ(m.changes(), (std::vector<std::int64_t>{0, in_ticks(20.0)}));
}

TEST(Modulators, TheMiddleOfTheIntervalActs) {
  models::NetworkModel model = network({"m", 0.0, 90.0});
  model.modulation.pulses = {{0, {0}, {0.0}, 2.0}};
  Modulators m(model, Partition(model, 0, 1));
  EXPECT_TRUE(m.act(in_ticks(10.0)));
  Modulators later(model, Partition(model, 0, 1));
  later.advance(in_ticks(5.0), {});
  EXPECT_NEAR(m.state().acting[2], later.occupancy(1, 0), 1e-12);
  EXPECT_FALSE(m.act(in_ticks(10.0)));
  model.modulation.pulses.clear();
  Modulators still(model, Partition(model, 0, 1));
  advance_to(still, 50.0);
  EXPECT_FALSE(still.act(in_ticks(10.0)));
}

// At a steady rate the recursion has a fixed point: with a = e^(-T/tau_rec), c = e^(-T/tau_facil),
// u = U / (1 - (1 - U) c), R = (1 - a) / (1 - (1 - u) a).
TEST(ShortTermPlasticity, SteadyState) {
  const models::ShortTermPlasticity depressing{0.5, 400.0, 0.0}, facilitating{0.15, 8.0, 200.0}, both{0.3, 120.0, 80.0};
  for (const auto& p : {depressing, facilitating, both})
    for (const double interval : {5.0, 20.0, 100.0}) {
      Terminal terminal;
      double efficacy = transmit(p, in_ticks(10.0), terminal);
      EXPECT_DOUBLE_EQ(efficacy, p.U);
      for (int i = 1; i < 2000; ++i) efficacy = transmit(p, in_ticks(10.0) + i * in_ticks(interval), terminal);
      const double a = std::exp(-interval / p.tau_rec), c = p.tau_facil > 0.0 ? std::exp(-interval / p.tau_facil) : 0.0;
      const double u = p.U / (1.0 - (1.0 - p.U) * c), R = (1.0 - a) / (1.0 - (1.0 - u) * a);
      EXPECT_NEAR(efficacy, u * R, 1e-9) << p.U << " at " << interval;
    }
}

}  // namespace
}  // namespace modscape::network
