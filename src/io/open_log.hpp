// SPDX-License-Identifier: Apache-2.0
// One log table of an open results file. Rows are numbered from the start of the run, blocks within the file.
#pragma once
#include <functional>
#include <optional>
#include <tl/expected.hpp>

#include "io/h5.hpp"
#include "io/log_table.hpp"

namespace modscape::io {

/// Neighbouring rows of one block that a rank has written.
struct LogPiece {
  std::int64_t first = 0, count = 0;
  std::vector<std::uint32_t> crcs;  ///< per column
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & first & count & crcs;
  }
};

class OpenLog {
 public:
  OpenLog(hid_t file, const LogTable& layout);
  const LogTable& layout() const noexcept { return layout_; }
  bool finished() const noexcept { return finished_; }
  const LogMark& mark() const noexcept { return mark_; }  ///< as last committed
  std::int64_t room() const noexcept;
  std::optional<LogFull> overflow(std::int64_t used) const;

  /// Independent; notes what was written for the next commit.
  tl::expected<void, LogFull> write(std::int64_t first, const std::vector<LogCells>& columns, int rank);
  std::vector<LogPiece> take_pieces();

  /// One rank: writes the checksums of the blocks that all these pieces fill up. Returns the mark after them;
  /// InternalError unless they are the rows from the last mark to `used`.
  LogMark seal(std::vector<LogPiece> pieces, std::int64_t used, int rank);
  /// One rank: from now on the rows before mark.used count. Nothing to do if they do already.
  void record(const LogMark& mark, int rank);
  /// Every rank, after the record.
  void accept(const LogMark& mark);

  /// BadInput naming the first of the blocks [first, last) up to `mark` that is damaged. Independent.
  void verify(const LogMark& mark, std::int64_t first, std::int64_t last, const std::string& file_path);
  /// The rows that count and all checksums, verified, to a serial file with as much room as they need.
  void copy_to(hid_t file, const std::string& file_path);

 private:
  using Visit =
      std::function<void(std::size_t column, std::span<const std::byte>, std::int64_t row, std::int64_t rows)>;
  std::int64_t here(std::int64_t row) const { return row - layout_.first_row; }
  std::vector<std::uint32_t> block_crcs(std::int64_t block, const LogMark& mark);
  void read_block(std::int64_t block, const LogMark& mark, const Visit& visit);
  void verify_block(std::int64_t block, const LogMark& mark, const std::string& file_path, const Visit& visit);

  LogTable layout_;
  std::int64_t block_rows_;
  bool finished_ = false;
  LogMark mark_;
  std::uint64_t sequence_ = 0;
  std::vector<LogPiece> pieces_;
  std::vector<std::size_t> row_bytes_;  ///< per column
  h5::Properties independent_;
  std::vector<h5::Dataset> columns_;
  h5::Dataset crc_, commits_;
};

}  // namespace modscape::io
