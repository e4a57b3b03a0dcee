// SPDX-License-Identifier: Apache-2.0
// Spike features on trains small enough to do by hand. The values marked eFEL were also computed with eFEL 5.7.34 on
// traces with spikes at these times (stimulus 0-100 ms).
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "ephys/spike_features.hpp"

namespace modscape::ephys {
namespace {

SpikeFeatures features(const std::vector<double>& times, StimulusWindow window = {0, 100}) {
  return spike_features(times, window);
}

TEST(SpikeFeatures, NoSpikes) {
  const SpikeFeatures f = features({});
  EXPECT_EQ(f.spike_count, 0);
  EXPECT_TRUE(std::isnan(f.mean_frequency) && std::isnan(f.time_to_first_spike) && std::isnan(f.ISI_mean));
  EXPECT_TRUE(std::isnan(f.ISI_CV) && std::isnan(f.first_ISI) && std::isnan(f.last_ISI) &&
              std::isnan(f.adaptation_index2));
}

TEST(SpikeFeatures, OneSpike) {
  const SpikeFeatures f = features({20});
  EXPECT_EQ(f.spike_count, 1);
  EXPECT_DOUBLE_EQ(f.time_to_first_spike, 20.0);
  EXPECT_DOUBLE_EQ(f.mean_frequency, 50.0);
  EXPECT_TRUE(std::isnan(f.ISI_mean) && std::isnan(f.first_ISI) && std::isnan(f.last_ISI));
}

TEST(SpikeFeatures, TwoSpikesHaveAnIntervalButNoVariation) {
  const SpikeFeatures f = features({10, 20});
  EXPECT_DOUBLE_EQ(f.mean_frequency, 100.0);  // eFEL
  EXPECT_DOUBLE_EQ(f.ISI_mean, 10.0);
  EXPECT_DOUBLE_EQ(f.first_ISI, 10.0);
  EXPECT_DOUBLE_EQ(f.last_ISI, 10.0);
  EXPECT_TRUE(std::isnan(f.ISI_CV) && std::isnan(f.adaptation_index2));
}

TEST(SpikeFeatures, ThreeSpikesHaveAVariationButNoAdaptationIndex) {
  const SpikeFeatures f = features({10, 20, 40});
  EXPECT_DOUBLE_EQ(f.mean_frequency, 75.0);      // eFEL
  EXPECT_DOUBLE_EQ(f.ISI_CV, 5.0 / 15.0);        // population SD of {10, 20}
  EXPECT_TRUE(std::isnan(f.adaptation_index2));  // eFEL
}

TEST(SpikeFeatures, FourSpikes) {
  const SpikeFeatures f = features({10, 20, 40, 80});
  EXPECT_EQ(f.spike_count, 4);                           // eFEL
  EXPECT_DOUBLE_EQ(f.time_to_first_spike, 10.0);         // eFEL
  EXPECT_DOUBLE_EQ(f.mean_frequency, 50.0);              // eFEL
  EXPECT_NEAR(f.adaptation_index2, 20.0 / 60.0, 1e-15);  // eFEL: {20, 40}, the first interval left out
  EXPECT_DOUBLE_EQ(f.ISI_mean, 70.0 / 3.0);
  EXPECT_NEAR(f.ISI_CV, std::sqrt(1400.0 / 9.0) / (70.0 / 3.0), 1e-15);  // population SD of {10, 20, 40}
  EXPECT_DOUBLE_EQ(f.first_ISI, 10.0);
  EXPECT_DOUBLE_EQ(f.last_ISI, 40.0);
}

// Intervals 20, 10, 40, 10: with the first one the index would be -1/9.
TEST(SpikeFeatures, AdaptationIndexLeavesTheFirstIntervalOut) {
  const SpikeFeatures f = features({10, 30, 40, 80, 90});
  EXPECT_NEAR(f.adaptation_index2, 0.0, 1e-15);             // eFEL
  EXPECT_NEAR(f.mean_frequency, 55.55555555555556, 1e-12);  // eFEL
}

TEST(SpikeFeatures, OnlySpikesInTheWindowCount) {
  const SpikeFeatures f = features({5, 50, 60, 80, 150}, {50, 80});
  EXPECT_EQ(f.spike_count, 3);
  EXPECT_DOUBLE_EQ(f.time_to_first_spike, 0.0);
  EXPECT_DOUBLE_EQ(f.mean_frequency, 100.0);
  EXPECT_DOUBLE_EQ(f.ISI_mean, 15.0);
}

TEST(SpikeFeatures, FrequencyOfASpikeAtTheOnsetDoesNotExist) {
  EXPECT_TRUE(std::isnan(features({0}).mean_frequency));
}

TEST(SpikeFeatures, EqualIntervalsVaryByNothing) {
  const SpikeFeatures f = features({10, 20, 30, 40, 50});
  EXPECT_DOUBLE_EQ(f.ISI_CV, 0.0);
  EXPECT_DOUBLE_EQ(f.adaptation_index2, 0.0);
}

TEST(Intervals, OfFewSpikes) {
  EXPECT_TRUE(interspike_intervals({}).empty());
  EXPECT_TRUE(interspike_intervals(std::vector{3.0}).empty());
  EXPECT_EQ(interspike_intervals(std::vector{1.0, 3.0, 7.0}), (std::vector{2.0, 4.0}));
}

}  // namespace
}  // namespace modscape::ephys
