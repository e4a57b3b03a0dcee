// SPDX-License-Identifier: Apache-2.0
// What networks read from CSV files: connections and spikes listed one by one, and the models of neurons.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "config/csv_table.hpp"
#include "config/network_input.hpp"
#include "config/suggestions.hpp"

namespace modscape::config {
namespace {

std::int64_t place_in(const CsvRow& row, const Column& column, std::int64_t size, ProblemList& problems) {
  const double value = csv_number(row.fields[column.index], column.name, row.line, problems);
  if (std::isnan(value)) return 0;
  if (value == std::floor(value) && value >= 0.0 && value < static_cast<double>(size))
    return static_cast<std::int64_t>(value);
  problems.add({row.line}, fmt::format("{} = {} must be a whole number from 0 to {}, a place in its population",
                                       column.name, row.fields[column.index], size - 1));
  return 0;
}

double value_in(const CsvRow& row, const std::optional<Column>& column, const ParameterInfo& info,
                ProblemList& problems) {
  if (!column) return NAN;
  const double value = csv_number(row.fields[column->index], column->name, row.line, problems);
  if (std::isnan(value)) return NAN;
  if (std::string broken = bound_problem(info, value); !broken.empty()) problems.add({row.line}, std::move(broken));
  return value;
}

}  // namespace

EdgeTable read_edges(const std::string& path, const ParameterInfo& weight, std::int64_t sources, std::int64_t targets) {
  ProblemList problems(path);
  const CsvTable table(path, problems, most_edges);
  const std::optional<Column> source = table.require("source of each edge", {{"source"}}),
                              target = table.require("target of each edge", {{"target"}}),
                              weights = table.find({{"weight"}}), delays = table.find({{"delay"}});
  problems.throw_if_any();
  EdgeTable edges{{}, weights.has_value(), delays.has_value()};
  for (const CsvRow& row : table.rows())
    edges.edges.push_back({place_in(row, *source, sources, problems), place_in(row, *target, targets, problems),
                           value_in(row, weights, weight, problems), value_in(row, delays, delay_info(), problems)});
  problems.throw_if_any();
  return edges;
}

std::vector<models::ReplayedSpike> read_spikes(const std::string& path, std::int64_t sources) {
  ProblemList problems(path);
  const CsvTable table(path, problems, most_replayed);
  const std::optional<Column> time = table.require("time of each spike (ms)", {{"time"}, {"time_ms"}, {"timestamps"}}),
                              source = table.require("source of each spike", {{"source"}, {"node_ids"}});
  problems.throw_if_any();
  std::vector<models::ReplayedSpike> spikes;
  for (const CsvRow& row : table.rows())
    spikes.push_back({table.number(row, *time), place_in(row, *source, sources, problems)});
  problems.throw_if_any();
  std::sort(spikes.begin(), spikes.end(), [](const models::ReplayedSpike& a, const models::ReplayedSpike& b) {
    return std::pair(a.time, a.source) < std::pair(b.time, b.source);
  });
  return spikes;
}

std::vector<models::AdexParameters> read_models(const std::string& path, const models::AdexParameters& others) {
  ProblemList problems(path);
  const CsvTable table(path, problems, most_models);
  std::vector<std::pair<const ParameterSpec<models::AdexParameters>*, Column>> columns;
  for (const auto& row : models::adex_table()) {
    const std::string lower = lower_case(row.name);
    if (const std::optional<Column> column = table.find({{lower}})) columns.emplace_back(&row, *column);
  }
  if (columns.size() != table.columns().size())  // a misspelt one must not go unnoticed
    table.refuse(fmt::format("the columns are {}, of which {} are parameters of the neuron",
                             fmt::join(table.columns(), ", "), columns.size()),
                 "C_m, g_L, E_L, V_T, Delta_T, a, b, tau_w, V_r, V_peak, t_ref or some of them, and nothing else");
  problems.throw_if_any();
  std::vector<models::AdexParameters> all;
  for (const CsvRow& line : table.rows()) {
    models::AdexParameters neuron = others;
    bool clear = true;
    for (const auto& [row, column] : columns) {
      neuron.*row->member = value_in(line, column, *row, problems);
      clear = clear && bound_problem(*row, neuron.*row->member).empty();
    }
    if (!clear) continue;
    if (neuron.V_peak != others.V_peak)
      problems.add({line.line}, fmt::format("V_peak = {} mV, but {} mV in the job: it has one value per population",
                                            neuron.V_peak, others.V_peak));
    for (std::string& problem : models::adex_problems(neuron)) problems.add({line.line}, std::move(problem));
    all.push_back(neuron);
  }
  problems.throw_if_any();
  return all;
}

}  // namespace modscape::config
