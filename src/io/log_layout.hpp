// SPDX-License-Identifier: Apache-2.0
// Where the parts of a log table lie in a file, how they are made, and what a file says about its logs. Serial.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "io/h5.hpp"
#include "io/log_record.hpp"
#include "io/log_table.hpp"
#include "io/results_file.hpp"

namespace modscape::io {

std::string log_axis_path(const LogTable& log);
std::string log_record_path(const LogTable& log);                  ///< group below /provenance
std::string log_crc_path(const LogTable& log);                     ///< CRC-32C over block and column
std::string log_block_axis_path(const LogTable& log);              ///< of the crcs
std::string log_commits_path(const LogTable& log);                 ///< the slots of the commit record
inline constexpr const char* log_finished_attribute = "finished";  ///< of the record: no rows can be added
inline constexpr const char* log_block_attribute = "block_rows";   ///< of the crcs

/// Rows under one checksum.
std::int64_t log_block_rows(const LogTable& log);
/// Blocks that `rows` rows take, the last of which may not be full.
std::int64_t log_blocks(const LogTable& log, std::int64_t rows);

/// What a log takes in a file.
double log_bytes(const LogTable& log);
/// The structure of the log with room for all rows; start_log writes its first commit record when space is reserved.
void make_log(hid_t file, const LogTable& log);
void start_log(hid_t file, const LogTable& log);
/// IoFailure if no slot is intact.
LogRecord read_record(hid_t commits, std::size_t columns, hid_t transfer, const std::string& log);
void write_record(hid_t commits, const LogRecord& record, hid_t transfer, const std::string& path);

/// BadInput unless the file has this log, as it was made or finished.
void require_log(const TreeReader& file, const std::string& path, const LogTable& log);

/// A log as a file holds it.
struct LogState {
  std::int64_t used = 0, capacity = 0;
  bool finished = false;
  std::vector<std::string> columns;
};
/// Of the log that the group `path` is; nothing if it is none. IoFailure if its commit record is damaged.
std::optional<LogState> log_state(hid_t file, const std::string& path);
/// The groups that are logs.
std::vector<std::string> log_paths(hid_t file);

}  // namespace modscape::io
