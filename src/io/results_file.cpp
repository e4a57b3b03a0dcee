// SPDX-License-Identifier: Apache-2.0
#include "io/results_file.hpp"

#include <fmt/format.h>
#include <unistd.h>
#include <chrono>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <limits>
#include <list>
#include <sstream>

#include "core/build_info.hpp"
#include "io/agreement.hpp"
#include "io/fault.hpp"
#include "io/file_system.hpp"
#include "io/h5_tree.hpp"
#include "io/layout.hpp"
#include "io/live_table.hpp"
#include "io/lock.hpp"
#include "io/log_commit.hpp"
#include "io/session_log.hpp"

namespace modscape::io {
namespace {
constexpr std::uint8_t most_attempts = 3;

/// A row that took the program down every time: no numbers, only its status.
RowBlock crashed_row(const LiveTable& table, std::int64_t row) {
  RowBlock block(table, row, 1);
  for (std::size_t c = 0; c < table.columns.size(); ++c) block.set_missing(row, c);
  block.set_status(row, RowStatus::crashed);
  return block;
}

/// The statuses of rows with a matching crc, 0 for the others. Rows that are all empty are not read any further.
std::vector<std::uint8_t> verified_statuses(OpenTable& open, std::int64_t first, std::int64_t count) {
  std::vector<std::uint8_t> statuses = open.statuses(first, count);
  if (std::ranges::all_of(statuses, [](std::uint8_t status) { return status == 0; })) return statuses;
  RowBlock block = open.read(first, count);
  std::ranges::copy(block.statuses(), statuses.begin());
  return statuses;
}

void add_missing(std::vector<MissingRows>& missing, const MissingRows& rows) {
  if (!missing.empty() && missing.back().last == rows.first && missing.back().begun == rows.begun)
    missing.back().last = rows.last;
  else
    missing.push_back(rows);
}

std::string as_bytes(const std::vector<MissingRows>& rows) {
  static_assert(std::is_trivially_copyable_v<MissingRows>);
  return rows.empty() ? "" : std::string(reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(MissingRows));
}

std::vector<MissingRows> from_bytes(const std::string& bytes) {
  std::vector<MissingRows> rows(bytes.size() / sizeof(MissingRows));
  if (!rows.empty()) std::memcpy(rows.data(), bytes.data(), bytes.size());
  return rows;
}
}  // namespace

struct ResultsFile::Impl {
  Impl(const parallel::Communicator& parent, std::string file_path, FileLayout file_layout)
      : comm(parent.split(0, parent.rank())), path(std::move(file_path)), layout(std::move(file_layout)) {}
  /// An open shared file is given up, not closed: closing communicates. Nothing is lost, every write is a raw write.
  ~Impl() { static_cast<void>(file.release()); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  parallel::Communicator comm;
  std::string path;
  FileLayout layout;
  bool resumed = false;
  std::vector<std::string> warnings;
  FileLock lock;  // rank 0
  h5::File file;
  std::list<OpenTable> tables;
  std::list<OpenLog> logs;
  SessionLog session;  // rank 0

  std::chrono::steady_clock::time_point last_sync = std::chrono::steady_clock::now();

  /// Independent: a rank that has written for a minute makes the file durable. No flush is needed, every write is a raw
  /// write.
  void sync_at_times() {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_sync < std::chrono::minutes(1)) return;
    sync_file(path);
    last_sync = now;
  }

  void prepare(bool force);
  void begin_session(const std::map<std::string, std::string>& provenance);
  void open_shared();
  void close_shared();
  OpenTable& table(const std::string& name);
  OpenLog& log(const std::string& name);
  TableState settle(OpenTable& open, std::int64_t first, std::int64_t last) const;
  void on_closed_file(const std::function<void()>& change);
  void copy_and_fill(const std::string& name, const std::string& text, const std::function<void(TreeWriter&)>& fill);
};

/// Collective: afterwards the file exists and belongs to this job.
void ResultsFile::Impl::prepare(bool force) {
  const std::string state = on_root(comm, [&] {
    require_writable(path);
    FileLock acquired(path);
    ::unlink(temporary_path(path).c_str());  // left by a killed job; we hold the lock
    const bool resume = file_exists(path) && !force;
    if (resume) {
      grow_results_file(path, layout);
      require_same_job(path, layout);
    } else {
      create_results_file(path, layout);
    }
    lock = std::move(acquired);
    return std::string(resume ? "resumed" : "created");
  });
  resumed = state == "resumed";
}

void ResultsFile::Impl::open_shared() {
  on_all(comm, [&] {
    file = h5::open_shared(path, comm);
    for (const LiveTable& live : layout.tables) tables.emplace_back(file.get(), live);
    for (const LogTable& log : layout.logs) logs.emplace_back(file.get(), log);
  });
}

void ResultsFile::Impl::close_shared() {
  on_all(comm, [&] {
    tables.clear();
    logs.clear();
    session.detach();
    file.close(path);
  });
}

/// Collective: rank 0 takes a line of the session log and looks who wrote the file before.
void ResultsFile::Impl::begin_session(const std::map<std::string, std::string>& provenance) {
  const std::string texts = on_root(comm, [&] {
    std::map<std::string, std::string> entries = provenance;
    entries["start"] = utc_now();
    entries["ranks"] = std::to_string(comm.size());
    entries["mpi_io"] = io_versions().at("mpi_io");
    entries["commit"] = build_info().commit;
    session = SessionLog(file.get(), entries);
    std::string found;
    if (!lock.held()) found += "this file system has no file locks: make sure that no other job writes the same file\n";
    for (const std::string& commit : session.earlier("commit"))
      if (commit != entries["commit"])
        found += fmt::format("part of {} was written by commit {}, this is {}\n", path, commit, entries["commit"]);
    return found;
  });
  std::istringstream lines(texts);
  for (std::string line; std::getline(lines, line);) warnings.push_back(line);
}

OpenTable& ResultsFile::Impl::table(const std::string& name) {
  const auto found = std::ranges::find_if(tables, [&](const OpenTable& open) { return open.layout().path == name; });
  if (found == tables.end()) throw InternalError(fmt::format("{} has no open table {}", path, name));
  return *found;
}

OpenLog& ResultsFile::Impl::log(const std::string& name) {
  const auto found = std::ranges::find_if(logs, [&](const OpenLog& open) { return open.layout().path == name; });
  if (found == logs.end()) throw InternalError(fmt::format("{} has no open log {}", path, name));
  return *found;
}

/// Independent: the state of rows [first, last); rows that were begun too often are settled as crashed.
TableState ResultsFile::Impl::settle(OpenTable& open, std::int64_t first, std::int64_t last) const {
  TableState state;
  const std::int64_t step = rows_per_block(open.layout());
  for (; first < last; first += step) {
    const std::int64_t count = std::min(step, last - first);
    const std::vector<std::uint8_t> statuses = verified_statuses(open, first, count);
    const std::vector<std::uint8_t> attempts = open.attempts(first, count);
    for (std::size_t i = 0; i < statuses.size(); ++i) {
      const std::int64_t row = first + static_cast<std::int64_t>(i);
      if (statuses[i] == static_cast<std::uint8_t>(RowStatus::done)) {
        ++state.done;
      } else if (statuses[i] != static_cast<std::uint8_t>(RowStatus::empty)) {
        ++state.failed;
      } else if (attempts[i] >= most_attempts) {
        RowBlock crashed = crashed_row(open.layout(), row);
        open.write(crashed, comm.rank());
        ++state.failed;
      } else {
        add_missing(state.missing, {row, row + 1, attempts[i] > 0});
      }
    }
  }
  return state;
}

/// Collective: rank 0 changes the file while it is closed. It is opened again before a failure is reported: the old
/// content stays usable.
void ResultsFile::Impl::on_closed_file(const std::function<void()>& change) {
  close_shared();
  std::exception_ptr failure;
  try {
    on_root(comm, [&] {
      change();
      return std::string();
    });
  } catch (const Failure&) {
    failure = std::current_exception();
  }
  open_shared();
  if (comm.is_root()) session.attach(file.get());
  if (failure) std::rethrow_exception(failure);
}

/// Rank 0, with the shared file closed.
void ResultsFile::Impl::copy_and_fill(const std::string& name, const std::string& text,
                                      const std::function<void(TreeWriter&)>& fill) {
  TemporaryFile copy(path);
  try {
    copy_file(path, copy.path());
  } catch (const IoFailure& failure) {
    throw IoFailure(fmt::format("stage {} needs a copy of {} ({} bytes, {} are available): {}", name, path,
                                file_size(path), free_bytes(folder_of(path)), failure.what()));
  }
  h5::File serial = h5::open_file(copy.path(), H5F_ACC_RDWR);
  const std::string group = "/" + name;
  if (h5::exists(serial.get(), group))
    h5::check(H5Ldelete(serial.get(), group.c_str(), H5P_DEFAULT), "H5Ldelete", group);
  const std::unique_ptr<TreeWriter> writer = make_tree_writer(serial.get(), group);
  writer->attribute("/", "long_name", text);
  fill(*writer);
  serial.close(copy.path());
  fault_point("stage", comm.rank());
  copy.commit();
}

ResultsFile::ResultsFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ResultsFile::ResultsFile(ResultsFile&&) noexcept = default;
ResultsFile& ResultsFile::operator=(ResultsFile&&) noexcept = default;
ResultsFile::~ResultsFile() = default;

ResultsFile ResultsFile::open(const parallel::Communicator& comm, const std::string& path, const FileLayout& layout,
                              const std::map<std::string, std::string>& provenance, bool force) {
  if (!layout.logs.empty() && !layout.shard.is_whole()) throw InternalError("a shard of a job has no logs");
  auto impl = std::make_unique<Impl>(comm, path, layout);
  impl->prepare(force);
  impl->open_shared();
  impl->begin_session(provenance);
  return ResultsFile(std::move(impl));
}

bool ResultsFile::resumed() const noexcept {
  return impl_->resumed;
}
const std::string& ResultsFile::path() const noexcept {
  return impl_->path;
}
const std::vector<std::string>& ResultsFile::warnings() const noexcept {
  return impl_->warnings;
}

TableState ResultsFile::state(const std::string& table) {
  OpenTable& open = impl_->table(table);
  const parallel::Communicator& comm = impl_->comm;
  const auto [first, last] = parallel::block_range(open.layout().rows, comm.rank(), comm.size());
  TableState mine;
  on_all(comm, [&] { mine = impl_->settle(open, first, last); });
  if (open.compressed() && !comm.all_of(mine.missing.empty()))
    throw BadInput(impl_->path, fmt::format("{} has damaged rows, and a merged file cannot be written to", table),
                   "merge the shards again");
  TableState all;
  all.done = comm.sum(mine.done);
  all.failed = comm.sum(mine.failed);
  std::string bytes;
  for (const std::string& part : comm.gather(as_bytes(mine.missing))) bytes += part;
  for (const MissingRows& rows : from_bytes(comm.broadcast(std::move(bytes)))) add_missing(all.missing, rows);
  return all;
}

void ResultsFile::note_attempt(const std::string& table, const MissingRows& rows) {
  impl_->table(table).note_attempt(rows);
}

void ResultsFile::forget_attempt(const std::string& table, const MissingRows& rows) {
  impl_->table(table).forget_attempt(rows);
}

void ResultsFile::write(const std::string& table, RowBlock& block) {
  impl_->table(table).write(block, impl_->comm.rank());
  impl_->sync_at_times();
}

void ResultsFile::note_utilisation(const std::string& table, const Utilisation& seconds) {
  impl_->table(table).note_utilisation(impl_->comm.rank(), seconds);
}

RowBlock ResultsFile::read(const std::string& table) {
  return impl_->table(table).read_all();
}

void ResultsFile::sync() {
  on_all(impl_->comm, [&] {
    h5::check(H5Fflush(impl_->file.get(), H5F_SCOPE_GLOBAL), "H5Fflush", impl_->path);
    sync_file(impl_->path);
  });
}

bool ResultsFile::has_stage(const std::string& name) const {
  return h5::exists(impl_->file.get(), "/" + name);
}

double ResultsFile::stage_number(const std::string& name, const std::string& attribute) const {
  if (!has_stage(name)) return std::numeric_limits<double>::quiet_NaN();
  return h5::number_attribute(h5::open_object(impl_->file.get(), "/" + name).get(), attribute);
}

void ResultsFile::write_stage(const std::string& name, const std::string& text,
                              const std::function<void(TreeWriter&)>& fill) {
  sync();
  impl_->on_closed_file([&] { impl_->copy_and_fill(name, text, fill); });
}

std::int64_t ResultsFile::log_room(const std::string& log) const {
  return impl_->log(log).room();
}

tl::expected<void, LogFull> ResultsFile::write_log(const std::string& log, std::int64_t first,
                                                   const std::vector<LogCells>& columns) {
  tl::expected<void, LogFull> written = impl_->log(log).write(first, columns, impl_->comm.rank());
  impl_->sync_at_times();
  return written;
}

tl::expected<std::vector<LogMark>, LogFull> ResultsFile::commit_logs(const std::vector<std::int64_t>& used) {
  return io::commit_logs(impl_->comm, impl_->logs, used);
}

std::vector<LogMark> ResultsFile::log_marks() const {
  return marks_of(impl_->logs);
}

void ResultsFile::truncate_logs(const std::vector<LogMark>& marks) {
  io::truncate_logs(impl_->comm, impl_->logs, marks, impl_->path);
}

void ResultsFile::finish_logs() {
  if (logs_finished()) return;
  sync();
  impl_->on_closed_file([&] { finish_log_file(impl_->path, impl_->layout.logs); });
}

bool ResultsFile::logs_finished() const noexcept {
  return std::ranges::all_of(impl_->logs, [](const OpenLog& log) { return log.finished(); });
}

void ResultsFile::note_session(const std::map<std::string, std::string>& entries) {
  if (impl_->comm.is_root()) impl_->session.note(entries);
}

void ResultsFile::close() {
  fault_point("close", impl_->comm.rank());
  note_session({{"end", utc_now()}});
  sync();
  impl_->close_shared();
  impl_->lock = FileLock();
}

}  // namespace modscape::io
