// SPDX-License-Identifier: Apache-2.0
#include "fit/effect_families.hpp"

#include <algorithm>

#include "core/rng.hpp"
#include "sweep/design.hpp"

namespace modscape::fit {
namespace {

using Meaning = EffectCoordinate::Meaning;

bool is_sampled(const ParameterSpace& space, const std::string& name) {
  return std::ranges::any_of(space.ranges(), [&](const config::Range& range) { return range.name == name; });
}

// In the order of the neuron's table.
std::vector<EffectFamily> single_parameters(const ParameterSpace& space, double voltage_shift) {
  std::vector<EffectFamily> families;
  for (const auto& row : models::adex_table()) {
    const std::string name(row.name);
    for (const config::Range& range : space.ranges())
      if (range.name == name) families.push_back({name, {{Meaning::value, range}}});
    if ((name == "E_L" || name == "V_T") && !is_sampled(space, name))
      families.push_back({name, {{Meaning::shift, {name, -voltage_shift, voltage_shift, config::Scale::linear}}}});
  }
  return families;
}

bool is_relative_voltage(const std::string& name) {
  return name == "E_L" || name == "V_T" || name == "V_r";
}

}  // namespace

std::vector<EffectFamily> effect_families(const ParameterSpace& space, double voltage_shift, bool with_pairs) {
  const std::vector<EffectFamily> singles = single_parameters(space, voltage_shift);
  std::vector<EffectFamily> families{{"none", {}}};
  families.insert(families.end(), singles.begin(), singles.end());
  for (const config::Range& range : space.ranges())
    if (range.name == "g_L")
      families.push_back({"conductance",
                          {{Meaning::total_conductance, range},
                           {Meaning::reversal, {"E_rev", lowest_reversal, highest_reversal, config::Scale::linear}}}});
  if (!with_pairs) return families;
  for (std::size_t i = 0; i < singles.size(); ++i)
    for (std::size_t k = i + 1; k < singles.size(); ++k) {
      if (is_relative_voltage(singles[i].name) && singles[k].name == "V_r") continue;  // the same as E_L+V_T
      families.push_back(
          {singles[i].name + "+" + singles[k].name, {singles[i].coordinates.front(), singles[k].coordinates.front()}});
    }
  return families;
}

std::vector<double> effect_values(const EffectFamily& family, std::span<const double> z) {
  std::vector<double> values;
  for (std::size_t d = 0; d < family.coordinates.size(); ++d)
    values.push_back(sweep::from_unit(family.coordinates[d].range, normal_cdf(z[d])));
  return values;
}

std::vector<models::Effect> effects_of(const EffectFamily& family, const models::AdexParameters& base,
                                       std::span<const double> values) {
  std::vector<models::Effect> effects;
  for (std::size_t d = 0; d < family.coordinates.size(); ++d) {
    const auto& [meaning, range] = family.coordinates[d];
    if (meaning == Meaning::reversal) {
      effects.back().E_rev = values[d];
      continue;
    }
    models::Effect effect;
    effect.rule = meaning == Meaning::total_conductance ? models::EffectRule::conductance : models::EffectRule::shift;
    if (meaning == Meaning::total_conductance) {
      effect.size = values[d] - base.g_L;
    } else {
      effect.parameter = range.name;
      effect.size =
          meaning == Meaning::shift ? values[d] : values[d] - base.*models::adex_table().find(range.name)->member;
    }
    effects.push_back(effect);
  }
  return effects;
}

models::ModulatedNeuron with_effects(const models::AdexParameters& base, std::span<const models::Effect> effects,
                                     double fraction) {
  std::vector<models::WeightedEffect> weighted;
  for (const models::Effect& effect : effects) weighted.push_back({&effect, fraction});
  return models::with_effects(base, weighted);
}

models::Effect regauged(const models::Effect& effect, double alpha, double beta) {
  models::Effect scaled = effect;
  if (effect.rule == models::EffectRule::conductance) {
    scaled.size = effect.size / alpha;
    scaled.E_rev = alpha * effect.E_rev + beta;
    return scaled;
  }
  const Unit unit = models::adex_table().find(effect.parameter)->unit;
  if (effect.rule == models::EffectRule::scale) return scaled;
  if (unit == Unit::mV) scaled.size = effect.size * alpha;
  if (unit == Unit::nS || unit == Unit::pF) scaled.size = effect.size / alpha;
  return scaled;
}

}  // namespace modscape::fit
