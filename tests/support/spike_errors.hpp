// SPDX-License-Identifier: Apache-2.0
// Spike times of neurons against a reference, neuron by neuron up to the first reset that one of the two does not have:
// from then on they are on different trajectories.
#pragma once
#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

namespace modscape::test_support {

struct SpikeErrors {
  std::size_t spikes = 0;  ///< compared
  std::size_t parted = 0;  ///< neurons whose comparison a reset ended that only one of the two has
  double worst = 0.0, sum = 0.0;
  double mean() const { return sum / static_cast<double>(spikes); }

  /// Spikes further apart than this (ms) are different ones. A neuron recovers from a reset for longer.
  static constexpr double same_spike = 1.0;
  void compare(std::span<const double> ours, std::span<const double> right) {
    for (std::size_t i = 0; i < std::max(ours.size(), right.size()); ++i) {
      const double error = i < std::min(ours.size(), right.size()) ? std::abs(ours[i] - right[i]) : INFINITY;
      if (error > same_spike) {
        ++parted;
        return;
      }
      worst = std::max(worst, error);
      sum += error;
      ++spikes;
    }
  }
};

}  // namespace modscape::test_support
