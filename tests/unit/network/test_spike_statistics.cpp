// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/rng.hpp"
#include "network/spike_statistics.hpp"
#include "solvers/adex_synaptic.hpp"

namespace modscape::network {
namespace {

std::int64_t ticks(double ms) {
  return std::llround(ms * solvers::ticks_per_ms);
}

TEST(SpikeStatistics, OfARegularPopulationThatFiresTogether) {
  SpikeStatistics s(10, 4, 0, ticks(5.0), ticks(2000.0));
  std::vector<Spike> spikes;
  for (int k = 0; k < 100; ++k)
    for (std::uint32_t gid = 8; gid < 16; ++gid) spikes.push_back({ticks(20.0 * k + 1.0), gid});
  s.add(spikes, ticks(2000.0));
  const PopulationActivity a = s.activity();
  EXPECT_NEAR(a.rate, 50.0, 1e-9);
  EXPECT_NEAR(a.cv_isi, 0.0, 1e-6);
  EXPECT_EQ(a.cv_neurons, 4);
  EXPECT_NEAR(a.correlation, 1.0, 1e-12);
  EXPECT_NEAR(a.synchrony, 1.0, 1e-12);
  EXPECT_NEAR(a.fano, 4.0 * 0.75, 1e-12);  // 4 spikes in every fourth bin: mean 1, variance 3
}

TEST(SpikeStatistics, OfIndependentPoissonTrains) {
  const int size = 50;
  SpikeStatistics s(0, size, 0, ticks(5.0), ticks(1e5));
  std::vector<Spike> spikes;
  for (std::uint32_t gid = 0; gid < size; ++gid) {
    const CounterRng rng(1, Purpose::synthetic, gid);
    double t = 0.0;
    for (std::uint64_t k = 0; (t -= 50.0 * std::log(rng.uniform(k))) < 1e5; ++k) spikes.push_back({ticks(t), gid});
  }
  std::ranges::sort(spikes, {}, &Spike::tick);
  s.add(spikes, ticks(1e5));
  const PopulationActivity a = s.activity();
  EXPECT_NEAR(a.rate, 20.0, 20.0 * 5 / std::sqrt(1e5));
  EXPECT_NEAR(a.cv_isi, 1.0, 0.02);
  EXPECT_NEAR(a.correlation, 0.0, 0.003);
  EXPECT_NEAR(a.fano, 1.0, 0.05);
  EXPECT_NEAR(a.synchrony, 1.0 / std::sqrt(50.0), 0.01);
  EXPECT_GT(a.peak_power, 1.0);  // the highest of 510 values around 1, sd 0.074
  EXPECT_LT(a.peak_power, 1.4);
  EXPECT_EQ(a.down_fraction, 0.0);
}

TEST(SpikeStatistics, OfARhythmAndOfUpAndDownStates) {
  // Volleys of all 20 neurons every 12.5 ms, 2 s of them, then 2 s of silence, and again; before, other things
  // happened.
  SpikeStatistics s(0, 20, ticks(500.0), ticks(5.0), ticks(10500.0));
  std::vector<Spike> spikes;
  for (double t = 12.0; t < 10500.0; t += 12.5) {
    const bool up = t > 500.0 && std::fmod(t - 500.0, 4000.0) < 2000.0;
    if (t < 500.0 || up)
      for (std::uint32_t gid = 0; gid < 20; ++gid) spikes.push_back({ticks(t), gid});
  }
  s.add(spikes, ticks(10500.0));
  const PopulationActivity a = s.activity();
  EXPECT_NEAR(a.rate, 80.0 * 0.6, 0.1);
  EXPECT_NEAR(a.down_fraction, 0.4, 0.01);
  EXPECT_EQ(a.up_states, 1.0);
  EXPECT_NEAR(a.up_duration, 2000.0, 10.0);
  EXPECT_NEAR(a.peak_frequency, 80.0, 1.0);
  EXPECT_GT(a.peak_power, 500.0);
}

TEST(SpikeStatistics, DoNotDependOnHowTheSpikesAreHandedOver) {
  std::vector<Spike> spikes;
  const CounterRng rng(1, Purpose::synthetic, 0);
  for (std::uint64_t k = 0; k < 3000; ++k)
    spikes.push_back({static_cast<std::int64_t>(rng.bits(k) % static_cast<std::uint64_t>(ticks(300.0))),
                      static_cast<std::uint32_t>(rng.bits(10000 + k) % 7)});
  std::ranges::sort(spikes, {}, [](const Spike& s) { return std::pair(s.tick, s.gid); });
  SpikeStatistics whole(0, 7, ticks(10.0), ticks(3.0), ticks(300.0)), parts(whole);
  whole.add(spikes, ticks(300.0));
  for (int i = 0; i < 60; ++i) {
    const auto in = std::ranges::partition_point(spikes, [&](const Spike& s) { return s.tick < ticks(5.0 * i); });
    const auto out =
        std::ranges::partition_point(spikes, [&](const Spike& s) { return s.tick < ticks(5.0 * (i + 1)); });
    parts.add({in, out}, ticks(5.0 * (i + 1)));
  }
  for (const ActivityStatistic& statistic : activity_statistics()) {
    const double all = whole.activity().*statistic.value;
    if (std::string_view(statistic.name) == "up_duration") continue;  // there are no down states
    EXPECT_FALSE(std::isnan(all)) << statistic.name;
    EXPECT_EQ(parts.activity().*statistic.value, all) << statistic.name;
  }
  EXPECT_EQ(parts.spectrum().power(7), whole.spectrum().power(7));
  EXPECT_EQ(whole.spectrum().windows(), 8);  // of 64 in 290 bins
}

TEST(SpikeStatistics, NothingToSayIsNaN) {
  SpikeStatistics s(0, 3, ticks(10.0), ticks(1.0), ticks(50.0));
  s.add({}, ticks(5.0));
  EXPECT_TRUE(std::isnan(s.activity().rate));
  s.add({}, ticks(50.0));
  EXPECT_EQ(s.activity().rate, 0.0);
  EXPECT_TRUE(std::isnan(s.activity().cv_isi));
  EXPECT_TRUE(std::isnan(s.activity().fano));
  EXPECT_TRUE(std::isnan(s.activity().correlation));
  EXPECT_TRUE(std::isnan(s.activity().peak_frequency));
  EXPECT_TRUE(std::isnan(s.activity().down_fraction));
}

}  // namespace
}  // namespace modscape::network
