// SPDX-License-Identifier: Apache-2.0
// The canonical text of a network: every population and every pair of a projection has a table of its own.
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

void write_population(TomlWriter& out, const Population& population) {
  const bool adex = population.kind == Population::Kind::adex;
  out.table("population." + population.name);
  out.text("model", adex ? "adex" : "poisson");
  out.integer("size", population.size);
  out.rows(adex ? adex_population_table() : poisson_population_table(), population);
  write_sheet(out, population);
  if (!adex) return;
  write_neuron(out, population);
  for (const models::SynapticPort& port : population.ports) write_port(out, population.name, port);
  out.table("population." + population.name + ".initial");
  write_distribution(out, *initial_table().find("V"), population.initial_V);
  write_distribution(out, *initial_table().find("w"), population.initial_w);
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
}

}  // namespace

void write_network(TomlWriter& out, const NetworkJob& job) {
  const std::vector<Population>& populations = job.model.populations;
  out.table("network");
  out.rows(network_table(), job);
  out.seed(job.seed);
  for (const Population& population : populations) write_population(out, population);
  for (const Projection& projection : job.model.projections) write_projection(out, projection, populations);
  for (const models::Background& background : job.model.backgrounds) {
    const models::SynapticPort& port = populations[background.to].ports[background.port];
    out.element("background");
    out.text("to", populations[background.to].name);
    out.text("port", port.name);
    out.rows(background_table(), background);
    out.line("weight", quantity_text(background.weight, weight_info(port.effect).unit));
  }
  out.table("record");
  std::string spikes;
  for (const std::size_t i : job.record_spikes) spikes += (spikes.empty() ? "" : ", ") + quoted(populations[i].name);
  out.line("spikes", "[" + spikes + "]");
  out.rows(network_record_table(), job);
}

}  // namespace modscape::config
