// SPDX-License-Identifier: Apache-2.0
// What the ensemble integrator promises: the error of each interspike interval, given the state after the spike before
// it, is below the tolerance. Every interval of 1000 random neurons is integrated again from our post-reset state by an
// independent integrator at rtol 1e-12 (support/reference_kernel.hpp).
#include <gtest/gtest.h>

#include "support/ensemble.hpp"
#include "support/random_sets.hpp"
#include "support/reference_kernel.hpp"

namespace modscape {
namespace {
using test_support::random_set;
using test_support::RandomSet;

constexpr std::size_t sets = 1000;
constexpr double duration = 1000.0;  // ms

// From the state after spike k-1 (or the start) to spike k, by the reference: the length of the interval after the
// hold.
double reference_interval(const RandomSet& set, double w_before, bool first) {
  const models::AdexParameters& p = set.parameters;
  std::array<double, 2> start{p.V_r, w_before};
  if (first)
    start = {p.E_L, 0.0};
  else
    models::Adex(p).hold(start, p.t_ref);
  test_support::reference::Options options;
  options.max_spikes = 1;
  const solvers::SpikeRun run = test_support::reference_run(p, set.current, 5 * duration, start, options);
  return run.times.empty() ? INFINITY : run.times.front();
}

class Contract : public testing::TestWithParam<double> {};

TEST_P(Contract, HoldsForEveryInterval) {
  const double tolerance = GetParam();
  std::vector<RandomSet> all;
  std::vector<models::InputSegment> inputs;
  for (std::uint64_t i = 0; i < sets; ++i) {
    all.push_back(random_set(i));
    inputs.push_back({0.0, duration, all.back().current, 0.0});
  }
  std::vector<solvers::SpikeTask> tasks;
  for (std::size_t i = 0; i < sets; ++i)
    tasks.push_back({all[i].parameters, {&inputs[i], 1}, models::Adex(all[i].parameters).initial_state()});
  const std::vector<solvers::SpikeRun> runs = solvers::AdexEnsemble(tolerance).run(tasks);

  std::size_t intervals = 0;
  double worst = 0.0;
  for (std::size_t i = 0; i < sets; ++i) {
    const solvers::SpikeRun& run = runs[i];
    EXPECT_TRUE(run.status == solvers::RunStatus::done || run.status == solvers::RunStatus::spike_storm) << i;
    for (std::size_t k = 0; k < run.times.size(); ++k, ++intervals) {
      const double start = k == 0 ? 0.0 : run.times[k - 1] + all[i].parameters.t_ref;
      const double expected = reference_interval(all[i], k == 0 ? 0.0 : run.w_after[k - 1], k == 0);
      const double error = std::abs(run.times[k] - start - expected);
      worst = std::max(worst, error);
      EXPECT_LE(error, tolerance) << "set " << i << ", interval " << k << " of " << expected << " ms";
    }
  }
  EXPECT_GT(intervals, 20 * sets);
  RecordProperty("intervals", static_cast<int>(intervals));
  RecordProperty("worst_over_tolerance", std::to_string(worst / tolerance));
}

INSTANTIATE_TEST_SUITE_P(Tolerances, Contract, testing::Values(1e-2, 1e-3, 1e-4, 1e-5, 1e-6), [](const auto& instance) {
  return "e" + std::to_string(static_cast<int>(-std::log10(instance.param) + 0.5));
});

}  // namespace
}  // namespace modscape
