// SPDX-License-Identifier: Apache-2.0
#include "config/network_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "config/suggestions.hpp"

namespace modscape::config {
namespace {

constexpr double widest = 6.0;  // standard deviations of a normal distribution; two of 10^9 draws are repeated

ParameterInfo part(ParameterInfo row, std::string_view key) {
  row.name = key;
  row.default_value = required_value;
  return row;
}

models::Distribution read_uniform(TableReader& table, const ParameterInfo& row) {
  models::Distribution uniform;
  uniform.kind = models::Distribution::Kind::uniform;
  uniform.lower = table.quantity(part(row, "from"));
  uniform.upper = table.quantity(part(row, "to"));
  if (uniform.lower >= uniform.upper)
    table.refuse("from", fmt::format("from = {} must be less than to = {}", format_quantity(uniform.lower, row.unit),
                                     format_quantity(uniform.upper, row.unit)));
  return std::isnan(uniform.lower + uniform.upper) ? constant(NAN) : uniform;
}

models::Distribution read_normal(TableReader& table, const ParameterInfo& row) {
  ParameterInfo deviation = part(row, "sd");
  deviation.text = "standard deviation";
  deviation.lower = 0.0;
  deviation.open_lower = false;
  deviation.upper = row.upper - row.lower;
  models::Distribution normal;
  normal.kind = models::Distribution::Kind::normal;
  normal.value = table.quantity(part(row, "mean"));
  normal.sd = table.quantity(deviation);
  if (std::isnan(normal.value + normal.sd)) return constant(NAN);
  if (normal.sd == 0.0) return constant(normal.value);
  normal.lower = std::max(row.lower, normal.value - widest * normal.sd);
  normal.upper = std::min(row.upper, normal.value + widest * normal.sd);
  return normal;
}

}  // namespace

std::optional<std::size_t> NetworkInput::find(const std::string& name, const std::string& key,
                                              TableReader& table) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < model.populations.size(); ++i) {
    if (model.populations[i].name == name) return i;
    names.push_back(model.populations[i].name);
  }
  std::string suggestion = suggestion_for(name, names);
  if (suggestion.empty() && !names.empty()) suggestion = "populations: " + joined(names);
  table.refuse(key, fmt::format("{}: there is no population \"{}\"", key, name), std::move(suggestion));
  return std::nullopt;
}

std::vector<std::size_t> NetworkInput::find_all(const std::string& key, TableReader& table) const {
  std::vector<std::size_t> found;
  const bool missing = !table.has(key) || table.is_empty_list(key);
  if (missing) table.refuse(key, fmt::format("{} is missing (a population or a list of them)", key));
  for (const std::string& name : table.one_or_more_texts(key)) {
    const std::optional<std::size_t> population = find(name, key, table);
    if (!population) continue;
    if (std::find(found.begin(), found.end(), *population) == found.end())
      found.push_back(*population);
    else
      table.refuse(key, fmt::format("{} names {} twice", key, name));
  }
  return found;
}

models::Distribution constant(double value) {
  models::Distribution distribution;
  distribution.value = value;
  return distribution;
}

models::Distribution read_distribution(TableReader& table, const ParameterInfo& row, ProblemList& problems) {
  const std::string key(row.name);
  if (!table.is_table(key)) return constant(table.quantity(row));
  TableReader entry = table.table(key);
  const bool ends = entry.has("from") || entry.has("to"), moments = entry.has("mean") || entry.has("sd");
  models::Distribution read = constant(NAN);
  if (ends && moments)
    problems.add(entry.place(), fmt::format("{} is either {{mean, sd}}, normal, or {{from, to}}, uniform", key));
  else
    read = ends ? read_uniform(entry, row) : read_normal(entry, row);
  entry.finish();
  return read;
}

void cut(models::Distribution& distribution, double lower, double upper) {
  if (distribution.kind != models::Distribution::Kind::normal) return;
  distribution.lower = std::max(distribution.lower, lower);
  distribution.upper = std::min(distribution.upper, upper);
}

double read_steps(TableReader& table, const ParameterInfo& row, models::Steps& steps) {
  const std::string key(row.name);
  if (!table.has(key)) return table.quantity(row);
  steps = {};
  if (!table.is_table(key)) return table.quantity(row);
  TableReader entry = table.table(key);
  ParameterInfo value = part(row, "values");
  std::vector<double> times = entry.quantities(time_info("times", "when the value changes"));
  std::vector<double> values = entry.quantities(value);
  entry.finish();
  const auto refuse = [&](const char* what) {
    table.refuse(key, fmt::format("{}: {}", key, what), "{times = [\"0 ms\", \"500 ms\"], values = [...]}");
    return NAN;
  };
  if (times.empty() || times.size() != values.size())
    return refuse("times and values must be lists of the same length");
  if (times.front() != 0.0) return refuse("the first of the times must be 0");
  if (std::adjacent_find(times.begin(), times.end(), std::greater_equal<>()) != times.end())
    return refuse("times must ascend");
  const double first = values.front();
  times.erase(times.begin());
  values.erase(values.begin());
  steps = {std::move(times), std::move(values)};
  return first;
}

}  // namespace modscape::config
