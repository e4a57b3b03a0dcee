// SPDX-License-Identifier: Apache-2.0
// Every way in which an integration can end badly, provoked once for each integrator: a named status, never an
// exception.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>

#include "support/adex_sets.hpp"

namespace modscape::solvers {
namespace {
using models::InputSegment;
using test_support::adex_set;
using State = std::array<double, 2>;

SpikeRun cvode(const OdeProblem& problem, const State& initial, const CvodeOptions& options = {},
               double current = 500) {
  CvodeIntegrator integrator(2);
  const std::array<InputSegment, 1> segment{{{0, 1000, current, 0}}};
  return integrator.run(problem, segment, initial, options);
}

SpikeRun kernel(const State& initial, const test_support::EnsembleOptions& options = {}, double current = 500) {
  return test_support::run_ensemble(adex_set("b").parameters, current, 1000, initial, options);
}

const models::Adex& adex() {
  static const models::Adex model(adex_set("b").parameters);
  return model;
}

TEST(NonFinite, StartingFromNaN) {
  EXPECT_EQ(cvode(adex(), {NAN, 0}).status, RunStatus::non_finite);
  EXPECT_EQ(cvode(adex(), {-60, NAN}).status, RunStatus::non_finite);
  EXPECT_EQ(kernel({NAN, 0}).status, RunStatus::non_finite);
  EXPECT_EQ(kernel({-60, NAN}).status, RunStatus::non_finite);
}

TEST(NonFinite, InputOrParameter) {
  EXPECT_EQ(cvode(adex(), adex().initial_state(), {}, NAN).status, RunStatus::non_finite);
  EXPECT_EQ(kernel(adex().initial_state(), {}, NAN).status, RunStatus::non_finite);
  models::AdexParameters p = adex_set("b").parameters;
  p.tau_w = NAN;
  EXPECT_EQ(test_support::run_cvode(p, 500, 1000, 1e-8).status, RunStatus::non_finite);
  EXPECT_EQ(test_support::run_kernel(p, 500, 1000, 1e-4).status, RunStatus::non_finite);
}

// x' = 1 until x = 1, from where the right-hand side is a wild function of the last bits of x: no step is small enough
// for Newton.
struct Wild {
  static std::span<const std::string_view> state_names() {
    static constexpr std::array<std::string_view, 2> names{"x", "y"};
    return names;
  }
  void rhs(double, std::span<const double> s, std::span<double> out) const {
    const auto bits = std::bit_cast<std::uint64_t>(s[0]);
    const double noise = 1e100 * (static_cast<double>((bits * 0x9E3779B97F4A7C15ULL) >> 32) / 4294967296.0 - 0.5);
    out[0] = s[0] < 1.0 ? 1.0 : noise;
    out[1] = s[0] < 1.0 ? 0.0 : 1.0;
  }
  void jacobian(double, std::span<const double>, std::span<double> j) const { j[0] = j[1] = j[2] = j[3] = 0.0; }
};

TEST(StepCollapse, OfCvode) {
  EXPECT_EQ(cvode(Wild{}, {0, 0}).status, RunStatus::step_collapse);
}

// w relaxes so fast that the steps of an explicit method fall to round-off.
TEST(StepCollapse, OfTheEnsemble) {
  models::AdexParameters p = adex_set("b").parameters;
  p.tau_w = 1e-16;
  EXPECT_EQ(test_support::run_kernel(p, 500, 1000, 1e-4).status, RunStatus::step_collapse);
}

TEST(SpikeStorm, MoreSpikesThanAllowed) {
  const test_support::AdexSet& a = adex_set("a");
  CvodeOptions options;
  options.limits.max_spikes_per_ms = 0.101;  // 104 spikes in 1000 ms
  const SpikeRun reference =
      test_support::run_cvode(a.parameters, models::input_segments(models::step_protocol(500, 1000)), options);
  EXPECT_EQ(reference.status, RunStatus::spike_storm);
  const SpikeRun fast =
      test_support::run_ensemble(a.parameters, 500, 1000, {a.parameters.E_L, 0}, {.limits = options.limits});
  EXPECT_EQ(fast.status, RunStatus::spike_storm);
  EXPECT_EQ(fast.times.size(), 102U);
  EXPECT_EQ(reference.times.size(), 102U);
}

// With the default limits: no adaptation, and a current far beyond any experiment.
TEST(SpikeStorm, UnderAHugeCurrent) {
  models::AdexParameters p = adex_set("a").parameters;
  EXPECT_EQ(test_support::run_kernel(p, 1e6, 100, 1e-4).status, RunStatus::spike_storm);
  EXPECT_EQ(test_support::run_cvode(p, 1e6, 100, 1e-4).status, RunStatus::spike_storm);
}

TEST(CostLimit, CountedInRightHandSides) {
  CvodeOptions options;
  options.limits.max_rhs = 500;
  for (const SpikeRun& run :
       {cvode(adex(), adex().initial_state(), options), kernel(adex().initial_state(), {.limits = options.limits})}) {
    EXPECT_EQ(run.status, RunStatus::cost_limit);
    EXPECT_GT(run.rhs_evaluations, 490);
    EXPECT_LT(run.rhs_evaluations, 600);
  }
}

// What was found before the failure is kept.
TEST(CostLimit, KeepsTheSpikesSoFar) {
  const SpikeRun run = kernel(adex().initial_state(), {.limits = {.max_rhs = 1000}});
  EXPECT_EQ(run.status, RunStatus::cost_limit);
  EXPECT_GT(run.times.size(), 2U);
  EXPECT_EQ(run.times.size(), run.w_after.size());
}

}  // namespace
}  // namespace modscape::solvers
