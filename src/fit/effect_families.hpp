// SPDX-License-Identifier: Apache-2.0
// What a modulator may have done to a neuron: families of effects, each with the few numbers that are drawn for it and
// their priors (docs/effects.md). Pure: a base neuron and these numbers give the modulated neuron.
//   X             the sampled parameter X has another value, with the prior of the base's own. A shift and a factor of
//                 one parameter are the same family in two words: they reach the same pairs of neurons along the same
//                 path.
//   E_L, V_T      where the gauge fixes them: a shift.
//   conductance   a leak-like conductance g with reversal E_rev (models/modulation.hpp); g_L + g has the prior of g_L.
//   X+Y           both at once.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "fit/parameter_space.hpp"
#include "models/modulation.hpp"

namespace modscape::fit {

/// One number of an effect. Of `value` and `shift` `range.name` is the parameter; a conductance takes two, first
/// `total_conductance` and then `reversal`.
struct EffectCoordinate {
  enum class Meaning { value, shift, total_conductance, reversal };
  Meaning meaning;
  config::Range range;  ///< prior: uniform, or in the logarithm
};

struct EffectFamily {
  std::string name;
  std::vector<EffectCoordinate> coordinates;  ///< none: no effect at all
};

/// Reversal potentials a leak-like conductance may have: from below E_K to the cation channels' (mV).
inline constexpr double lowest_reversal = -100.0, highest_reversal = 0.0;

/// "none", each single effect, "conductance" and, `with_pairs`, pairs of single effects. `voltage_shift` (mV): a shift
/// of E_L or V_T is uniform within +-this. Of the pairs among E_L, V_T and V_r only the first is listed: spike times
/// depend on their differences alone (but for V_peak), so all three pairs are one family.
std::vector<EffectFamily> effect_families(const ParameterSpace& space, double voltage_shift, bool with_pairs);

/// Physical values of the coordinates at standard-normal z.
std::vector<double> effect_values(const EffectFamily& family, std::span<const double> z);

/// The effects with these values on this base: shifts and conductances. Without receptor or dose: their weight is the
/// fraction of the way from the base to the modulated neuron.
std::vector<models::Effect> effects_of(const EffectFamily& family, const models::AdexParameters& base,
                                       std::span<const double> values);

/// The base with the effects at `fraction` of their size.
models::ModulatedNeuron with_effects(const models::AdexParameters& base, std::span<const models::Effect> effects,
                                     double fraction = 1.0);

/// The same effect on the voltage scale V -> alpha V + beta of models::regauged(): it turns the regauged base into the
/// regauged modulated neuron.
models::Effect regauged(const models::Effect& effect, double alpha, double beta);

}  // namespace modscape::fit
