// SPDX-License-Identifier: Apache-2.0
// Adaptive exponential integrate-and-fire neuron (Brette & Gerstner 2005, J Neurophysiol 94:3637,
// doi 10.1152/jn.00686.2005):
//   C_m dV/dt = -g_L (V - E_L) + g_L Delta_T exp((V - V_T)/Delta_T) - w + I
//   tau_w dw/dt = a (V - E_L) - w
//   V >= V_peak:  V <- V_r,  w <- w + b;  V is held at V_r for t_ref while w integrates with V = V_r (as NEST and
//   NeuroML do).
// Units: mV, ms, pA, nS, pF.
#pragma once
#include <array>
#include <cmath>
#include <span>
#include <string_view>

#include "core/parameter_table.hpp"

namespace modscape::models {

/// Members start as NaN, so a forgotten one cannot pass for a value.
struct AdexParameters {
  double C_m = NAN, g_L = NAN, E_L = NAN, V_T = NAN, Delta_T = NAN, a = NAN, b = NAN, tau_w = NAN, V_r = NAN,
         V_peak = NAN, t_ref = NAN;

  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive & C_m & g_L & E_L & V_T & Delta_T & a & b & tau_w & V_r & V_peak & t_ref;
  }
  bool operator==(const AdexParameters&) const = default;
};

const ParameterTable<AdexParameters>& adex_table();

/// Largest (V_peak - V_T)/Delta_T: exp() of the upstroke must stay far from overflow, as NEST demands ((V_peak -
/// V_th)/Delta_T < ln(DBL_MAX/1e20)).
inline constexpr double longest_upstroke = 663.0;

/// What the bounds of single rows cannot say (V_r < V_peak, V_T < V_peak, no overflow of the exponential). One sentence
/// each.
std::vector<std::string> adex_problems(const AdexParameters& parameters);

/// V -> alpha V + beta: a change of the voltage scale that leaves every spike time as it is. Currents (b, w, I) are
/// unchanged.
AdexParameters regauged(const AdexParameters& parameters, double alpha, double beta);

class Adex {
 public:
  explicit Adex(const AdexParameters& parameters) : p_(parameters) {}
  const AdexParameters& parameters() const noexcept { return p_; }

  static std::span<const std::string_view> state_names() {
    static constexpr std::array<std::string_view, 2> names{"V", "w"};
    return names;
  }
  /// At rest without input: V = E_L, w = 0.
  std::array<double, 2> initial_state() const noexcept { return {p_.E_L, 0.0}; }

  void rhs(double input, std::span<const double> y, std::span<double> dydt) const noexcept {
    const double leak = y[0] - p_.E_L;
    dydt[0] = (p_.g_L * (p_.Delta_T * std::exp((y[0] - p_.V_T) / p_.Delta_T) - leak) - y[1] + input) / p_.C_m;
    dydt[1] = (p_.a * leak - y[1]) / p_.tau_w;
  }
  void jacobian(double /*input*/, std::span<const double> y, std::span<double> j) const noexcept {
    j[0] = p_.g_L * (std::exp((y[0] - p_.V_T) / p_.Delta_T) - 1.0) / p_.C_m;
    j[1] = -1.0 / p_.C_m;
    j[2] = p_.a / p_.tau_w;
    j[3] = -1.0 / p_.tau_w;
  }
  double event(std::span<const double> y) const noexcept { return y[0] - p_.V_peak; }
  void reset(std::span<double> y) const noexcept {
    y[0] = p_.V_r;
    y[1] += p_.b;
  }
  double refractory() const noexcept { return p_.t_ref; }
  /// w relaxes exactly while V is held at V_r.
  void hold(std::span<double> y, double dt) const noexcept {
    const double target = p_.a * (p_.V_r - p_.E_L);
    y[1] = target + (y[1] - target) * std::exp(-dt / p_.tau_w);
  }

 private:
  AdexParameters p_;
};

}  // namespace modscape::models
