// SPDX-License-Identifier: Apache-2.0
// What a network run leaves behind: spikes and rates in logs while it runs, statistics at its end.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "config/job.hpp"
#include "io/results_file.hpp"
#include "network/partition.hpp"
#include "network/spike_statistics.hpp"
#include "parallel/communicator.hpp"

namespace modscape::study {

class NetworkRecorder {
 public:
  NetworkRecorder(const parallel::Communicator& comm, const config::NetworkJob& job);

  /// Logs of spikes, one per recorded population, and of rates, in this order.
  static std::vector<io::LogTable> logs(const config::NetworkJob& job);

  /// All spikes up to `end` (ticks), in the order of time; the same on all ranks.
  void add(std::span<const network::Spike> spikes, std::int64_t end);
  /// Rows that wait to be written.
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
    std::int64_t bin = 0, window = 0;
    template <class A>
    void serialize(A& ar, unsigned) {
      ar & statistics & used & bin_counts & window_counts & bin & window;
    }
  };
  const State& state() const noexcept { return state_; }
  void restore(State state) { state_ = std::move(state); }

 private:
  struct SpikeRows {
    std::vector<double> times;         // ms
    std::vector<std::uint64_t> nodes;  // places in the population
  };
  void close_bins(std::int64_t until);

  const parallel::Communicator* comm_;
  const config::NetworkJob* job_;
  network::Partition whole_;
  std::vector<io::LogTable> logs_;
  std::vector<SpikeRows> spikes_;           // per recorded population
  std::vector<std::ptrdiff_t> recorded_;    // log of a population, or -1
  std::vector<double> times_;               // of finished bins of rates: their middle, ms
  std::vector<std::vector<double>> rates_;  // Hz, per population
  std::vector<double> window_rates_;
  std::int64_t bin_ticks_;
  State state_;
};

}  // namespace modscape::study
