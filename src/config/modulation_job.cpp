// SPDX-License-Identifier: Apache-2.0
// [modulator.NAME], [[receptor]] and [[effect]] (docs/job-files.md).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "config/job_kinds.hpp"
#include "config/suggestions.hpp"

namespace modscape::config {
namespace {

using models::Effect;
using models::EffectRule;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Names that columns of a sweep have anyway.
std::vector<std::string> taken_names() {
  std::vector<std::string> names = adex_parameter_names();
  names.insert(names.end(), {"row", "current", "status", "crc"});
  for (const auto& row : sweep_protocol_table()) names.emplace_back(row.name);
  return names;
}

void read_modulators(TableReader table, models::Modulation& into, ProblemList& problems) {
  for (const std::string& name : table.keys()) {
    TableReader entry = table.table(name);
    if (!is_identifier(name))
      problems.add(entry.place(), fmt::format("modulator \"{}\": the name must be letters, digits and _", name));
    if (contains(taken_names(), name))
      problems.add(entry.place(), fmt::format("modulator {}: the name is that of something else in the results", name));
    models::Modulator modulator;
    modulator.name = name;
    entry.rows(modulator_table(), modulator);
    if (std::isnan(modulator.uptake_Vmax) != std::isnan(modulator.uptake_Km))
      problems.add(entry.place(), fmt::format("modulator {}: uptake needs both uptake_Vmax and uptake_Km", name));
    if (!std::isnan(modulator.clearance_tau + modulator.uptake_Vmax))
      problems.add(entry.place(), fmt::format("modulator {}: either clearance_tau or uptake clears it", name));
    entry.finish();
    into.modulators.push_back(modulator);
  }
}

void read_receptor_tables(TableReader& root, models::Modulation& into) {
  std::vector<std::string> modulators, names;
  for (const models::Modulator& modulator : into.modulators) modulators.push_back(modulator.name);
  for (TableReader& table : root.tables("receptor")) {
    models::Receptor receptor;
    receptor.name = table.required_text("name", "an identifier that effects refer to");
    if (contains(names, receptor.name)) table.refuse("name", fmt::format("receptor {} is there twice", receptor.name));
    names.push_back(receptor.name);
    receptor.modulator = known_name(table, "modulator", "what binds to it, a [modulator.NAME]", modulators);
    table.rows(receptor_table(), receptor);
    table.finish();
    into.receptors.push_back(std::move(receptor));
  }
}

// A number without bounds in the unit of the parameter that the effect is on.
ParameterInfo free_info(std::string_view key, Unit unit, std::string_view text, double lower = -1e6) {
  return {key, key, unit, required_value, lower, 1e6, false, text, {}, {}};
}

void read_size(TableReader& table, const EffectScope& scope, Effect& effect) {
  if (effect.rule == EffectRule::conductance && !scope.neurons) {
    table.refuse("rule", "rule = \"conductance\" is of neurons", "\"scale\" or \"shift\" with a parameter");
    for (const char* key : {"g", "E_rev"}) table.has(key);
    return;
  }
  if (effect.rule == EffectRule::conductance) {
    effect.size = table.quantity(free_info("g", Unit::nS, "conductance that opens, negative: closes"));
    effect.E_rev = table.quantity(free_info("E_rev", Unit::mV, "its reversal potential", -1e3));
    return;
  }
  effect.parameter = known_name(table, "parameter", "which parameter changes", scope.parameters);
  const bool known = contains(scope.parameters, effect.parameter);
  if (effect.rule == EffectRule::scale)
    effect.size = table.quantity(free_info("factor", Unit::one, "what the parameter is multiplied with", 0.0));
  else if (known || !table.has("by"))  // of an unknown parameter the unit is not known either
    effect.size = table.quantity(free_info("by", known ? effect_unit(effect.parameter) : Unit::one, "what is added"));
}

void check_concentrations(TableReader& table, const Effect& effect, const models::Modulation& modulation) {
  for (const models::Receptor& receptor : modulation.receptors) {
    if (receptor.name != effect.receptor || std::isnan(receptor.EC50 + effect.measured_at + effect.reference)) continue;
    if (models::occupancy(receptor, effect.measured_at) == models::occupancy(receptor, effect.reference))
      table.refuse("measured_at",
                   fmt::format("the receptor {} is as occupied at measured_at = {} as at reference = {}: the effect is "
                               "not defined",
                               receptor.name, format_quantity(effect.measured_at, Unit::uM),
                               format_quantity(effect.reference, Unit::uM)));
  }
}

}  // namespace

// One of the declared names, or a problem.
std::string known_name(TableReader& table, const std::string& key, const std::string& what,
                       const std::vector<std::string>& declared) {
  std::string name = table.required_text(key, what);
  if (name.empty() || contains(declared, name)) return name;
  table.refuse(key, fmt::format("{} = \"{}\" is not declared", key, name), declared_names(name, declared));
  return name;
}

std::vector<std::string> adex_parameter_names() {
  std::vector<std::string> names;
  for (const auto& row : models::adex_table()) names.emplace_back(row.name);
  return names;
}

Unit effect_unit(std::string_view parameter) {
  if (const auto* row = models::adex_table().find(parameter)) return row->unit;
  const auto dot = parameter.find('.');
  const std::string_view name = dot == std::string_view::npos ? parameter : parameter.substr(dot + 1);
  if (const auto* row = port_table().find(name)) return row->unit;
  if (const auto* row = short_term_table().find(name)) return row->unit;
  return Unit::one;  // a gain
}

void read_effects(TableReader& root, const std::function<EffectScope(TableReader&, const std::string& on)>& scope,
                  models::Modulation& into) {
  std::vector<std::string> receptors;
  for (const models::Receptor& receptor : into.receptors) receptors.push_back(receptor.name);
  for (TableReader& table : root.tables("effect")) {
    Effect effect;
    effect.receptor = known_name(table, "receptor", "which [[receptor]] causes it", receptors);
    effect.on = table.text("on", {});
    const EffectScope changed = scope(table, effect.on);
    if (!table.has("rule")) table.required_text("rule", "\"conductance\", \"shift\" or \"scale\"");
    const std::string rule = table.choice("rule", {"shift", "scale", "conductance"});
    effect.rule = rule == "shift" ? EffectRule::shift : rule == "scale" ? EffectRule::scale : EffectRule::conductance;
    if (rule == table.text("rule", {})) {  // else the other keys cannot be told right from wrong
      read_size(table, changed, effect);
      table.rows(effect_table(), effect);
      table.finish();
      check_concentrations(table, effect, into);
    }
    into.effects.push_back(std::move(effect));
  }
}

models::Modulation read_receptors(TableReader& root, ProblemList& problems) {
  models::Modulation modulation;
  read_modulators(root.table("modulator"), modulation, problems);
  read_receptor_tables(root, modulation);
  return modulation;
}

models::Modulation read_modulation(TableReader& root, const std::string& cell_type, ProblemList& problems) {
  models::Modulation modulation = read_receptors(root, problems);
  const auto scope = [&](TableReader& table, const std::string& on) {
    if (!on.empty() && cell_type.empty())
      table.refuse("on", fmt::format("the effect is on {}, but the cell type of the neuron is not stated", on),
                   fmt::format("in [neuron]: cell_type = \"{}\"", on));
    return EffectScope{adex_parameter_names(), true};
  };
  read_effects(root, scope, modulation);
  return modulation;
}

}  // namespace modscape::config
