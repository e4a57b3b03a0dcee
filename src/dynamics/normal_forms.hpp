// SPDX-License-Identifier: Apache-2.0
// Normal-form coefficients of equilibria (Kuznetsov 2004, "Elements of Applied Bifurcation Theory", ch. 5), in the
// dimensionless states of a ScaledField: their signs do not depend on the scales, their sizes do.
#pragma once
#include "dynamics/scaled_field.hpp"

namespace modscape::dynamics {

/// Of a fold: a of xi' = beta + a xi^2, with critical vectors |v| = 1, w.v = 1 (eq. 5.30); per ms.
double fold_coefficient(const ScaledField& field, std::span<const double> x);

/// Of a Hopf point with the eigenvalue pair nearest to +-i omega (rad/ms): l1 with |q| = 1 (eq. 5.39). Below 0 the
/// cycles that are born are stable. NaN if no pair is complex.
double first_lyapunov(const ScaledField& field, std::span<const double> x, double omega);

}  // namespace modscape::dynamics
