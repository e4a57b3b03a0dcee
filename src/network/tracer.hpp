// SPDX-License-Identifier: Apache-2.0
// Samples of V, w and synaptic conductances of chosen neurons. A step of the kernel does not end at a sample, so copies
// of these neurons are advanced once more from sample to sample: watching a neuron does not change a bit of it.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "network/partition.hpp"
#include "solvers/adex_synaptic.hpp"

namespace modscape::network {

struct TracedNeuron {
  std::size_t population;
  std::int64_t neuron;  ///< place in the population
};

struct Sample {
  std::int64_t tick;
  std::size_t population;
  std::int64_t neuron;                        ///< place in the population
  double V, w;                                ///< mV, pA
  std::array<double, solvers::most_ports> g;  ///< nS or pA per port
};

class Tracer {
 public:
  /// Those of `neurons` that this rank owns, every `interval` ticks, the first at 0.
  Tracer(std::span<const TracedNeuron> neurons, std::int64_t interval, const Partition& partition, double tolerance);

  void clear() noexcept { samples_.clear(); }
  /// Before `neurons` of this population, from place `first` on this rank, are advanced from `now` by `length` ticks
  /// under `events`: the samples in [now, now + length).
  void sample(std::size_t population, std::size_t first, std::span<const solvers::SynapticNeuron> neurons,
              const solvers::EventLists& events, std::int64_t now, std::int64_t length);
  std::span<const Sample> samples() const noexcept { return samples_; }

 private:
  struct Watched {
    std::size_t population, local;
    std::int64_t neuron;
  };
  std::vector<Watched> watched_;
  std::int64_t interval_;
  solvers::AdexSynaptic kernel_;
  std::vector<Sample> samples_;
};

}  // namespace modscape::network
