// SPDX-License-Identifier: Apache-2.0
// What a network run leaves behind: spikes, rates, concentrations and traces in logs while it runs, positions in the
// first of its flushes, statistics at its end.
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "config/job.hpp"
#include "io/results_file.hpp"
#include "network/partition.hpp"
#include "network/simulation.hpp"
#include "network/spike_statistics.hpp"
#include "parallel/communicator.hpp"

namespace modscape::study {

class NetworkRecorder {
 public:
  NetworkRecorder(const parallel::Communicator& comm, const config::NetworkJob& job);

  /// Logs of spikes, one per recorded population, of rates, of modulators if there are any, of positions, one per
  /// population on a sheet, and of traces, one per traced population, in this order.
  static std::vector<io::LogTable> logs(const config::NetworkJob& job);

  /// What Simulation::advance() returned, and what it left behind.
  void add(std::span<const network::Spike> spikes, const network::Simulation& simulation);
  /// Rows that wait to be written, apart from traces; the same on all ranks.
  std::int64_t waiting() const noexcept;
  /// Collective: writes and commits what waits. Empty, or why it does not fit.
  std::optional<io::LogFull> flush(io::ResultsFile& file);
  /// On root: of each population, in their order.
  std::vector<network::PopulationActivity> activity() const;
  /// Which population exceeds the highest rate over the last window; empty: none.
  std::string runaway() const;
  /// At the end, on root: statistics into a stage.
  void write_statistics(io::TreeWriter& out) const;

  /// The part of a checkpoint that is the recorder's; complete on root. Only after flush().
  struct State {
    std::vector<network::SpikeStatistics> statistics;  // root's
    std::vector<std::int64_t> used;                    // rows of each log
    std::vector<std::int64_t> bin_counts, window_counts;
    std::int64_t bin = 0, window = 0, concentration = 0;
    template <class A>
    void serialize(A& ar, unsigned) {
      ar & statistics & used & bin_counts & window_counts & bin & window & concentration;
    }
  };
  const State& state() const noexcept { return state_; }
  void restore(State state) { state_ = std::move(state); }

 private:
  // Rows of one log, by column, in the order of its columns. All ranks hold the same, but for traces until flush().
  using Cells = std::variant<std::vector<double>, std::vector<std::uint64_t>>;
  struct Log {
    io::LogTable table;
    std::vector<Cells> columns;
    std::optional<std::size_t> positions_of;  // the population, of a log of positions
    std::vector<double>& numbers(std::size_t column) { return std::get<std::vector<double>>(columns[column]); }
    std::vector<std::uint64_t>& places(std::size_t column) {
      return std::get<std::vector<std::uint64_t>>(columns[column]);
    }
    std::size_t rows() const { return std::get<std::vector<double>>(columns.front()).size(); }
    void clear();
  };
  void close_bins(std::int64_t until);
  void add_concentrations(const network::Modulators& modulators, std::int64_t now);
  void add_samples(std::span<const network::Sample> samples);
  void gather_traces();
  void place(Log& log, parallel::BlockRange share) const;
  void write_spectra(io::TreeWriter& out) const;

  const parallel::Communicator* comm_;
  const config::NetworkJob* job_;
  network::Partition whole_;
  std::vector<Log> logs_;
  std::vector<std::ptrdiff_t> recorded_, traced_;  // log of spikes and of traces of a population, or -1
  std::size_t rates_, concentrations_;             // which logs they are
  std::vector<double> window_rates_;
  std::int64_t bin_ticks_;
  State state_;
};

}  // namespace modscape::study
