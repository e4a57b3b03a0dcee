// SPDX-License-Identifier: Apache-2.0
// A design from a table: one row per point, one column per parameter.
#include <fmt/format.h>

#include <algorithm>

#include "config/csv_table.hpp"
#include "config/design_input.hpp"
#include "config/suggestions.hpp"

namespace modscape::config {
namespace {

constexpr std::size_t most_rows = 1000000;

struct PointColumn {
  const SweepParameter* parameter = nullptr;  // null: unknown
  std::string unit;                           // empty: that of the parameter, or stated in the cells
};

// "C_m", "C_m (pF)", "C_m [pF]" or "C_m_pF".
PointColumn column_of(const std::string& header, const std::vector<SweepParameter>& parameters) {
  std::string name = header, unit;
  if (const std::size_t open = header.find_first_of("(["); open != std::string::npos) {
    name = header.substr(0, open);
    while (!name.empty() && name.back() == ' ') name.pop_back();
    const std::size_t close = header.find_first_of(")]", open);
    unit = header.substr(open + 1, close == std::string::npos ? close : close - open - 1);
  }
  if (const SweepParameter* found = find_parameter(parameters, name)) return {found, unit};
  if (const std::size_t cut = name.rfind('_'); unit.empty() && cut != std::string::npos)
    if (const SweepParameter* found = find_parameter(parameters, name.substr(0, cut)))
      return {found, name.substr(cut + 1)};
  return {};
}

std::vector<PointColumn> read_header(const CsvRow& header, const std::vector<SweepParameter>& parameters,
                                     ProblemList& problems) {
  std::vector<PointColumn> columns;
  for (const std::string& text : header.fields) {
    PointColumn column = column_of(text, parameters);
    if (column.parameter == nullptr) {
      const std::vector<std::string> names = names_of(parameters);
      std::string suggestion = suggestion_for(text, names);
      if (suggestion.empty()) suggestion = "known: " + joined(names);
      problems.add({header.line}, fmt::format("column {} is not a parameter", text), std::move(suggestion));
    } else if (const Expected<double> one = parse_quantity("1 " + column.unit, column.parameter->info.unit); !one) {
      problems.add({header.line}, fmt::format("column {}: {}", text, one.error().message));
      column.parameter = nullptr;
    }
    for (const PointColumn& before : columns)
      if (column.parameter != nullptr && before.parameter == column.parameter)
        problems.add({header.line}, fmt::format("{} has two columns", column.parameter->name()));
    columns.push_back(std::move(column));
  }
  return columns;
}

double read_cell(const std::string& field, const PointColumn& column, std::uint32_t line, ProblemList& problems) {
  const ParameterInfo& info = column.parameter->info;
  const Expected<double> value = parse_quantity(column.unit.empty() ? field : field + " " + column.unit, info.unit);
  if (!value) {
    problems.add({line}, fmt::format("{}: {}", info.name, value.error().message));
    return NAN;
  }
  if (std::string broken = bound_problem(info, *value); !broken.empty()) problems.add({line}, std::move(broken));
  return *value;
}

}  // namespace

void read_design_csv(const std::string& path, const std::vector<SweepParameter>& parameters, DesignPart& into) {
  ProblemList problems(path);
  const std::vector<CsvRow> rows = read_csv_rows(path, most_rows, problems);
  if (rows.size() < 2) problems.add({}, "the table has no points", "a header line and at least one row");
  problems.throw_if_any();
  const std::vector<PointColumn> columns = read_header(rows.front(), parameters, problems);
  problems.throw_if_any();
  for (const PointColumn& column : columns) into.columns.push_back(column.parameter->name());
  for (std::size_t r = 1; r < rows.size(); ++r)
    for (std::size_t c = 0; c < columns.size(); ++c)
      into.table.push_back(read_cell(rows[r].fields[c], columns[c], rows[r].line, problems));
  problems.throw_if_any();
}

}  // namespace modscape::config
