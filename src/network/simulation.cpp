// SPDX-License-Identifier: Apache-2.0
#include "network/simulation.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "core/error.hpp"
#include "network/draw.hpp"

namespace modscape::network {
namespace {

using models::Population;
using solvers::in_ticks;
using solvers::SynapticEvent;

constexpr double ms_per_s = 1000.0;
// Spikes travel as tick in epoch << 32 | gid; with one of these bits it is something else.
constexpr std::uint64_t failure_mark = std::uint64_t{1} << 63U, signal_mark = std::uint64_t{1} << 62U;

// Uniform in 0 ... length - 1 from 32 random bits.
std::uint32_t scaled(std::uint64_t bits32, std::int64_t length) {
  return static_cast<std::uint32_t>((bits32 * static_cast<std::uint64_t>(length)) >> 32U);
}

// No spike can be heard before the shortest delay has passed.
std::int64_t epoch_of(const models::NetworkModel& model) {
  std::int64_t epoch = in_ticks(solvers::longest_epoch);
  for (const models::Projection& p : model.projections) epoch = std::min(epoch, delay_bounds(model, p).shortest);
  return epoch;
}

}  // namespace

Simulation::Simulation(const parallel::Communicator& comm, const models::NetworkModel& model,
                       const SimulationOptions& options)
    : comm_(&comm),
      model_(model),
      options_(options),
      partition_(model, comm.rank(), comm.size()),
      leaving_(model.populations.size()),
      arriving_(model.populations.size()),
      neurons_(model.populations.size()),
      kernel_(options.tolerance),
      epoch_ticks_(epoch_of(model)) {
  for (std::size_t p = 0; p < model_.projections.size(); ++p) {
    connectivity_.emplace_back(model_, p, partition_, options_.seed);
    leaving_[model_.projections[p].from].push_back(p);
    arriving_[model_.projections[p].to].push_back(p);
    longest_delay_ = std::max(longest_delay_, connectivity_.back().longest_delay() + delay_unit);
  }
  // A spike at the end of an epoch arrives at most this many epochs later.
  const auto ring = static_cast<std::size_t>(longest_delay_ / epoch_ticks_ + 2);
  pending_.assign(ring, std::vector<std::vector<Arrival>>(model_.populations.size()));
  for (std::size_t p = 0; p < model_.populations.size(); ++p)
    if (model_.populations[p].kind == Population::Kind::adex) make_neurons(p);
}

void Simulation::make_neurons(std::size_t population) {
  const Population& p = model_.populations[population];
  Neurons& group = neurons_[population];
  const parallel::BlockRange own = partition_.owned(population);
  const auto size = static_cast<std::size_t>(own.last - own.first);
  if (p.distributed.empty()) group.coefficients = {solvers::synaptic_coefficients(p.neuron, p.ports, p.current)};
  group.coefficients.reserve(p.distributed.empty() ? 1 : size);
  group.neurons.reserve(size);
  for (std::int64_t i = own.first; i < own.last; ++i) {
    const auto gid = static_cast<std::uint64_t>(partition_.first_gid(population) + i);
    models::AdexParameters parameters = p.neuron;
    if (!p.distributed.empty()) {
      RandomWords words(options_.seed, Purpose::neuron_parameter, gid);
      for (const models::DistributedParameter& d : p.distributed)
        parameters.*models::adex_table().find(d.name)->member = draw(d.distribution, words);
      group.coefficients.push_back(solvers::synaptic_coefficients(parameters, p.ports, p.current));
    }
    RandomWords words(options_.seed, Purpose::initial_state, gid);
    solvers::SynapticNeuron neuron{};
    neuron.V = draw(p.initial_V, words);
    neuron.w = draw(p.initial_w, words);
    neuron.coefficients = &group.coefficients.back();
    group.neurons.push_back(neuron);
  }
  group.events = std::make_unique<EventLists>(size);
  const auto scattered = [&](std::size_t projection) {
    return connectivity_[projection].shortest_delay() != connectivity_[projection].longest_delay();
  };
  const auto here = [&](const models::Background& b) { return b.to == population; };
  group.sorted =
      std::ranges::none_of(arriving_[population], scattered) && std::ranges::none_of(model_.backgrounds, here);
}

void Simulation::prepare_counts(std::int64_t length) {
  if (length == counted_length_) return;
  counted_length_ = length;
  const double seconds = solvers::in_ms(length) / ms_per_s;
  background_counts_.clear();
  for (const models::Background& b : model_.backgrounds) background_counts_.emplace_back(b.rate * seconds);
  source_counts_.clear();
  for (const Population& p : model_.populations)
    source_counts_.emplace_back(p.kind == Population::Kind::poisson ? p.rate * seconds * static_cast<double>(p.size)
                                                                    : 0.0);
}

std::span<const Spike> Simulation::advance(std::int64_t end, std::uint32_t signal) {
  const std::int64_t epoch = now_ / epoch_ticks_;
  const std::int64_t length = std::min((epoch + 1) * epoch_ticks_, end) - now_;
  prepare_counts(length);
  mine_.clear();
  if (signal != 0) mine_.push_back(signal_mark | signal);
  failures_.clear();
  signals_ = 0;
  auto& arrivals = pending_[static_cast<std::size_t>(epoch) % pending_.size()];
  for (std::size_t p = 0; p < model_.populations.size(); ++p) {
    if (model_.populations[p].kind != Population::Kind::adex) continue;
    std::ranges::sort(arrivals[p], {}, [](const Arrival& a) { return std::tuple(a.tick, a.projection, a.source); });
    deliver(p, length);
    advance_population(p, length);
  }
  if (now_ + length == (epoch + 1) * epoch_ticks_)
    for (std::vector<Arrival>& done : arrivals) done.clear();
  exchange();
  // Sources without neurons: every rank draws the same spikes.
  for (std::size_t p = 0; p < model_.populations.size(); ++p)
    if (model_.populations[p].kind == Population::Kind::poisson) draw_sources(p, length);
  std::ranges::sort(all_);
  spikes_.clear();
  for (const std::uint64_t packed : all_) {
    const auto gid = static_cast<std::uint32_t>(packed);
    if ((packed & failure_mark) != 0)
      failures_.push_back({gid, static_cast<solvers::RunStatus>((packed & ~failure_mark) >> 32U)});
    else if ((packed & signal_mark) != 0)
      signals_ |= gid;
    else
      spikes_.push_back({now_ + static_cast<std::int64_t>(packed >> 32U), gid});
  }
  now_ += length;
  for (const Spike& spike : spikes_) enqueue(spike);
  if (!connectivity_.empty()) {
    std::erase_if(recent_, [&](const Spike& spike) { return spike.tick + longest_delay_ < now_; });
    recent_.insert(recent_.end(), spikes_.begin(), spikes_.end());
  }
  return spikes_;
}

void Simulation::deliver(std::size_t population, std::int64_t length) {
  EventLists& events = *neurons_[population].events;
  const auto& arrivals = pending_[static_cast<std::size_t>(now_ / epoch_ticks_) % pending_.size()][population];
  const std::int64_t before = delivered_;
  do {
    delivered_ = before;
    events.clear();
    for (const Arrival& arrival : arrivals) deliver_row(arrival, events, length);
    deliver_background(population, length);
  } while (!events.finish(static_cast<std::uint32_t>(length), neurons_[population].sorted));
}

void Simulation::deliver_row(const Arrival& arrival, EventLists& events, std::int64_t length) {
  const Connectivity& connectivity = connectivity_[arrival.projection];
  const auto port = static_cast<std::uint32_t>(model_.projections[arrival.projection].port);
  if (!connectivity.has_delays()) {
    const std::int64_t offset = arrival.tick - now_;
    if (offset < 0 || offset >= length) return;  // of the other part of an epoch cut in two
    const Connectivity::Row row = connectivity.row(arrival.source, row_);
    const auto ticks = static_cast<std::uint32_t>(offset);
    delivered_ += static_cast<std::int64_t>(row.size);
    if (row.weights == nullptr) {
      const SynapticEvent event = SynapticEvent::at(ticks, port, connectivity.constant_weight());
      for (std::size_t k = 0; k < row.size; ++k) events.add(row.targets[k], event);
    } else {
      for (std::size_t k = 0; k < row.size; ++k)
        events.add(row.targets[k], SynapticEvent::at(ticks, port, row.weights[k]));
    }
    return;
  }
  const std::int64_t age = now_ - arrival.tick;
  const Connectivity::Row row = connectivity.row(arrival.source, row_, DelayWindow::of_ticks(age, age + length));
  delivered_ += static_cast<std::int64_t>(row.size);
  for (std::size_t k = 0; k < row.size; ++k) {
    const float weight = row.weights == nullptr ? connectivity.constant_weight() : row.weights[k];
    const std::int64_t offset = delay_unit * std::int64_t{row.delays[k]} - age;
    events.add(row.targets[k], SynapticEvent::at(static_cast<std::uint32_t>(offset), port, weight));
  }
}

void Simulation::deliver_background(std::size_t population, std::int64_t length) {
  EventLists& events = *neurons_[population].events;
  const parallel::BlockRange own = partition_.owned(population);
  for (std::size_t b = 0; b < model_.backgrounds.size(); ++b) {
    const models::Background& background = model_.backgrounds[b];
    if (background.to != population) continue;
    const auto port = static_cast<std::uint32_t>(background.port);
    const auto weight = static_cast<float>(background.weight);
    for (std::int64_t i = own.first; i < own.last; ++i) {
      RandomWords words(options_.seed, Purpose::background, stream_of(b, partition_.first_gid(population) + i),
                        static_cast<std::uint64_t>(now_));
      const std::uint32_t count = background_counts_[b](words.uniform());
      std::uint64_t bits = 0;
      for (std::uint32_t k = 0; k < count; ++k) {
        bits = k % 2 == 0 ? words.next() : bits >> 32U;
        events.add(static_cast<std::uint32_t>(i - own.first),
                   SynapticEvent::at(scaled(bits & 0xffffffffU, length), port, weight));
      }
      delivered_ += count;
    }
  }
}

void Simulation::advance_population(std::size_t population, std::int64_t length) {
  Neurons& group = neurons_[population];
  located_.clear();
  failed_.clear();
  kernel_.advance(group.neurons, group.events->events(), group.events->capacity(), static_cast<std::uint32_t>(length),
                  located_, failed_);
  const std::int64_t first = partition_.first_gid(population) + partition_.owned(population).first;
  const auto gid = [&](std::uint32_t neuron) { return static_cast<std::uint64_t>(first + neuron); };
  for (const solvers::LocatedSpike& spike : located_)
    mine_.push_back(static_cast<std::uint64_t>(std::clamp<std::int64_t>(in_ticks(spike.time), 0, length)) << 32U |
                    gid(spike.neuron));
  for (const solvers::FailedNeuron& failure : failed_)
    mine_.push_back(failure_mark | static_cast<std::uint64_t>(failure.status) << 32U | gid(failure.neuron));
}

void Simulation::draw_sources(std::size_t population, std::int64_t length) {
  RandomWords words(options_.seed, Purpose::poisson_source, population, static_cast<std::uint64_t>(now_));
  const auto size = static_cast<std::uint64_t>(model_.populations[population].size);
  const std::uint32_t count = source_counts_[population](words.uniform());
  for (std::uint32_t k = 0; k < count; ++k) {
    const std::uint64_t tick = scaled(words.next() >> 32U, length);
    all_.push_back(tick << 32U | (static_cast<std::uint64_t>(partition_.first_gid(population)) + words.below(size)));
  }
}

void Simulation::exchange() {
  if (comm_->size() > 1)
    comm_->all_gather(mine_, all_);
  else
    all_ = mine_;
}

void Simulation::enqueue(const Spike& spike) {
  const std::size_t from = partition_.population_of(spike.gid);
  const auto source = static_cast<std::uint32_t>(spike.gid - partition_.first_gid(from));
  for (const std::size_t p : leaving_[from]) {
    const Connectivity& connectivity = connectivity_[p];
    const std::int64_t first = (spike.tick + connectivity.shortest_delay()) / epoch_ticks_;
    const std::size_t to = model_.projections[p].to;
    const auto projection = static_cast<std::uint32_t>(p);
    const auto add = [&](std::int64_t epoch, std::int64_t tick) {
      if (epoch >= now_ / epoch_ticks_)  // taken up from a state, it may have arrived
        pending_[static_cast<std::size_t>(epoch) % pending_.size()][to].push_back({tick, projection, source});
    };
    if (!connectivity.has_delays()) {
      add(first, spike.tick + connectivity.constant_delay());
      continue;
    }
    const std::int64_t last = (spike.tick + connectivity.longest_delay() + delay_unit) / epoch_ticks_;
    for (std::int64_t epoch = first; epoch <= last; ++epoch) add(epoch, spike.tick);
  }
}

SharedState Simulation::shared_state() const {
  return {now_, recent_};
}

std::vector<NeuronBlock> Simulation::neuron_blocks() const {
  std::vector<NeuronBlock> blocks;
  for (std::size_t p = 0; p < neurons_.size(); ++p) {
    if (neurons_[p].neurons.empty()) continue;
    const std::size_t ports = model_.populations[p].ports.size();
    NeuronBlock block{p, partition_.owned(p).first, {}};
    block.states.reserve(neurons_[p].neurons.size() * (3 + 2 * ports));
    for (const solvers::SynapticNeuron& n : neurons_[p].neurons) {
      block.states.insert(block.states.end(), {n.V, n.w, n.held});
      for (std::size_t port = 0; port < ports; ++port) block.states.insert(block.states.end(), {n.g[port], n.u[port]});
    }
    blocks.push_back(std::move(block));
  }
  return blocks;
}

void Simulation::restore(const SharedState& shared, std::span<const NeuronBlock> blocks) {
  now_ = shared.now;
  for (auto& epoch : pending_)
    for (std::vector<Arrival>& arrivals : epoch) arrivals.clear();
  recent_ = shared.in_flight;
  for (const Spike& spike : recent_) enqueue(spike);

  std::size_t missing = 0, found = 0;
  for (const Neurons& group : neurons_) missing += group.neurons.size();
  for (const NeuronBlock& block : blocks) {
    const auto p = static_cast<std::size_t>(block.population);
    if (p >= neurons_.size()) throw InternalError("a state of another network");
    const std::size_t ports = model_.populations[p].ports.size(), numbers = 3 + 2 * ports;
    const parallel::BlockRange own = partition_.owned(p);
    const auto size = static_cast<std::int64_t>(block.states.size() / numbers);
    for (std::int64_t i = std::max(own.first, block.first); i < std::min(own.last, block.first + size); ++i, ++found) {
      solvers::SynapticNeuron& n = neurons_[p].neurons[static_cast<std::size_t>(i - own.first)];
      const double* state = &block.states[static_cast<std::size_t>(i - block.first) * numbers];
      n.V = state[0];
      n.w = state[1];
      n.held = state[2];
      for (std::size_t port = 0; port < ports; ++port) {
        n.g[port] = state[3 + 2 * port];
        n.u[port] = state[4 + 2 * port];
      }
    }
  }
  if (found != missing) throw InternalError("a state that does not hold every neuron once");
}

MemoryUse Simulation::memory() const {
  MemoryUse use{};
  for (const Connectivity& c : connectivity_) {
    use.synapses += c.synapses();
    use.synapse_bytes += c.bytes();
  }
  for (const Neurons& group : neurons_) {
    use.neuron_bytes += group.neurons.capacity() * sizeof(solvers::SynapticNeuron) +
                        group.coefficients.capacity() * sizeof(solvers::SynapticCoefficients);
    if (group.events) use.event_bytes += group.events->bytes();
  }
  return use;
}

}  // namespace modscape::network
