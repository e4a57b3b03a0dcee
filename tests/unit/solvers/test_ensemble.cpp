// SPDX-License-Identifier: Apache-2.0
// A lane's bits depend on its task alone: not on its neighbours, its place, the size of the batch or the width of the
// registers.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.hpp"
#include "solvers/cvode.hpp"
#include "support/adex_sets.hpp"
#include "support/random_sets.hpp"

namespace modscape::solvers {
namespace {
using models::InputSegment;

class Batch {
 public:
  explicit Batch(std::size_t size, double duration = 100.0) {
    inputs_.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
      const test_support::RandomSet set = test_support::random_set(i);
      inputs_.push_back({0.0, duration, set.current, 0.0});
      tasks.push_back({set.parameters, {&inputs_[i], 1}, models::Adex(set.parameters).initial_state()});
    }
  }
  std::vector<SpikeTask> tasks;

 private:
  std::vector<InputSegment> inputs_;
};

void expect_same_bits(const SpikeRun& a, const SpikeRun& b) {
  EXPECT_EQ(a.times, b.times);
  EXPECT_EQ(a.w_after, b.w_after);
  EXPECT_EQ(a.final_state, b.final_state);
  EXPECT_EQ(a.rhs_evaluations, b.rhs_evaluations);
  EXPECT_EQ(a.status, b.status);
}

TEST(EnsembleBits, DoNotDependOnTheBatch) {
  const Batch batch(80);
  AdexEnsemble ensemble(1e-4);
  const std::vector<SpikeRun> together = ensemble.run(batch.tasks);
  std::vector<SpikeTask> reversed(batch.tasks.rbegin(), batch.tasks.rend());
  const std::vector<SpikeRun> backwards = ensemble.run(reversed);
  for (std::size_t i = 0; i < together.size(); ++i) {
    SCOPED_TRACE(i);
    expect_same_bits(together[i], backwards[together.size() - 1 - i]);
    expect_same_bits(together[i], ensemble.run({&batch.tasks[i], 1}).front());
  }
}

// Gives back the best target at the end.
struct TargetGuard {
  ~TargetGuard() { use_simd_target(""); }
};

TEST(EnsembleBits, AreThoseOfEveryTargetWithFma) {
  const TargetGuard guard;
  const Batch batch(60);
  AdexEnsemble ensemble(1e-4);
  std::vector<SpikeRun> first;
  int compared = 0;
  for (const std::string& target : simd_targets()) {
    use_simd_target(target);
    ASSERT_EQ(simd_target(), target);
    if (simd_class() != "fma") continue;
    const std::vector<SpikeRun> runs = ensemble.run(batch.tasks);
    ++compared;
    if (first.empty()) first = runs;
    for (std::size_t i = 0; i < runs.size(); ++i) expect_same_bits(runs[i], first[i]);
  }
  if (compared < 2) GTEST_SKIP() << "this machine has fewer than two instruction sets with fused multiply-add";
}

TEST(EnsembleBits, WithoutFmaTheAccuracyIsTheSame) {
  const TargetGuard guard;
  const test_support::AdexSet& b = test_support::adex_set("b");
  for (const std::string& target : simd_targets()) {
    use_simd_target(target);
    const SpikeRun run = test_support::run_kernel(b.parameters, b.current, 1000, 1e-6);
    ASSERT_EQ(run.times.size(), b.spikes) << target;
    for (std::size_t k = 0; k < b.first_times.size(); ++k) EXPECT_NEAR(run.times[k], b.first_times[k], 1e-5) << target;
  }
}

SpikeRun cvode(const models::AdexParameters& p, std::span<const InputSegment> input) {
  CvodeOptions options;
  options.rtol = 1e-12;
  return CvodeIntegrator(2).run(models::Adex(p), input, models::Adex(p).initial_state(), options);
}

// Steps up, down and to nothing, with holds that end after an edge.
TEST(Ensemble, EdgesOfTheInputAndHoldsAcrossThem) {
  for (const double t_ref : {0.0, 7.0}) {
    models::AdexParameters p = test_support::adex_set("c").parameters;
    p.t_ref = t_ref;
    std::vector<InputSegment> input;
    double start = 0.0;
    for (const double current : {0.0, 400.0, 600.0, 100.0, 500.0, -50.0, 450.0, 450.0, 700.0, 0.0}) {
      input.push_back({start, start + 13.7, current, 0.0});
      start += 13.7;
    }
    const SpikeTask task{p, input, models::Adex(p).initial_state()};
    const SpikeRun run = AdexEnsemble(1e-8).run({&task, 1}).front(), reference = cvode(p, input);
    ASSERT_GT(run.times.size(), 5U);
    EXPECT_LT(test_support::largest_difference(run.times, reference.times), 1e-6) << t_ref;
    EXPECT_NEAR(run.final_state[0], reference.final_state[0], 1e-5);
    EXPECT_NEAR(run.final_state[1], reference.final_state[1], 1e-5);
  }
}

TEST(Ensemble, RefusesARamp) {
  const models::AdexParameters& p = test_support::adex_set("b").parameters;
  const InputSegment ramp{0, 10, 0, 1};
  const SpikeTask task{p, {&ramp, 1}, {p.E_L, 0}};
  EXPECT_THROW(AdexEnsemble(1e-4).run({&task, 1}), InternalError);
}

TEST(Ensemble, NoTasksNoRuns) {
  EXPECT_TRUE(AdexEnsemble(1e-4).run({}).empty());
}

}  // namespace
}  // namespace modscape::solvers
