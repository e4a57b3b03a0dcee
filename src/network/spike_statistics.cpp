// SPDX-License-Identifier: Apache-2.0
#include "network/spike_statistics.hpp"

#include <algorithm>
#include <cmath>

#include "solvers/adex_synaptic.hpp"

namespace modscape::network {

SpikeStatistics::SpikeStatistics(std::int64_t first_gid, std::int64_t size, std::int64_t start, std::int64_t bin)
    : first_gid_(first_gid), size_(size), start_(start), bin_(bin), neurons_(static_cast<std::size_t>(size)) {}

void SpikeStatistics::add(std::span<const Spike> spikes, std::int64_t end) {
  for (const Spike& spike : spikes) {
    const std::int64_t place = spike.gid - first_gid_;
    if (place < 0 || place >= size_ || spike.tick < start_) continue;
    close_bins(spike.tick);
    Neuron& neuron = neurons_[static_cast<std::size_t>(place)];
    if (neuron.last >= 0) {
      const double interval = solvers::in_ms(spike.tick - neuron.last);
      neuron.sum += interval;
      neuron.squares += interval * interval;
    }
    neuron.last = spike.tick;
    ++neuron.spikes;
    if (neuron.in_bin++ == 0) fired_.push_back(static_cast<std::uint32_t>(place));
    ++in_bin_;
    ++spikes_;
  }
  close_bins(end);
  now_ = end;
}

void SpikeStatistics::close_bins(std::int64_t until) {
  while (start_ + (bins_ + 1) * bin_ <= until) {
    for (const std::uint32_t place : fired_) {
      Neuron& neuron = neurons_[place];
      neuron.total_squares += std::int64_t{neuron.in_bin} * neuron.in_bin;
      neuron.in_bin = 0;
    }
    fired_.clear();
    sum_squares_ += in_bin_ * in_bin_;
    in_bin_ = 0;
    ++bins_;
  }
}

PopulationActivity SpikeStatistics::activity() const {
  PopulationActivity a{NAN, NAN, 0, NAN, NAN, NAN};
  if (now_ <= start_) return a;
  const auto size = static_cast<double>(size_), bins = static_cast<double>(bins_);
  const double seconds = solvers::in_ms(now_ - start_) / 1000.0;
  a.rate = static_cast<double>(spikes_) / size / seconds;
  double cv = 0.0;
  for (const Neuron& neuron : neurons_) {
    if (neuron.spikes < 3) continue;
    const double n = neuron.spikes - 1, mean = neuron.sum / n;
    cv += std::sqrt(std::max(0.0, neuron.squares / n - mean * mean)) / mean;
    ++a.cv_neurons;
  }
  if (a.cv_neurons > 0) a.cv_isi = cv / static_cast<double>(a.cv_neurons);
  if (bins_ < 2) return a;

  // Counts of closed bins only. Sum over neurons of their variances, and the variance of their sum.
  double own = 0.0, total = 0.0;
  for (const Neuron& neuron : neurons_) {
    const double mean = static_cast<double>(neuron.spikes - neuron.in_bin) / bins;
    own += static_cast<double>(neuron.total_squares) / bins - mean * mean;
    total += mean;
  }
  const double joint = static_cast<double>(sum_squares_) / bins - total * total;
  if (total > 0.0) a.fano = joint / total;
  if (own <= 0.0) return a;
  if (size_ > 1) a.correlation = (joint - own) / ((size - 1.0) * own);
  a.synchrony = std::sqrt(std::max(0.0, joint / size / own));
  return a;
}

}  // namespace modscape::network
