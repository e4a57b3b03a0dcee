// SPDX-License-Identifier: Apache-2.0
// Comma-separated tables with the line of every row. Lines starting with #, blank lines, a byte-order mark and Windows
// line ends are skipped. Sizes are limited: the files are not trusted.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem_list.hpp"

namespace modscape::config {

struct CsvRow {
  std::uint32_t line;
  std::vector<std::string> fields;
};

/// All rows, the header (if any) included; a row whose number of fields differs from the first is a problem.
std::vector<CsvRow> read_csv_rows(const std::string& path, std::size_t most_rows, ProblemList& problems);

/// A number that must be finite; anything else is a problem at `line` and reads as NaN.
double csv_number(const std::string& field, std::string_view what, std::uint32_t line, ProblemList& problems);

/// A way to name a column (lower case) and what its numbers are multiplied with.
struct ColumnName {
  std::string_view name;
  double factor = 1.0;
};
struct Column {
  std::size_t index;
  std::string name;
  double factor;
};

/// A table with a header. The first row that is not a comment names the columns; case does not matter.
class CsvTable {
 public:
  CsvTable(const std::string& path, ProblemList& problems, std::size_t most_rows = 100000);
  const std::vector<CsvRow>& rows() const { return rows_; }
  const std::vector<std::string>& columns() const { return header_; }  ///< their names
  /// The column under one of the accepted names; two of them are a problem.
  std::optional<Column> find(const std::vector<ColumnName>& accepted) const;
  /// The same, but its absence is a problem too.
  std::optional<Column> require(std::string_view what, const std::vector<ColumnName>& accepted) const;
  /// A problem of the header line.
  void refuse(std::string message, std::string suggestion = {}) const;
  void missing(std::string_view what, const std::vector<ColumnName>& accepted) const;
  /// A number, at least 0, times the column's factor; else a problem and NaN.
  double number(const CsvRow& row, const Column& column) const;
  /// Text that must not be empty; else a problem.
  std::string text(const CsvRow& row, const Column& column) const;
  /// Keeps the rows of one cell type; without a name the table must hold one type only.
  void keep_cell_type(const std::string& cell_type);

 private:
  ProblemList* problems_;
  std::uint32_t header_line_ = 0;
  std::vector<std::string> header_, header_lower_;
  std::vector<CsvRow> rows_;
};

}  // namespace modscape::config
