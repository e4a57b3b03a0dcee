// SPDX-License-Identifier: Apache-2.0
#include "study/network_recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "solvers/adex_synaptic.hpp"

namespace modscape::study {
namespace {

using solvers::in_ms;
using solvers::in_ticks;

constexpr double correlation_bin = 5.0;  // ms
constexpr double runaway_window = 50.0;  // ms
constexpr double ms_per_s = 1000.0;

std::int64_t bins_of(const config::NetworkJob& job) {
  return in_ticks(job.duration) / in_ticks(job.rate_interval);
}

}  // namespace

std::vector<io::LogTable> NetworkRecorder::logs(const config::NetworkJob& job) {
  std::vector<io::LogTable> logs;
  for (const std::size_t p : job.record_spikes) {
    const models::Population& population = job.model.populations[p];
    const double expected = static_cast<double>(population.size) * job.duration / ms_per_s * job.reserved_rate;
    constexpr double slack = 10000.0;
    logs.push_back(io::spike_log(population.name, static_cast<std::int64_t>(expected + slack)));
  }
  io::LogTable rates;
  rates.path = "/rates";
  rates.row_axis = "bin";
  rates.text = "Rates of the populations, means over bins";
  rates.capacity = std::max<std::int64_t>(1, bins_of(job));
  rates.columns.push_back({"time", io::ColumnType::f64, "ms", "Middle of the bin", {}});
  for (const models::Population& population : job.model.populations)
    rates.columns.push_back(
        {"rate_" + population.name, io::ColumnType::f64, "Hz", "Mean rate of its neurons or sources", {}});
  logs.push_back(std::move(rates));
  return logs;
}

NetworkRecorder::NetworkRecorder(const parallel::Communicator& comm, const config::NetworkJob& job)
    : comm_(&comm),
      job_(&job),
      whole_(job.model, 0, 1),
      logs_(logs(job)),
      spikes_(job.record_spikes.size()),
      recorded_(job.model.populations.size(), -1),
      rates_(job.model.populations.size()),
      window_rates_(job.model.populations.size(), 0.0),
      bin_ticks_(in_ticks(job.rate_interval)) {
  for (std::size_t i = 0; i < job.record_spikes.size(); ++i)
    recorded_[job.record_spikes[i]] = static_cast<std::ptrdiff_t>(i);
  const std::size_t populations = job.model.populations.size();
  state_.used.assign(logs_.size(), 0);
  state_.bin_counts.assign(populations, 0);
  state_.window_counts.assign(populations, 0);
  if (comm.is_root())
    for (std::size_t p = 0; p < populations; ++p)
      state_.statistics.emplace_back(whole_.first_gid(p), job.model.populations[p].size, in_ticks(job.transient),
                                     in_ticks(correlation_bin));
}

void NetworkRecorder::add(std::span<const network::Spike> spikes, std::int64_t end) {
  for (network::SpikeStatistics& statistics : state_.statistics) statistics.add(spikes, end);
  for (const network::Spike& spike : spikes) {
    close_bins(spike.tick);
    const std::size_t p = whole_.population_of(spike.gid);
    ++state_.bin_counts[p];
    ++state_.window_counts[p];
    if (recorded_[p] < 0) continue;
    SpikeRows& rows = spikes_[static_cast<std::size_t>(recorded_[p])];
    rows.times.push_back(in_ms(spike.tick));
    rows.nodes.push_back(static_cast<std::uint64_t>(spike.gid - whole_.first_gid(p)));
  }
  close_bins(end);
}

void NetworkRecorder::close_bins(std::int64_t until) {
  const auto rate = [&](std::size_t p, std::int64_t count, double ms) {
    return static_cast<double>(count) / static_cast<double>(job_->model.populations[p].size) / ms * ms_per_s;
  };
  for (; (state_.bin + 1) * bin_ticks_ <= until && state_.bin < bins_of(*job_); ++state_.bin) {
    times_.push_back(in_ms(bin_ticks_) * (static_cast<double>(state_.bin) + 0.5));
    for (std::size_t p = 0; p < rates_.size(); ++p) {
      rates_[p].push_back(rate(p, state_.bin_counts[p], in_ms(bin_ticks_)));
      state_.bin_counts[p] = 0;
    }
  }
  for (const std::int64_t length = in_ticks(runaway_window); (state_.window + 1) * length <= until; ++state_.window)
    for (std::size_t p = 0; p < rates_.size(); ++p) {
      window_rates_[p] = rate(p, state_.window_counts[p], runaway_window);
      state_.window_counts[p] = 0;
    }
}

std::string NetworkRecorder::runaway() const {
  for (std::size_t p = 0; p < window_rates_.size(); ++p)
    if (window_rates_[p] > job_->max_rate && job_->model.populations[p].kind == models::Population::Kind::adex)
      return fmt::format(
          "runaway_excitation: population {} fires at {:.0f} Hz over {:g} ms, more than max_rate = {:g} Hz",
          job_->model.populations[p].name, window_rates_[p], runaway_window, job_->max_rate);
  return {};
}

std::vector<network::PopulationActivity> NetworkRecorder::activity() const {
  std::vector<network::PopulationActivity> all;
  for (const network::SpikeStatistics& statistics : state_.statistics) all.push_back(statistics.activity());
  return all;
}

std::int64_t NetworkRecorder::waiting() const noexcept {
  std::size_t rows = times_.size();
  for (const SpikeRows& spikes : spikes_) rows += spikes.times.size();
  return static_cast<std::int64_t>(rows);
}

std::optional<io::LogFull> NetworkRecorder::flush(io::ResultsFile& file) {
  std::vector<std::int64_t> used = state_.used;
  std::optional<io::LogFull> full;
  // Every rank writes its share of the rows that all of them know.
  const auto write = [&](std::size_t log, std::size_t rows, auto&& cells) {
    used[log] += static_cast<std::int64_t>(rows);
    const auto [first, last] = parallel::block_range(static_cast<std::int64_t>(rows), comm_->rank(), comm_->size());
    if (full || first == last) return;
    const auto written = file.write_log(logs_[log].path, state_.used[log] + first,
                                        cells(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first)));
    if (!written) full = written.error();
  };
  for (std::size_t i = 0; i < spikes_.size(); ++i)
    write(i, spikes_[i].times.size(), [&](std::size_t first, std::size_t count) -> std::vector<io::LogCells> {
      return {std::span<const double>(spikes_[i].times).subspan(first, count),
              std::span<const std::uint64_t>(spikes_[i].nodes).subspan(first, count)};
    });
  write(spikes_.size(), times_.size(), [&](std::size_t first, std::size_t count) {
    std::vector<io::LogCells> cells{std::span<const double>(times_).subspan(first, count)};
    for (const std::vector<double>& rates : rates_)
      cells.emplace_back(std::span<const double>(rates).subspan(first, count));
    return cells;
  });
  const auto committed = file.commit_logs(used);
  if (!committed) return committed.error();
  state_.used = std::move(used);
  for (SpikeRows& rows : spikes_) rows = {};
  times_.clear();
  for (std::vector<double>& rates : rates_) rates.clear();
  return std::nullopt;
}

void NetworkRecorder::write_statistics(io::TreeWriter& out) const {
  std::vector<std::string> names;
  for (const models::Population& population : job_->model.populations) names.push_back(population.name);
  std::vector<double> rate, cv, correlation, fano, synchrony;
  std::vector<std::int32_t> neurons;
  for (const network::SpikeStatistics& statistics : state_.statistics) {
    const network::PopulationActivity a = statistics.activity();
    rate.push_back(a.rate);
    cv.push_back(a.cv_isi);
    neurons.push_back(static_cast<std::int32_t>(a.cv_neurons));
    correlation.push_back(a.correlation);
    fano.push_back(a.fano);
    synchrony.push_back(a.synchrony);
  }
  out.label_axis("population", names, "Population");
  const std::vector<std::string> axis{"population"};
  out.dataset("rate", rate, axis, "Hz", "Mean rate of a neuron after the transient");
  out.dataset("cv_isi", cv, axis, "1", "Coefficient of variation of interspike intervals, mean over cv_neurons");
  out.dataset("cv_neurons", neurons, axis, "1", "Neurons with three spikes or more");
  out.dataset("correlation", correlation, axis, "1",
              "Spike counts in bins: mean covariance of pairs over mean variance");
  out.dataset("fano", fano, axis, "1", "Variance over mean of the population's spike count in bins");
  out.dataset("synchrony", synchrony, axis, "1",
              "Square root of the variance of the mean count over the mean variance of the counts");
  out.attribute("/", "bin", correlation_bin);
  out.attribute("/", "transient", job_->transient);
}

}  // namespace modscape::study
