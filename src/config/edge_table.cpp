// SPDX-License-Identifier: Apache-2.0
// Connections and spikes listed one by one in CSV files.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "config/csv_table.hpp"
#include "config/network_input.hpp"

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

}  // namespace modscape::config
