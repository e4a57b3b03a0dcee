// SPDX-License-Identifier: Apache-2.0
#include "config/csv_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/tokenizer.hpp>
#include <charconv>
#include <cmath>

#include "config/suggestions.hpp"
#include "config/text_file.hpp"

namespace modscape::config {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string trimmed(const std::string& text) {
  constexpr const char* blank = " \t\r";
  const std::size_t first = text.find_first_not_of(blank);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::vector<std::string> split(const std::string& line) {
  // No escape character: backslashes occur in names, and spreadsheets double their quotes instead.
  const boost::escaped_list_separator<char> separator(std::string{}, std::string{","}, std::string{"\""});
  const boost::tokenizer<boost::escaped_list_separator<char>> tokens(line, separator);
  std::vector<std::string> fields;
  for (const std::string& token : tokens) fields.push_back(trimmed(token));
  return fields;
}

std::vector<std::string> names_of(const std::vector<ColumnName>& accepted) {
  std::vector<std::string> names;
  for (const ColumnName& column : accepted) names.emplace_back(column.name);
  return names;
}

}  // namespace

std::vector<CsvRow> read_csv_rows(const std::string& path, std::size_t most_rows, ProblemList& problems) {
  const std::string bytes = read_text_file(path);
  std::string_view rest = bytes;
  if (rest.starts_with(byte_order_mark)) rest.remove_prefix(byte_order_mark.size());
  std::vector<CsvRow> rows;
  for (std::uint32_t line = 1; !rest.empty(); ++line) {
    const std::size_t end = rest.find('\n');
    const std::string text = trimmed(std::string(rest.substr(0, end)));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (text.empty() || text.front() == '#') continue;
    if (rows.size() > most_rows) {
      problems.add({line}, fmt::format("the table has more than {} rows", most_rows));
      break;
    }
    CsvRow row{line, split(text)};
    if (!rows.empty() && row.fields.size() != rows.front().fields.size())
      problems.add({line}, fmt::format("{} fields where line {} has {}", row.fields.size(), rows.front().line,
                                       rows.front().fields.size()));
    else
      rows.push_back(std::move(row));
  }
  return rows;
}

double csv_number(const std::string& field, std::string_view what, std::uint32_t line, ProblemList& problems) {
  if (field.empty()) {
    problems.add({line}, fmt::format("{} is empty", what), "delete the row if it was not measured");
    return NAN;
  }
  double value = NAN;
  const char* end = field.data() + field.size();
  const auto [stop, status] = std::from_chars(field.data() + (field.front() == '+' ? 1 : 0), end, value);
  if (status == std::errc{} && stop == end && std::isfinite(value)) return value;
  problems.add({line}, fmt::format("{} = \"{}\" is not a finite number", what, field));
  return NAN;
}

CsvTable::CsvTable(const std::string& path, ProblemList& problems, std::size_t most_rows) : problems_(&problems) {
  rows_ = read_csv_rows(path, most_rows, problems);
  if (!rows_.empty()) {
    header_line_ = rows_.front().line;
    header_ = rows_.front().fields;
    for (const std::string& name : header_) header_lower_.push_back(lower_case(name));
    rows_.erase(rows_.begin());
  }
  if (rows_.empty() && problems.empty()) refuse("the table has no rows", "a header line and at least one row");
}

std::optional<Column> CsvTable::find(const std::vector<ColumnName>& accepted) const {
  std::optional<Column> found;
  for (std::size_t i = 0; i < header_.size(); ++i)
    for (const ColumnName& name : accepted) {
      if (header_lower_[i] != name.name) continue;
      if (found) refuse(fmt::format("columns {} and {} mean the same", found->name, header_[i]), "keep one of them");
      found = Column{i, header_[i], name.factor};
    }
  return found;
}

std::optional<Column> CsvTable::require(std::string_view what, const std::vector<ColumnName>& accepted) const {
  std::optional<Column> found = find(accepted);
  if (!found) missing(what, accepted);
  return found;
}

void CsvTable::refuse(std::string message, std::string suggestion) const {
  problems_->add({header_line_}, std::move(message), std::move(suggestion));
}

void CsvTable::missing(std::string_view what, const std::vector<ColumnName>& accepted) const {
  if (header_.empty()) return;  // an empty table was reported as such
  refuse(fmt::format("no column for the {}: the table has {}", what, joined(header_)),
         "accepted: " + joined(names_of(accepted)));
}

double CsvTable::number(const CsvRow& row, const Column& column) const {
  const double value = csv_number(row.fields[column.index], column.name, row.line, *problems_);
  if (value < 0.0) {
    problems_->add({row.line}, fmt::format("{} = {} must not be negative", column.name, value));
    return NAN;
  }
  return value * column.factor;
}

std::string CsvTable::text(const CsvRow& row, const Column& column) const {
  const std::string& value = row.fields[column.index];
  if (value.empty()) problems_->add({row.line}, column.name + " is empty");
  return value;
}

void CsvTable::keep_cell_type(const std::string& cell_type) {
  const std::optional<Column> column = find({{"cell_type"}});
  if (!column) {
    if (!cell_type.empty()) refuse(fmt::format("no column cell_type to choose \"{}\" from", cell_type));
    return;
  }
  std::vector<std::string> types;
  for (const CsvRow& row : rows_)
    if (const std::string& type = row.fields[column->index]; std::find(types.begin(), types.end(), type) == types.end())
      types.push_back(type);
  if (cell_type.empty()) {
    if (types.size() > 1)
      refuse(fmt::format("the table has the cell types {}", joined(types)), "choose one: cell = \"...\" in [data]");
    return;
  }
  if (std::find(types.begin(), types.end(), cell_type) == types.end())
    refuse(fmt::format("no row has cell_type \"{}\"; there are {}", cell_type, joined(types)),
           suggestion_for(cell_type, types));
  std::erase_if(rows_, [&](const CsvRow& row) { return row.fields[column->index] != cell_type; });
}

}  // namespace modscape::config
