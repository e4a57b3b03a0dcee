// SPDX-License-Identifier: Apache-2.0
#include "network/spike_statistics.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "solvers/adex_synaptic.hpp"

namespace modscape::network {
namespace {

constexpr auto fine_ticks = static_cast<std::int64_t>(RateSpectrum::bin * solvers::ticks_per_ms);
constexpr std::int64_t fine_per_coarse = static_cast<std::int64_t>(up_down_bin / RateSpectrum::bin);

using Activity = PopulationActivity;
constexpr std::array statistics{
    ActivityStatistic{"rate", "Hz", "Mean rate of a neuron after the transient", &Activity::rate},
    ActivityStatistic{"cv_isi", "1", "Coefficient of variation of interspike intervals, mean over cv_neurons",
                      &Activity::cv_isi},
    ActivityStatistic{"cv_neurons", "1", "Neurons with three spikes or more", &Activity::cv_neurons},
    ActivityStatistic{"correlation", "1", "Spike counts in bins: mean covariance of pairs over mean variance",
                      &Activity::correlation},
    ActivityStatistic{"fano", "1", "Variance over mean of the population's spike count in bins", &Activity::fano},
    ActivityStatistic{"synchrony", "1",
                      "Square root of the variance of the mean count over the mean variance of the counts",
                      &Activity::synchrony},
    ActivityStatistic{"peak_frequency", "Hz", "Where the power spectrum of the rate is highest",
                      &Activity::peak_frequency},
    ActivityStatistic{"peak_power", "1", "Power there over that of independent Poisson neurons of the same rate",
                      &Activity::peak_power},
    ActivityStatistic{"down_fraction", "1", "Share of time in down states", &Activity::down_fraction},
    ActivityStatistic{"up_states", "1", "Up states between two down states", &Activity::up_states},
    ActivityStatistic{"up_duration", "ms", "Mean duration of those up states", &Activity::up_duration}};

}  // namespace

std::span<const ActivityStatistic> activity_statistics() {
  return statistics;
}

SpikeStatistics::SpikeStatistics(std::int64_t first_gid, std::int64_t size, std::int64_t start, std::int64_t bin,
                                 std::int64_t end)
    : first_gid_(first_gid),
      size_(size),
      start_(start),
      bin_(bin),
      neurons_(static_cast<std::size_t>(size)),
      spectrum_(RateSpectrum::window_for((end - start) / fine_ticks)) {}

void SpikeStatistics::add(std::span<const Spike> spikes, std::int64_t end) {
  for (const Spike& spike : spikes) {
    const std::int64_t place = spike.gid - first_gid_;
    if (place < 0 || place >= size_ || spike.tick < start_) continue;
    close_bins(spike.tick);
    close_fine_bins(spike.tick);
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
    ++in_fine_;
    ++spikes_;
  }
  close_bins(end);
  close_fine_bins(end);
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

void SpikeStatistics::close_fine_bins(std::int64_t until) {
  for (; start_ + (fine_bins_ + 1) * fine_ticks <= until; ++fine_bins_) {
    spectrum_.add(in_fine_);
    if (fine_bins_ % fine_per_coarse == 0) coarse_.push_back(0);
    coarse_.back() += static_cast<std::uint32_t>(in_fine_);
    in_fine_ = 0;
  }
}

PopulationActivity SpikeStatistics::activity() const {
  PopulationActivity a;
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
  if (a.cv_neurons > 0.0) a.cv_isi = cv / a.cv_neurons;
  add_spectrum(a);
  const auto whole = static_cast<std::size_t>(fine_bins_ / fine_per_coarse);
  const UpDownStates states = up_down_states(std::span(coarse_).first(whole));
  a.down_fraction = states.down_fraction;
  a.up_states = states.up_states;
  a.up_duration = states.up_duration;
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

// Taking the mean of a window away takes of the lowest bins, too.
void SpikeStatistics::add_spectrum(PopulationActivity& a) const {
  constexpr std::size_t lowest = 2;
  if (spectrum_.windows() == 0 || a.rate <= 0.0) return;
  const std::vector<double> power = spectrum_.power(size_);
  const auto highest = std::ranges::max_element(power.begin() + lowest, power.end() - 1);
  a.peak_frequency = spectrum_.frequencies()[static_cast<std::size_t>(highest - power.begin())];
  a.peak_power = *highest / (a.rate / static_cast<double>(size_));
}

}  // namespace modscape::network
