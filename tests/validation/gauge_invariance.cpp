// SPDX-License-Identifier: Apache-2.0
// Spike times do not change under V -> alpha V + beta with C_m, g_L and a divided by alpha, and E_L, V_T, V_r, V_peak
// and Delta_T taken along: substitute into the equations of Brette & Gerstner 2005 (J Neurophysiol 94:3637). Currents
// stay.
#include <gtest/gtest.h>

#include "core/rng.hpp"
#include "support/adex_sets.hpp"

namespace modscape {
namespace {
using models::AdexParameters;
using solvers::SpikeRun;

constexpr int cells = 40;
constexpr double duration = 300.0;  // ms
constexpr double allowed = 1e-9;    // ms

struct Case {
  AdexParameters parameters, regauged;
  double current, alpha;
};

// Within the ranges of cortical fits; the current is above what a slow ramp needs, so that the cell fires.
Case random_case(std::uint64_t item) {
  const CounterRng rng(2025, Purpose::synthetic, item);
  std::uint64_t step = 0;
  const auto between = [&](double low, double high) { return low + (high - low) * rng.uniform(step++); };
  AdexParameters p;
  p.C_m = between(50, 300);
  p.g_L = between(3, 30);
  p.E_L = between(-80, -60);
  p.V_T = between(-55, -45);
  p.Delta_T = between(0.5, 4);
  p.a = between(-0.5, 1.5) * p.g_L;
  p.b = between(0, 150);
  p.tau_w = between(20, 500);
  p.V_r = between(p.E_L, p.V_T);  // above V_T a reset can lead to chaos, where round-off grows
  p.V_peak = p.V_T + 20 * p.Delta_T;
  p.t_ref = between(0, 3);
  const double current = (p.g_L + std::max(p.a, 0.0)) * (p.V_T - p.E_L) * between(1.2, 2.5);
  const double alpha = between(0.5, 2), beta = between(-30, 30);
  return {p, models::regauged(p, alpha, beta), current, alpha};
}

// The largest change of a spike time over all cells.
double largest_change(double tolerance) {
  std::size_t spikes = 0;
  double largest = 0.0;
  for (std::uint64_t item = 0; item < cells; ++item) {
    const Case c = random_case(item);
    const SpikeRun one = test_support::run_kernel(c.parameters, c.current, duration, tolerance);
    const SpikeRun other = test_support::run_kernel(c.regauged, c.current, duration, tolerance);
    EXPECT_EQ(one.status, solvers::RunStatus::done);
    largest = std::max(largest, test_support::largest_difference(one.times, other.times));
    spikes += one.times.size();
  }
  EXPECT_GT(spikes, 10U * cells);
  return largest;
}

// The kernel scales its errors by Delta_T, so it takes the same steps in every gauge.
TEST(GaugeInvariance, OfTheKernel) {
  EXPECT_LE(largest_change(1e-8), allowed);
}

// At a loose tolerance round-off can turn a step that is just accepted into one that is just rejected: the trains then
// differ, but by less than the error of the integration (firing_patterns.cpp).
TEST(GaugeInvariance, OfTheKernelAtItsDefaultToleranceWithinItsError) {
  EXPECT_LE(largest_change(1e-4), 1e-3);
}

// A tolerance relative to V would depend on beta: absolute tolerances only, that of V times alpha.
TEST(GaugeInvariance, OfCvode) {
  const auto segments = [](const Case& c) {
    return models::input_segments(models::step_protocol(c.current, duration));
  };
  std::size_t spikes = 0;
  for (std::uint64_t item = 0; item < cells; ++item) {
    const Case c = random_case(item);
    solvers::CvodeOptions options;
    options.rtol = 0.0;
    options.atol = {1e-12, 1e-12};
    const SpikeRun run = test_support::run_cvode(c.parameters, segments(c), options);
    options.atol[0] *= c.alpha;
    const SpikeRun other = test_support::run_cvode(c.regauged, segments(c), options);
    EXPECT_EQ(run.status, solvers::RunStatus::done);
    EXPECT_LE(test_support::largest_difference(run.times, other.times), allowed) << "cell " << item;
    spikes += run.times.size();
  }
  EXPECT_GT(spikes, 10U * cells);
}

}  // namespace
}  // namespace modscape
