// SPDX-License-Identifier: Apache-2.0
// Points of codimension two on curves of folds and Hopf points (field: two free parameters), from a sign change to the
// point itself or to the reason why it is none.
#pragma once
#include "dynamics/special_points.hpp"

namespace modscape::dynamics {

Judgement judge_cusp(const ScaledField& field, std::span<const double> x);
Judgement judge_bogdanov_takens(const ScaledField& field, std::span<const double> x);
/// As good as it was located along the curve; its coefficient is l1 there.
Judgement generalised_hopf(const ScaledField& field, std::span<const double> x, double omega);

}  // namespace modscape::dynamics
