// SPDX-License-Identifier: Apache-2.0
// The bulk integrator of the AdEx neuron under a constant current. Dormand-Prince 5(4) in time below V_T + 2 Delta_T;
// above it, on the upstroke, V becomes the independent variable, so the spike is located exactly and the exponential is
// not stiff (docs/decisions/0004). CVODE is the reference it is checked against.
#pragma once
#include "models/adex.hpp"
#include "solvers/run_status.hpp"

namespace modscape::solvers {

struct KernelOptions {
  double rtol = 1e-6;          ///< per step, of V (mV scale Delta_T), t (ms) and w
  std::size_t max_spikes = 0;  ///< stop after this many; 0: no limit
  CostLimits limits;
};

/// Runs from `initial` {V, w} for `duration` ms under `current` pA.
SpikeRun run_adex(const models::AdexParameters& parameters, double current, double duration,
                  std::array<double, 2> initial, const KernelOptions& options = {});

}  // namespace modscape::solvers
