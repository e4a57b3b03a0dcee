// SPDX-License-Identifier: Apache-2.0
#include "models/modulation.hpp"

#include <fmt/format.h>

namespace modscape::models {
namespace {

std::vector<WeightedEffect> active_effects(const Modulation& modulation, std::span<const double> doses,
                                           const std::string& cell_type) {
  std::vector<WeightedEffect> active;
  for (const Effect& effect : modulation.effects) {
    if (!effect.on.empty() && effect.on != cell_type) continue;
    for (const Receptor& receptor : modulation.receptors) {
      if (receptor.name != effect.receptor) continue;
      for (std::size_t m = 0; m < modulation.modulators.size(); ++m)
        if (modulation.modulators[m].name == receptor.modulator)
          active.push_back({&effect, effect_weight(effect, receptor, doses[m])});
    }
  }
  return active;
}

}  // namespace

double occupancy(const Receptor& receptor, double concentration) {
  if (concentration <= 0.0) return 0.0;
  return 1.0 / (1.0 + std::pow(receptor.EC50 / concentration, receptor.hill));
}

double effect_weight_at(const Effect& effect, const Receptor& receptor, double occupied) {
  const double reference = occupancy(receptor, effect.reference);
  return (occupied - reference) / (occupancy(receptor, effect.measured_at) - reference);
}

double effect_weight(const Effect& effect, const Receptor& receptor, double concentration) {
  return effect_weight_at(effect, receptor, occupancy(receptor, concentration));
}

std::array<double, 2> ModulatedNeuron::rest() const {
  const double total = parameters.g_L + parameters.a;
  if (current_offset == 0.0 || !(total > 0.0)) return {parameters.E_L, 0.0};
  // g_L (V - E_L) + u = current_offset with u = a (V - E_L).
  const double above = current_offset / total;
  return {parameters.E_L + above, parameters.a * above};
}

double with_effects(double value, std::string_view parameter, std::span<const WeightedEffect> effects) {
  double factor = 1.0, shift = 0.0;
  for (const auto& [effect, weight] : effects) {
    if (effect->parameter != parameter) continue;
    if (effect->rule == EffectRule::scale) factor *= 1.0 + weight * (effect->size - 1.0);
    if (effect->rule == EffectRule::shift) shift += weight * effect->size;
  }
  return value * factor + shift;
}

ModulatedNeuron with_effects(const AdexParameters& base, std::span<const WeightedEffect> effects) {
  ModulatedNeuron neuron{base, 0.0, base.E_L};
  if (effects.empty()) return neuron;
  AdexParameters& p = neuron.parameters;
  for (const auto& row : adex_table()) p.*row.member = with_effects(p.*row.member, row.name, effects);
  const double E_w = neuron.E_w = p.E_L;
  double g = 0.0, current = 0.0;  // of all conductances: nS, and pA at V = E_w
  for (const auto& [effect, weight] : effects) {
    if (effect->rule != EffectRule::conductance) continue;
    g += weight * effect->size;
    current += weight * effect->size * (effect->E_rev - E_w);
  }
  if (g == 0.0 && current == 0.0) return neuron;
  p.g_L += g;
  const double moved = current / p.g_L;  // the same as the weighted mean of E_L and the E_rev, without cancellation
  p.E_L = E_w + moved;
  neuron.current_offset = -p.a * moved;
  return neuron;
}

ModulatedNeuron modulated(const AdexParameters& base, const Modulation& modulation, std::span<const double> doses,
                          const std::string& cell_type) {
  if (doses.size() != modulation.modulators.size())
    throw InternalError(fmt::format("{} doses for {} modulators", doses.size(), modulation.modulators.size()));
  return with_effects(base, active_effects(modulation, doses, cell_type));
}

}  // namespace modscape::models
