// SPDX-License-Identifier: Apache-2.0
#include "ephys/spike_features.hpp"

#include <algorithm>
#include <numeric>

namespace modscape::ephys {

std::vector<double> interspike_intervals(std::span<const double> times) {
  std::vector<double> intervals;
  for (std::size_t i = 1; i < times.size(); ++i) intervals.push_back(times[i] - times[i - 1]);
  return intervals;
}

SpikeFeatures spike_features(std::span<const double> spike_times, const StimulusWindow& window) {
  std::vector<double> times;
  std::copy_if(spike_times.begin(), spike_times.end(), std::back_inserter(times),
               [&](double t) { return t >= window.start && t <= window.stop; });
  SpikeFeatures features;
  features.spike_count = static_cast<int>(times.size());
  if (times.empty()) return features;
  features.time_to_first_spike = times.front() - window.start;
  if (times.back() > window.start)
    features.mean_frequency = 1000.0 * static_cast<double>(times.size()) / (times.back() - window.start);
  const std::vector<double> isi = interspike_intervals(times);
  if (isi.empty()) return features;
  const auto count = static_cast<double>(isi.size());
  features.ISI_mean = std::accumulate(isi.begin(), isi.end(), 0.0) / count;
  features.first_ISI = isi.front();
  features.last_ISI = isi.back();
  if (isi.size() < 2) return features;
  double squares = 0.0, change = 0.0;
  for (const double interval : isi) squares += (interval - features.ISI_mean) * (interval - features.ISI_mean);
  features.ISI_CV = std::sqrt(squares / count) / features.ISI_mean;
  if (isi.size() < 3) return features;
  for (std::size_t i = 2; i < isi.size(); ++i) change += (isi[i] - isi[i - 1]) / (isi[i] + isi[i - 1]);
  features.adaptation_index2 = change / (count - 2.0);
  return features;
}

}  // namespace modscape::ephys
