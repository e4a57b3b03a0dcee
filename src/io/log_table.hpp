// SPDX-License-Identifier: Apache-2.0
// The log table: rows that a simulation appends in their final order (spikes, sampled traces, rates), how many of them
// nobody knows before. Space for `capacity` rows is reserved when the file is created; each flush adds rows, of which
// every rank writes a share, and a commit makes them count. What is needed to declare one and to take it up again;
// ResultsFile does the rest.
#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "io/column.hpp"

namespace modscape::io {

enum class LogKind { plain, sonata_spikes };

/// `path` is a group such as "/rates"; its row axis is a dimension `row_axis` without coordinates. Rows are numbered
/// from the start of the run everywhere: this file has room for rows first_row..first_row+capacity-1.
struct LogTable {
  std::string path;
  std::string row_axis = "row";
  std::string text;
  std::int64_t capacity = 0;
  std::vector<Axis> axes;
  std::vector<Column> columns;
  std::map<std::string, std::string> attributes = {};  ///< further text attributes of the group
  std::int64_t first_row = 0;                          ///< in a further part of a run: rows in the parts before
  std::int64_t block_rows = 0;                         ///< rows under one checksum; 0: about 4 MB of them
  LogKind kind = LogKind::plain;
};

/// Spikes of one population as SONATA has them, sorted by time: /spikes/<population>/{timestamps (f64, ms), node_ids
/// (u64)}, the columns of a row in this order.
LogTable spike_log(const std::string& population, std::int64_t capacity, std::int64_t first_row = 0);

/// How far a log was committed, to be kept in a checkpoint: rows before `used` count.
struct LogMark {
  std::int64_t used = 0;            ///< from the start of the run
  std::vector<std::uint32_t> tail;  ///< CRC-32C, per column, of the rows of the last block if that is not full, else 0
  bool operator==(const LogMark&) const = default;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & used & tail;
  }
};

/// The cells of one column of neighbouring rows, of the column's type.
using LogCells = std::variant<std::span<const double>, std::span<const std::int32_t>, std::span<const float>,
                              std::span<const std::uint64_t>, std::span<const std::uint32_t>>;

/// More rows than a log has room for. The run stops, and goes on in a file with the next rows.
struct LogFull {
  std::string log;
  std::int64_t capacity;  ///< of this file
  std::int64_t wanted;    ///< rows of this file, had they fitted
};
std::string to_string(const LogFull& full);  ///< "log_full: ..."

}  // namespace modscape::io
