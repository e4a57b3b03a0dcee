// SPDX-License-Identifier: Apache-2.0
// A spiking network on the ranks of a communicator, epoch by epoch. An epoch is the shortest delay: within it no neuron
// can hear of another's spike, so every rank advances its neurons alone, each spike is located, then all ranks learn
// all spikes of the epoch. Spikes arrive at their exact time. The same bits on any number of ranks: what a neuron gets
// is put in order by (arrival, projection, source) before it is added up.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "models/network_model.hpp"
#include "network/arrivals.hpp"
#include "network/connectivity.hpp"
#include "network/delivery.hpp"
#include "network/modulators.hpp"
#include "network/neuron_group.hpp"
#include "network/partition.hpp"
#include "network/poisson.hpp"
#include "network/spike.hpp"
#include "network/spike_stream.hpp"
#include "network/tracer.hpp"
#include "parallel/communicator.hpp"
#include "parallel/short_gather.hpp"
#include "solvers/adex_synaptic.hpp"

namespace modscape::network {

struct SimulationOptions {
  std::uint64_t seed = 1;
  double tolerance = 1e-7;  ///< ms, of a step (solvers::AdexSynaptic)
  std::vector<TracedNeuron> traced = {};
  std::int64_t trace_interval = 1;  ///< ticks
};

/// Why a run cannot go on, known to all ranks.
struct NeuronFailure {
  std::int64_t gid;
  solvers::RunStatus status;
};

/// What must be kept to go on later, on any number of ranks. This part is the same on all of them.
struct SharedState {
  std::int64_t now = 0;  ///< ticks
  Arrivals::State arrivals;
  Modulators::State modulators;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & now & arrivals & modulators;
  }
};
/// Neighbouring neurons of one population.
struct NeuronBlock {
  std::uint64_t population = 0;
  std::int64_t first = 0;      ///< place in the population
  std::vector<double> states;  ///< per neuron V, w, held, then g and u of each port
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & population & first & states;
  }
};

struct MemoryUse {
  std::uint64_t synapses, synapse_bytes;  ///< of this rank, index included
  std::uint64_t neuron_bytes, event_bytes;
};

class Simulation {
 public:
  /// Collective. Builds the connectivity of this rank. The model is taken to be valid (config::NetworkJob is).
  Simulation(const parallel::Communicator& comm, const models::NetworkModel& model, const SimulationOptions& options);
  Simulation(parallel::Communicator&&, const models::NetworkModel&, const SimulationOptions&) = delete;  // is kept
  Simulation(const Simulation&) = delete;  // its parts know each other

  std::int64_t now() const noexcept { return now_; }  ///< ticks since the start
  std::int64_t epoch_ticks() const noexcept { return epoch_ticks_; }

  /// Collective: one epoch, or what is left of it until `end` (ticks) or a change of input. Returns the spikes of all
  /// ranks, by (time, gid); they stay until the next call. What any rank passes as `signal` (up to 24 bits) all ranks
  /// find in signals(), or-ed: agreeing on something costs no call of its own.
  std::span<const Spike> advance(std::int64_t end, std::uint32_t signal = 0);
  std::uint32_t signals() const noexcept { return signals_; }
  /// After advance(): the neurons that could not be advanced, by gid, the same on all ranks.
  const std::vector<NeuronFailure>& failures() const noexcept { return failures_; }
  /// Collective. Of the first failure, if it is out_of_bounds: which parameter is where ("tau_w = -3 ms must be > 0").
  std::string out_of_bounds() const;

  /// Between epochs. This rank's blocks; those of all ranks make the whole.
  SharedState shared_state() const;
  std::vector<NeuronBlock> neuron_blocks() const;
  /// Takes up a state; of `blocks`, what this rank owns. Throws InternalError if something is missing.
  void restore(const SharedState& shared, std::span<const NeuronBlock> blocks);

  /// Of the epoch, and of this rank's neurons: one after the other, each in the order of time.
  std::span<const Sample> samples() const noexcept { return tracer_.samples(); }

  const Partition& partition() const noexcept { return partition_; }
  const Modulators& modulators() const noexcept { return modulators_; }
  MemoryUse memory() const;
  std::int64_t delivered() const noexcept { return delivery_->delivered(); }  ///< synaptic events on this rank so far
  std::int64_t steps() const noexcept { return kernel_.steps(); }

 private:
  bool set_parameters();
  void prepare_counts(std::int64_t length);
  void advance_population(std::size_t population, std::int64_t length);
  void draw_sources(std::size_t population, std::int64_t length);
  void replay(std::size_t population, std::int64_t length);
  void exchange(std::int64_t length);
  void report(std::int64_t gid, solvers::RunStatus status);

  const parallel::Communicator* comm_;
  models::NetworkModel model_;
  SimulationOptions options_;
  Partition partition_;
  std::vector<Connectivity> connectivity_;
  std::vector<std::unique_ptr<NeuronGroup>> groups_;  // by population; null: has no neurons
  Modulators modulators_;
  std::optional<Arrivals> arrivals_;
  std::optional<Delivery> delivery_;
  solvers::EventLists events_;  // of the neurons that are advanced
  solvers::AdexSynaptic kernel_;
  Tracer tracer_;
  std::int64_t epoch_ticks_ = 0, now_ = 0;
  std::vector<std::int64_t> changes_;  // ticks at which input or tonic concentrations change, ascending
  std::int64_t update_epochs_ = 1;     // parameters follow the modulators every so many epochs
  bool parameters_set_ = false;        // those in force are the state's
  std::int64_t counted_length_ = -1;   // epoch that the numbers of Poisson events are prepared for
  std::vector<PoissonCount> source_counts_;
  EpochNews mine_, all_;              // of the epoch; `all_` with the spikes of sources, which are in no news
  std::vector<std::uint64_t> words_;  // of this rank, then of all
  parallel::ShortGather gather_;
  std::vector<solvers::LocatedSpike> located_;
  std::vector<solvers::FailedNeuron> failed_;
  std::vector<Spike> spikes_;  // of this epoch
  std::uint32_t signals_ = 0;
  std::vector<NeuronFailure> failures_;
  std::pair<std::int64_t, std::string> out_of_bounds_;  // gid and problem of the first on this rank
};

}  // namespace modscape::network
