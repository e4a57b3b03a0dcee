// SPDX-License-Identifier: Apache-2.0
// The AdEx flow between two spikes with two tangents, by Taylor series (Jorba & Zou 2005, Exp Math 14:99).
//
// Dimensionless (Touboul & Brette 2008, Biol Cybern 99:319), time in units of C_m/g_L:
//   x = (V - V_T)/Delta_T,  y = (w - I)/(g_L Delta_T) + (V_T - E_L)/Delta_T
//   x' = e^x - x - y,       y' = alpha x - rho y + gamma
// in the rescaled time s of docs/decisions/0005, dt = ds/(1 + e^x). With u = 1/(1 + e^x) this is
//   dx/ds = 1 - (1 + x + y) u,  dy/ds = (alpha x - rho y + gamma) u,  dt/ds = u,  du/ds = -u (1 - u) dx/ds:
// polynomial, so that every coefficient of the solution's series follows from those before it. On the upstroke dx/ds ->
// 1 and u -> 0: neither the state nor a tangent overflows.
#pragma once
#include <array>
#include <cstddef>
#include <span>

namespace modscape::dynamics {

struct FlowCoefficients {
  double rho, alpha, gamma;
};

struct FlowState {
  double x, y, t;
};

/// A state and its derivatives to two numbers that it depends on.
struct FlowPoint {
  FlowState state;
  std::array<FlowState, 2> tangent;
};

/// d(FlowCoefficients) to the same two numbers.
using FlowCoefficientTangents = std::array<FlowCoefficients, 2>;

/// The right-hand side in rescaled time.
FlowState flow_velocity(const FlowCoefficients& coefficients, const FlowState& state);

/// The series of the solution through a point.
class FlowSeries {
 public:
  static constexpr int order = 20;

  FlowSeries(const FlowCoefficients& coefficients, const FlowCoefficientTangents& tangents)
      : c_(coefficients), d_(tangents) {}
  /// Of the state alone, without tangents: less than half the work, and the same series.
  explicit FlowSeries(const FlowCoefficients& coefficients) : c_(coefficients), d_{}, with_tangents_(false) {}

  void expand(const FlowPoint& at);
  /// Largest step whose truncation error is below `tolerance`, relative to max(1, state) and to the tangents' lengths.
  double step(double tolerance) const;
  FlowPoint at(double ds) const;
  /// The step in [low, high] at which x = target; x must pass it in between.
  double step_to(double target, double low, double high) const;

 private:
  static constexpr int width = 9;    // x, y, t of the state and of both tangents
  static constexpr int factors = 6;  // q, g of the same: dx = 1 - q u, dy = g u
  double value(int component, double ds) const;
  void expand_logistic(int k);
  void expand_tangents(int k);

  FlowCoefficients c_;
  FlowCoefficientTangents d_;
  bool with_tangents_ = true;
  alignas(16) double z_[order + 1][width + 1] = {};
  alignas(16) double a_[order][factors] = {};
  double u_[order] = {}, v_[order] = {}, ix_[order] = {};
  alignas(16) double dx_[order][2] = {};
  double du_[2][order] = {};
};

}  // namespace modscape::dynamics
