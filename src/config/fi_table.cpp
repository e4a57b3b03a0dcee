// SPDX-License-Identifier: Apache-2.0
#include "config/fi_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "config/csv_table.hpp"
#include "core/units.hpp"

namespace modscape::config {
namespace {

// One row of either layout: counts of a cell, or the mean of several.
struct Sample {
  std::uint32_t line;
  std::string cell;
  double current, value, sem, n;
};

struct ConditionRows {
  std::string name;
  std::vector<Sample> samples;
};

struct Columns {
  std::optional<Column> condition, current, cell, count, mean, sem, sd, n;
  bool complete() const {
    const bool per_cell = cell && count;
    const bool means = mean && (sem.has_value() != sd.has_value()) && n;
    return condition && current && (per_cell != means) && !(count && mean);
  }
};

std::vector<ColumnName> count_names(double per_Hz) {
  return {{"count"}, {"spikes"}, {"rate_hz", per_Hz}};
}
std::vector<ColumnName> mean_names(double per_Hz) {
  return {{"mean"}, {"mean_count"}, {"mean_rate_hz", per_Hz}};
}

void require_values(const CsvTable& table, double per_Hz, Columns& columns) {
  if (columns.count && columns.mean) {
    table.refuse(fmt::format("columns {} (one row per cell) and {} (one row per condition) exclude each other",
                             columns.count->name, columns.mean->name));
  } else if (columns.count) {
    columns.cell = table.require("cell (one row per cell and current)", {{"cell"}});
  } else if (columns.mean) {
    if (columns.sem && columns.sd) table.refuse("both sem and sd are given", "keep one; the other follows from n");
    if (!columns.sem && !columns.sd) table.missing("spread of the mean", {{"sem"}, {"sd"}});
    columns.n = table.require("number of cells", {{"n"}});
  } else {
    std::vector<ColumnName> accepted = count_names(per_Hz);
    for (const ColumnName& name : mean_names(per_Hz)) accepted.push_back(name);
    table.missing("spikes", accepted);
  }
}

Columns find_columns(const CsvTable& table, double per_Hz) {
  Columns columns;
  columns.condition = table.require("condition", {{"condition"}});
  columns.current = table.require("current", {{"current"}, {"current_pa"}, {"current_na", 1e3}});
  columns.count = table.find(count_names(per_Hz));
  columns.mean = table.find(mean_names(per_Hz));
  columns.sem = table.find({{"sem"}});
  columns.sd = table.find({{"sd"}});
  require_values(table, per_Hz, columns);
  return columns;
}

double read_n(const CsvTable& table, const CsvRow& row, const Column& column, ProblemList& problems) {
  const double n = table.number(row, column);
  if (std::isnan(n) || (n >= 1.0 && n == std::floor(n) && n <= 1e6)) return n;
  problems.add({row.line}, fmt::format("n = {} must be a whole number from 1 to 1000000", n));
  return NAN;
}

Sample read_sample(const CsvTable& table, const CsvRow& row, const Columns& columns, ProblemList& problems) {
  Sample sample{row.line, {}, table.number(row, *columns.current), NAN, 0.0, 1.0};
  if (columns.count) {
    sample.cell = table.text(row, *columns.cell);
    sample.value = table.number(row, *columns.count);
    return sample;
  }
  sample.value = table.number(row, *columns.mean);
  sample.n = read_n(table, row, *columns.n, problems);
  const Column& spread = columns.sem ? *columns.sem : *columns.sd;
  // A spread is in the unit of the mean, whatever that is.
  sample.sem = table.number(row, spread) * columns.mean->factor / (columns.sem ? 1.0 : std::sqrt(sample.n));
  return sample;
}

std::vector<ConditionRows> by_condition(const CsvTable& table, const Columns& columns, ProblemList& problems) {
  std::vector<ConditionRows> conditions;
  for (const CsvRow& row : table.rows()) {
    const std::string name = table.text(row, *columns.condition);
    const Sample sample = read_sample(table, row, columns, problems);
    if (std::isnan(sample.current + sample.value + sample.sem + sample.n)) continue;
    auto found = std::find_if(conditions.begin(), conditions.end(), [&](const auto& c) { return c.name == name; });
    if (found == conditions.end()) found = conditions.insert(conditions.end(), {name, {}});
    found->samples.push_back(sample);
  }
  return conditions;
}

void check_duplicates(const ConditionRows& condition, ProblemList& problems) {
  std::map<std::pair<std::string, double>, std::uint32_t> seen;
  for (const Sample& sample : condition.samples) {
    const auto [first, fresh] = seen.insert({{sample.cell, sample.current}, sample.line});
    if (fresh) continue;
    const std::string who = sample.cell.empty() ? "" : fmt::format(" of cell \"{}\"", sample.cell);
    problems.add({sample.line},
                 fmt::format("condition \"{}\": a second row{} for {}; the first is line {}", condition.name, who,
                             format_quantity(sample.current, Unit::pA), first->second));
  }
}

FiCurve curve_of_means(ConditionRows condition, ProblemList& problems) {
  const Sample first = condition.samples.front();
  for (const Sample& sample : condition.samples)
    if (sample.n != first.n)
      problems.add(
          {sample.line},
          fmt::format("condition \"{}\": n = {} here but {} in line {}", condition.name, sample.n, first.n, first.line),
          "all currents of a condition must come from the same cells");
  std::sort(condition.samples.begin(), condition.samples.end(),
            [](const Sample& a, const Sample& b) { return a.current < b.current; });
  FiCurve curve;
  curve.condition = condition.name;
  curve.cells = static_cast<int>(first.n);
  for (const Sample& sample : condition.samples) {
    curve.currents.push_back(sample.current);
    curve.mean.push_back(sample.value);
    curve.sem.push_back(sample.sem);
  }
  return curve;
}

// Mean and SEM over cells, current by current; sample SD with n - 1, so one cell has no SEM.
void add_statistics(FiCurve& curve) {
  const double n = curve.cells;
  for (std::size_t i = 0; i < curve.currents.size(); ++i) {
    double sum = 0.0;
    for (const auto& [cell, counts] : curve.by_cell) sum += counts[i];
    const double mean = sum / n;
    double squares = 0.0;
    for (const auto& [cell, counts] : curve.by_cell) squares += (counts[i] - mean) * (counts[i] - mean);
    curve.mean.push_back(mean);
    curve.sem.push_back(n > 1 ? std::sqrt(squares / (n - 1.0) / n) : NAN);
  }
}

FiCurve curve_of_cells(const ConditionRows& condition, ProblemList& problems) {
  std::set<double> currents;
  std::map<std::string, std::map<double, double>> counts;
  std::map<std::string, std::uint32_t> first_line;
  for (const Sample& sample : condition.samples) {
    currents.insert(sample.current);
    counts[sample.cell][sample.current] = sample.value;
    first_line.insert({sample.cell, sample.line});
  }
  FiCurve curve;
  curve.condition = condition.name;
  curve.cells = static_cast<int>(counts.size());
  curve.currents.assign(currents.begin(), currents.end());
  bool complete = true;
  for (const auto& [cell, measured] : counts)
    for (const double current : currents) {
      const auto found = measured.find(current);
      curve.by_cell[cell].push_back(found == measured.end() ? NAN : found->second);
      if (found != measured.end()) continue;
      complete = false;
      problems.add({first_line[cell]},
                   fmt::format("condition \"{}\": cell \"{}\" has no row for {}, which other cells have",
                               condition.name, cell, format_quantity(current, Unit::pA)));
    }
  if (complete) add_statistics(curve);
  return curve;
}

}  // namespace

std::vector<FiCurve> read_fi_table(const std::string& path, double step_duration, const std::string& cell_type) {
  ProblemList problems(path);
  CsvTable table(path, problems);
  table.keep_cell_type(cell_type);
  const Columns columns = find_columns(table, step_duration / 1e3);
  std::vector<FiCurve> curves;
  if (columns.complete()) {
    const std::vector<ConditionRows> conditions = by_condition(table, columns, problems);
    const bool readable = problems.empty();  // else an unreadable row would be missed a second time
    for (const ConditionRows& condition : conditions) {
      check_duplicates(condition, problems);
      if (columns.mean)
        curves.push_back(curve_of_means(condition, problems));
      else if (readable)
        curves.push_back(curve_of_cells(condition, problems));
    }
  }
  problems.throw_if_any();
  return curves;
}

std::vector<double> rheobases_by_cell(const FiCurve& curve) {
  std::vector<double> rheobases;
  for (const auto& [cell, counts] : curve.by_cell) {
    const auto first = std::find_if(counts.begin(), counts.end(), [](double count) { return count > 0.0; });
    if (first == counts.end() || first == counts.begin()) return {};
    rheobases.push_back(curve.currents[static_cast<std::size_t>(first - counts.begin())]);
  }
  return rheobases;
}

}  // namespace modscape::config
