// SPDX-License-Identifier: Apache-2.0
// One neuron under Poisson input, given to the synaptic kernel epoch by epoch and to the reference.
#pragma once
#include <algorithm>
#include <vector>

#include "core/rng.hpp"
#include "solvers/adex_synaptic.hpp"
#include "support/synaptic_reference.hpp"

namespace modscape::test_support {

inline constexpr std::uint32_t epoch_ticks = 402653184;  // 1.5 ms

struct PoissonInput {
  std::size_t port;
  double rate;    // per ms
  double weight;  // nS or pA
};

/// Arrivals (ms) on the grid of ticks, sorted.
inline std::vector<Arrival> poisson_arrivals(std::span<const PoissonInput> inputs, double duration,
                                             std::uint64_t item) {
  std::vector<Arrival> arrivals;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const CounterRng rng(3, Purpose::synthetic, 16 * item + i);
    double t = 0.0;
    for (std::uint64_t k = 0;; ++k) {
      t -= std::log(rng.uniform(k)) / inputs[i].rate;
      if (t >= duration) break;
      const double tick = std::floor(t * solvers::ticks_per_ms);
      arrivals.push_back(
          {tick / solvers::ticks_per_ms, inputs[i].port, static_cast<double>(static_cast<float>(inputs[i].weight))});
    }
  }
  std::ranges::sort(arrivals, {}, &Arrival::time);
  return arrivals;
}

/// The spikes (ms) of neuron k under arrivals[k], all neurons in one batch; `failed` counts those given up.
inline std::vector<std::vector<double>> kernel_spikes(std::vector<solvers::SynapticNeuron> neurons,
                                                      std::span<const std::vector<Arrival>> arrivals, double duration,
                                                      double tolerance, std::size_t* failed = nullptr) {
  solvers::AdexSynaptic kernel(tolerance);
  std::vector<std::vector<double>> spikes(neurons.size());
  std::vector<std::size_t> next(neurons.size(), 0);
  const double length = epoch_ticks / solvers::ticks_per_ms;
  std::vector<solvers::LocatedSpike> located;
  std::vector<solvers::FailedNeuron> failures;
  solvers::EventLists events;
  for (std::int64_t epoch = 0; static_cast<double>(epoch) * length < duration - 1e-9; ++epoch) {
    const std::int64_t start = epoch * epoch_ticks, end = start + epoch_ticks;
    std::vector<std::size_t> first = next;
    do {
      next = first;
      events.clear(neurons.size());
      for (std::uint32_t k = 0; k < neurons.size(); ++k) {
        for (; next[k] < arrivals[k].size(); ++next[k]) {
          const Arrival& a = arrivals[k][next[k]];
          const auto tick = static_cast<std::int64_t>(a.time * solvers::ticks_per_ms);
          if (tick >= end) break;
          events.add(k, solvers::SynapticEvent::at(static_cast<std::uint32_t>(tick - start),
                                                   static_cast<std::uint32_t>(a.port), static_cast<float>(a.weight)));
        }
      }
    } while (!events.finish(epoch_ticks, true));
    located.clear();
    kernel.advance(neurons, events, epoch_ticks, located, failures);
    for (const solvers::LocatedSpike& s : located) {
      const double time = static_cast<double>(epoch) * length + s.time;
      if (time < duration) spikes[s.neuron].push_back(time);  // the last epoch may end later
    }
  }
  if (failed != nullptr) *failed = failures.size();
  return spikes;
}

}  // namespace modscape::test_support
