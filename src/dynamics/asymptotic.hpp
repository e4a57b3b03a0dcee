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

/// Per neuron the regimes at each of the increasing `currents`: rest (only rest is stable), rest_and_spiking (both),
/// tonic, bursting or irregular (only firing). The upward run starts at rest; the firing branch is followed downwards
/// from the highest current, each time from the last post-reset state, so a bistable range is seen from both sides.
std::vector<std::vector<ephys::Regime>> asymptotic_regimes(std::span<const models::AdexParameters> neurons,
                                                           std::span<const double> currents,
                                                           solvers::SpikeIntegrator& integrator,
                                                           const AsymptoticOptions& options = {});

}  // namespace modscape::dynamics
