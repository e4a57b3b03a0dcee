// SPDX-License-Identifier: Apache-2.0
// Neuromodulators of a network: [[effect]] on its neurons, synapses and projections, receptor densities, and what
// concentrations do over time: [[dose]], [[pulse]] and [[release]].
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "config/network_input.hpp"
#include "config/suggestions.hpp"

namespace modscape::config {
namespace {

using models::Population;

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void keep_if_in(std::vector<std::string>& names, const std::vector<std::string>& others) {
  std::erase_if(names, [&](const std::string& name) { return !contains(others, name); });
}

// Where spikes are counted is no property of a cell.
std::vector<std::string> modulated_parameters(const Population& population) {
  std::vector<std::string> names = adex_parameter_names();
  std::erase(names, "V_peak");
  for (const models::SynapticPort& port : population.ports) {
    names.push_back(port.name + ".tau");
    if (port.effect == models::SynapticEffect::conductance) names.push_back(port.name + ".E_rev");
    names.push_back(port.name + ".gain");
  }
  return names;
}

std::vector<std::string> modulated_parameters(const models::Projection& projection) {
  std::vector<std::string> names{"gain"};
  if (!std::isnan(projection.short_term.U))
    for (const auto& row : short_term_table()) names.emplace_back(row.name);
  return names;
}

// What all neurons and projections called `on` have; without a name, all neurons.
EffectScope scope_of(TableReader& table, const std::string& on, const models::NetworkModel& model) {
  EffectScope scope;
  bool found = false;
  std::vector<std::string> known;
  const auto add = [&](const std::vector<std::string>& parameters) {
    if (found)
      keep_if_in(scope.parameters, parameters);
    else
      scope.parameters = parameters;
    found = true;
  };
  for (const Population& population : model.populations) {
    if (population.kind != Population::Kind::adex) continue;
    known.push_back(population.name);
    if (!contains(known, population.cell_type)) known.push_back(population.cell_type);
    if (on.empty() || on == population.name || on == population.cell_type) add(modulated_parameters(population));
  }
  for (const models::Projection& projection : model.projections) {
    known.push_back(projection.name);
    if (on != projection.name) continue;
    add(modulated_parameters(projection));
    scope.neurons = false;
  }
  if (!found && !on.empty()) {
    std::string suggestion = suggestion_for(on, known);
    if (suggestion.empty()) suggestion = "populations, cell types and projections: " + joined(known);
    table.refuse("on", fmt::format("on: there is nothing called \"{}\"", on), std::move(suggestion));
    for (const Population& population : model.populations)
      for (const std::string& name : modulated_parameters(population)) scope.parameters.push_back(name);
  }
  return scope;
}

// The regions under `region`: one or a list; all if left out.
std::vector<std::size_t> read_regions(TableReader& table, const NetworkInput& input) {
  const std::vector<std::string>& known = input.model.modulation.regions;
  std::vector<std::size_t> regions;
  if (!table.has("region")) {
    for (std::size_t i = 0; i < known.size(); ++i) regions.push_back(i);
    return regions;
  }
  for (const std::string& name : table.one_or_more_texts("region")) {
    const auto found = std::find(known.begin(), known.end(), name);
    if (found != known.end()) {
      regions.push_back(static_cast<std::size_t>(found - known.begin()));
      continue;
    }
    std::string suggestion = suggestion_for(name, known);
    if (suggestion.empty()) suggestion = "regions of the populations: " + joined(known);
    table.refuse("region", fmt::format("region: no population is in \"{}\"", name), std::move(suggestion));
  }
  return regions;
}

// The modulator called under `modulator`, 0 after a problem. One that `jumps` must come back from it.
std::size_t read_modulator(TableReader& table, const NetworkInput& input, bool jumps) {
  std::vector<std::string> names;
  for (const models::Modulator& modulator : input.model.modulation.modulation.modulators)
    names.push_back(modulator.name);
  const std::string name = known_name(table, "modulator", "a [modulator.NAME]", names);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return 0;
  const auto index = static_cast<std::size_t>(found - names.begin());
  const models::Modulator& modulator = input.model.modulation.modulation.modulators[index];
  if (jumps && std::isnan(modulator.clearance_tau) && std::isnan(modulator.uptake_Vmax))
    table.refuse("modulator", fmt::format("nothing clears {}: what is added would stay for ever", name),
                 fmt::format("[modulator.{}] clearance_tau, or uptake_Vmax and uptake_Km", name));
  return index;
}

void read_doses(TableReader& root, NetworkInput& input) {
  for (TableReader& table : root.tables("dose")) {
    models::Dose dose;
    dose.modulator = read_modulator(table, input, false);
    dose.regions = read_regions(table, input);
    table.rows(dose_table(), dose);
    table.finish();
    input.model.modulation.doses.push_back(std::move(dose));
  }
}

void read_pulses(TableReader& root, NetworkInput& input) {
  for (TableReader& table : root.tables("pulse")) {
    models::Pulse pulse;
    pulse.modulator = read_modulator(table, input, true);
    pulse.regions = read_regions(table, input);
    pulse.times = table.quantities(time_info("times", "when it is added"));
    if (pulse.times.empty()) table.refuse("times", "times is missing in [pulse] (a list)", "times = [\"500 ms\"]");
    table.rows(pulse_table(), pulse);
    table.finish();
    std::sort(pulse.times.begin(), pulse.times.end());
    input.model.modulation.pulses.push_back(std::move(pulse));
  }
}

void read_releases(TableReader& root, NetworkInput& input) {
  for (TableReader& table : root.tables("release")) {
    models::Release release;
    release.modulator = read_modulator(table, input, true);
    release.regions = read_regions(table, input);
    const std::string from = table.required_text("from", "the population whose spikes release it");
    if (!from.empty()) release.from = input.find(from, "from", table).value_or(0);
    table.rows(release_table(), release);
    table.finish();
    input.model.modulation.releases.push_back(std::move(release));
  }
}

}  // namespace

void read_densities(TableReader table, NetworkInput& input, Population& population) {
  const std::vector<models::Receptor>& receptors = input.model.modulation.modulation.receptors;
  const ParameterInfo one{"density", "", Unit::one, 1.0, 0.0, 1e3, false, "relative to the neuron measured in", {}, {}};
  std::vector<std::string> names;
  for (const models::Receptor& receptor : receptors) names.push_back(receptor.name);
  for (const std::string& key : table.keys()) {
    const auto found = std::find(names.begin(), names.end(), key);
    if (found == names.end()) {
      table.refuse(key, fmt::format("receptor_density: there is no receptor \"{}\"", key), declared_names(key, names));
      continue;
    }
    ParameterInfo row = one;
    row.name = key;
    const models::ReceptorDensity density{static_cast<std::size_t>(found - names.begin()),
                                          read_distribution(table, row, input.problems)};
    std::erase_if(population.densities, [&](const auto& other) { return other.receptor == density.receptor; });
    population.densities.push_back(density);
  }
  table.finish();
}

void read_network_modulation(TableReader& root, NetworkInput& input) {
  const auto scope = [&](TableReader& table, const std::string& on) { return scope_of(table, on, input.model); };
  read_effects(root, scope, input.model.modulation.modulation);
  read_doses(root, input);
  read_pulses(root, input);
  read_releases(root, input);
}

}  // namespace modscape::config
