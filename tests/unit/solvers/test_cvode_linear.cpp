// SPDX-License-Identifier: Apache-2.0
// CVODE on a linear system whose solution under any piecewise linear input is known in closed form.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "solvers/cvode.hpp"

namespace modscape::solvers {
namespace {
using models::InputSegment;
using State = std::array<double, 2>;

// Two low-pass filters in a row: fast x' = (u - x)/fast, slow y' = (x - y)/slow.
struct Filters {
  static constexpr double fast = 2.0, slow = 30.0;
  static std::span<const std::string_view> state_names() {
    static constexpr std::array<std::string_view, 2> names{"x", "y"};
    return names;
  }
  void rhs(double u, std::span<const double> s, std::span<double> out) const {
    out[0] = (u - s[0]) / fast;
    out[1] = (s[0] - s[1]) / slow;
  }
  void jacobian(double, std::span<const double>, std::span<double> j) const {
    j[0] = -1.0 / fast;
    j[1] = 0.0;
    j[2] = 1.0 / slow;
    j[3] = -1.0 / slow;
  }
  // The state t ms after `from` under u = value + slope t: a ramp that lags, and two decaying terms.
  static State exact(const State& from, double value, double slope, double t) {
    const double x_lag = value - slope * fast, y_lag = value - slope * (fast + slow);
    const double A = from[0] - x_lag, mixed = A * fast / (fast - slow), B = from[1] - y_lag - mixed;
    return {x_lag + slope * t + A * std::exp(-t / fast),
            y_lag + slope * t + mixed * std::exp(-t / fast) + B * std::exp(-t / slow)};
  }
};

// The exact state at t, segment by segment.
State exact_state(const std::vector<InputSegment>& segments, State state, double t) {
  for (const InputSegment& s : segments) {
    if (t <= s.stop) return Filters::exact(state, s.value, s.slope, t - s.start);
    state = Filters::exact(state, s.value, s.slope, s.stop - s.start);
  }
  return state;
}

struct Sample {
  double t;
  State state;
};

std::vector<Sample> sampled(const std::vector<InputSegment>& segments, const State& initial,
                            const CvodeOptions& options, SpikeRun* run = nullptr) {
  std::vector<Sample> samples;
  CvodeIntegrator integrator(2);
  const SpikeRun done = integrator.run(Filters{}, segments, initial, options, [&](double t, std::span<const double> s) {
    samples.push_back({t, {s[0], s[1]}});
  });
  if (run != nullptr) *run = done;
  return samples;
}

CvodeOptions every(double interval, double rtol) {
  CvodeOptions options;
  options.rtol = rtol;
  options.sample_interval = interval;
  return options;
}

void expect_exact(const std::vector<Sample>& samples, const std::vector<InputSegment>& segments, const State& initial,
                  double interval, double tolerance) {
  const double end = segments.back().stop;
  ASSERT_EQ(samples.size(), static_cast<std::size_t>(std::floor(end / interval + 1e-9)) + 1);
  for (std::size_t k = 0; k < samples.size(); ++k) {
    EXPECT_EQ(samples[k].t, interval * static_cast<double>(k));
    const State expected = exact_state(segments, initial, samples[k].t);
    EXPECT_NEAR(samples[k].state[0], expected[0], tolerance) << "t " << samples[k].t;
    EXPECT_NEAR(samples[k].state[1], expected[1], tolerance) << "t " << samples[k].t;
  }
}

TEST(CvodeLinear, RampIsFollowedAtEverySample) {
  const std::vector<InputSegment> ramp{{0, 100, 5.0, 0.3}};
  expect_exact(sampled(ramp, {1.0, -2.0}, every(0.7, 1e-11)), ramp, {1.0, -2.0}, 0.7, 1e-8);
}

// Steps, a ramp that starts from a jump, and edges that fall on samples, between them, and 1e-9 ms apart.
TEST(CvodeLinear, EdgesOfManySegmentsAreNotSmeared) {
  const std::vector<InputSegment> steps{{0, 20, 0, 0},           {20, 20.3, 50, 0},        {20.3, 60, -10, 1.5},
                                        {60, 60 + 1e-9, 1e3, 0}, {60 + 1e-9, 61, 20, -20}, {61, 150, 7, 0}};
  expect_exact(sampled(steps, {0, 0}, every(0.5, 1e-11)), steps, {0, 0}, 0.5, 1e-7);
}

// Halving the decades: the error follows the tolerance.
TEST(CvodeLinear, ErrorFollowsTheTolerance) {
  const std::vector<InputSegment> segments{{0, 50, 10, 0}, {50, 100, -10, 0.2}};
  const State end = exact_state(segments, {0, 0}, 100);
  double previous = 1.0;
  for (const double rtol : {1e-4, 1e-7, 1e-10}) {
    SpikeRun run;
    sampled(segments, {0, 0}, every(0, rtol), &run);
    const double error = std::max(std::abs(run.final_state[0] - end[0]), std::abs(run.final_state[1] - end[1]));
    EXPECT_LT(error, previous / 10.0) << rtol;
    previous = std::max(error, 1e-15);
  }
}

TEST(CvodeLinear, RunWithoutEventsHasNoSpikes) {
  SpikeRun run;
  const std::vector<InputSegment> segments{{0, 10, 1, 0}};
  EXPECT_TRUE(sampled(segments, {0, 0}, every(0, 1e-8), &run).empty());
  EXPECT_EQ(run.status, RunStatus::done);
  EXPECT_TRUE(run.times.empty() && run.w_after.empty());
  EXPECT_GT(run.rhs_evaluations, 5);
}

// One integrator, run after run: nothing of the earlier run is left.
TEST(CvodeLinear, IntegratorIsReusable) {
  const std::vector<InputSegment> one{{0, 30, 4, 0}}, other{{0, 7, -3, 1}};
  CvodeIntegrator integrator(2);
  const State initial{1, 2};
  const SpikeRun first = integrator.run(Filters{}, one, initial, {});
  integrator.run(Filters{}, other, initial, {});
  CvodeIntegrator moved = std::move(integrator);
  const SpikeRun again = moved.run(Filters{}, one, initial, {});
  EXPECT_EQ(first.final_state, again.final_state);
  EXPECT_EQ(first.rhs_evaluations, again.rhs_evaluations);
}

TEST(CvodeLinear, WrongSizeIsABugOfTheCaller) {
  CvodeIntegrator integrator(3);
  const std::vector<InputSegment> segments{{0, 1, 0, 0}};
  EXPECT_THROW(integrator.run(Filters{}, segments, State{0, 0}, {}), InternalError);
  EXPECT_THROW(CvodeIntegrator(9), InternalError);
}

TEST(CvodeLinear, NothingToIntegrateIsDone) {
  CvodeIntegrator integrator(2);
  const SpikeRun run = integrator.run(Filters{}, {}, State{3, 4}, {});
  EXPECT_EQ(run.status, RunStatus::done);
  EXPECT_EQ(run.final_state, (State{3, 4}));
}

}  // namespace
}  // namespace modscape::solvers
