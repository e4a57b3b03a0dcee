// SPDX-License-Identifier: Apache-2.0
#include "config/neuron_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace modscape::config {
namespace {

using models::adex_table;
using models::AdexParameters;
using Row = ParameterSpec<AdexParameters>;

ParameterInfo required(ParameterInfo info, std::string_view key) {
  info.name = key;
  info.default_value = required_value;
  return info;
}

void check_range(const Range& range, const ParameterInfo& row, TableReader& table, ProblemList& problems) {
  const auto printed = [&](double value) { return format_quantity(value, row.unit); };
  if (range.lower >= range.upper)
    problems.add(table.place(), fmt::format("{}: from = {} must be less than to = {}", range.name, printed(range.lower),
                                            printed(range.upper)));
  if (range.scale == Scale::log && range.lower <= 0.0)
    problems.add(table.place_of("from"),
                 fmt::format("{}: from = {} must be greater than 0 on a log scale", range.name, printed(range.lower)));
}

// All combinations of the ends of the ranges.
std::vector<AdexParameters> corners(const NeuronInput& neuron) {
  std::vector<AdexParameters> found{neuron.values};
  for (const Range& range : neuron.ranges) {
    double AdexParameters::* member = adex_table().find(range.name)->member;
    std::vector<AdexParameters> next;
    for (AdexParameters corner : found)
      for (const double end : {range.lower, range.upper}) {
        corner.*member = end;
        next.push_back(corner);
      }
    found = std::move(next);
  }
  return found;
}

// Broken joint conditions; broken bounds of single rows were reported where the value was read.
std::vector<std::string> joint_problems(const AdexParameters& parameters) {
  std::vector<std::string> singles;
  for (const Row& row : adex_table()) singles.push_back(bound_problem(row, parameters.*row.member));
  std::vector<std::string> joint = models::adex_problems(parameters);
  std::erase_if(
      joint, [&](const std::string& text) { return std::find(singles.begin(), singles.end(), text) != singles.end(); });
  return joint;
}

// Those of the corner with the fewest.
std::vector<std::string> problems_of_best_corner(const NeuronInput& neuron) {
  std::optional<std::vector<std::string>> fewest;
  for (const AdexParameters& corner : corners(neuron)) {
    std::vector<std::string> broken = joint_problems(corner);
    if (!fewest || broken.size() < fewest->size()) fewest = std::move(broken);
  }
  return *fewest;
}

Place place_for(const std::string& sentence, const NeuronInput& neuron) {
  for (const char* name : {"V_r", "V_T", "V_peak", "Delta_T"}) {
    const auto found = neuron.places.find(name);
    if (found != neuron.places.end() && sentence.find(name) != std::string::npos) return found->second;
  }
  return neuron.fallback;
}

}  // namespace

Range read_range(TableReader& table, const ParameterInfo& row, ProblemList& problems) {
  Range range;
  range.name = row.name;
  range.lower = table.quantity(required(row, "from"));
  range.upper = table.quantity(required(row, "to"));
  range.scale = table.choice("scale", {"linear", "log"}) == "log" ? Scale::log : Scale::linear;
  table.finish();
  check_range(range, row, table, problems);
  return range;
}

void read_ranges(TableReader table, const Refusals& refused, NeuronInput& into, ProblemList& problems) {
  for (const Row& row : adex_table()) {
    const std::string name(row.name);
    if (!table.has(name)) continue;
    if (const auto refusal = refused.find(name); refusal != refused.end()) {
      table.refuse(name, fmt::format("{} cannot have a range: {}", name, refusal->second));
      continue;
    }
    into.places[name] = table.place_of(name);
    TableReader entry = table.table(name);
    if (entry.present()) into.ranges.push_back(read_range(entry, row, problems));
  }
  table.finish();
}

void read_neuron(TableReader table, const Refusals& refused, NeuronInput& into) {
  table.choice("model", {"adex"});
  into.fallback = table.place();
  for (const Row& row : adex_table()) {
    const std::string name(row.name);
    into.values.*row.member = row.default_value;
    const bool given = table.has(name);
    const auto refusal = refused.find(name);
    if (given && refusal != refused.end()) {
      table.refuse(name, fmt::format("{} cannot be set here: {}", name, refusal->second));
    } else if (given && into.places.contains(name)) {
      const bool by_design = !into.followed.empty() && into.followed != name;
      table.refuse(name,
                   fmt::format("{} is both in [neuron] and in {}", name, by_design ? "the design" : into.varied_in),
                   "remove one of them");
    } else if (given) {
      into.values.*row.member = table.quantity(row);
      into.places[name] = table.place_of(name);
    }
  }
  table.finish();
}

void check_neuron(const NeuronInput& neuron, ProblemList& problems) {
  const std::vector<std::string> everywhere = problems_of_best_corner(neuron);
  const std::string remark = neuron.ranges.empty() ? "" : fmt::format("no point of {} is possible", neuron.varied_in);
  for (const std::string& sentence : everywhere) problems.add(place_for(sentence, neuron), sentence, remark);
  const auto followed = std::ranges::find_if(neuron.ranges, [&](const Range& r) { return r.name == neuron.followed; });
  if (!everywhere.empty() || followed == neuron.ranges.end()) return;
  for (const double end : {followed->lower, followed->upper}) {
    NeuronInput there = neuron;
    Range& range = there.ranges[static_cast<std::size_t>(followed - neuron.ranges.begin())];
    range.lower = range.upper = end;
    for (const std::string& sentence : problems_of_best_corner(there))
      problems.add(place_for(sentence, there), sentence,
                   fmt::format("both ends of {} must be possible", neuron.varied_in));
  }
}

void check_every_neuron(const NeuronInput& neuron, ProblemList& problems) {
  for (const AdexParameters& corner : corners(neuron)) {
    const std::vector<std::string> broken = joint_problems(corner);
    for (const std::string& sentence : broken) problems.add(place_for(sentence, neuron), sentence);
    if (!broken.empty()) return;  // the other corners would say the same again
  }
}

IntegratorJob read_integrator(TableReader table, const std::vector<std::string>& methods) {
  IntegratorJob integrator;
  integrator.method = table.choice("method", methods);
  table.rows(integrator_table(), integrator);
  integrator.max_rhs = table.integer("max_rhs", integrator.max_rhs, 1, std::int64_t{1} << 50);
  table.finish();
  return integrator;
}

}  // namespace modscape::config
