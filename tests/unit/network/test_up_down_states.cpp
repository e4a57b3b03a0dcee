// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/rng.hpp"
#include "network/poisson.hpp"
#include "network/up_down_states.hpp"

namespace modscape::network {
namespace {

/// Poisson counts, `up` and `down` bins in turns, beginning and ending with a down state.
std::vector<std::uint32_t> alternating(int cycles, int up, int down, double mean, double mean_down) {
  const CounterRng rng(4, Purpose::synthetic, 0);
  std::vector<std::uint32_t> counts;
  const auto add = [&](int bins, double of) {
    for (int k = 0; k < bins; ++k) counts.push_back(PoissonCount(of)(rng.uniform(counts.size())));
  };
  for (int cycle = 0; cycle < cycles; ++cycle) {
    add(down, mean_down);
    add(up, mean);
  }
  add(down, mean_down);
  return counts;
}

TEST(UpDownStates, OfAnAlternatingProcess) {
  const UpDownStates s = up_down_states(alternating(50, 30, 70, 60.0, 0.5));
  EXPECT_NEAR(s.down_fraction, 51.0 * 70 / (51.0 * 70 + 50 * 30), 1e-12);
  EXPECT_EQ(s.up_states, 50.0);
  EXPECT_NEAR(s.up_duration, 300.0, 1e-9);
}

TEST(UpDownStates, HoweverRareUpStatesAre) {
  const UpDownStates s = up_down_states(alternating(20, 10, 490, 60.0, 0.5));
  EXPECT_EQ(s.up_states, 20.0);
  EXPECT_NEAR(s.up_duration, 100.0, 1e-9);
  EXPECT_NEAR(s.down_fraction, 21.0 * 490 / (21.0 * 490 + 20 * 10), 1e-12);
}

TEST(UpDownStates, AsynchronousActivityIsUp) {
  const UpDownStates s = up_down_states(alternating(1, 100000, 0, 3.5, 0.0));
  EXPECT_EQ(s.down_fraction, 0.0);
  EXPECT_EQ(s.up_states, 0.0);
  EXPECT_TRUE(std::isnan(s.up_duration));
}

TEST(UpDownStates, AShortPauseEndsNoUpState) {
  std::vector<std::uint32_t> counts(100, 20);
  for (std::size_t k = 50; k < 54; ++k) counts[k] = 0;
  EXPECT_EQ(up_down_states(counts).down_fraction, 0.0);
  counts[54] = 0;
  EXPECT_EQ(up_down_states(counts).down_fraction, 0.05);
  EXPECT_EQ(up_down_states(counts).up_states, 0.0);  // neither began and ended
  counts[49] = 0;
  counts[40] = counts[39] = counts[38] = counts[37] = counts[36] = 3;  // below a fifth
  EXPECT_EQ(up_down_states(counts).down_fraction, 0.11);
  EXPECT_EQ(up_down_states(counts).up_duration, 80.0);
}

TEST(UpDownStates, TooFewSpikesSayNothing) {
  EXPECT_TRUE(std::isnan(up_down_states(std::vector<std::uint32_t>(100, 0)).down_fraction));
  EXPECT_TRUE(std::isnan(up_down_states(std::vector<std::uint32_t>(100, 1)).down_fraction));
  EXPECT_TRUE(std::isnan(up_down_states({}).up_states));
}

}  // namespace
}  // namespace modscape::network
