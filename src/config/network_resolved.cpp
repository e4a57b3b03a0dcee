// SPDX-License-Identifier: Apache-2.0
// The canonical text of a network: every population and every pair of a projection has a table of its own.
#include <fmt/ranges.h>

#include "config/network_input.hpp"

namespace modscape::config {
namespace {

using models::ConnectionRule;
using models::Distribution;
using models::Population;
using models::Projection;

std::string distribution_text(const Distribution& distribution, Unit unit) {
  if (distribution.kind == Distribution::Kind::uniform)
    return fmt::format("{{from = {}, to = {}}}", quantity_text(distribution.lower, unit),
                       quantity_text(distribution.upper, unit));
  if (distribution.kind == Distribution::Kind::normal)
    return fmt::format("{{mean = {}, sd = {}}}", quantity_text(distribution.value, unit),
                       quantity_text(distribution.sd, unit));
  return quantity_text(distribution.value, unit);
}

void write_distribution(TomlWriter& out, const ParameterInfo& row, const Distribution& distribution) {
  const bool left_out = distribution.kind == Distribution::Kind::constant && std::isnan(distribution.value);
  if (!left_out) out.line(row.name, distribution_text(distribution, row.unit));
}

void write_steps(TomlWriter& out, const ParameterInfo& row, double first, const models::Steps& steps) {
  if (steps.times.empty()) {
    out.quantity(row, first);
    return;
  }
  std::vector<double> times{0.0}, values{first};
  times.insert(times.end(), steps.times.begin(), steps.times.end());
  values.insert(values.end(), steps.values.begin(), steps.values.end());
  out.line(row.name,
           fmt::format("{{times = {}, values = {}}}", list_text(times, Unit::ms), list_text(values, row.unit)));
}

void write_neuron(TomlWriter& out, const Population& population) {
  out.table("population." + population.name + ".neuron");
  for (const auto& row : models::adex_table()) {
    Distribution distribution;
    distribution.value = population.neuron.*row.member;
    for (const models::DistributedParameter& parameter : population.distributed)
      if (parameter.name == row.name) distribution = parameter.distribution;
    write_distribution(out, row, distribution);
  }
}

void write_port(TomlWriter& out, const std::string& population, const models::SynapticPort& port) {
  out.table("population." + population + ".synapse." + port.name);
  out.text("effect", port.effect == models::SynapticEffect::current ? "current" : "conductance");
  out.text("shape", port.shape == models::SynapticShape::alpha ? "alpha" : "exponential");
  out.rows(port_table(), port);
}

void write_sheet(TomlWriter& out, const Population& population) {
  const models::Sheet& sheet = population.sheet;
  if (!sheet.present()) return;
  out.table("population." + population.name + ".sheet");
  out.rows(sheet_table(), sheet);
  out.text("layout", std::string(layout_names[sheet.layout == models::Sheet::Layout::grid ? 0 : 1]));
  out.flag("periodic", sheet.periodic);
}

void write_population(TomlWriter& out, const Population& population, const models::NetworkModulation& modulation) {
  using Kind = Population::Kind;
  out.table("population." + population.name);
  out.text("model", std::string(model_names[static_cast<std::size_t>(population.kind)]));
  out.integer("size", population.size);
  if (modulation.regions[population.region] != default_region)
    out.text("region", modulation.regions[population.region]);
  if (population.kind == Kind::poisson) write_steps(out, source_rate_info(), population.rate, population.rate_steps);
  if (population.kind == Kind::replay) out.file("file", population.spikes_file);
  if (population.kind == Kind::adex) {
    out.file("models", population.models_file);
    if (population.cell_type != population.name) out.text("cell_type", population.cell_type);
    write_steps(out, population_current_info(), population.current, population.current_steps);
  }
  write_sheet(out, population);
  if (population.kind != Kind::adex) return;
  write_neuron(out, population);
  for (const models::SynapticPort& port : population.ports) write_port(out, population.name, port);
  out.table("population." + population.name + ".initial");
  write_distribution(out, *initial_table().find("V"), population.initial_V);
  write_distribution(out, *initial_table().find("w"), population.initial_w);
  if (population.densities.empty()) return;
  out.table("population." + population.name + ".receptor_density");
  for (const models::ReceptorDensity& density : population.densities)
    out.line(modulation.modulation.receptors[density.receptor].name,
             distribution_text(density.distribution, Unit::one));
}

void write_projection(TomlWriter& out, const Projection& projection, const std::vector<Population>& populations) {
  const Population& to = populations[projection.to];
  const models::SynapticPort& port = to.ports[projection.port];
  out.element("projection");
  out.text("name", projection.name);
  out.text("from", populations[projection.from].name);
  out.text("to", to.name);
  out.text("port", port.name);
  out.text("rule", std::string(rule_names[static_cast<std::size_t>(projection.rule)]));
  if (projection.rule == ConnectionRule::fixed_indegree) {
    out.integer("indegree", projection.indegree);
    out.flag("multapses", projection.multapses);
  }
  if (projection.rule == ConnectionRule::fixed_probability || projection.rule == ConnectionRule::distance)
    out.quantity(probability_info(), projection.probability);
  if (projection.rule == ConnectionRule::distance) {
    out.text("kernel", std::string(kernel_names[static_cast<std::size_t>(projection.kernel.shape)]));
    out.rows(kernel_table(), projection.kernel);
  }
  if (projection.procedural) out.flag("procedural", true);
  if (projection.from == projection.to && !projection.autapses) out.flag("autapses", false);
  out.file("file", projection.edges_file);
  write_distribution(out, weight_info(port.effect), projection.weight);
  write_distribution(out, delay_info(), projection.delay);
  if (std::isnan(projection.short_term.U)) return;
  std::string plasticity;
  for (const auto& row : short_term_table())
    plasticity += fmt::format("{}{} = {}", plasticity.empty() ? "" : ", ", row.name,
                              quantity_text(projection.short_term.*row.member, row.unit));
  out.line("short_term", "{" + plasticity + "}");
}

void write_regions(TomlWriter& out, const std::vector<std::size_t>& of, const models::NetworkModulation& modulation) {
  if (of.size() == modulation.regions.size()) return;
  std::string text;
  for (const std::size_t region : of) text += (text.empty() ? "" : ", ") + quoted(modulation.regions[region]);
  out.line("region", "[" + text + "]");
}

void write_concentrations(TomlWriter& out, const models::NetworkModulation& modulation,
                          const std::vector<Population>& populations) {
  const auto begin = [&](const char* name, const auto& what) {
    out.element(name);
    out.text("modulator", modulation.modulation.modulators[what.modulator].name);
    write_regions(out, what.regions, modulation);
  };
  for (const models::Dose& dose : modulation.doses) {
    begin("dose", dose);
    out.rows(dose_table(), dose);
  }
  for (const models::Pulse& pulse : modulation.pulses) {
    begin("pulse", pulse);
    out.line("times", list_text(pulse.times, Unit::ms));
    out.rows(pulse_table(), pulse);
  }
  for (const models::Release& release : modulation.releases) {
    begin("release", release);
    out.text("from", populations[release.from].name);
    out.rows(release_table(), release);
  }
}

}  // namespace

void write_network(TomlWriter& out, const NetworkJob& job) {
  const std::vector<Population>& populations = job.model.populations;
  out.table("network");
  out.rows(network_table(), job);
  const models::NetworkModulation& modulation = job.model.modulation;
  if (!modulation.modulation.modulators.empty()) out.rows(modulation_table(), modulation);
  out.seed(job.seed);
  for (const Population& population : populations) write_population(out, population, modulation);
  for (const Projection& projection : job.model.projections) write_projection(out, projection, populations);
  for (const models::Background& background : job.model.backgrounds) {
    const models::SynapticPort& port = populations[background.to].ports[background.port];
    out.element("background");
    out.text("to", populations[background.to].name);
    out.text("port", port.name);
    write_steps(out, background_rate_info(), background.rate, background.rate_steps);
    out.line("weight", quantity_text(background.weight, weight_info(port.effect).unit));
  }
  write_modulation(out, modulation.modulation);
  write_concentrations(out, modulation, populations);
  out.table("record");
  std::string spikes;
  for (const std::size_t i : job.record_spikes) spikes += (spikes.empty() ? "" : ", ") + quoted(populations[i].name);
  out.line("spikes", "[" + spikes + "]");
  for (const auto& row : network_record_table())
    if (row.member != &NetworkJob::trace_interval || !job.traces.empty()) out.quantity(row, job.*row.member);
  for (const TraceRequest& trace : job.traces) {
    out.element("trace");
    out.text("population", populations[trace.population].name);
    out.line("neurons", fmt::format("[{}]", fmt::join(trace.neurons, ", ")));
  }
}

}  // namespace modscape::config
