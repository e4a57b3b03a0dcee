// SPDX-License-Identifier: Apache-2.0
// From the spike counts of one model on a grid of currents to the mean f-I curve of a population of cells = base model
// + per-cell current offset: mu(I) = E_delta[N(I - delta)], delta ~ Normal(0, offset_sd).
#pragma once
#include <span>
#include <vector>

#include "models/modulation.hpp"
#include "solvers/spike_integrator.hpp"

namespace modscape::fit {

/// Counts of one model under steps from rest. `rheobase` (pA) is bisected within the grid interval where firing starts,
/// or below the grid if that is where; NaN if the model is silent on the whole grid.
struct FiRow {
  std::vector<double> counts;      ///< spikes per step, one per grid current
  double rheobase = NAN;           ///< pA, +- (grid step)/64 within the grid
  double count_at_rheobase = NAN;  ///< spikes at the upper end of the bisection
  bool spontaneous = false;        ///< fires without input
  std::vector<double> latency;     ///< ms to the first spike, NaN if silent; one per grid current
  solvers::RunStatus status = solvers::RunStatus::done;
};

struct FiProtocol {
  std::vector<double> currents;  ///< pA, increasing, equally spaced
  double duration = 500.0;       ///< ms
};

/// One row per model, in order; each depends on its own model only. Each starts at its own rest.
std::vector<FiRow> compute_fi_rows(std::span<const models::ModulatedNeuron> neurons, const FiProtocol& protocol,
                                   solvers::SpikeIntegrator& integrator);

/// N(I) between the grid points: zero below the rheobase, linear in between, last slope beyond the grid.
class FiCurveModel {
 public:
  FiCurveModel(std::span<const double> currents, std::span<const double> counts, double rheobase,
               double count_at_rheobase);
  /// N(I).
  double count(double current) const;
  /// E[N(I - delta)], closed form for a piecewise linear N; sd = 0 gives N(I).
  double mean_count(double current, double offset_sd) const;
  /// Mean over cells whose rheobases lie in (r - step, r]: each cell is this curve shifted to its rheobase, uniformly
  /// within the interval.
  double mean_over_cells(double current, std::span<const double> rheobases, double step) const;

 private:
  /// Integral of N from -infinity to `current`.
  double integral(double current) const;
  std::vector<double> x_, n_;
  std::vector<double> integral_;  // up to x_[k]
};

}  // namespace modscape::fit
