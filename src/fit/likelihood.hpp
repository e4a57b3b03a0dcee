// SPDX-License-Identifier: Apache-2.0
// The likelihood of f-I data under "cells = base model + per-cell current offset" (docs/likelihood.md). With the cells'
// rheobases:
//   location   the base model's rheobase is the centre of the cells': Student t around their mean, once per condition;
//   f-I means  each measured cell is the base model shifted so that its rheobase is the measured one (which lies in (r
//   - step, r]);
//              their mean is compared at every current: residuals with SEM > 0 are jointly normal, sd = max(SEM,
//              0.5/sqrt(n)), correlated as exp(-|dI|/length) because the same cells were measured at every current; a
//              current with zero SEM counts one-sided, with the floor as sd.
// The cells' spread is data and their location enters once. Without rheobases the offset is Normal(0, offset_sd),
// offset_sd sampled.
#pragma once
#include <span>
#include <vector>

#include "config/fi_table.hpp"
#include "fit/fi_prediction.hpp"

namespace modscape::fit {

/// The data of one condition, prepared. `held_out` currents take no part in the likelihood.
struct FiTarget {
  std::vector<double> currents, mean, sd;                    ///< all currents; sd floored
  std::vector<double> sem;                                   ///< as published
  std::vector<std::size_t> correlated, one_sided, held_out;  ///< indices into currents
  std::vector<double> cholesky;                              ///< of the covariance of the correlated ones
  int cells = 0;
  double step = 20.0;                ///< pA, spacing of the protocol
  std::vector<double> rheobases;     ///< pA, of every cell whose rheobase was measured
  std::vector<double> fi_rheobases;  ///< of those that can be among the cells of the f-I curve
};

enum class FitMode { population, single_cell };

/// If fewer cells are in the f-I table than in the rheobase table, those that fire below the lowest current at which
/// any f-I cell fired cannot be among them and are left out of `fi_rheobases`.
FiTarget make_target(const config::FiCurve& curve, std::span<const double> rheobases, std::span<const double> held_out,
                     double correlation_length);

/// Predicted population mean at the target's currents. `offset_sd` is used only without rheobases; single_cell: the
/// model itself.
std::vector<double> predicted_means(const FiTarget& target, const FiCurveModel& model, double offset_sd, FitMode mode);

/// log p(f-I means | predicted), up to a constant.
double fi_log_likelihood(const FiTarget& target, std::span<const double> predicted);

/// log p(location of the cells' rheobases | rheobase of the base model), up to a constant; 0 without rheobases,
/// -infinity if silent.
double location_log_likelihood(const FiTarget& target, double rheobase);

}  // namespace modscape::fit
