// SPDX-License-Identifier: Apache-2.0
// Features of a spike train under a current step, with the names and definitions of eFEL (github.com/BlueBrain/eFEL),
// but for two: ISI_mean and ISI_CV take every interval (eFEL leaves the first out unless told otherwise) and the
// population SD (eFEL: n - 1), as the published AdEx references do. A feature that does not exist (the CV of two
// spikes) is NaN, never 0.
#pragma once
#include <cmath>
#include <span>
#include <vector>

namespace modscape::ephys {

/// Times in ms, relative to the same zero as the spike times.
struct StimulusWindow {
  double start = 0.0, stop = 0.0;
};

struct SpikeFeatures {
  int spike_count = 0;                     ///< spikes in [start, stop]
  double mean_frequency = NAN;             ///< Hz: count / (time of last spike - start), eFEL mean_frequency
  double time_to_first_spike = NAN;        ///< ms after the start
  double ISI_mean = NAN;                   ///< ms; needs 2 spikes
  double ISI_CV = NAN;                     ///< population SD / mean of the ISIs; needs 3 spikes
  double first_ISI = NAN, last_ISI = NAN;  ///< ms
  /// Mean of (ISI_i - ISI_{i-1})/(ISI_i + ISI_{i-1}) without the first ISI; needs 4 spikes.
  double adaptation_index2 = NAN;
};

std::vector<double> interspike_intervals(std::span<const double> times);

SpikeFeatures spike_features(std::span<const double> spike_times, const StimulusWindow& window);

}  // namespace modscape::ephys
