// SPDX-License-Identifier: Apache-2.0
// Rheobase tables and sampled waveforms.
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "config/csv_table.hpp"
#include "config/fi_table.hpp"

namespace modscape::config {
namespace {

constexpr std::size_t most_samples = 10000000;

bool looks_like_number(const std::string& field) {
  double value = 0.0;
  return std::from_chars(field.data(), field.data() + field.size(), value).ec == std::errc{};
}

}  // namespace

std::map<std::string, std::vector<double>> read_rheobase_table(const std::string& path, const std::string& cell_type) {
  ProblemList problems(path);
  CsvTable table(path, problems);
  table.keep_cell_type(cell_type);
  const std::optional<Column> condition = table.require("condition", {{"condition"}});
  const std::optional<Column> rheobase =
      table.require("rheobase", {{"rheobase"}, {"rheobase_pa"}, {"rheobase_na", 1e3}});
  std::map<std::string, std::vector<double>> values;
  if (condition && rheobase)
    for (const CsvRow& row : table.rows()) {
      const std::string name = table.text(row, *condition);
      values[name].push_back(table.number(row, *rheobase));
    }
  problems.throw_if_any();
  return values;
}

Waveform read_waveform(const std::string& path) {
  ProblemList problems(path);
  std::vector<CsvRow> rows = read_csv_rows(path, most_samples, problems);
  if (!rows.empty() && !looks_like_number(rows.front().fields.front())) rows.erase(rows.begin());
  Waveform waveform;
  if (rows.size() < 2) problems.add({}, "a waveform needs at least two samples", "columns: time (ms), current (pA)");
  for (const CsvRow& row : rows) {
    if (row.fields.size() != 2) {
      problems.add({row.line},
                   fmt::format("{} columns; a waveform has two: time (ms), current (pA)", row.fields.size()));
      break;  // the same holds for all other rows
    }
    const double time = csv_number(row.fields[0], "time", row.line, problems);
    if (!waveform.times.empty() && time <= waveform.times.back())
      problems.add({row.line},
                   fmt::format("time = {} ms must be after the {} ms before it", time, waveform.times.back()));
    waveform.times.push_back(time);
    waveform.values.push_back(csv_number(row.fields[1], "current", row.line, problems));
  }
  problems.throw_if_any();
  return waveform;
}

}  // namespace modscape::config
