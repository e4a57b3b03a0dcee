// SPDX-License-Identifier: Apache-2.0
// Equilibria and local bifurcations of the AdEx neuron in closed form (Touboul & Brette 2008, Biol Cybern 99:319; Naud
// et al. 2008), each with a numerical confirmation. Units: mV, ms, pA, nS, pF.
#pragma once
#include <array>
#include <cmath>
#include <complex>
#include <vector>

#include "models/adex.hpp"

namespace modscape::dynamics {

/// How rest ends when the current rises slowly.
enum class OnsetClass : int {
  saddle_node = 1,  ///< class 1: a/g_L < tau_m/tau_w
  hopf = 2,         ///< class 2: a/g_L > tau_m/tau_w (always subcritical in AdEx)
  never_stable = 3  ///< a < -g_L: the only equilibrium is a saddle at any current
};

enum class Resonance : int { integrator = 0, mixed = 1, resonator = 2 };

struct Equilibrium {
  double V, w;
  std::array<std::complex<double>, 2> eigenvalues;  ///< 1/ms
  bool stable() const { return eigenvalues[0].real() < 0 && eigenvalues[1].real() < 0; }
};

/// Special points and classes; NaN where the point does not exist.
struct AdexLandmarks {
  double V_SN = NAN, I_SN = NAN;               ///< saddle-node (needs a > -g_L)
  double V_H = NAN, I_H = NAN, omega_H = NAN;  ///< Hopf (needs a/g_L > tau_m/tau_w); omega in rad/ms
  double a_BT = NAN, V_BT = NAN, I_BT = NAN;   ///< Bogdanov-Takens point with `a` freed
  double first_lyapunov = NAN;                 ///< of the Hopf point (Kuznetsov's l1, |q| = 1, dimensionless variables)
  OnsetClass onset = OnsetClass::never_stable;
  Resonance resonance = Resonance::integrator;
  /// Current at which rest ends for a slow ramp: I_SN or I_H; NaN if rest is never stable.
  double rest_ends() const { return onset == OnsetClass::hopf ? I_H : onset == OnsetClass::saddle_node ? I_SN : NAN; }
};

AdexLandmarks adex_landmarks(const models::AdexParameters& parameters);

/// I(V) on the equilibrium curve.
double equilibrium_current(const models::AdexParameters& parameters, double V);

/// Equilibria at a current, by increasing V (0, 1 or 2), found by bracketed root finding on the equilibrium curve.
std::vector<Equilibrium> adex_equilibria(const models::AdexParameters& parameters, double current);

/// V and I where the curve folds (det J = 0) and where the trace vanishes with det > 0, found numerically (bracketed
/// roots), to confirm the closed forms. NaN where there is none.
AdexLandmarks located_landmarks(const models::AdexParameters& parameters);

}  // namespace modscape::dynamics
