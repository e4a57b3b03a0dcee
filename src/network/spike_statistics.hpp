// SPDX-License-Identifier: Apache-2.0
// Statistics of the spikes of one population while they come, so that a large run need not keep them. Every spike is
// seen in the order of time; the state is small (four numbers per neuron) and goes into checkpoints.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "network/spike.hpp"

namespace modscape::network {

/// Over the window that was seen. NaN where there is nothing to say.
struct PopulationActivity {
  double rate;              ///< Hz, per neuron
  double cv_isi;            ///< coefficient of variation of interspike intervals, mean over `cv_neurons`
  std::int64_t cv_neurons;  ///< neurons with three spikes or more
  double correlation;       ///< of spike counts in bins: mean covariance of pairs over mean variance
  double fano;              ///< variance over mean of the population's count in bins
  double synchrony;         ///< sqrt(variance of the mean count / mean variance of the counts): 1 if all fire together,
                            ///< 1/sqrt(size) if independent (Golomb & Rinzel 1994, Physica D 72:259)
};

class SpikeStatistics {
 public:
  SpikeStatistics() = default;  ///< to be read from a checkpoint
  /// Neurons first_gid ... first_gid + size - 1; bins of `bin` ticks from tick `start` on, before which spikes are left
  /// out.
  SpikeStatistics(std::int64_t first_gid, std::int64_t size, std::int64_t start, std::int64_t bin);

  /// Spikes up to tick `end`, later than all before; those of other populations are passed over.
  void add(std::span<const Spike> spikes, std::int64_t end);
  PopulationActivity activity() const;

  template <class A>
  void serialize(A& ar, unsigned) {
    ar & first_gid_ & size_ & start_ & bin_ & now_ & bins_ & in_bin_ & spikes_ & sum_squares_ & neurons_ & fired_;
  }

 private:
  struct Neuron {
    std::int64_t last = -1;           // tick of the last spike
    double sum = 0.0, squares = 0.0;  // of intervals, ms
    std::int32_t spikes = 0, in_bin = 0;
    std::int64_t total_squares = 0;  // sum over bins of counts squared
    template <class A>
    void serialize(A& ar, unsigned) {
      ar & last & sum & squares & spikes & in_bin & total_squares;
    }
  };
  void close_bins(std::int64_t until);

  std::int64_t first_gid_ = 0, size_ = 0, start_ = 0, bin_ = 0;
  std::int64_t now_ = 0, bins_ = 0, in_bin_ = 0, spikes_ = 0;
  std::int64_t sum_squares_ = 0;  // over bins, of the population's count squared
  std::vector<Neuron> neurons_;
  std::vector<std::uint32_t> fired_;  // neurons with spikes in the current bin
};

}  // namespace modscape::network
