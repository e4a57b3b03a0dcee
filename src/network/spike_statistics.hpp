// SPDX-License-Identifier: Apache-2.0
// Statistics of the spikes of one population while they come, so that a large run need not keep them. Every spike is
// seen in the order of time; the state is small (some numbers per neuron, a count per 10 ms) and goes into checkpoints.
#pragma once
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "network/rate_spectrum.hpp"
#include "network/spike.hpp"
#include "network/up_down_states.hpp"

namespace modscape::network {

/// Over the window that was seen. NaN where there is nothing to say.
struct PopulationActivity {
  double rate = NAN;            ///< Hz, per neuron
  double cv_isi = NAN;          ///< coefficient of variation of interspike intervals, mean over `cv_neurons`
  double cv_neurons = 0.0;      ///< neurons with three spikes or more
  double correlation = NAN;     ///< of spike counts in bins: mean covariance of pairs over mean variance
  double fano = NAN;            ///< variance over mean of the population's count in bins
  double synchrony = NAN;       ///< sqrt(variance of the mean count / mean variance of the counts): 1 if all fire
                                ///< together, 1/sqrt(size) if independent (Golomb & Rinzel 1994, Physica D 72:259)
  double peak_frequency = NAN;  ///< Hz, where the power spectrum of the rate is highest, without its two lowest bins
  double peak_power = NAN;      ///< there, relative to independent Poisson neurons of the same rate
  double down_fraction = NAN;   ///< as the next two: network/up_down_states.hpp
  double up_states = NAN;
  double up_duration = NAN;  ///< ms
};

/// What is written of every population, in this order: whoever writes or tabulates statistics goes through this list.
struct ActivityStatistic {
  const char* name;
  const char* unit;
  const char* text;
  double PopulationActivity::* value;
};
std::span<const ActivityStatistic> activity_statistics();

class SpikeStatistics {
 public:
  SpikeStatistics() = default;  ///< to be read from a checkpoint
  /// Neurons first_gid ... first_gid + size - 1; bins of `bin` ticks from tick `start` on, before which spikes are left
  /// out. The run is to last until tick `end`: the longer, the finer the spectrum (RateSpectrum::window_for).
  SpikeStatistics(std::int64_t first_gid, std::int64_t size, std::int64_t start, std::int64_t bin, std::int64_t end);

  /// Spikes up to tick `end`, later than all before; those of other populations are passed over.
  void add(std::span<const Spike> spikes, std::int64_t end);
  PopulationActivity activity() const;
  const RateSpectrum& spectrum() const noexcept { return spectrum_; }

  template <class A>
  void serialize(A& ar, unsigned) {
    ar & first_gid_ & size_ & start_ & bin_ & now_ & bins_ & in_bin_ & spikes_ & sum_squares_ & neurons_ & fired_;
    ar & spectrum_ & fine_bins_ & in_fine_ & coarse_;
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
  void close_fine_bins(std::int64_t until);
  void add_spectrum(PopulationActivity& activity) const;

  std::int64_t first_gid_ = 0, size_ = 0, start_ = 0, bin_ = 0;
  std::int64_t now_ = 0, bins_ = 0, in_bin_ = 0, spikes_ = 0;
  std::int64_t sum_squares_ = 0;  // over bins, of the population's count squared
  std::vector<Neuron> neurons_;
  std::vector<std::uint32_t> fired_;  // neurons with spikes in the current bin
  RateSpectrum spectrum_;
  std::int64_t fine_bins_ = 0, in_fine_ = 0;  // of RateSpectrum::bin: closed ones; spikes in the current one
  std::vector<std::uint32_t> coarse_;         // spikes in bins of up_down_bin, the last of them still open
};

}  // namespace modscape::network
