// SPDX-License-Identifier: Apache-2.0
// What a neuron settles to under a constant current, from rest and from firing: the asymptotic regime.
#pragma once
#include <span>
#include <vector>

#include "ephys/regime.hpp"
#include "models/adex.hpp"
#include "solvers/adex_kernel.hpp"

namespace modscape::dynamics {

struct AsymptoticOptions {
  double duration = 3000.0;  ///< ms of each run
  std::size_t max_spikes = 60;
  solvers::KernelOptions kernel{1e-6, 0, {}};
};

/// Regimes at each of the increasing `currents`: rest (only rest is stable), rest_and_spiking (both), tonic, bursting
/// or irregular (only firing). The upward run starts at rest; the firing branch is followed downwards from the highest
/// current, each time from the last post-reset state, so a bistable range is seen from both sides.
std::vector<ephys::Regime> asymptotic_regimes(const models::AdexParameters& parameters,
                                              std::span<const double> currents, const AsymptoticOptions& options = {});

}  // namespace modscape::dynamics
