// SPDX-License-Identifier: Apache-2.0
// The reference integrator: SUNDIALS CVODE (BDF, dense Newton with the model's analytic Jacobian), root finding at the
// event, reset, exact hold during the refractory period. Time is kept relative to the last spike, because CVODE's root
// tolerance grows with |t| while V' reaches 1e10 mV/ms at the spike (docs/decisions/0004).
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/ode.hpp"
#include "models/protocol.hpp"
#include "solvers/run_status.hpp"

namespace modscape::solvers {

struct CvodeOptions {
  double rtol = 1e-8;
  std::vector<double> atol;  ///< one per state variable; empty: rtol (in the state's units)
  CostLimits limits;
  std::size_t max_spikes = 0;    ///< stop after this many; 0: no limit
  double sample_interval = 0.0;  ///< ms between observer calls; 0: none
};

/// Called with (t, state) at t = 0, interval, 2·interval …; at a spike time the state before the reset belongs to the
/// sample.
using Observer = std::function<void(double, std::span<const double>)>;

/// Owns the CVODE memory for one problem size; reusable for many runs of models of that size.
class CvodeIntegrator {
 public:
  explicit CvodeIntegrator(std::size_t state_size);
  ~CvodeIntegrator();
  CvodeIntegrator(CvodeIntegrator&&) noexcept;
  CvodeIntegrator& operator=(CvodeIntegrator&&) noexcept;

  /// Integrates `problem` from `initial` at t = 0 through `segments` (ms, input in the model's unit). Throws
  /// InternalError only for a CVODE failure that is a bug of ours; a bad point comes back as a status.
  SpikeRun run(const OdeProblem& problem, std::span<const models::InputSegment> segments,
               std::span<const double> initial, const CvodeOptions& options, const Observer& observer = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace modscape::solvers
