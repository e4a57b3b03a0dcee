// SPDX-License-Identifier: Apache-2.0
// The rules of docs/regimes.md on trains written by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "ephys/regime.hpp"

namespace modscape::ephys {
namespace {

// A train from its first spike and its intervals, under a step that ends `after` ms after the last spike.
Regime on_protocol(double first, const std::vector<double>& intervals, double after) {
  std::vector<double> times{first};
  for (const double interval : intervals) times.push_back(times.back() + interval);
  return classify_on_protocol(times, times.back() + after);
}

TEST(OnProtocol, NoSpikeIsRest) {
  EXPECT_EQ(classify_on_protocol({}, 1000), Regime::rest);
}

TEST(OnProtocol, SilenceAfterSpikesIsTransient) {
  EXPECT_EQ(on_protocol(20, {}, 900), Regime::transient);
  EXPECT_EQ(on_protocol(20, {10, 15, 20}, 400), Regime::transient);
}

TEST(OnProtocol, SilenceNoLongerThanTheWaitForTheFirstSpikeSaysNothing) {
  EXPECT_EQ(on_protocol(300, {}, 600), Regime::few);
  EXPECT_EQ(on_protocol(300, {5}, 600), Regime::few);
}

TEST(OnProtocol, EqualIntervalsAreTonic) {
  EXPECT_EQ(on_protocol(20, {20, 20}, 10), Regime::tonic);
  EXPECT_EQ(on_protocol(20, {18.5, 19, 19.5, 20, 20, 20}, 10), Regime::tonic);
}

TEST(OnProtocol, IntervalsThatAlternateWithoutAPauseAreTonic) {
  EXPECT_EQ(on_protocol(20, {13, 20, 13, 20, 13, 20, 13, 20}, 10), Regime::tonic);
}

TEST(OnProtocol, GrowingAndShrinkingIntervals) {
  EXPECT_EQ(on_protocol(20, {20, 25, 30, 34, 36, 37}, 10), Regime::adapting);
  EXPECT_EQ(on_protocol(50, {37, 30, 26, 23, 21, 20}, 10), Regime::accelerating);
  EXPECT_EQ(on_protocol(20, {20, 40}, 10), Regime::adapting);
}

// A ripple on the way does not hide the trend.
TEST(OnProtocol, TrendSurvivesARipple) {
  EXPECT_EQ(on_protocol(20, {20, 26, 25.5, 32, 31, 40, 45}, 10), Regime::adapting);
  EXPECT_EQ(on_protocol(20, {10, 20, 28, 22, 24, 23.5, 23.5, 23.5}, 10), Regime::adapting);
}

TEST(OnProtocol, TrendOutlastsErrorsOfSingleIntervals) {
  // From 20 to 10 ms over 60 intervals that are 4 % too long and too short in turns.
  std::vector<double> isi;
  for (int k = 0; k < 60; ++k) isi.push_back(20.0 * std::pow(0.5, k / 59.0) * (k % 2 == 0 ? 1.04 : 0.96));
  EXPECT_EQ(on_protocol(25, isi, 10), Regime::accelerating);
  std::ranges::reverse(isi);
  EXPECT_EQ(on_protocol(25, isi, 10), Regime::adapting);
  // No trend: one that is less than the intervals differ by.
  for (int k = 0; k < 60; ++k) isi[static_cast<std::size_t>(k)] = (10.0 + 0.05 * k) * (k % 3 == 0 ? 1.7 : 1.0);
  EXPECT_NE(on_protocol(25, isi, 10), Regime::adapting);
}

TEST(OnProtocol, OneBurstThenEqualIntervalsIsAnInitialBurst) {
  EXPECT_EQ(on_protocol(5, {3, 7, 55, 64, 64, 64}, 10), Regime::initial_burst);
  EXPECT_EQ(on_protocol(5, {5, 60, 62, 62}, 10), Regime::initial_burst);  // a doublet is a burst
}

// The intervals grow step by step, with no jump by the burst ratio: set b of Naud et al.
TEST(OnProtocol, FastAdaptationIsNoInitialBurst) {
  EXPECT_EQ(on_protocol(15, {11.3, 14.4, 19.6, 29.4, 47.7, 67.7, 74.8, 75.8}, 10), Regime::adapting);
}

TEST(OnProtocol, RepeatedGroupsAreBursting) {
  EXPECT_EQ(on_protocol(16, {3, 5, 130, 5, 133, 5, 133, 5}, 10), Regime::bursting);
  EXPECT_EQ(on_protocol(16, {3, 4, 8, 57, 3, 4, 8, 57, 3, 4}, 10), Regime::bursting);
  EXPECT_EQ(on_protocol(16, {3, 4, 60, 3, 4, 5, 64, 3, 4, 60}, 10), Regime::bursting);  // of three and four spikes
}

TEST(OnProtocol, OneGroupOrIsolatedSpikesBetweenThemAreNot) {
  EXPECT_NE(on_protocol(16, {3, 4, 60, 3, 4}, 10), Regime::bursting);
  EXPECT_EQ(on_protocol(16, {5, 60, 61, 5, 60, 5, 61, 60, 5}, 10), Regime::irregular);
}

// A repeating group without a pause: the largest step between its sorted intervals is below the burst ratio (set h of
// Naud et al.).
TEST(OnProtocol, CycleWithoutAPauseIsIrregular) {
  const std::vector<double> group{6.5, 16.6, 25.9, 9.9, 39.1};
  std::vector<double> intervals;
  for (int k = 0; k < 6; ++k) intervals.insert(intervals.end(), group.begin(), group.end());
  EXPECT_EQ(on_protocol(15, intervals, 5), Regime::irregular);
}

TEST(SettledPeriod, CountsSpikesPerGroup) {
  EXPECT_EQ(settled_period(std::vector{5.0, 40.0, 100.0, 100.0, 100.0}), 1);
  EXPECT_EQ(settled_period(std::vector{9.0, 200.0, 300.0, 200.0, 300.0, 200.0, 300.0}), 2);
  EXPECT_EQ(settled_period(std::vector{1.0, 2.0, 4.0, 8.0, 16.0, 32.0}), 0);
  EXPECT_EQ(settled_period(std::vector{1.0, 1.0}), 0);  // too short to tell
  EXPECT_EQ(settled_period({}), 0);
}

TEST(SettledPeriod, LooksNoFurtherThanAsked) {
  std::vector<double> w;
  for (int k = 0; k < 30; ++k) w.push_back(10.0 * (k % 5));
  EXPECT_EQ(settled_period(w), 5);
  EXPECT_EQ(settled_period(w, 4), 0);
}

std::vector<double> repeated(const std::vector<double>& group, int times) {
  std::vector<double> all;
  for (int k = 0; k < times; ++k) all.insert(all.end(), group.begin(), group.end());
  return all;
}

TEST(Settled, PeriodAndPauseDecide) {
  EXPECT_EQ(classify_settled(repeated({10}, 20), repeated({50}, 21)), Regime::tonic);
  EXPECT_EQ(classify_settled(repeated({5, 133}, 10), repeated({296, 204}, 11)), Regime::bursting);
  EXPECT_EQ(classify_settled(repeated({12, 20}, 10), repeated({30, 40}, 11)), Regime::tonic);
  EXPECT_EQ(classify_settled(repeated({6.5, 16.6, 25.9, 9.9, 39.1}, 6), repeated({90, 80, 70, 85, 67}, 6)),
            Regime::irregular);
}

TEST(Settled, SlowDriftIsTonicAndNoPeriodIsIrregular) {
  std::vector<double> isi, w, wild, wild_w;
  for (int k = 0; k < 40; ++k) {
    isi.push_back(10.0 - 0.01 * k);
    w.push_back(-100.0 - k);
    wild.push_back(10.0 + 9.0 * std::sin(1.7 * k * k));
    wild_w.push_back(100.0 * std::sin(1.3 * k * k));
  }
  EXPECT_EQ(classify_settled(isi, w), Regime::tonic);
  EXPECT_EQ(classify_settled(wild, wild_w), Regime::irregular);
  EXPECT_EQ(classify_settled({}, {}), Regime::few);
}

TEST(Names, AreDistinct) {
  std::set<std::string_view> names;
  for (int k = 0; k < regime_count; ++k) names.insert(to_string(static_cast<Regime>(k)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(regime_count));
  EXPECT_EQ(to_string(Regime::rest), "rest");
  EXPECT_EQ(to_string(Regime::initial_burst), "initial_burst");
  EXPECT_EQ(to_string(Regime::rest_and_spiking), "rest+spiking");
}

TEST(RegimeString, MergesNeighboursAndSkipsFew) {
  using enum Regime;
  EXPECT_EQ(regime_string(std::vector{rest, rest, tonic, tonic, bursting}), "rest|tonic|bursting");
  EXPECT_EQ(regime_string(std::vector{rest, few, tonic, few, tonic}), "rest|tonic");
  EXPECT_EQ(regime_string(std::vector{few, rest, few, rest}), "rest");
  EXPECT_EQ(regime_string(std::vector{rest, tonic, rest}), "rest|tonic|rest");
  EXPECT_EQ(regime_string(std::vector{few}), "");
  EXPECT_EQ(regime_string({}), "");
}

}  // namespace
}  // namespace modscape::ephys
