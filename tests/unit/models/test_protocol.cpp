// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "models/protocol.hpp"

namespace modscape::models {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// The current at time t, from the segment that holds it.
double current(const std::vector<InputSegment>& segments, double t) {
  for (const InputSegment& s : segments)
    if (t >= s.start && t < s.stop) return s.value + s.slope * (t - s.start);
  return std::numeric_limits<double>::quiet_NaN();
}

void expect_tiling(const std::vector<InputSegment>& segments, double duration) {
  ASSERT_FALSE(segments.empty());
  EXPECT_EQ(segments.front().start, 0.0);
  EXPECT_EQ(segments.back().stop, duration);
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    EXPECT_EQ(segments[i].stop, segments[i + 1].start);
    EXPECT_LT(segments[i].start, segments[i].stop);
  }
}

Protocol noisy(double tau, double interval, double duration) {
  Protocol protocol;
  protocol.duration = duration;
  protocol.noise.push_back(
      {.start = 0, .stop = duration, .mean = 50.0, .sd = 20.0, .tau = tau, .interval = interval, .seed = 3});
  return protocol;
}

TEST(InputSegments, StepsAddUp) {
  Protocol protocol;
  protocol.duration = 100;
  protocol.holding = -10;
  protocol.steps = {{20, 60, 100}, {40, 80, 30}};
  const auto segments = input_segments(protocol);
  expect_tiling(segments, 100);
  EXPECT_EQ(segments.size(), 5U);
  EXPECT_EQ(current(segments, 10), -10);
  EXPECT_EQ(current(segments, 20), 90) << "a step holds from its start on";
  EXPECT_EQ(current(segments, 50), 120);
  EXPECT_EQ(current(segments, 60), 20) << "and not at its stop";
  EXPECT_EQ(current(segments, 90), -10);
}

TEST(InputSegments, RampsRunFromValueToValue) {
  Protocol protocol;
  protocol.duration = 100;
  protocol.ramps = {{10, 60, 0, 200}};
  protocol.steps = {{35, 100, 5}};
  const auto segments = input_segments(protocol);
  expect_tiling(segments, 100);
  EXPECT_EQ(current(segments, 5), 0);
  EXPECT_NEAR(current(segments, 20), 40, 1e-12);
  EXPECT_NEAR(current(segments, 35), 105, 1e-12);
  EXPECT_NEAR(current(segments, 59), 201, 1e-12);
  EXPECT_NEAR(current(segments, 70), 5, 1e-12);
}

TEST(InputSegments, SampledCurrentIsLinearBetweenSamplesAndZeroOutside) {
  Protocol protocol;
  protocol.duration = 30;
  protocol.sampled = {"wave.csv", {5, 10, 20}, {0, 50, -50}};
  const auto segments = input_segments(protocol);
  expect_tiling(segments, 30);
  EXPECT_EQ(current(segments, 1), 0);
  EXPECT_NEAR(current(segments, 7.5), 25, 1e-12);
  EXPECT_NEAR(current(segments, 15), 0, 1e-12);
  EXPECT_EQ(current(segments, 25), 0);
}

TEST(StepProtocol, IsOneSegment) {
  const auto segments = input_segments(step_protocol(250, 500));
  ASSERT_EQ(segments.size(), 1U);
  EXPECT_EQ(segments[0].value, 250);
  expect_tiling(segments, 500);
}

// An interval such as 0.1 ms is not exact in binary: neighbouring pieces must still meet in the same number.
TEST(Noise, HasOneSegmentPerInterval) {
  for (const double interval : {0.1, 0.25, 0.3}) {
    const auto segments = input_segments(noisy(0.0, interval, 60.0));
    expect_tiling(segments, 60.0);
    EXPECT_EQ(segments.size(), static_cast<std::size_t>(std::lround(60.0 / interval))) << interval;
  }
}

// Counter-based: a draw depends on its seed, source and interval only, not on how long the run is or what else is
// injected.
TEST(Noise, DoesNotDependOnTheRestOfTheProtocol) {
  const auto brief = input_segments(noisy(5.0, 0.25, 50.0));
  Protocol longer = noisy(5.0, 0.25, 100.0);
  longer.steps = {{60, 70, 100}};
  const auto extended = input_segments(longer);
  for (const InputSegment& s : brief) EXPECT_EQ(current(extended, s.start), s.value) << s.start;
}

TEST(Noise, SeedsAndSourcesDiffer) {
  Protocol protocol = noisy(0.0, 0.25, 10.0);
  const double first = current(input_segments(protocol), 1.0);
  protocol.noise[0].seed = 4;
  EXPECT_NE(current(input_segments(protocol), 1.0), first);
  protocol.noise[0].seed = 3;
  protocol.noise.push_back(protocol.noise[0]);
  EXPECT_NE(current(input_segments(protocol), 1.0), 2 * first) << "two sources with one seed share no number";
}

struct Moments {
  double mean, sd, lag;  // lag: correlation of neighbouring intervals
};
Moments moments(const std::vector<InputSegment>& segments) {
  const auto n = static_cast<double>(segments.size());
  double mean = 0, variance = 0, covariance = 0;
  for (const auto& s : segments) mean += s.value / n;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    variance += std::pow(segments[i].value - mean, 2) / n;
    if (i > 0) covariance += (segments[i].value - mean) * (segments[i - 1].value - mean) / n;
  }
  return {mean, std::sqrt(variance), covariance / variance};
}

// Tolerances are five standard errors (Bartlett for the correlated case: the mean's variance grows by (1+r)/(1-r)).
TEST(Noise, WhiteHasItsMoments) {
  constexpr double n = 40000;
  const Moments m = moments(input_segments(noisy(0.0, 0.25, 0.25 * n)));
  EXPECT_NEAR(m.mean, 50.0, 5 * 20.0 / std::sqrt(n));
  EXPECT_NEAR(m.sd, 20.0, 5 * 20.0 / std::sqrt(2 * n));
  EXPECT_NEAR(m.lag, 0.0, 5 / std::sqrt(n));
}

TEST(Noise, OrnsteinUhlenbeckHasItsMomentsAndCorrelationTime) {
  constexpr double n = 40000, tau = 1.0, interval = 0.25;
  const double r = std::exp(-interval / tau);
  const Moments m = moments(input_segments(noisy(tau, interval, interval * n)));
  EXPECT_NEAR(m.mean, 50.0, 5 * 20.0 * std::sqrt((1 + r) / (1 - r) / n));
  EXPECT_NEAR(m.sd, 20.0, 5 * 20.0 * std::sqrt((1 + r * r) / (1 - r * r) / (2 * n)));
  EXPECT_NEAR(m.lag, r, 5 * std::sqrt((1 - r * r) / n));
}

TEST(ProtocolProblems, NoneForASoundProtocol) {
  EXPECT_THAT(protocol_problems(noisy(5, 0.1, 100)), IsEmpty());
}

TEST(ProtocolProblems, AreAllNamed) {
  Protocol protocol;
  protocol.duration = 100;
  protocol.steps = {{50, 40, 1}, {50, 120, 1}};
  protocol.ramps = {{-5, 10, 0, 1}};
  protocol.noise.push_back({.start = 0, .stop = 10, .sd = -1, .interval = 0});
  protocol.sampled = {"wave.csv", {0, 2, 1}, {0, 0, 0}};
  EXPECT_THAT(protocol_problems(protocol),
              ElementsAre(HasSubstr("step: stop = 40 ms must be after start = 50 ms"),
                          HasSubstr("step: stop = 120 ms is after the end of the run"), HasSubstr("ramp: "),
                          HasSubstr("noise: interval"), HasSubstr("noise: sd and tau"),
                          HasSubstr("wave.csv: sample 3: times must increase")));
}

TEST(ProtocolProblems, NeedADuration) {
  EXPECT_THAT(protocol_problems(Protocol{}), ElementsAre(HasSubstr("duration = 0 ms")));
}

}  // namespace
}  // namespace modscape::models
