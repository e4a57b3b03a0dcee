// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "support/adex_sets.hpp"

namespace modscape::solvers {
namespace {
using models::AdexParameters;
using test_support::adex_set;
using test_support::largest_difference;
using test_support::run_cvode;
using test_support::run_ensemble;
using test_support::run_kernel;

TEST(Ensemble, SilentNeuronStaysAtRest) {
  const AdexParameters& p = adex_set("b").parameters;
  const SpikeRun run = run_kernel(p, 0.0, 500.0, 1e-6);
  EXPECT_EQ(run.status, RunStatus::done);
  EXPECT_TRUE(run.times.empty());
  EXPECT_NEAR(run.final_state[0], p.E_L, 0.01);  // the exponential lifts rest by e^-10 Delta_T
}

// V is held at V_r for t_ref; w goes on meanwhile.
TEST(Ensemble, RefractoryPeriodIsThatOfCvode) {
  for (const double t_ref : {0.5, 2.5, 10.0}) {
    AdexParameters p = adex_set("c").parameters;
    p.t_ref = t_ref;
    const SpikeRun kernel = run_kernel(p, 400, 300, 1e-9), cvode = run_cvode(p, 400, 300, 1e-13);
    ASSERT_GT(kernel.times.size(), 3U);
    EXPECT_LT(largest_difference(kernel.times, cvode.times), 1e-7) << t_ref;
    EXPECT_LT(largest_difference(kernel.w_after, cvode.w_after), 1e-6) << t_ref;
    for (std::size_t k = 1; k < kernel.times.size(); ++k) EXPECT_GT(kernel.times[k] - kernel.times[k - 1], t_ref);
  }
}

TEST(Ensemble, MaxSpikesEndsTheRunAtTheReset) {
  const test_support::AdexSet& b = adex_set("b");
  const SpikeRun run = run_ensemble(b.parameters, b.current, 1000, {b.parameters.E_L, 0}, {.max_spikes = 3});
  EXPECT_EQ(run.status, RunStatus::done);
  ASSERT_EQ(run.times.size(), 3U);
  EXPECT_NEAR(run.final_state[0], b.parameters.V_r, 1e-12);
  EXPECT_NEAR(run.final_state[1], run.w_after.back(), 1e-10);
}

TEST(Ensemble, SpikesAfterTheEndAreNotCounted) {
  const test_support::AdexSet& a = adex_set("a");
  const SpikeRun all = run_kernel(a.parameters, a.current, 100, 1e-7);
  for (std::size_t k = 0; k < all.times.size(); ++k) {
    EXPECT_EQ(run_kernel(a.parameters, a.current, all.times[k] - 1e-4, 1e-7).times.size(), k);
    EXPECT_EQ(run_kernel(a.parameters, a.current, all.times[k] + 1e-4, 1e-7).times.size(), k + 1);
  }
}

// A run continued from its final state is the same run: nothing hidden is carried along.
TEST(Ensemble, ContinuesFromAState) {
  const test_support::AdexSet& b = adex_set("b");
  const SpikeRun whole = run_kernel(b.parameters, b.current, 400, 1e-9),
                 half = run_kernel(b.parameters, b.current, 200, 1e-9);
  const SpikeRun rest = run_ensemble(b.parameters, b.current, 200, half.final_state, {.tolerance = 1e-9});
  ASSERT_EQ(whole.times.size(), half.times.size() + rest.times.size());
  for (std::size_t k = 0; k < rest.times.size(); ++k)
    EXPECT_NEAR(rest.times[k] + 200.0, whole.times[half.times.size() + k], 1e-7);
}

// Reset far up the exponential, where w, once it has grown, pulls V back down through the upstroke: a burst ends there.
TEST(Ensemble, ResetAboveTheUpstrokesStart) {
  AdexParameters p = adex_set("d").parameters;
  p.V_r = p.V_T + 5.0 * p.Delta_T;
  p.b = 900;
  const SpikeRun kernel = run_kernel(p, 500, 300, 1e-9), cvode = run_cvode(p, 500, 300, 1e-13);
  EXPECT_EQ(kernel.status, RunStatus::done);
  ASSERT_GT(kernel.times.size(), 5U);
  EXPECT_LT(largest_difference(kernel.times, cvode.times), 1e-6);
}

// V_peak below V_T + 2 Delta_T, where the upstroke would begin.
TEST(Ensemble, LowPeak) {
  AdexParameters p = adex_set("b").parameters;
  p.V_peak = p.V_T + 1.5 * p.Delta_T;
  const SpikeRun kernel = run_kernel(p, 500, 500, 1e-9), cvode = run_cvode(p, 500, 500, 1e-13);
  ASSERT_GT(kernel.times.size(), 5U);
  EXPECT_LT(largest_difference(kernel.times, cvode.times), 1e-7);
}

TEST(Ensemble, CostGrowsSlowlyWithTheTolerance) {
  const test_support::AdexSet& b = adex_set("b");
  const auto per_spike = [&](double tolerance) {
    const SpikeRun run = run_kernel(b.parameters, b.current, 10'000, tolerance);
    return static_cast<double>(run.rhs_evaluations) / static_cast<double>(run.times.size());
  };
  EXPECT_LT(per_spike(1e-4), 200.0);
  EXPECT_LT(per_spike(1e-7), 900.0);
}

}  // namespace
}  // namespace modscape::solvers
