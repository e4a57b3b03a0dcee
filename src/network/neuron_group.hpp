// SPDX-License-Identifier: Apache-2.0
// The neurons of one population on this rank: states, and parameters as they are now.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "network/modulators.hpp"
#include "network/partition.hpp"
#include "solvers/adex_synaptic.hpp"

namespace modscape::network {

class NeuronGroup {
 public:
  /// Initial states; parameters are not set yet. `model` is kept.
  NeuronGroup(const models::NetworkModel& model, std::size_t population, const Partition& partition,
              std::uint64_t seed);
  NeuronGroup(const NeuronGroup&) = delete;  // neurons point to their coefficients
  NeuronGroup(NeuronGroup&&) = default;

  /// Parameters at `time` (ms) under what the modulators do. Returns the first neuron whose parameters are out of
  /// bounds, if any.
  std::optional<OutOfBounds> set_parameters(double time, const Modulators& modulators);

  std::vector<solvers::SynapticNeuron>& neurons() noexcept { return neurons_; }
  const std::vector<solvers::SynapticNeuron>& neurons() const noexcept { return neurons_; }
  std::uint64_t bytes() const noexcept;

 private:
  const models::Population* population_;
  std::vector<models::AdexParameters> base_;                 // one of each neuron, or one for all
  std::vector<double> densities_;                            // per neuron of each receptor with a density of its own
  std::vector<solvers::SynapticCoefficients> coefficients_;  // as many as base_
  std::vector<solvers::SynapticNeuron> neurons_;
};

}  // namespace modscape::network
