// SPDX-License-Identifier: Apache-2.0
// What a neuron settles to under a constant current, from rest and from firing: the asymptotic regime.
#pragma once
#include <span>
#include <vector>

#include "ephys/regime.hpp"
#include "models/adex.hpp"
#include "solvers/spike_integrator.hpp"

namespace modscape::dynamics {

struct AsymptoticOptions {
  double duration = 3000.0;  ///< ms of each run
  std::size_t max_spikes = 60;
};

/// One neuron and the increasing currents (pA) its regimes are asked for; `currents` must outlive the call.
struct AsymptoticTask {
  models::AdexParameters neuron;
  std::span<const double> currents;
};

/// Per task the regime at each current: rest (only rest is stable), rest_and_spiking (both), tonic, bursting or
/// irregular (only firing). The upward run starts at rest; the firing branch is followed downwards from the highest
/// current, each time from the last post-reset state, so a bistable range is seen from both sides.
std::vector<std::vector<ephys::Regime>> asymptotic_regimes(std::span<const AsymptoticTask> tasks,
                                                           solvers::SpikeIntegrator& integrator,
                                                           const AsymptoticOptions& options = {});

}  // namespace modscape::dynamics
