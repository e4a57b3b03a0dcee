// SPDX-License-Identifier: Apache-2.0
#include "io/open_log.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "io/column_layout.hpp"
#include "io/crc32c.hpp"
#include "io/fault.hpp"
#include "io/log_layout.hpp"

namespace modscape::io {
namespace {
constexpr std::size_t transfer_bytes = std::size_t{1} << 30;  // one MPI-IO transfer is limited to 2 GB
constexpr std::size_t read_bytes = 4 << 20;

std::span<const std::byte> bytes_of(const LogCells& cells) {
  return std::visit([](const auto& span) { return std::as_bytes(span); }, cells);
}

/// Calls part(first, count) for [first, first+count) in parts of at most `most` bytes, or one row.
template <class Part>
void in_parts(std::int64_t first, std::int64_t count, std::size_t row_bytes, std::size_t most, Part part) {
  const auto step = static_cast<std::int64_t>(std::max<std::size_t>(1, most / std::max<std::size_t>(1, row_bytes)));
  for (const std::int64_t end = first + count; first < end; first += step) part(first, std::min(step, end - first));
}
}  // namespace

OpenLog::OpenLog(hid_t file, const LogTable& layout)
    : layout_(layout),
      block_rows_(log_block_rows(layout)),
      independent_(h5::check(H5Pcreate(H5P_DATASET_XFER), "H5Pcreate")) {
  // Collective transfers can corrupt data silently when several ranks aggregate (docs/design.md §4).
  h5::check(H5Pset_dxpl_mpio(independent_.get(), H5FD_MPIO_INDEPENDENT), "H5Pset_dxpl_mpio");
  for (const Column& column : layout.columns) {
    columns_.push_back(h5::open_dataset(file, layout.path + "/" + column.name));
    row_bytes_.push_back(cells_per_row(layout.axes, column, layout.path) * element_bytes(column.type));
  }
  crc_ = h5::open_dataset(file, log_crc_path(layout));
  commits_ = h5::open_dataset(file, log_commits_path(layout));
  const LogRecord record = read_record(commits_.get(), layout.columns.size(), independent_.get(), layout.path);
  const h5::Object group = h5::open_object(file, log_record_path(layout));
  finished_ = !h5::text_attribute(group.get(), log_finished_attribute).empty();
  mark_ = {layout.first_row + static_cast<std::int64_t>(record.used), record.tail};
  sequence_ = record.sequence;
  if (record.used > h5::shape(columns_.front().get()).at(0))
    throw IoFailure(fmt::format("{} has fewer rows than it says", layout.path));
}

std::int64_t OpenLog::room() const noexcept {
  return finished_ ? 0 : layout_.capacity - here(mark_.used);
}

std::optional<LogFull> OpenLog::overflow(std::int64_t used) const {
  if (used - mark_.used <= room()) return std::nullopt;
  return LogFull{layout_.path, finished_ ? here(mark_.used) : layout_.capacity, here(used)};
}

tl::expected<void, LogFull> OpenLog::write(std::int64_t first, const std::vector<LogCells>& columns, int rank) {
  if (columns.size() != columns_.size())
    throw InternalError(fmt::format("log {} has {} columns, not {}", layout_.path, columns_.size(), columns.size()));
  const auto count = static_cast<std::int64_t>(bytes_of(columns.front()).size() / row_bytes_.front());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].index() != static_cast<std::size_t>(layout_.columns[c].type) ||
        bytes_of(columns[c]).size() != static_cast<std::size_t>(count) * row_bytes_[c])
      throw InternalError(fmt::format("log {}: column {} of {} rows has another type or length", layout_.path,
                                      layout_.columns[c].name, count));
  }
  if (first < mark_.used) throw InternalError(fmt::format("log {}: row {} is committed", layout_.path, first));
  if (std::optional<LogFull> full = overflow(first + count)) return tl::unexpected(*std::move(full));
  fault_point("log-begin", rank);
  for (std::size_t c = 0; c < columns.size(); ++c)
    in_parts(0, count, row_bytes_[c], transfer_bytes, [&](std::int64_t row, std::int64_t rows) {
      h5::write_rows(columns_[c].get(), memory_type(layout_.columns[c].type),
                     bytes_of(columns[c]).data() + static_cast<std::size_t>(row) * row_bytes_[c], here(first) + row,
                     rows, independent_.get(), layout_.path);
    });
  for (std::int64_t row = 0; row < count;) {
    const std::int64_t place = here(first) + row;
    LogPiece piece{first + row, std::min(count - row, block_rows_ - place % block_rows_), {}};
    for (std::size_t c = 0; c < columns.size(); ++c)
      piece.crcs.push_back(crc32c(bytes_of(columns[c]).data() + static_cast<std::size_t>(row) * row_bytes_[c],
                                  static_cast<std::size_t>(piece.count) * row_bytes_[c]));
    row += piece.count;
    pieces_.push_back(std::move(piece));
  }
  fault_point("log-data", rank);
  return {};
}

std::vector<LogPiece> OpenLog::take_pieces() {
  return std::exchange(pieces_, {});
}

LogMark OpenLog::seal(std::vector<LogPiece> pieces, std::int64_t used, int rank) {
  std::ranges::sort(pieces, {}, [](const LogPiece& piece) { return piece.first; });
  LogMark mark = mark_;
  const std::int64_t first_block = here(mark.used) / block_rows_;
  std::vector<std::uint32_t> full;
  for (const LogPiece& piece : pieces) {
    if (piece.first != mark.used)
      throw InternalError(fmt::format("log {}: rows {} to {} were written {}", layout_.path,
                                      std::min(piece.first, mark.used), std::max(piece.first, mark.used),
                                      piece.first > mark.used ? "by no rank" : "twice"));
    for (std::size_t c = 0; c < piece.crcs.size(); ++c)
      mark.tail[c] =
          joined_crc32c(mark.tail[c], piece.crcs[c], static_cast<std::uint64_t>(piece.count) * row_bytes_[c]);
    mark.used += piece.count;
    if (here(mark.used) % block_rows_ != 0) continue;
    full.insert(full.end(), mark.tail.begin(), mark.tail.end());
    std::ranges::fill(mark.tail, 0);
  }
  if (mark.used != used)
    throw InternalError(
        fmt::format("log {}: {} rows are to be committed, {} were written", layout_.path, used, mark.used));
  if (!full.empty())
    h5::write_rows(crc_.get(), H5T_NATIVE_UINT32, full.data(), first_block, std::ssize(full) / std::ssize(mark.tail),
                   independent_.get(), layout_.path);
  fault_point("log-crc", rank);
  return mark;
}

void OpenLog::record(const LogMark& mark, int rank) {
  if (mark == mark_) return;
  write_record(commits_.get(), {sequence_ + 1, static_cast<std::uint64_t>(here(mark.used)), mark.tail},
               independent_.get(), layout_.path);
  fault_point("log-commit", rank);
}

void OpenLog::accept(const LogMark& mark) {
  if (mark == mark_) return;
  mark_ = mark;
  ++sequence_;
}

std::vector<std::uint32_t> OpenLog::block_crcs(std::int64_t block, const LogMark& mark) {
  if ((block + 1) * block_rows_ > here(mark.used)) return mark.tail;
  std::vector<std::uint32_t> crcs(columns_.size());
  h5::read_rows(crc_.get(), H5T_NATIVE_UINT32, crcs.data(), block, 1, independent_.get(), layout_.path);
  return crcs;
}

void OpenLog::read_block(std::int64_t block, const LogMark& mark, const Visit& visit) {
  const std::int64_t first = block * block_rows_, count = std::min(block_rows_, here(mark.used) - first);
  std::vector<std::byte> bytes;
  for (std::size_t c = 0; c < columns_.size(); ++c)
    in_parts(first, count, row_bytes_[c], read_bytes, [&](std::int64_t row, std::int64_t rows) {
      bytes.resize(static_cast<std::size_t>(rows) * row_bytes_[c]);
      h5::read_rows(columns_[c].get(), memory_type(layout_.columns[c].type), bytes.data(), row, rows,
                    independent_.get(), layout_.path);
      visit(c, bytes, row, rows);
    });
}

void OpenLog::verify_block(std::int64_t block, const LogMark& mark, const std::string& file_path, const Visit& visit) {
  std::vector<std::uint32_t> running(columns_.size(), crc32c_start);
  read_block(block, mark, [&](std::size_t c, std::span<const std::byte> bytes, std::int64_t row, std::int64_t rows) {
    extend_crc32c({&running[c], 1}, bytes.data(), bytes.size());
    if (visit) visit(c, bytes, row, rows);
  });
  const std::vector<std::uint32_t> stored = block_crcs(block, mark);
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    if (~running[c] == stored[c]) continue;
    const std::int64_t first = layout_.first_row + block * block_rows_;
    throw BadInput(file_path,
                   fmt::format("block {} of log {} is damaged: rows {} to {}, column {}", block, layout_.path, first,
                               std::min(first + block_rows_, mark.used) - 1, layout_.columns[c].name),
                   "restore the file from a copy, or compute it again with --force");
  }
}

void OpenLog::verify(const LogMark& mark, std::int64_t first, std::int64_t last, const std::string& file_path) {
  for (std::int64_t block = first; block < last; ++block) verify_block(block, mark, file_path, {});
}

void OpenLog::copy_to(hid_t file, const std::string& file_path) {
  std::vector<h5::Dataset> copies;
  for (const Column& column : layout_.columns)
    copies.push_back(h5::open_dataset(file, layout_.path + "/" + column.name));
  const h5::Dataset crc = h5::open_dataset(file, log_crc_path(layout_));
  for (std::int64_t block = 0; block < log_blocks(layout_, here(mark_.used)); ++block) {
    verify_block(block, mark_, file_path,
                 [&](std::size_t c, std::span<const std::byte> bytes, std::int64_t row, std::int64_t rows) {
                   h5::write_rows(copies[c].get(), memory_type(layout_.columns[c].type), bytes.data(), row, rows,
                                  H5P_DEFAULT, layout_.path);
                 });
    h5::write_rows(crc.get(), H5T_NATIVE_UINT32, block_crcs(block, mark_).data(), block, 1, H5P_DEFAULT, layout_.path);
  }
}

}  // namespace modscape::io
