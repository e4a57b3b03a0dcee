// SPDX-License-Identifier: Apache-2.0
// The eight firing patterns of Naud et al. 2008 (Biol Cybern 99:335) and the default set of Brette & Gerstner 2005:
// spike trains of CVODE and of the ensemble integrator against an independent integration (sources and numbers:
// support/adex_sets.hpp), convergence with the tolerance, and the firing period of the exponential integrate-and-fire
// neuron against its quadrature
//   T = integral from V_r to V_peak of C dV / (F(V) + I)   (Fourcaud-Trocme et al. 2003, J Neurosci 23:11628).
#include <gtest/gtest.h>

#include <map>

#include "support/adex_sets.hpp"

namespace modscape {
namespace {
using solvers::RunStatus;
using solvers::SpikeRun;
using test_support::adex_set;
using test_support::AdexSet;
using test_support::largest_difference;
using test_support::run_cvode;
using test_support::run_kernel;

constexpr double duration = 1000.0;  // ms
constexpr double tightest = 1e-14;
constexpr double printed =
    1e-6;  // ms, mV or pA: half a unit of the last digit given, and what CVODE adds at its tightest

// The tightest CVODE run of each set, computed once.
const SpikeRun& reference(const AdexSet& set) {
  static std::map<std::string_view, SpikeRun> runs;
  const auto found = runs.find(set.id);
  if (found != runs.end()) return found->second;
  return runs[set.id] = run_cvode(set.parameters, set.current, duration, tightest);
}

bool chaotic(const AdexSet& set) {
  return set.id == "h";
}

void expect_first_times(const SpikeRun& run, const AdexSet& set) {
  ASSERT_GE(run.times.size(), set.first_times.size());
  for (std::size_t k = 0; k < set.first_times.size(); ++k)
    EXPECT_NEAR(run.times[k], set.first_times[k], printed) << "spike " << k;
}

class FiringPattern : public testing::TestWithParam<AdexSet> {};

TEST_P(FiringPattern, CvodeGivesThePublishedTrain) {
  const SpikeRun& run = reference(GetParam());
  EXPECT_EQ(run.status, RunStatus::done);
  if (!chaotic(GetParam())) {
    EXPECT_EQ(run.times.size(), GetParam().spikes);
  }
  expect_first_times(run, GetParam());
}

TEST_P(FiringPattern, KernelGivesThePublishedTrain) {
  const SpikeRun run = run_kernel(GetParam().parameters, GetParam().current, duration, 1e-9);
  EXPECT_EQ(run.status, RunStatus::done);
  if (!chaotic(GetParam())) {
    EXPECT_EQ(run.times.size(), GetParam().spikes);
  }
  expect_first_times(run, GetParam());
}

// Two integrators with nothing in common but the equations. Set h (a period-10 attractor reached through a long chaotic
// transient) is compared over its first 300 ms.
TEST_P(FiringPattern, CvodeAndKernelAgree) {
  const AdexSet& set = GetParam();
  const double length = chaotic(set) ? 300.0 : duration;
  const SpikeRun kernel = run_kernel(set.parameters, set.current, length, 1e-10);
  const SpikeRun cvode = run_cvode(set.parameters, set.current, length, tightest);
  ASSERT_EQ(kernel.times.size(), cvode.times.size());
  if (!chaotic(set)) {
    EXPECT_LT(largest_difference(kernel.times, cvode.times), 1e-7);
  }
}

TEST_P(FiringPattern, CvodeErrorFallsWithTheTolerance) {
  if (chaotic(GetParam())) GTEST_SKIP() << "errors grow exponentially on this set";
  const AdexSet& set = GetParam();
  double previous = INFINITY;
  for (const double rtol : {1e-6, 1e-8, 1e-10, 1e-12}) {
    const SpikeRun run = run_cvode(set.parameters, set.current, duration, rtol);
    const double error = largest_difference(run.times, reference(set).times);
    EXPECT_LT(error, previous / 20.0) << "rtol " << rtol;
    previous = error;
  }
}

TEST_P(FiringPattern, KernelErrorFallsWithTheTolerance) {
  if (chaotic(GetParam())) GTEST_SKIP() << "errors grow exponentially on this set";
  const AdexSet& set = GetParam();
  for (const double tolerance : {1e-3, 1e-5, 1e-7}) {  // of an interval; the errors of a train add up
    const SpikeRun run = run_kernel(set.parameters, set.current, duration, tolerance);
    EXPECT_LT(largest_difference(run.times, reference(set).times), tolerance * static_cast<double>(set.spikes) + 1e-7)
        << tolerance;
  }
}

INSTANTIATE_TEST_SUITE_P(Naud2008, FiringPattern, testing::ValuesIn(test_support::adex_sets()),
                         [](const auto& instance) { return std::string(instance.param.id); });

// The cycle a train settles to: its intervals in order (ms, from `last` back) and the states after the reset (pA).
struct Cycle {
  std::string_view id;
  std::vector<double> intervals, w_after;  // in the order of firing, from anywhere in the cycle
  double period;
};

class SettledCycle : public testing::TestWithParam<Cycle> {};

TEST_P(SettledCycle, CvodeReachesIt) {
  const Cycle& cycle = GetParam();
  const SpikeRun& run = reference(adex_set(cycle.id));
  const std::size_t n = cycle.w_after.size();
  ASSERT_GT(run.times.size(), n + 1);
  // Where in the cycle the train ends.
  std::size_t phase = 0;
  while (phase < n && std::abs(run.w_after.back() - cycle.w_after[phase]) > 0.1) ++phase;
  ASSERT_LT(phase, n);
  double period = 0.0;
  for (std::size_t back = 0; back < n; ++back) {
    const std::size_t k = run.times.size() - 1 - back, at = (phase + n - back) % n;
    const double interval = run.times[k] - run.times[k - 1];
    EXPECT_NEAR(run.w_after[k], cycle.w_after[at], printed);
    EXPECT_NEAR(interval, cycle.intervals[at], printed);
    period += interval;
  }
  EXPECT_NEAR(period, cycle.period, printed);
}

// Interval k ends at the spike whose state after the reset is w_after[k].
INSTANTIATE_TEST_SUITE_P(Naud2008, SettledCycle,
                         testing::Values(Cycle{"a", {9.585249047}, {39.95033588}, 9.585249047},
                                         Cycle{"b", {75.908992303}, {304.70422935}, 75.908992303},
                                         Cycle{"c", {63.952038336}, {370.95965286}, 63.952038336},
                                         Cycle{"d", {133.176116, 5.350921}, {204.2884249, 296.54805564}, 138.527037009},
                                         Cycle{"f",
                                               {57.13684, 3.29135, 4.469145, 8.14584},
                                               {-24.57090898, -0.76036829, 19.87278443, 31.81147639},
                                               73.043175018},
                                         Cycle{"BG2005", {36.080951283}, {428.23340381}, 36.080951283}),
                         [](const auto& instance) { return std::string(instance.param.id); });

// Some transcriptions of the printed table give other numbers for f and g; with those the patterns do not appear.
TEST(MisprintedSets, AreNotThePatterns) {
  EXPECT_TRUE(run_cvode(test_support::misprinted_f, 110, duration, 1e-10).times.empty());
  EXPECT_TRUE(run_kernel(test_support::misprinted_f, 110, duration, 1e-10).times.empty());
  for (const SpikeRun& run : {run_cvode(test_support::misprinted_g, 350, duration, 1e-10),
                              run_kernel(test_support::misprinted_g, 350, duration, 1e-10)}) {
    ASSERT_GT(run.times.size(), 20U);  // the transient pattern has one spike; this goes on, with one interval
    const std::size_t n = run.times.size();
    EXPECT_NEAR(run.times[n - 1] - run.times[n - 2], run.times[n / 2] - run.times[n / 2 - 1], 1e-6);
    EXPECT_GT(run.times.back(), duration - 50.0);
  }
}

// C_m 200, g_L 10, E_L -70, V_T -50, Delta_T 2, V_r -58, V_peak 0 and no adaptation.
class EifPeriod : public testing::TestWithParam<std::array<double, 2>> {};

TEST_P(EifPeriod, IsTheQuadrature) {
  const models::AdexParameters p{200, 10, -70, -50, 2, 0, 0, 100, -58, 0, 0};
  const auto [current, period] = GetParam();
  const double length = 200.0 + 2.0 * period;  // the wait from E_L is below 200 ms
  const auto last_interval = [](const SpikeRun& run) {
    return run.times.at(run.times.size() - 1) - run.times.at(run.times.size() - 2);
  };
  EXPECT_NEAR(last_interval(run_cvode(p, current, length, tightest)) / period, 1.0, 1e-9);
  EXPECT_NEAR(last_interval(run_kernel(p, current, length, 1e-10)) / period, 1.0, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(FourcaudTrocme2003, EifPeriod,
                         testing::Values(std::array{190.0, 108.0057404361}, std::array{200.0, 70.2683902438},
                                         std::array{250.0, 29.2663029634}, std::array{1000.0, 3.8126832652}));

}  // namespace
}  // namespace modscape
