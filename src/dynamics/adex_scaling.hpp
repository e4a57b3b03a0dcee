// SPDX-License-Identifier: Apache-2.0
// Physical units to those of rescaled_flow.hpp and back. T: double, or a number that carries derivatives.
#pragma once
#include "models/adex.hpp"

namespace modscape::dynamics {

template <class T>
struct AdexScaling {
  T unit_t, unit_w;  ///< ms, pA of one dimensionless unit
  T offset;          ///< (V_T - E_L)/Delta_T
  T current;         ///< pA
  T rho, alpha, gamma;
  T x_reset, x_peak;

  /// `value(member)`: the parameter.
  template <class Value>
  AdexScaling(const Value& value, const T& I)
      : unit_t(value(&models::AdexParameters::C_m) / value(&models::AdexParameters::g_L)),
        unit_w(value(&models::AdexParameters::g_L) * value(&models::AdexParameters::Delta_T)),
        offset((value(&models::AdexParameters::V_T) - value(&models::AdexParameters::E_L)) /
               value(&models::AdexParameters::Delta_T)),
        current(I),
        rho(unit_t / value(&models::AdexParameters::tau_w)),
        alpha(rho * value(&models::AdexParameters::a) / value(&models::AdexParameters::g_L)),
        gamma((alpha + rho) * offset - rho * current / unit_w),
        x_reset((value(&models::AdexParameters::V_r) - value(&models::AdexParameters::V_T)) /
                value(&models::AdexParameters::Delta_T)),
        x_peak((value(&models::AdexParameters::V_peak) - value(&models::AdexParameters::V_T)) /
               value(&models::AdexParameters::Delta_T)) {}

  T y(const T& w) const { return (w - current) / unit_w + offset; }
  T w(const T& y) const { return (y - offset) * unit_w + current; }
};

/// Without derivatives.
inline AdexScaling<double> adex_scaling(const models::AdexParameters& p, double current) {
  return {[&p](double models::AdexParameters::* member) { return p.*member; }, current};
}

}  // namespace modscape::dynamics
