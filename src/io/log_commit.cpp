// SPDX-License-Identifier: Apache-2.0
#include "io/log_commit.hpp"

#include <fmt/format.h>

#include "io/agreement.hpp"
#include "io/archive.hpp"
#include "io/fault.hpp"
#include "io/file_system.hpp"
#include "io/log_layout.hpp"
#include "io/row_copy.hpp"

namespace modscape::io {
namespace {
using Pieces = std::vector<std::vector<LogPiece>>;  // of each log

template <class T>
T received(const std::string& bytes) {
  Expected<T> value = unpack<T>(bytes);
  if (!value) throw InternalError("logs of another rank: " + value.error().message);
  return *std::move(value);
}

Pieces join(const std::vector<std::string>& ranks) {
  Pieces all;
  for (const std::string& bytes : ranks) {
    const auto part = received<Pieces>(bytes);
    all.resize(part.size());
    for (std::size_t i = 0; i < part.size(); ++i) all[i].insert(all[i].end(), part[i].begin(), part[i].end());
  }
  return all;
}

/// All checksums before the first record: a kill in between leaves all logs as they were.
std::vector<LogMark> write_commit(std::list<OpenLog>& logs, Pieces pieces, const std::vector<std::int64_t>& used,
                                  int rank) {
  std::vector<LogMark> marks;
  for (OpenLog& log : logs) {
    const std::size_t i = marks.size();
    marks.push_back(log.seal(std::move(pieces.at(i)), used[i], rank));
  }
  std::size_t i = 0;
  for (OpenLog& log : logs) log.record(marks[i++], rank);
  return marks;
}

void accept_all(std::list<OpenLog>& logs, const std::vector<LogMark>& marks) {
  std::size_t i = 0;
  for (OpenLog& log : logs) log.accept(marks.at(i++));
}

void require_mark(const OpenLog& log, const LogMark& mark, const std::string& path) {
  if (mark.used < log.layout().first_row || mark.used > log.mark().used ||
      mark.tail.size() != log.layout().columns.size())
    throw BadInput(path,
                   fmt::format("log {} has rows {} to {} of the run, the checkpoint is of row {}", log.layout().path,
                               log.layout().first_row, log.mark().used, mark.used),
                   "the checkpoint belongs to another file");
  if (log.finished() && mark.used != log.mark().used)
    throw BadInput(path,
                   fmt::format("log {} is finished with row {} of the run, the checkpoint is of row {}",
                               log.layout().path, log.mark().used, mark.used),
                   "--force computes the file again");
}

RowTable shortened(std::string path, std::string axis, std::vector<std::string> datasets, std::int64_t rows) {
  RowTable table;
  table.path = std::move(path);
  table.all_rows = rows;
  table.axes = {std::move(axis)};
  table.datasets = std::move(datasets);
  return table;
}
}  // namespace

tl::expected<std::vector<LogMark>, LogFull> commit_logs(const parallel::Communicator& comm, std::list<OpenLog>& logs,
                                                        const std::vector<std::int64_t>& used) {
  if (used.size() != logs.size())
    throw InternalError(fmt::format("{} logs, but {} numbers of rows", logs.size(), used.size()));
  std::size_t i = 0;
  for (const OpenLog& log : logs)
    if (std::optional<LogFull> full = log.overflow(used[i++])) return tl::unexpected(*std::move(full));
  Pieces mine;
  for (OpenLog& log : logs) mine.push_back(log.take_pieces());
  const std::vector<std::string> gathered = comm.gather(pack(mine));
  const std::string marks = on_root(comm, [&] { return pack(write_commit(logs, join(gathered), used, comm.rank())); });
  accept_all(logs, received<std::vector<LogMark>>(marks));
  return marks_of(logs);
}

void truncate_logs(const parallel::Communicator& comm, std::list<OpenLog>& logs, std::vector<LogMark> marks,
                   const std::string& path) {
  if (marks.empty())
    for (const OpenLog& log : logs)
      marks.push_back({log.layout().first_row, std::vector<std::uint32_t>(log.layout().columns.size())});
  if (marks.size() != logs.size())
    throw BadInput(path, fmt::format("has {} logs, the checkpoint {}", logs.size(), marks.size()),
                   "the checkpoint belongs to another file");
  on_all(comm, [&] {
    std::size_t i = 0;
    for (OpenLog& log : logs) {
      const LogMark& mark = marks[i++];
      require_mark(log, mark, path);
      log.take_pieces();
      const std::int64_t blocks = log_blocks(log.layout(), mark.used - log.layout().first_row);
      const auto [first, last] = parallel::block_range(blocks, comm.rank(), comm.size());
      log.verify(mark, first, last, path);
    }
  });
  on_root(comm, [&] {
    std::size_t i = 0;
    for (OpenLog& log : logs) log.record(marks[i++], comm.rank());
    return std::string();
  });
  accept_all(logs, marks);
}

std::vector<LogMark> marks_of(const std::list<OpenLog>& logs) {
  std::vector<LogMark> marks;
  for (const OpenLog& log : logs) marks.push_back(log.mark());
  return marks;
}

void finish_log_file(const std::string& path, const std::vector<LogTable>& logs) {
  const h5::File file = h5::open_file(path, H5F_ACC_RDONLY);
  std::list<OpenLog> open;
  std::vector<RowTable> shorter;
  auto bytes = static_cast<double>(file_size(path));
  for (const LogTable& log : logs) {
    const OpenLog& source = open.emplace_back(file.get(), log);
    LogTable used = log;
    used.capacity = source.mark().used - log.first_row;
    bytes += log_bytes(used) - log_bytes(log);
    std::vector<std::string> columns;
    for (const Column& column : log.columns) columns.push_back(log.path + "/" + column.name);
    shorter.push_back(shortened(log.path, log_axis_path(log), columns, used.capacity));
    shorter.push_back(
        shortened(log_record_path(log), log_block_axis_path(log), {log_crc_path(log)}, log_blocks(log, used.capacity)));
  }
  if (const std::int64_t free = free_bytes(folder_of(path)); static_cast<double>(free) < bytes)
    throw IoFailure(fmt::format("finishing the logs of {} needs a copy of what is used: {:.0f} bytes, {} are available",
                                path, bytes, free));
  TemporaryFile temporary(path);
  h5::File shortened_file = h5::create_file(temporary.path());
  copy_structure(file.get(), shortened_file.get(), shorter, Storage::live);
  for (OpenLog& log : open) {
    log.copy_to(shortened_file.get(), path);
    const h5::Object record = h5::open_object(shortened_file.get(), log_record_path(log.layout()));
    h5::write_attribute(record.get(), log_finished_attribute, "yes");
  }
  shortened_file.close(temporary.path());
  fault_point("finish", 0);
  temporary.commit();
}

}  // namespace modscape::io
