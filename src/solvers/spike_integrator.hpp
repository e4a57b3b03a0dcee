// SPDX-License-Identifier: Apache-2.0
// Spike trains of many neurons at once: one interface for the ensemble kernel and for CVODE, the reference. Every task
// is independent: its result does not depend on which others are run with it.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/adex.hpp"
#include "models/protocol.hpp"
#include "solvers/run_status.hpp"

namespace modscape::solvers {

/// One neuron under one input. Non-owning: `input` must outlive the run.
struct SpikeTask {
  models::AdexParameters neuron;
  std::span<const models::InputSegment> input;  ///< tiles [0, duration]; the ensemble kernel takes slope 0 only
  std::array<double, 2> initial{};              ///< V (mV), w (pA)
  std::size_t max_spikes = 0;                   ///< stop after this many; 0: no limit
};

class SpikeIntegrator {
 public:
  virtual ~SpikeIntegrator() = default;
  /// One run per task, in order.
  virtual std::vector<SpikeRun> run(std::span<const SpikeTask> tasks) = 0;
};

struct IntegratorOptions {
  std::string method = "ensemble";  ///< "ensemble" or "cvode"
  double tolerance = 1e-4;          ///< ensemble: bound on the error of each interspike interval, ms
  double rtol = 1e-8;               ///< cvode: relative tolerance per step
  CostLimits limits;
};

/// Throws BadInput for an unknown method.
std::unique_ptr<SpikeIntegrator> make_spike_integrator(const IntegratorOptions& options);

/// One neuron under a constant current (pA) for `duration` ms from `initial` {V, w}.
SpikeRun run_step(SpikeIntegrator& integrator, const models::AdexParameters& neuron, double current, double duration,
                  std::array<double, 2> initial, std::size_t max_spikes = 0);

}  // namespace modscape::solvers
