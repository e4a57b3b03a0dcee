// SPDX-License-Identifier: Apache-2.0
#include "network/tracer.hpp"

#include <algorithm>

namespace modscape::network {
namespace {

using solvers::EventLists;
using solvers::SynapticEvent;
using solvers::SynapticNeuron;

// The events of list `number` in [from, to) as an epoch of their own.
EventLists part_of(const EventLists& lists, std::size_t number, std::int64_t from, std::int64_t to) {
  const auto length = static_cast<std::uint32_t>(to - from);
  EventLists part;
  do {
    part.clear(1);
    for (const SynapticEvent* e = lists.data() + lists.first(number); e->port() != SynapticEvent::end_port;
         e += EventLists::stride)
      if (e->ticks() >= from && e->ticks() < to)
        part.add(0, SynapticEvent::at(static_cast<std::uint32_t>(e->ticks() - from), e->port(), e->weight));
  } while (!part.finish(length, true));
  return part;
}

}  // namespace

Tracer::Tracer(std::span<const TracedNeuron> neurons, std::int64_t interval, const Partition& partition,
               double tolerance)
    : interval_(interval), kernel_(tolerance) {
  for (const TracedNeuron& traced : neurons) {
    const parallel::BlockRange own = partition.owned(traced.population);
    if (traced.neuron >= own.first && traced.neuron < own.last)
      watched_.push_back({traced.population, static_cast<std::size_t>(traced.neuron - own.first), traced.neuron});
  }
}

void Tracer::sample(std::size_t population, std::size_t first, std::span<const SynapticNeuron> neurons,
                    const EventLists& events, std::int64_t now, std::int64_t length) {
  std::vector<solvers::LocatedSpike> spikes;
  std::vector<solvers::FailedNeuron> failed;
  for (const Watched& watched : watched_) {
    if (watched.population != population || watched.local < first || watched.local >= first + neurons.size()) continue;
    SynapticNeuron neuron = neurons[watched.local - first];
    std::int64_t done = 0;
    for (std::int64_t at = (now + interval_ - 1) / interval_ * interval_ - now; at < length; at += interval_) {
      if (at > done) {
        kernel_.advance({&neuron, 1}, part_of(events, watched.local - first, done, at),
                        static_cast<std::uint32_t>(at - done), spikes, failed);
        done = at;
      }
      samples_.push_back({now + at, population, watched.neuron, neuron.V, neuron.w, neuron.g});
    }
  }
}

}  // namespace modscape::network
