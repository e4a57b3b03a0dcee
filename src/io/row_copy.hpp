// SPDX-License-Identifier: Apache-2.0
// Copies of a results file with another storage or with the rows of the whole job in place of a shard's. Knows nothing
// of what the columns mean: a live table is a group whose `status` says what its codes mean, and whatever else hangs on
// the row axis of its table is copied row by row. Serial.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "io/h5.hpp"
#include "io/results_file.hpp"

namespace modscape::io {

/// A live table as a file holds it.
struct RowTable {
  std::string path;                       ///< "/sweep"
  std::int64_t rows = 0;                  ///< here
  std::int64_t first_row = 0;             ///< of the whole table, that is row 0 here
  std::int64_t all_rows = 0;              ///< of the whole table
  std::vector<std::string> axes;          ///< its row axes: in the table, and of the counters below /provenance
  std::vector<std::string> datasets;      ///< absolute paths of what has one entry per row, other than the axes
  std::vector<std::string> columns;       ///< absolute paths, in the order of the checksum
  std::vector<std::string> derived_from;  ///< as LiveTable says
};
std::vector<RowTable> row_tables(hid_t file);

/// What must be equal in files that are joined: of each object outside /provenance its attributes, type, shape and (if
/// it does not hang on rows) content, in short. The shard's own numbers are left out.
std::map<std::string, std::string> common_content(hid_t file, const std::vector<RowTable>& tables);

enum class Storage {
  live,       ///< contiguous, as a job writes it
  compressed  ///< chunks of rows, shuffled and deflated: smaller, but no rank can write to it any more
};
/// Is any table of the file compressed?
bool is_compressed(hid_t file, const std::vector<RowTable>& tables);

/// Everything of `from` but the rows, for all_rows of every table and without the numbers of a shard; into the empty
/// file `to`.
void copy_structure(hid_t from, hid_t to, const std::vector<RowTable>& tables, Storage storage);

struct RowCount {
  std::int64_t done = 0, failed = 0;
  std::vector<RowRange> missing;  ///< of the whole table: without a status, or with a checksum that does not fit
};

/// Checks all rows of a table, in blocks of some megabytes, and copies them to their place in `to` for as long as none
/// is missing. `to` < 0: only checks. `advance` hears of every block.
RowCount copy_rows(hid_t from, hid_t to, const RowTable& table, const std::function<void(std::int64_t)>& advance);

}  // namespace modscape::io
