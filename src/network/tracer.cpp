// SPDX-License-Identifier: Apache-2.0
#include "network/tracer.hpp"

#include <algorithm>

namespace modscape::network {
namespace {

using solvers::SynapticEvent;
using solvers::SynapticNeuron;

// The events of `list` in [from, to) as an epoch of their own.
std::vector<SynapticEvent> part_of(const SynapticEvent* list, std::int64_t from, std::int64_t to) {
  std::vector<SynapticEvent> part;
  for (; (list->key & 7U) != SynapticEvent::end_port; ++list) {
    const std::int64_t tick = list->key >> 3U;
    if (tick >= from && tick < to)
      part.push_back(SynapticEvent::at(static_cast<std::uint32_t>(tick - from), list->key & 7U, list->weight));
  }
  part.push_back(SynapticEvent::end(static_cast<std::uint32_t>(to - from)));
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

void Tracer::sample(std::size_t population, const NeuronGroup& group, std::int64_t now, std::int64_t length) {
  std::vector<solvers::LocatedSpike> spikes;
  std::vector<solvers::FailedNeuron> failed;
  for (const Watched& watched : watched_) {
    if (watched.population != population) continue;
    SynapticNeuron neuron = group.neurons()[watched.local];
    const SynapticEvent* events = &group.events().events()[watched.local * group.events().capacity()];
    std::int64_t done = 0;
    for (std::int64_t at = (now + interval_ - 1) / interval_ * interval_ - now; at < length; at += interval_) {
      if (at > done) {
        const std::vector<SynapticEvent> part = part_of(events, done, at);
        kernel_.advance({&neuron, 1}, part, part.size(), static_cast<std::uint32_t>(at - done), spikes, failed);
        done = at;
      }
      samples_.push_back({now + at, population, watched.neuron, neuron.V, neuron.w, neuron.g});
    }
  }
}

}  // namespace modscape::network
