// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "config/design_input.hpp"
#include "config/job_kinds.hpp"
#include "config/neuron_input.hpp"

namespace modscape::config {
namespace {

constexpr double most_currents = 10000;

void check_increasing(const std::vector<double>& currents, TableReader& table) {
  for (std::size_t i = 1; i < currents.size(); ++i)
    if (currents[i] <= currents[i - 1])
      table.refuse("currents",
                   fmt::format("currents must increase, but {} pA comes after {} pA", currents[i], currents[i - 1]));
}

// {from, to, step}: both ends belong to it.
std::vector<double> read_current_grid(TableReader grid) {
  const double from = grid.quantity(current_info("from"));
  const double to = grid.quantity(current_info("to"));
  const double step = grid.quantity(current_info("step"));
  grid.finish();
  std::vector<double> currents;
  if (std::isnan(from + to + step)) return currents;
  if (from >= to) grid.refuse("from", fmt::format("from = {} pA must be less than to = {} pA", from, to));
  if (step <= 0.0) grid.refuse("step", fmt::format("step = {} pA must be greater than 0 pA", step));
  if (from >= to || step <= 0.0) return currents;
  // The tolerance keeps an end that the steps meet exactly but for rounding.
  const double count = std::floor((to - from) / step + 1e-9) + 1.0;
  if (count > most_currents) {
    grid.refuse("step", fmt::format("{} currents; at most {} are possible", count, most_currents));
    return currents;
  }
  for (double k = 0; k < count; ++k) currents.push_back(from + k * step);
  return currents;
}

// Values of what the design does not vary; `currents` or one amplitude.
void read_sweep_protocol(TableReader table, const DesignInput& design, SweepProtocol& protocol, ProblemList& problems) {
  for (const auto& row : sweep_protocol_table()) {
    const std::string name(row.name);
    const Varied* varied = design.find(name);
    if (varied != nullptr && !varied->conditional && table.has(name))
      table.refuse(name, fmt::format("{} is both in [protocol] and in the design", name), "remove one of them");
    else
      protocol.*row.member = table.quantity(row);
  }
  const bool given = table.has("currents");
  if (given && table.is_table("currents"))
    protocol.currents = read_current_grid(table.table("currents"));
  else
    protocol.currents = table.quantities(current_info("currents"));
  const bool amplitude = table.has("amplitude") || design.find("amplitude") != nullptr;
  if (given && amplitude)
    table.refuse("currents", "currents and an amplitude exclude each other",
                 "amplitude is one step per point, currents are several");
  if (!given && !amplitude)
    problems.add(table.place(), "currents is missing in [protocol]: the sweep has nothing to inject",
                 "for example currents = {from = \"20 pA\", to = \"300 pA\", step = \"20 pA\"}");
  else if (table.is_empty_list("currents"))
    table.refuse("currents", "currents is empty: the sweep has nothing to inject");
  if (const Varied* varied = design.find("amplitude");
      varied != nullptr && varied->conditional && !table.has("amplitude"))
    table.refuse("amplitude", "the axis amplitude is conditional: give the amplitude where it does not exist");
  check_increasing(protocol.currents, table);
  table.finish();
}

}  // namespace

void read_designed_neuron(TableReader& table, const DesignInput& design, const std::string& varied_in,
                          NeuronDesign& into, ProblemList& problems) {
  NeuronInput neuron;
  neuron.varied_in = varied_in;
  // What the design varies of the neuron, for the checks of what no single bound says.
  for (const Varied& one : design.varied) {
    const auto* row = models::adex_table().find(one.name);
    if (row == nullptr) continue;
    if (!one.conditional) neuron.places[one.name] = one.place;
    if (one.followed) neuron.followed = one.name;
    if (one.lower <= one.upper) neuron.ranges.push_back({one.name, one.lower, one.upper, Scale::linear});
  }
  read_neuron(table, {}, neuron);
  check_neuron(neuron, problems);
  into.neuron = neuron.values;
  into.design = design.design;
}

SweepJob read_sweep(TableReader& root, const std::string& job_path, ProblemList& problems) {
  SweepJob job;
  TableReader neuron = root.table("neuron");
  job.cell_type = neuron.text("cell_type", {});
  job.modulation = read_modulation(root, job.cell_type, problems);
  const DesignInput input = read_design(root, job_path, sweep_parameters(job.modulation), problems);
  read_designed_neuron(neuron, input, root.has("ranges") ? "[ranges]" : "the design", job, problems);
  job.rounds = read_rounds(root, input);
  read_sweep_protocol(root.table("protocol"), input, job.protocol, problems);
  job.integrator = read_integrator(root.table("integrator"), {"ensemble", "cvode"});
  TableReader sweep = root.table("sweep");
  job.max_failed = sweep.integer("max_failed", job.max_failed, -1, INT64_MAX);
  job.asymptotic = sweep.flag("asymptotic", job.asymptotic);
  sweep.finish();
  return job;
}

}  // namespace modscape::config
