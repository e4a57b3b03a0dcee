// SPDX-License-Identifier: Apache-2.0
#include "study/network_recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

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

io::LogTable rate_log(const config::NetworkJob& job) {
  io::LogTable rates;
  rates.path = "/rates";
  rates.row_axis = "bin";
  rates.text = "Rates of the populations, means over bins";
  rates.capacity = std::max<std::int64_t>(1, bins_of(job));
  rates.columns.push_back({"time", io::ColumnType::f64, "ms", "Middle of the bin", {}});
  for (const models::Population& population : job.model.populations)
    rates.columns.push_back(
        {"rate_" + population.name, io::ColumnType::f64, "Hz", "Mean rate of its neurons or sources", {}});
  return rates;
}

// First all concentrations, then all occupancies, each by region.
io::LogTable modulator_log(const config::NetworkJob& job) {
  const models::NetworkModulation& modulation = job.model.modulation;
  io::LogTable log;
  log.path = "/modulators";
  log.row_axis = "modulation";
  log.text = "Concentrations of modulators and occupancies of receptors";
  log.capacity = static_cast<std::int64_t>(job.duration / modulation.interval) + 2;
  log.columns.push_back({"time", io::ColumnType::f64, "ms", "When", {}});
  const auto add = [&](const std::string& name, const char* unit, const char* text) {
    for (const std::string& region : modulation.regions)
      log.columns.push_back({modulation.regions.size() == 1 ? name : name + "_" + region,
                             io::ColumnType::f64,
                             unit,
                             fmt::format("{} in region {}", text, region),
                             {}});
  };
  for (const models::Modulator& m : modulation.modulation.modulators)
    add("concentration_" + m.name, "uM", "Concentration");
  for (const models::Receptor& r : modulation.modulation.receptors) add("occupancy_" + r.name, "1", "Occupancy");
  return log;
}

io::LogTable trace_log(const config::NetworkJob& job, const config::TraceRequest& request) {
  const models::Population& population = job.model.populations[request.population];
  io::LogTable log;
  log.path = "/traces/" + population.name;
  log.row_axis = "sample";
  log.text = "Traces of neurons of population " + population.name;
  log.capacity = static_cast<std::int64_t>(request.neurons.size()) *
                 (static_cast<std::int64_t>(job.duration / job.trace_interval) + 2);
  log.columns = {{"time", io::ColumnType::f64, "ms", "When", {}},
                 {"neuron", io::ColumnType::u64, "1", "Place in the population", {}},
                 {"V", io::ColumnType::f64, "mV", "Membrane potential", {}},
                 {"w", io::ColumnType::f64, "pA", "Adaptation current", {}}};
  for (const models::SynapticPort& port : population.ports) {
    const bool current = port.effect == models::SynapticEffect::current;
    log.columns.push_back({(current ? "i_" : "g_") + port.name,
                           io::ColumnType::f64,
                           current ? "pA" : "nS",
                           current ? "Synaptic current before modulation" : "Synaptic conductance before modulation",
                           {}});
  }
  return log;
}

io::LogTable position_log(const models::Population& population) {
  io::LogTable log;
  log.path = "/positions/" + population.name;
  log.row_axis = "neuron";
  log.text = "Positions on the sheet of population " + population.name;
  log.capacity = population.size;
  log.columns = {{"x", io::ColumnType::f64, "mm", "From 0 to the width of the sheet", {}},
                 {"y", io::ColumnType::f64, "mm", "From 0 to the height of the sheet", {}}};
  return log;
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
  logs.push_back(rate_log(job));
  if (!job.model.modulation.modulation.modulators.empty()) logs.push_back(modulator_log(job));
  for (const models::Population& population : job.model.populations)
    if (population.sheet.present()) logs.push_back(position_log(population));
  for (const config::TraceRequest& request : job.traces) logs.push_back(trace_log(job, request));
  return logs;
}

NetworkRecorder::NetworkRecorder(const parallel::Communicator& comm, const config::NetworkJob& job)
    : comm_(&comm),
      job_(&job),
      whole_(job.model, 0, 1),
      recorded_(job.model.populations.size(), -1),
      traced_(job.model.populations.size(), -1),
      rates_(job.record_spikes.size()),
      concentrations_(rates_ + 1),
      window_rates_(job.model.populations.size(), 0.0),
      bin_ticks_(in_ticks(job.rate_interval)) {
  for (io::LogTable& table : logs(job)) {
    Log log{std::move(table), {}, {}};
    for (const io::Column& column : log.table.columns)
      log.columns.push_back(column.type == io::ColumnType::u64 ? Cells(std::vector<std::uint64_t>())
                                                               : Cells(std::vector<double>()));
    logs_.push_back(std::move(log));
  }
  for (std::size_t i = 0; i < job.record_spikes.size(); ++i)
    recorded_[job.record_spikes[i]] = static_cast<std::ptrdiff_t>(i);
  std::size_t positions = logs_.size() - job.traces.size();
  for (std::size_t p = job.model.populations.size(); p-- > 0;)
    if (job.model.populations[p].sheet.present()) logs_[--positions].positions_of = p;
  for (std::size_t i = 0; i < job.traces.size(); ++i)
    traced_[job.traces[i].population] = static_cast<std::ptrdiff_t>(logs_.size() - job.traces.size() + i);
  const std::size_t populations = job.model.populations.size();
  state_.used.assign(logs_.size(), 0);
  state_.bin_counts.assign(populations, 0);
  state_.window_counts.assign(populations, 0);
  if (comm.is_root())
    for (std::size_t p = 0; p < populations; ++p)
      state_.statistics.emplace_back(whole_.first_gid(p), job.model.populations[p].size, in_ticks(job.transient),
                                     in_ticks(correlation_bin), in_ticks(job.duration));
}

void NetworkRecorder::Log::clear() {
  for (Cells& cells : columns) std::visit([](auto& values) { values = {}; }, cells);
}

void NetworkRecorder::add(std::span<const network::Spike> spikes, const network::Simulation& simulation) {
  const std::int64_t end = simulation.now();
  for (network::SpikeStatistics& statistics : state_.statistics) statistics.add(spikes, end);
  for (const network::Spike& spike : spikes) {
    close_bins(spike.tick);
    const std::size_t p = whole_.population_of(spike.gid);
    ++state_.bin_counts[p];
    ++state_.window_counts[p];
    if (recorded_[p] < 0) continue;
    Log& log = logs_[static_cast<std::size_t>(recorded_[p])];
    log.numbers(0).push_back(in_ms(spike.tick));
    log.places(1).push_back(static_cast<std::uint64_t>(spike.gid - whole_.first_gid(p)));
  }
  close_bins(end);
  if (!simulation.modulators().empty()) add_concentrations(simulation.modulators(), end);
  add_samples(simulation.samples());
}

// At the first end of an epoch in every interval.
void NetworkRecorder::add_concentrations(const network::Modulators& modulators, std::int64_t now) {
  const models::NetworkModulation& modulation = job_->model.modulation;
  const std::int64_t interval = in_ticks(modulation.interval);
  if (now < state_.concentration * interval) return;
  state_.concentration = now / interval + 1;
  Log& log = logs_[concentrations_];
  std::size_t column = 0;
  log.numbers(column++).push_back(in_ms(now));
  for (std::size_t m = 0; m < modulation.modulation.modulators.size(); ++m)
    for (std::size_t r = 0; r < modulation.regions.size(); ++r)
      log.numbers(column++).push_back(modulators.concentration(m, r));
  for (std::size_t k = 0; k < modulation.modulation.receptors.size(); ++k)
    for (std::size_t r = 0; r < modulation.regions.size(); ++r)
      log.numbers(column++).push_back(modulators.occupancy(k, r));
}

void NetworkRecorder::add_samples(std::span<const network::Sample> samples) {
  for (const network::Sample& sample : samples) {
    Log& log = logs_[static_cast<std::size_t>(traced_[sample.population])];
    log.numbers(0).push_back(in_ms(sample.tick));
    log.places(1).push_back(static_cast<std::uint64_t>(sample.neuron));
    log.numbers(2).push_back(sample.V);
    log.numbers(3).push_back(sample.w);
    for (std::size_t column = 4; column < log.columns.size(); ++column)
      log.numbers(column).push_back(sample.g[column - 4]);
  }
}

void NetworkRecorder::close_bins(std::int64_t until) {
  const auto rate = [&](std::size_t p, std::int64_t count, double ms) {
    return static_cast<double>(count) / static_cast<double>(job_->model.populations[p].size) / ms * ms_per_s;
  };
  for (; (state_.bin + 1) * bin_ticks_ <= until && state_.bin < bins_of(*job_); ++state_.bin) {
    logs_[rates_].numbers(0).push_back(in_ms(bin_ticks_) * (static_cast<double>(state_.bin) + 0.5));
    for (std::size_t p = 0; p < window_rates_.size(); ++p) {
      logs_[rates_].numbers(p + 1).push_back(rate(p, state_.bin_counts[p], in_ms(bin_ticks_)));
      state_.bin_counts[p] = 0;
    }
  }
  for (const std::int64_t length = in_ticks(runaway_window); (state_.window + 1) * length <= until; ++state_.window)
    for (std::size_t p = 0; p < window_rates_.size(); ++p) {
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
  std::size_t rows = 0;
  for (std::size_t i = 0; i < logs_.size() - job_->traces.size(); ++i) rows += logs_[i].rows();
  return static_cast<std::int64_t>(rows);
}

// Every rank has the samples of its own neurons; after this all have all, by (time, neuron).
void NetworkRecorder::gather_traces() {
  for (std::size_t i = logs_.size() - job_->traces.size(); i < logs_.size(); ++i) {
    Log& log = logs_[i];
    const std::size_t width = log.columns.size();
    std::vector<std::uint64_t> mine, all;
    for (std::size_t row = 0; row < log.rows(); ++row)
      for (Cells& cells : log.columns)
        std::visit([&](const auto& values) { mine.push_back(std::bit_cast<std::uint64_t>(values[row])); }, cells);
    comm_->all_gather(mine, all);
    std::vector<std::size_t> order(all.size() / width);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t row) {
      return std::pair(std::bit_cast<double>(all[row * width]), all[row * width + 1]);
    });
    log.clear();
    for (const std::size_t row : order)
      for (std::size_t column = 0; column < width; ++column)
        std::visit(
            [&](auto& values) {
              using T = typename std::decay_t<decltype(values)>::value_type;
              values.push_back(std::bit_cast<T>(all[row * width + column]));
            },
            log.columns[column]);
  }
}

// The positions of this share of the neurons of a population on a sheet.
void NetworkRecorder::place(Log& log, parallel::BlockRange share) const {
  const models::Population& population = job_->model.populations[*log.positions_of];
  for (std::int64_t i = share.first; i < share.last; ++i) {
    const std::int64_t gid = whole_.first_gid(*log.positions_of) + i;
    const models::Position at = models::position(population.sheet, population.size, i, gid, job_->seed);
    log.numbers(0).push_back(at.x);
    log.numbers(1).push_back(at.y);
  }
}

std::optional<io::LogFull> NetworkRecorder::flush(io::ResultsFile& file) {
  gather_traces();
  std::vector<std::int64_t> used = state_.used;
  std::optional<io::LogFull> full;
  for (std::size_t i = 0; i < logs_.size(); ++i) {  // every rank writes its share of the rows that all of them know
    Log& log = logs_[i];
    const bool places = log.positions_of && used[i] == 0;
    const auto rows = places ? log.table.capacity : static_cast<std::int64_t>(log.rows());
    const parallel::BlockRange share = parallel::block_range(rows, comm_->rank(), comm_->size());
    used[i] += rows;
    if (places) place(log, share);
    if (full || share.first == share.last) continue;
    const auto from = places ? std::size_t{0} : static_cast<std::size_t>(share.first);
    const auto count = static_cast<std::size_t>(share.last - share.first);
    std::vector<io::LogCells> cells;
    for (const Cells& column : log.columns)
      std::visit([&](const auto& values) { cells.emplace_back(std::span(values).subspan(from, count)); }, column);
    const auto written = file.write_log(log.table.path, state_.used[i] + share.first, cells);
    if (!written) full = written.error();
  }
  const auto committed = file.commit_logs(used);
  if (!committed) return committed.error();
  state_.used = std::move(used);
  for (Log& log : logs_) log.clear();
  return std::nullopt;
}

void NetworkRecorder::write_statistics(io::TreeWriter& out) const {
  std::vector<std::string> names;
  for (const models::Population& population : job_->model.populations) names.push_back(population.name);
  out.label_axis("population", names, "Population");
  const std::vector<std::string> axis{"population"};
  const std::vector<network::PopulationActivity> activities = activity();
  for (const network::ActivityStatistic& statistic : network::activity_statistics()) {
    std::vector<double> values;
    for (const network::PopulationActivity& activity : activities) values.push_back(activity.*statistic.value);
    out.dataset(statistic.name, values, axis, statistic.unit, statistic.text);
  }
  write_spectra(out);
  out.attribute("/", "bin", correlation_bin);
  out.attribute("/", "transient", job_->transient);
}

void NetworkRecorder::write_spectra(io::TreeWriter& out) const {
  const network::RateSpectrum& any = state_.statistics.front().spectrum();
  out.attribute("/", "spectrum_windows", static_cast<double>(any.windows()));
  if (any.windows() == 0) return;
  out.axis("frequency", any.frequencies(), "Hz", "Frequency");
  std::vector<double> power;
  for (std::size_t p = 0; p < state_.statistics.size(); ++p) {
    const std::vector<double> own = state_.statistics[p].spectrum().power(job_->model.populations[p].size);
    power.insert(power.end(), own.begin(), own.end());
  }
  out.dataset(
      "power", power, {"population", "frequency"}, "Hz",
      "Two-sided power spectrum of the population's mean rate; rate over number of neurons if independent Poisson");
}

}  // namespace modscape::study
