// SPDX-License-Identifier: Apache-2.0
// One neuron under one step through the ensemble integrator.
#pragma once
#include "solvers/adex_ensemble.hpp"

namespace modscape::test_support {

struct EnsembleOptions {
  double tolerance = 1e-4;  ///< ms
  std::size_t max_spikes = 0;
  solvers::CostLimits limits{};
};

inline solvers::SpikeRun run_ensemble(const models::AdexParameters& p, double current, double duration,
                                      std::array<double, 2> initial, const EnsembleOptions& options = {}) {
  solvers::AdexEnsemble integrator(options.tolerance, options.limits);
  return solvers::run_step(integrator, p, current, duration, initial, options.max_spikes);
}

}  // namespace modscape::test_support
