// SPDX-License-Identifier: Apache-2.0
// Regions of the phase plane from which the AdEx neuron under a constant current never fires again, in the variables of
// rescaled_flow.hpp.
#pragma once
#include "dynamics/rescaled_flow.hpp"
#include "models/adex.hpp"

namespace modscape::dynamics {

class RestTrap {
 public:
  RestTrap(const models::AdexParameters& parameters, double current);
  /// True: proven. False says nothing.
  bool holds(const FlowState& state) const;

 private:
  // Around a stable equilibrium: the largest ellipse z'Pz = level, J'P + PJ = -1, in which z'Pz falls: with z = (xi,
  // eta) the distance from it, d/dt z'Pz <= -|z|^2 (1 - |P e_x| e^x_e e^delta |xi|) for |xi| <= delta.
  bool ellipse_ = false;
  double x_ = 0.0, y_ = 0.0, pxx_ = 0.0, pxy_ = 0.0, pyy_ = 0.0, level_ = 0.0;
  // For a <= 0 the flow preserves the order x <= x2, y >= y2 (a cooperative system in x and -y; Smith 1995, Monotone
  // Dynamical Systems, ch. 3): whoever is below a saddle stays below it.
  bool cone_ = false;
  double x_saddle_ = 0.0, y_saddle_ = 0.0;
};

}  // namespace modscape::dynamics
