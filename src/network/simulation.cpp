// SPDX-License-Identifier: Apache-2.0
#include "network/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "core/error.hpp"
#include "network/draw.hpp"

namespace modscape::network {
namespace {

using models::Population;
using solvers::in_ms;
using solvers::in_ticks;

constexpr double ms_per_s = 1000.0;
// Remarks: status << 32 | gid of a failure, or with this bit a signal.
constexpr std::uint64_t signal_mark = std::uint64_t{1} << 63U;

// Ticks at which a rate or an injected current changes.
std::vector<std::int64_t> changes_of(const models::NetworkModel& model) {
  std::vector<std::int64_t> ticks;
  const auto add = [&](const models::Steps& steps) {
    for (const double time : steps.times) ticks.push_back(in_ticks(time));
  };
  for (const Population& p : model.populations) {
    add(p.current_steps);
    add(p.rate_steps);
  }
  for (const models::Background& b : model.backgrounds) add(b.rate_steps);
  return ticks;
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
      groups_(model.populations.size()),
      modulators_(model_, partition_),
      kernel_(options.tolerance),
      tracer_(options.traced, options.trace_interval, partition_, options.tolerance),
      epoch_ticks_(epoch_of(model)),
      changes_(changes_of(model_)),
      gather_(comm) {
  for (std::size_t p = 0; p < model_.projections.size(); ++p)
    connectivity_.emplace_back(model_, p, partition_, options_.seed);
  arrivals_.emplace(model_, connectivity_, partition_, epoch_ticks_);
  delivery_.emplace(model_, connectivity_, partition_, options_.seed);
  for (std::size_t p = 0; p < model_.populations.size(); ++p)
    if (model_.populations[p].kind == Population::Kind::adex)
      groups_[p] = std::make_unique<NeuronGroup>(model_, p, partition_, options_.seed);
  const std::vector<std::int64_t> modulation = modulators_.changes();
  changes_.insert(changes_.end(), modulation.begin(), modulation.end());
  std::ranges::sort(changes_);
  update_epochs_ = std::max<std::int64_t>(1, in_ticks(model_.modulation.interval) / epoch_ticks_);
}

// At a change of input, every so many epochs under modulators, and when a state was taken up (which knows what acts).
bool Simulation::set_parameters() {
  const std::int64_t update = update_epochs_ * epoch_ticks_;
  const bool changed = std::ranges::binary_search(changes_, now_);
  const bool due = changed || (!modulators_.empty() && now_ % update == 0);
  if (parameters_set_ && !due) return true;
  const auto next = std::ranges::upper_bound(changes_, now_);
  const std::int64_t until = std::min((now_ / update + 1) * update, next == changes_.end() ? INT64_MAX : *next);
  const bool acts = due && modulators_.act(until - now_);
  if (parameters_set_ && !changed && !acts) return true;
  parameters_set_ = true;
  counted_length_ = -1;
  bool possible = true;
  for (std::size_t p = 0; p < groups_.size(); ++p) {
    if (!groups_[p]) continue;
    const std::optional<OutOfBounds> neuron = groups_[p]->set_parameters(in_ms(now_), modulators_);
    if (!neuron) continue;
    possible = false;
    const std::int64_t gid =
        partition_.first_gid(p) + partition_.owned(p).first + static_cast<std::int64_t>(neuron->number);
    if (out_of_bounds_.second.empty()) out_of_bounds_ = {gid, neuron->problem};
    report(gid, solvers::RunStatus::out_of_bounds);
  }
  if (const std::optional<OutOfBounds> projection = arrivals_->set_parameters(modulators_)) {
    possible = false;  // on all ranks alike
    const models::Projection& of = model_.projections[projection->number];
    const std::int64_t gid = partition_.first_gid(of.from);
    if (out_of_bounds_.second.empty())
      out_of_bounds_ = {gid, fmt::format("projection {}: {}", of.name, projection->problem)};
    if (comm_->is_root()) report(gid, solvers::RunStatus::out_of_bounds);
  }
  return possible;
}

void Simulation::prepare_counts(std::int64_t length) {
  if (length == counted_length_) return;
  counted_length_ = length;
  const double seconds = in_ms(length) / ms_per_s, time = in_ms(now_);
  delivery_->set_rates(now_, length);
  source_counts_.clear();
  for (const Population& p : model_.populations)
    source_counts_.emplace_back(p.kind == Population::Kind::poisson
                                    ? p.rate_steps.at(time, p.rate) * seconds * static_cast<double>(p.size)
                                    : 0.0);
}

std::span<const Spike> Simulation::advance(std::int64_t end, std::uint32_t signal) {
  const std::int64_t epoch = now_ / epoch_ticks_;
  mine_.clear();
  tracer_.clear();
  failures_.clear();
  signals_ = 0;
  if (signal != 0) mine_.remarks.push_back(signal_mark | signal);
  const bool possible = set_parameters();
  const auto change = std::ranges::upper_bound(changes_, now_);
  if (change != changes_.end()) end = std::min(end, *change);
  const std::int64_t length = std::min((epoch + 1) * epoch_ticks_, end) - now_;
  prepare_counts(length);
  for (std::size_t p = 0; p < model_.populations.size() && possible; ++p) {
    if (!groups_[p]) continue;
    std::ranges::sort(arrivals_->of(epoch, p), {},
                      [](const Arrival& a) { return std::tuple(a.tick, a.projection, a.source); });
    advance_population(p, length);
  }
  if (now_ + length == (epoch + 1) * epoch_ticks_) arrivals_->finish(epoch);
  exchange(length);
  std::ranges::sort(all_.spikes);
  std::ranges::sort(all_.remarks, {}, [](std::uint64_t remark) { return static_cast<std::uint32_t>(remark); });
  for (const std::uint64_t remark : all_.remarks) {
    const auto low = static_cast<std::uint32_t>(remark);
    if ((remark & signal_mark) != 0)
      signals_ |= low;
    else
      failures_.push_back({low, static_cast<solvers::RunStatus>(remark >> 32U)});
  }
  spikes_.clear();
  for (const std::uint64_t spike : all_.spikes)
    spikes_.push_back({now_ + static_cast<std::int64_t>(spike >> 32U), static_cast<std::uint32_t>(spike)});
  now_ += length;
  for (const Spike& spike : spikes_) arrivals_->add(spike, now_);
  arrivals_->forget(now_);
  modulators_.advance(now_, spikes_);
  return spikes_;
}

void Simulation::advance_population(std::size_t population, std::int64_t length) {
  const std::span<solvers::SynapticNeuron> neurons = groups_[population]->neurons();
  const std::int64_t first_gid = partition_.first_gid(population) + partition_.owned(population).first;
  delivery_->begin(population, arrivals_->of(now_ / epoch_ticks_, population), now_, length);
  for (std::size_t first = 0; first < neurons.size(); first += delivery_->at_once()) {
    const std::size_t count = std::min(delivery_->at_once(), neurons.size() - first);
    const std::span<solvers::SynapticNeuron> some = neurons.subspan(first, count);
    delivery_->next(count, events_);
    tracer_.sample(population, first, some, events_, now_, length);
    located_.clear();
    failed_.clear();
    kernel_.advance(some, events_, static_cast<std::uint32_t>(length), located_, failed_);
    const std::int64_t gid = first_gid + static_cast<std::int64_t>(first);
    for (const solvers::LocatedSpike& spike : located_)
      mine_.spikes.push_back(static_cast<std::uint64_t>(std::clamp<std::int64_t>(in_ticks(spike.time), 0, length))
                                 << 32U |
                             static_cast<std::uint64_t>(gid + spike.neuron));
    for (const solvers::FailedNeuron& failure : failed_) report(gid + failure.neuron, failure.status);
  }
}

void Simulation::report(std::int64_t gid, solvers::RunStatus status) {
  mine_.remarks.push_back(static_cast<std::uint64_t>(status) << 32U | static_cast<std::uint64_t>(gid));
}

void Simulation::draw_sources(std::size_t population, std::int64_t length) {
  RandomWords words(options_.seed, Purpose::poisson_source, population, static_cast<std::uint64_t>(now_));
  const auto size = static_cast<std::uint64_t>(model_.populations[population].size);
  const std::uint32_t count = source_counts_[population](words.uniform());
  for (std::uint32_t k = 0; k < count; ++k) {
    const std::uint64_t tick = tick_of(words.next() >> 32U, length);
    all_.spikes.push_back(tick << 32U |
                          (static_cast<std::uint64_t>(partition_.first_gid(population)) + words.below(size)));
  }
}

void Simulation::replay(std::size_t population, std::int64_t length) {
  const std::vector<models::ReplayedSpike>& spikes = model_.populations[population].spikes;
  const auto tick = [](const models::ReplayedSpike& spike) { return in_ticks(spike.time); };
  for (auto at = std::ranges::lower_bound(spikes, now_, {}, tick); at != spikes.end() && tick(*at) < now_ + length;
       ++at)
    all_.spikes.push_back(static_cast<std::uint64_t>(tick(*at) - now_) << 32U |
                          static_cast<std::uint64_t>(partition_.first_gid(population) + at->source));
}

// Sources without neurons: every rank draws the same spikes, while those of neurons are on their way.
void Simulation::exchange(std::int64_t length) {
  pack_news(mine_, words_);
  gather_.start(words_);
  all_.clear();
  for (std::size_t p = 0; p < model_.populations.size(); ++p) {
    if (model_.populations[p].kind == Population::Kind::poisson) draw_sources(p, length);
    if (model_.populations[p].kind == Population::Kind::replay) replay(p, length);
  }
  gather_.finish(words_);
  unpack_news(words_, all_);
}

std::string Simulation::out_of_bounds() const {
  const auto& [gid, text] = out_of_bounds_;
  const std::int64_t knows = comm_->max(!text.empty() && gid == failures_.front().gid ? comm_->rank() : -1);
  return knows < 0 ? std::string() : comm_->broadcast(text, static_cast<int>(knows));
}

SharedState Simulation::shared_state() const {
  return {now_, arrivals_->state(), modulators_.state()};
}

std::vector<NeuronBlock> Simulation::neuron_blocks() const {
  std::vector<NeuronBlock> blocks;
  for (std::size_t p = 0; p < groups_.size(); ++p) {
    if (!groups_[p] || groups_[p]->neurons().empty()) continue;
    const std::vector<solvers::SynapticNeuron>& neurons = std::as_const(*groups_[p]).neurons();
    const std::size_t ports = model_.populations[p].ports.size();
    NeuronBlock block{p, partition_.owned(p).first, {}};
    block.states.reserve(neurons.size() * (3 + 2 * ports));
    for (const solvers::SynapticNeuron& n : neurons) {
      block.states.insert(block.states.end(), {n.V, n.w, n.held});
      for (std::size_t port = 0; port < ports; ++port) block.states.insert(block.states.end(), {n.g[port], n.u[port]});
    }
    blocks.push_back(std::move(block));
  }
  return blocks;
}

void Simulation::restore(const SharedState& shared, std::span<const NeuronBlock> blocks) {
  now_ = shared.now;
  arrivals_->restore(shared.arrivals, now_);
  modulators_.restore(shared.modulators);
  parameters_set_ = false;

  std::size_t missing = 0, found = 0;
  for (const auto& group : groups_)
    if (group) missing += group->neurons().size();
  for (const NeuronBlock& block : blocks) {
    const auto p = static_cast<std::size_t>(block.population);
    if (p >= groups_.size() || !groups_[p]) throw InternalError("a state of another network");
    const std::size_t ports = model_.populations[p].ports.size(), numbers = 3 + 2 * ports;
    const parallel::BlockRange own = partition_.owned(p);
    const auto size = static_cast<std::int64_t>(block.states.size() / numbers);
    for (std::int64_t i = std::max(own.first, block.first); i < std::min(own.last, block.first + size); ++i, ++found) {
      solvers::SynapticNeuron& n = groups_[p]->neurons()[static_cast<std::size_t>(i - own.first)];
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
  use.event_bytes = events_.bytes();
  for (const Connectivity& c : connectivity_) {
    use.synapses += c.synapses();
    use.synapse_bytes += c.bytes();
  }
  for (const auto& group : groups_) {
    if (!group) continue;
    use.neuron_bytes += group->bytes();
  }
  return use;
}

}  // namespace modscape::network
