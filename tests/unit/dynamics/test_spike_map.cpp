// SPDX-License-Identifier: Apache-2.0
// The adaptation map against the ensemble integrator and finite differences, its outcomes, and the burst rule.
#include <gmock/gmock.h>

#include "dynamics/rest_trap.hpp"
#include "dynamics/saddle.hpp"
#include "dynamics/spiking_cycle.hpp"
#include "support/adex_sets.hpp"

namespace modscape::dynamics {
namespace {
using test_support::adex_set;
using testing::ElementsAre;

DrivenNeuron neuron(std::string_view id, double t_ref = 0.0) {
  DrivenNeuron at{adex_set(id).parameters, adex_set(id).current};
  at.neuron.t_ref = t_ref;
  return at;
}

NextSpike map(const DrivenNeuron& at, double w) {
  return next_spike(at, no_change(), w);
}

TEST(SpikeMap, IsWhatTheIntegratorDoesFromOneSpikeToTheNext) {
  for (const test_support::AdexSet& set : test_support::adex_sets())
    for (const double t_ref : {0.0, 1.5}) {
      if (set.id == "g") continue;  // fires once
      const DrivenNeuron at = neuron(set.id, t_ref);
      const solvers::SpikeRun run =
          test_support::run_ensemble(at.neuron, at.current, 400.0, models::Adex(at.neuron).initial_state(),
                                     {.tolerance = 1e-9, .max_spikes = 0, .limits = {}});
      for (std::size_t k = 0; k + 1 < run.times.size(); ++k) {
        const NextSpike next = map(at, run.w_after[k]);
        ASSERT_TRUE(next.fires());
        EXPECT_NEAR(next.interval, run.times[k + 1] - run.times[k], 3e-9) << set.id << k;
        EXPECT_NEAR(next.w, run.w_after[k + 1], 1e-7) << set.id << k;
      }
    }
}

// By every parameter, and by w. Central differences of h = 1e-5 of a typical value: their own error is below 1e-8.
TEST(SpikeMap, DerivativesAreThoseOfFiniteDifferences) {
  std::vector<std::string_view> names{"current"};
  for (const auto& row : models::adex_table()) names.push_back(row.name);
  for (const std::string_view id : {"b", "c", "d", "f", "BG2005"}) {
    DrivenNeuron base = neuron(id, 0.7);
    // Low peaks: there what happens on the section counts.
    if (id == "c" || id == "d") base.neuron.V_peak = base.neuron.V_T + 5.0 * base.neuron.Delta_T;
    const double w = 0.8 * base.current;
    for (const std::string_view name : names) {
      const NeuronPath path = NeuronPath::of_parameter(base, name);
      const double p = name == "current" ? base.current : base.neuron.*(models::adex_table().find(name)->member);
      const double h = 1e-5 * path.scale();
      const NextSpike next = next_spike(path.at(p), path.derivative(p), w);
      const NextSpike up = map(path.at(p + h), w), down = map(path.at(p - h), w);
      ASSERT_TRUE(next.fires() && up.fires() && down.fires()) << id << name;
      const double unit = base.neuron.g_L * base.neuron.Delta_T / path.scale();
      EXPECT_NEAR(next.dw_dp, (up.w - down.w) / (2 * h), 1e-7 * (unit + std::abs(next.dw_dp))) << id << name;
      EXPECT_NEAR(next.dinterval_dp, (up.interval - down.interval) / (2 * h),
                  1e-7 * (10.0 / path.scale() + std::abs(next.dinterval_dp)))
          << id << name;
    }
    const double h = 1e-4;
    const NextSpike next = map(base, w), up = map(base, w + h), down = map(base, w - h);
    EXPECT_NEAR(next.dw_dw, (up.w - down.w) / (2 * h), 1e-8) << id;
    EXPECT_NEAR(next.dinterval_dw, (up.interval - down.interval) / (2 * h), 1e-8) << id;
  }
}

// Two voltage scales, the same neuron.
TEST(SpikeMap, IsTheSameInEveryVoltageScale) {
  const DrivenNeuron at = neuron("d");
  const DrivenNeuron other{models::regauged(at.neuron, 3.7, 12.0), at.current};
  const NextSpike one = map(at, 200.0), two = map(other, 200.0);
  EXPECT_NEAR(one.w, two.w, 1e-10);
  EXPECT_NEAR(one.dw_dw, two.dw_dw, 1e-12);
  EXPECT_NEAR(one.interval, two.interval, 1e-10);
}

TEST(SpikeMap, HighPeaksDoNotOverflow) {
  DrivenNeuron at = neuron("b");
  const NextSpike low = map(at, 300.0);
  at.neuron.V_peak = at.neuron.V_T + 600.0 * at.neuron.Delta_T;
  ASSERT_TRUE(models::adex_problems(at.neuron).size() <= 1);  // beyond what the table allows for V_peak
  const NextSpike high = map(at, 300.0);
  EXPECT_NEAR(high.w, low.w, 1e-7);
  EXPECT_NEAR(high.dw_dw, low.dw_dw, 1e-8);
}

TEST(SpikeMap, SaysThatTheNeuronRests) {
  EXPECT_EQ(map(neuron("g"), 150.0).outcome, SpikeMapOutcome::rests);  // a > 0, a focus
  DrivenNeuron at = neuron("h");
  at.current = -5.0;  // a < 0: below the saddle
  EXPECT_EQ(map(at, 100.0).outcome, SpikeMapOutcome::rests);
  at.neuron.a = -20.0;  // a < -g_L: no rest at all, V falls for ever
  EXPECT_EQ(map(at, 500.0).outcome, SpikeMapOutcome::rests);
  at = neuron("a");
  at.neuron.a = 0.0;
  at.current = 100.0;
  EXPECT_EQ(map(at, 0.0).outcome, SpikeMapOutcome::rests);
  EXPECT_EQ(next_spike(neuron("b"), no_change(), 300.0, {.tolerance = 1e-14, .max_steps = 3}).outcome,
            SpikeMapOutcome::cost_limit);
}

// Whoever is in the trap is at rest, by integration; and the trap is not empty. Rays from the stable equilibrium, the
// farthest point that each has in the trap.
TEST(RestTrap, HoldsOnlyWhoDoesNotFire) {
  for (const auto& [id, current] : {std::pair{"b", 250.0}, {"b", 256.1}, {"d", 70.0}, {"g", 180.0}, {"h", 1.0}}) {
    const DrivenNeuron at{adex_set(id).parameters, current};
    const RestTrap trap(at.neuron, at.current);
    const Equilibrium rest = adex_equilibria(at.neuron, at.current).front();
    ASSERT_TRUE(rest.stable());
    for (double angle = 0.1; angle < 6.28; angle += 0.4) {
      double farthest = 0.0;
      const auto state = [&](double r) {
        return std::array{rest.V + r * std::cos(angle), rest.w + 10.0 * r * std::sin(angle)};
      };
      for (double r = 1e-6; r < 100.0; r *= 1.3) {
        const auto [V, w] = state(r);
        const double x = (V - at.neuron.V_T) / at.neuron.Delta_T;
        const double y = (w - at.current) / (at.neuron.g_L * at.neuron.Delta_T) +
                         (at.neuron.V_T - at.neuron.E_L) / at.neuron.Delta_T;
        if (trap.holds({x, y, 0.0})) farthest = r;
      }
      EXPECT_GT(farthest, 0.0) << id << current;
      EXPECT_TRUE(test_support::run_ensemble(at.neuron, at.current, 2000.0, state(farthest)).times.empty())
          << id << current << " " << angle;
    }
  }
}

// On one side of each the neuron fires, on the other it rests or fires much later and with another w.
TEST(MapDiscontinuities, AreWhereTheMapJumps) {
  for (const auto& [id, current] : {std::pair{"d", 76.3}, {"h", 1.0}}) {
    DrivenNeuron at{adex_set(id).parameters, current};
    at.neuron.t_ref = 0.5;
    const std::vector<double> jumps = map_discontinuities(at);
    ASSERT_FALSE(jumps.empty()) << id;
    const NextSpike below = map(at, jumps.back() - 1e-4), above = map(at, jumps.back() + 1e-4);
    EXPECT_TRUE(below.fires() != above.fires() || std::abs(below.w - above.w) > 1.0) << id;
    const NextSpike& firing = below.fires() ? below : above;
    const NextSpike away = map(at, jumps.back() + (below.fires() ? -1.0 : 1.0));
    EXPECT_GT(firing.interval, 2.0 * away.interval) << id;
    // The map tends to the unstable manifold's spike, slowly where the saddle repels faster than it attracts.
    const NextSpike closer = map(at, jumps.back() + (below.fires() ? -1e-9 : 1e-9));
    const double limit = separatrix_spike(at).w;
    EXPECT_LT(std::abs(closer.w - limit), std::abs(firing.w - limit) + 1e-6) << id;
  }
  EXPECT_TRUE(map_discontinuities(neuron("b")).empty());
}

TEST(SpikesPerBurst, CountsShortIntervals) {
  EXPECT_THAT(spikes_per_burst(std::vector{10.0}), ElementsAre(1));
  EXPECT_THAT(spikes_per_burst(std::vector{10.0, 9.0}), ElementsAre(1, 1));
  EXPECT_THAT(spikes_per_burst(std::vector{133.2, 5.4}), ElementsAre(2));
  EXPECT_THAT(spikes_per_burst(std::vector{3.3, 57.1, 4.5, 8.1}), ElementsAre(4));
  EXPECT_THAT(spikes_per_burst(std::vector{3.0, 40.0, 3.0, 4.0, 50.0}), ElementsAre(2, 3));
}

TEST(NeuronPath, RefusesAnUnknownParameter) {
  EXPECT_THROW(NeuronPath::of_parameter(neuron("b"), "tau"), BadInput);
}

}  // namespace
}  // namespace modscape::dynamics
