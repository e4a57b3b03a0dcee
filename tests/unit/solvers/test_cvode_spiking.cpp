// SPDX-License-Identifier: Apache-2.0
// CVODE on a leaky integrate-and-fire neuron with a spike-triggered current: spike times, refractory hold and samples
// have closed forms (period t_ref + tau ln((I - V_r)/(I - threshold)) with unit resistance).
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "solvers/cvode.hpp"
#include "support/adex_sets.hpp"

namespace modscape::solvers {
namespace {
using models::InputSegment;
using State = std::array<double, 2>;

struct LeakySpiker {
  static constexpr double tau = 10.0, slow = 40.0, threshold = 1.0, V_r = -0.5, jump = 3.0;
  double t_ref = 2.5;

  static std::span<const std::string_view> state_names() {
    static constexpr std::array<std::string_view, 2> names{"V", "w"};
    return names;
  }
  void rhs(double input, std::span<const double> s, std::span<double> out) const {
    out[0] = (input - s[0]) / tau;
    out[1] = -s[1] / slow;
  }
  void jacobian(double, std::span<const double>, std::span<double> j) const {
    j[0] = -1.0 / tau;
    j[1] = j[2] = 0.0;
    j[3] = -1.0 / slow;
  }
  double event(std::span<const double> s) const { return s[0] - threshold; }
  void reset(std::span<double> s) const {
    s[0] = V_r;
    s[1] += jump;
  }
  double refractory() const { return t_ref; }
  void hold(std::span<double> s, double dt) const { s[1] *= std::exp(-dt / slow); }

  // From V to the threshold.
  static double rise(double V, double input) { return tau * std::log((input - V) / (input - threshold)); }
  double period(double input) const { return t_ref + rise(V_r, input); }
};

SpikeRun run(const LeakySpiker& model, const std::vector<InputSegment>& segments, const CvodeOptions& options,
             const Observer& observer = {}) {
  CvodeIntegrator integrator(2);
  return integrator.run(model, segments, State{0, 0}, options, observer);
}

CvodeOptions tight() {
  CvodeOptions options;
  options.rtol = 1e-12;
  return options;
}

TEST(CvodeSpiking, TimesAndStatesAreTheClosedForm) {
  const LeakySpiker model;
  const SpikeRun result = run(model, {{0, 200, 1.7, 0}}, tight());
  ASSERT_GT(result.times.size(), 8U);
  double w = 0.0;
  for (std::size_t k = 0; k < result.times.size(); ++k) {
    const double interval = k == 0 ? model.rise(0, 1.7) : model.period(1.7);
    EXPECT_NEAR(result.times[k], model.rise(0, 1.7) + static_cast<double>(k) * model.period(1.7), 1e-8);
    w = w * std::exp(-interval / model.slow) + model.jump;
    EXPECT_NEAR(result.w_after[k], w, 1e-8);
  }
}

// 10 s: the clock is kept relative to the last spike, so the last interval is as exact as the first.
TEST(CvodeSpiking, TimeStaysPreciseInLongRuns) {
  const LeakySpiker model;
  const SpikeRun result = run(model, {{0, 10'000, 1.7, 0}}, tight());
  const std::vector<double>& t = result.times;
  ASSERT_GT(t.size(), 700U);
  for (std::size_t k = 1; k < t.size(); ++k) EXPECT_NEAR(t[k] - t[k - 1], model.period(1.7), 1e-9) << k;
}

// A step that ends within the refractory period of one spike, another that begins and ends within it.
TEST(CvodeSpiking, HoldCrossesTheEdgesOfSegments) {
  LeakySpiker model;
  const double first = model.rise(0, 1.7);
  const double edge = first + 1.0, back = first + 2.0;
  const SpikeRun held = run(model, {{0, edge, 1.7, 0}, {edge, back, 1e3, 0}, {back, 100, 1.7, 0}}, tight());
  const SpikeRun plain = run(model, {{0, 100, 1.7, 0}}, tight());
  EXPECT_LT(test_support::largest_difference(held.times, plain.times), 1e-8);
}

// V is held at V_r, w decays; at a spike time the sample is the state before the reset.
TEST(CvodeSpiking, SamplesDuringTheHoldAreTheModelsOwn) {
  const LeakySpiker model;
  CvodeOptions options = tight();
  options.sample_interval = 0.25;
  std::vector<double> t;
  std::vector<State> states;
  const SpikeRun result = run(model, {{0, 60, 1.7, 0}}, options, [&](double time, std::span<const double> s) {
    t.push_back(time);
    states.push_back({s[0], s[1]});
  });
  ASSERT_EQ(t.size(), 241U);
  ASSERT_GE(result.times.size(), 2U);
  int held = 0;
  for (std::size_t i = 0; i < t.size(); ++i)
    for (std::size_t k = 0; k < result.times.size(); ++k) {
      const double since = t[i] - result.times[k];
      if (since <= 0 || since > model.t_ref) continue;
      EXPECT_EQ(states[i][0], model.V_r);
      EXPECT_NEAR(states[i][1], result.w_after[k] * std::exp(-since / model.slow), 1e-10);
      ++held;
    }
  EXPECT_GE(held, 2 * 9);
}

// The last sample lies on the end of the run, whatever the spikes did to the clock.
TEST(CvodeSpiking, NoSampleIsLostAtTheEnd) {
  CvodeOptions options;
  options.sample_interval = 1.0;
  for (int k = 0; k < 60; ++k) {
    LeakySpiker model;
    model.t_ref = k % 2 == 0 ? 0.0 : 1.3;
    int samples = 0;
    run(model, {{0, 60, 1.5 + 0.01 * k, 0}}, options, [&](double, std::span<const double>) { ++samples; });
    EXPECT_EQ(samples, 61) << k;
  }
}

TEST(CvodeSpiking, MaxSpikesEndsTheRun) {
  CvodeOptions options;
  options.max_spikes = 3;
  const SpikeRun result = run({}, {{0, 20, 1.7, 0}, {20, 1000, 1.7, 0}}, options);
  EXPECT_EQ(result.status, RunStatus::done);
  EXPECT_EQ(result.times.size(), 3U);
  EXPECT_EQ(result.final_state[0], LeakySpiker::V_r);
}

}  // namespace
}  // namespace modscape::solvers
