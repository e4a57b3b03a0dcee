// SPDX-License-Identifier: Apache-2.0
// What a rank of a network will hold and what it will send, from the description alone: for plans, before anything is
// built, and for numbers of ranks that nobody has at hand.
#pragma once
#include <span>

#include "models/network_model.hpp"

namespace modscape::network {

/// Of one rank, on average.
struct RankResources {
  double neurons, synapses;
  // Bytes:
  double synapse_bytes;  ///< targets, weights and delays of single synapses
  double index_bytes;    ///< where the synapses of each source begin; positions of neurons for what is drawn again
  double neuron_bytes;   ///< states, parameters of their own, and what arrives in an epoch
  double spike_bytes;    ///< spikes of all ranks: of an epoch, and under way; state of plastic synapses
  double memory() const { return synapse_bytes + index_bytes + neuron_bytes + spike_bytes; }
  // Per second of the network:
  double epochs;          ///< exchanges
  double sent, received;  ///< bytes
};

/// `rates`: Hz, of the neurons or sources of each population, on average.
RankResources rank_resources(const models::NetworkModel& model, int ranks, std::span<const double> rates);

}  // namespace modscape::network
