// SPDX-License-Identifier: Apache-2.0
// The last part of the upstroke of an AdEx neuron, where the exponential outweighs the rest, in closed form.
// Dimensionless as in adex_ensemble_lanes.hpp: x' = e^x - leak x - y, time in units of C_m/g_L; `leak` is 1 for a
// neuron without synapses.
#pragma once

namespace modscape::solvers::ensemble {

struct Upstroke {
  double time;  ///< from x to x_peak
  double dy;    ///< change of y meanwhile
};

/// From x to x_peak with 1/x' = e^-x (1 + q + q^2 + ...), q = (leak x + y) e^-x < 1, and y' = slope x + drive; z = e^-x
/// and z_peak = e^-x_peak. The first neglected term of the time is of order q^3 e^-x.
Upstroke closed_form_upstroke(double x, double y, double z, double x_peak, double z_peak, double leak, double slope,
                              double drive);

}  // namespace modscape::solvers::ensemble
