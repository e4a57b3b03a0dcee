// SPDX-License-Identifier: Apache-2.0
#include "study/network_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "io/archive.hpp"
#include "io/checkpoint.hpp"
#include "io/file_system.hpp"
#include "network/rank_resources.hpp"
#include "network/simulation.hpp"
#include "parallel/available_memory.hpp"
#include "parallel/stop_signal.hpp"
#include "solvers/adex_ensemble.hpp"
#include "study/network_epoch.hpp"
#include "study/network_pilot.hpp"
#include "study/network_recorder.hpp"
#include "study/session.hpp"
#include "sweep/progress.hpp"

namespace modscape::study {
namespace {

using Clock = std::chrono::steady_clock;
using End = NetworkOutcome::End;
using solvers::in_ms;
using solvers::in_ticks;

constexpr std::int64_t rows_per_flush = 1 << 18;
constexpr double noted_every = 10.0;   // s
constexpr double time_to_stop = 10.0;  // s that the last checkpoint may take
const std::string statistics_stage = "statistics";

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

io::FileLayout layout_of(const config::Job& job) {
  io::FileLayout layout{job.network.title, job.resolved, job.hash, {}};
  layout.arithmetic = solvers::simd_class();
  layout.logs = NetworkRecorder::logs(job.network);
  return layout;
}

network::SimulationOptions options_of(const config::NetworkJob& job) {
  network::SimulationOptions options{job.seed, job.tolerance, {}, in_ticks(job.trace_interval)};
  for (const config::TraceRequest& request : job.traces)
    for (const std::int64_t neuron : request.neurons) options.traced.push_back({request.population, neuron});
  return options;
}

// What a checkpoint holds apart from the neurons.
struct RunState {
  std::string job_hash;
  network::SharedState network;
  NetworkRecorder::State recorder;
  std::vector<io::LogMark> marks;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & job_hash & network & recorder & marks;
  }
};

class NetworkRun {
 public:
  NetworkRun(const parallel::Communicator& comm, const config::Job& job, const std::string& path, bool force)
      : comm_(comm),
        job_(job),
        checkpoint_(path + ".checkpoint"),
        file_(io::ResultsFile::open(comm, path, layout_of(job), session_provenance(comm), force)),
        recorder_(comm, job.network) {}

  NetworkOutcome run() {
    if (file_.has_stage(statistics_stage)) {
      finish();
      return {End::already_done, {}, 0.0, 0.0};
    }
    network::Simulation simulation(comm_, job_.network.model, options_of(job_.network));
    if (!(file_.resumed() && take_up(simulation))) file_.truncate_logs({});
    warn_of_no_time();
    NetworkOutcome outcome = advance(simulation);
    if (outcome.end != End::done) {
      if (outcome.end == End::stopped)
        note("outcome", "stopped early: the same command goes on from there");
      else
        note("failure", outcome.reason);
      return outcome;
    }
    file_.write_stage(statistics_stage, "Activity of the populations after the transient",
                      [&](io::TreeWriter& out) { recorder_.write_statistics(out); });
    finish();
    return outcome;
  }

 private:
  void finish() {
    note("outcome", "complete");
    file_.finish_logs();
    file_.sync();
    file_.close();
    if (!comm_.is_root()) return;
    std::remove(checkpoint_.c_str());
    std::remove(io::previous_checkpoint(checkpoint_).c_str());
  }

  // For `modscape status` and the report, where people look when the terminal is gone.
  void note(const std::string& key, const std::string& text) { file_.note_session({{key, text}}); }

  void warn_of_no_time() const {
    if (!comm_.is_root() || !parallel::stop_expected_within(time_to_stop)) return;
    fmt::print(stderr,
               "warning: {:.0f} s of the wall time went into the start and {:.0f} s are kept for the last checkpoint: "
               "nothing is left to run in. Give --max-walltime more\n",
               parallel::elapsed_seconds(), time_to_stop);
  }

  NetworkOutcome advance(network::Simulation& simulation) {
    const std::int64_t end = in_ticks(job_.network.duration), start = simulation.now();
    const std::int64_t interval = std::max<std::int64_t>(in_ticks(job_.network.checkpoint_interval), 1);
    std::int64_t next_checkpoint = (start / interval + 1) * interval;
    const auto begin = Clock::now();
    auto noted = begin;
    sweep::Progress progress("network", static_cast<std::int64_t>(job_.network.duration),
                             static_cast<std::int64_t>(in_ms(start)), comm_.is_root(), "ms");
    NetworkOutcome outcome;
    const auto note_progress = [&] {
      noted = Clock::now();
      const double run = in_ms(simulation.now() - start), left = job_.network.duration - in_ms(simulation.now());
      const double wall = seconds_since(begin);
      note("progress", fmt::format("{:.0f} of {:g} ms, real-time factor {:.3g}{}", in_ms(simulation.now()),
                                   job_.network.duration, 1000.0 * wall / run,
                                   left > 0.0 && outcome.end != End::broken
                                       ? fmt::format(", about {} to go", sweep::format_duration(wall / run * left))
                                       : ""));
    };
    const auto ended = [&](End how, std::string reason) {
      outcome.end = how;
      outcome.reason = std::move(reason);
    };
    while (simulation.now() < end && outcome.end == End::done) {
      if (std::optional<NetworkHalt> halt = advance_epoch(simulation, recorder_, job_.network, time_to_stop))
        ended(halt->status == io::RowStatus::empty ? End::stopped : End::broken, std::move(halt->reason));
      progress.update(static_cast<std::int64_t>(in_ms(simulation.now())), 0);
      const bool due = simulation.now() >= next_checkpoint || outcome.end == End::stopped;
      if (due || simulation.now() == end || outcome.end == End::broken || recorder_.waiting() >= rows_per_flush)
        if (const std::optional<io::LogFull> full = recorder_.flush(file_))
          ended(End::broken, to_string(*full) + " (in a new file, with a higher reserved_rate in [record])");
      if (due || outcome.end != End::done || seconds_since(noted) >= noted_every) note_progress();
      if (due && outcome.end != End::broken && simulation.now() < end) save(simulation);
      if (due) next_checkpoint = (simulation.now() / interval + 1) * interval;
    }
    if (simulation.now() == end) note_progress();
    progress.finish(static_cast<std::int64_t>(in_ms(simulation.now())), 0);
    outcome.biological = in_ms(simulation.now() - start) / 1000.0;
    outcome.wall = seconds_since(begin);
    return outcome;
  }

  // The logs must be safe before a state that builds on them is.
  void save(const network::Simulation& simulation) {
    file_.sync();
    std::vector<io::CheckpointSection> sections;
    for (const network::NeuronBlock& block : simulation.neuron_blocks()) {
      const auto p = static_cast<std::size_t>(block.population);
      const parallel::BlockRange own = simulation.partition().owned(p);
      sections.push_back({block.population, own.first, own.last, io::pack(block)});
    }
    const std::string shared =
        comm_.is_root() ? io::pack(RunState{job_.hash, simulation.shared_state(), recorder_.state(), file_.log_marks()})
                        : std::string();
    io::write_checkpoint(comm_, checkpoint_, shared, sections);
  }

  struct Restart {
    RunState state;
    std::vector<network::NeuronBlock> blocks;  // with this rank's neurons
  };

  Expected<Restart> read_checkpoint(const std::string& path, const network::Partition& partition) const {
    const Expected<io::CheckpointReader> reader = io::CheckpointReader::open(path);
    if (!reader) return tl::unexpected<Error>(reader.error());
    Expected<RunState> state = io::unpack<RunState>(reader->shared());
    if (!state) return unexpected(fmt::format("{}: {}", path, state.error().message));
    if (state->job_hash != job_.hash) return unexpected(path + ": of another job");
    Restart restart{std::move(*state), {}};
    for (const io::CheckpointReader::Entry& entry : reader->entries()) {
      const parallel::BlockRange own = partition.owned(entry.kind);
      if (entry.last <= own.first || entry.first >= own.last) continue;
      const Expected<std::string> bytes = reader->section(entry);
      if (!bytes) return tl::unexpected<Error>(bytes.error());
      Expected<network::NeuronBlock> block = io::unpack<network::NeuronBlock>(*bytes);
      if (!block) return unexpected(fmt::format("{}: {}", path, block.error().message));
      restart.blocks.push_back(std::move(*block));
    }
    return restart;
  }

  // The last checkpoint that all ranks can read; false: there is none.
  bool take_up(network::Simulation& simulation) {
    for (const std::string& path : {checkpoint_, io::previous_checkpoint(checkpoint_)}) {
      Expected<Restart> restart = read_checkpoint(path, simulation.partition());
      if (!comm_.all_of(restart.has_value())) {
        if (comm_.is_root() && io::file_exists(path))
          fmt::print(stderr, "warning: {}\n", restart ? path + ": damaged" : restart.error().message);
        continue;
      }
      file_.truncate_logs(restart->state.marks);
      simulation.restore(restart->state.network, restart->blocks);
      if (!comm_.is_root()) restart->state.recorder.statistics.clear();
      recorder_.restore(std::move(restart->state.recorder));
      if (comm_.is_root())
        fmt::print(stderr, "{}: goes on from {:.0f} ms of the network\n", path, in_ms(simulation.now()));
      return true;
    }
    if (comm_.is_root()) fmt::print(stderr, "there is no checkpoint to go on from: the network starts again at 0 ms\n");
    return false;
  }

  const parallel::Communicator& comm_;
  const config::Job& job_;
  std::string checkpoint_;
  io::ResultsFile file_;
  NetworkRecorder recorder_;
};

// Collective.
bool fits(const parallel::Communicator& comm, const config::NetworkJob& job, int ranks) {
  const double available = parallel::available_memory() / comm.node().size();
  return comm.all_of(network_size(job, ranks).memory <= available);
}

}  // namespace

void require_memory(const parallel::Communicator& comm, const config::NetworkJob& job, int ranks) {
  if (fits(comm, job, ranks)) return;
  const parallel::Communicator node = comm.node();
  throw BadInput(job.title,
                 fmt::format("the network takes {} per rank on {} rank{}; a node has {} for each of its {}",
                             sweep::format_bytes(network_size(job, ranks).memory), ranks, ranks == 1 ? "" : "s",
                             sweep::format_bytes(parallel::available_memory() / node.size()), node.size()),
                 "more nodes, fewer synapses, or projections with procedural = true");
}

NetworkOutcome run_network_job(const parallel::Communicator& comm, const config::Job& job, const std::string& path,
                               bool force) {
  require_memory(comm, job.network, comm.size());
  return NetworkRun(comm, job, path, force).run();
}

NetworkSize network_size(const config::NetworkJob& job, int ranks) {
  const models::NetworkModel& model = job.model;
  constexpr double assumed_rate = 10.0;  // Hz
  double neurons = 0.0, sources = 0.0;
  std::vector<double> rates;
  for (const models::Population& population : model.populations) {
    const bool adex = population.kind == models::Population::Kind::adex;
    (adex ? neurons : sources) += static_cast<double>(population.size);
    double rate = adex ? assumed_rate : population.rate;
    for (const double later : population.rate_steps.values) rate = std::max(rate, later);
    if (population.kind == models::Population::Kind::replay)
      rate = static_cast<double>(population.spikes.size()) / static_cast<double>(population.size) /
             (job.duration / 1000.0);
    rates.push_back(rate);
  }
  const network::RankResources r = network::rank_resources(model, ranks, rates);
  const auto bytes = [](double number) { return sweep::format_bytes(number); };
  std::string text = fmt::format(
      "neurons       {:.0f}, and {:.0f} sources\nsynapses      {:.4g}\n"
      "memory        about {} per rank on {} rank{}: synapses {}, their index {}, neurons {}, spikes {}\n",
      neurons, sources, r.synapses * ranks, bytes(r.memory()), ranks, ranks == 1 ? "" : "s", bytes(r.synapse_bytes),
      bytes(r.index_bytes), bytes(r.neuron_bytes), bytes(r.spike_bytes));
  if (ranks > 1)
    text += fmt::format(
        "exchange      {:.4g} times per second of the network; in it a rank sends {} and gets {} at {:g} Hz\n",
        r.epochs, bytes(r.sent), bytes(r.received), assumed_rate);
  return {r.synapses * ranks, r.synapse_bytes + r.index_bytes + r.neuron_bytes, std::move(text)};
}

std::string network_plan_text(const parallel::Communicator& comm, const config::Job& job) {
  constexpr double enough = 2.0;  // s
  const models::NetworkModel& model = job.network.model;
  std::string text =
      network_size(job.network, comm.size()).text +
      fmt::format("available     {} on this node\noutput        {}, and as much again while it is finished\n",
                  sweep::format_bytes(parallel::available_memory()),
                  sweep::format_bytes(static_cast<double>(io::estimated_bytes(layout_of(job)))));
  if (!fits(comm, job.network, comm.size()))
    return text + "time          not tried: there is no memory for the network\n";
  const NetworkPilot pilot = pilot_network(comm, job.network, enough);
  if (!pilot.failure.empty()) return text + "time          none: the network fails, " + pilot.failure + "\n";
  std::string rates;
  for (std::size_t p = 0; p < model.populations.size(); ++p)
    rates += fmt::format("{}{} {:.3g}", rates.empty() ? "" : ", ", model.populations[p].name, pilot.rates[p]);
  return text + fmt::format("pilot         the first {:.0f} ms: {} Hz\n", pilot.share * job.network.duration, rates) +
         fmt::format("time          about {} on {} rank{} if it goes on like this, {} of it for building\n",
                     sweep::format_duration(pilot.seconds()), comm.size(), comm.size() == 1 ? "" : "s",
                     sweep::format_duration(pilot.building));
}

}  // namespace modscape::study
