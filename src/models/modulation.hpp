// SPDX-License-Identifier: Apache-2.0
// Neuromodulation: concentration -> receptor occupancy -> parameters. Pure functions. For a single neuron at constant
// doses everything has settled; in networks concentrations and occupancies move (network/modulators.hpp), and then the
// time constants matter. Concentrations in uM.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "models/adex.hpp"

namespace modscape::models {

struct Modulator {
  std::string name;
  double tonic = 0.0;          ///< uM, where a job names no other dose
  double clearance_tau = NAN;  ///< ms; NaN: not stated
  // Clearance by uptake instead, Michaelis-Menten; NaN: not stated. Only where concentrations move.
  double uptake_Vmax = NAN;  ///< uM/s
  double uptake_Km = NAN;    ///< uM
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & name & tonic & clearance_tau & uptake_Vmax & uptake_Km;
  }
};

struct Receptor {
  std::string name, modulator;
  double EC50 = NAN;  ///< uM
  double hill = 1.0;
  double tau = NAN;  ///< ms; NaN: not stated
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & name & modulator & EC50 & hill & tau;
  }
};

enum class EffectRule { conductance, shift, scale };

/// One effect, stated at the concentration `measured_at` against `reference`; at any other concentration it is weighted
/// with effect_weight().
struct Effect {
  std::string receptor;
  std::string on;  ///< cell type; in a network also a population or projection; empty: any neuron
  EffectRule rule = EffectRule::shift;
  /// Of adex_table(); in a network also PORT.tau, PORT.E_rev, PORT.gain of a synapse and gain, U, tau_rec, tau_facil
  /// of a projection. Empty for a conductance.
  std::string parameter;
  double size = NAN;   ///< conductance: g (nS); shift: in the parameter's unit; scale: the factor
  double E_rev = NAN;  ///< mV, of a conductance
  double measured_at = NAN, reference = 0.0;  ///< uM
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & receptor & on & rule & parameter & size & E_rev & measured_at & reference;
  }
};

struct Modulation {
  std::vector<Modulator> modulators;
  std::vector<Receptor> receptors;
  std::vector<Effect> effects;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & modulators & receptors & effects;
  }
};

/// Hill function c^n / (c^n + EC50^n), in [0, 1].
double occupancy(const Receptor& receptor, double concentration);

/// 0 at the effect's reference, 1 where it was measured; in between and beyond as the occupancy goes, so that the
/// effect saturates with it.
double effect_weight(const Effect& effect, const Receptor& receptor, double concentration);
/// The same where the occupancy is known.
double effect_weight_at(const Effect& effect, const Receptor& receptor, double occupied);

/// A neuron whose leak reversal E_L has moved away from E_w, the reference of the w equation
/// (tau_w dw/dt = a (V - E_w) - w), written as a plain AdEx neuron: with u = w - a (E_L - E_w) the equations are those
/// of the neuron `parameters` under the injected current I + current_offset. Exact at all times, resets and holds
/// included.
struct ModulatedNeuron {
  AdexParameters parameters;
  double current_offset = 0.0;  ///< pA, -a (E_L - E_w): added to every injected current
  double E_w = NAN;             ///< mV; for those who keep w itself
  /// Without input and far below V_T: V and u (= w + current_offset) at rest; V = E_L, u = 0 when g_L + a is not
  /// positive.
  std::array<double, 2> rest() const;
};

/// An effect that acts, with its weight: 0 not at all, 1 as stated.
struct WeightedEffect {
  const Effect* effect;
  double weight;
};

/// A quantity called `parameter` under those of the effects that scale or shift it:
///   p -> p prod(1 + x_k (factor_k - 1)) + sum(x_k size_k)
double with_effects(double value, std::string_view parameter, std::span<const WeightedEffect> effects);

/// The neuron under effects of known weights x_k, whatever receptors and doses are behind them:
///   scale        p -> p prod(1 + x_k (factor_k - 1)), then
///   shift        p -> p + sum(x_k size_k), then
///   conductance  g_L' = g_L + sum(x_k g_k),  E_L' = (g_L E_L + sum(x_k g_k E_rev,k)) / g_L';
/// E_w is E_L before the conductances. The order of the effects has no influence. The result may lie outside the bounds
/// of the parameters (adex_problems).
ModulatedNeuron with_effects(const AdexParameters& base, std::span<const WeightedEffect> effects);

/// The neuron of cell type `cell_type` at constant `doses` (uM, one per modulator); effects on other cell types are
/// left out.
ModulatedNeuron modulated(const AdexParameters& base, const Modulation& modulation, std::span<const double> doses,
                          const std::string& cell_type = {});

}  // namespace modscape::models
