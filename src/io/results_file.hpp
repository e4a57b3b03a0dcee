// SPDX-License-Identifier: Apache-2.0
// The results file: one parallel HDF5 file per MPI job, written so that nothing finished is ever lost and nothing
// half-written is ever counted (docs/output-format.md; the reasons are in docs/design.md §4). Three kinds of content:
//   live tables    rows fixed at creation; one dataset per column; independent writes of whole disjoint rows in the
//   order
//                  data, crc, status; a reader takes status, then data, then crc.
//   log tables     rows appended in their final order (io/log_table.hpp); independent writes of disjoint rows, which
//                  count when a commit has written data, crc and counter, in this order.
//   stage results  groups whose sizes are known late; written by rank 0 to a temporary copy, fsync, rename.
// Provenance lives under /provenance and is outside equality.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/shard.hpp"
#include "io/column.hpp"
#include "io/log_table.hpp"
#include "parallel/communicator.hpp"

namespace modscape::io {

/// `path` is a group such as "/sweep/prior"; its row axis is a scale called `row_axis`: 0..rows-1, in a shard the rows'
/// numbers in the whole table, first_row..first_row+rows-1.
/// status 0 = empty, 1 = done, >1 = a named failure (attribute `status_meanings`).
struct LiveTable {
  std::string path;
  std::string row_axis = "row";
  std::string text;
  std::int64_t rows = 0;
  std::vector<Axis> axes;
  std::vector<Column> columns;
  std::int64_t first_row = 0;             ///< in the whole table, of row 0 here
  std::int64_t all_rows = 0;              ///< of the whole table, if this is a shard's part of it
  std::vector<std::string> derived_from;  ///< tables whose rows say what the rows of this one are
};

/// Rows [first, last) of a table.
struct RowRange {
  std::int64_t first, last;
};

/// Row status codes every live table uses; codes above 1 are failures, each with a name in the file.
enum class RowStatus : std::uint8_t {
  empty = 0,
  done = 1,
  non_finite = 2,
  step_collapse = 3,
  spike_storm = 4,
  cost_limit = 5,
  crashed = 6,
  out_of_bounds = 7,
  runaway_excitation = 8
};
inline constexpr RowStatus last_status = RowStatus::runaway_excitation;
inline constexpr std::int32_t missing_code = -1;  ///< in an i32 column, as NaN is in an f64 one
std::string_view to_string(RowStatus status);

/// Everything that fixes the file at creation.
struct FileLayout {
  std::string title;
  std::string job_text;  ///< resolved job, TOML with every default
  std::string job_hash;  ///< hex; same hash = same job = resume
  std::vector<LiveTable> tables;
  Shard shard = {};  ///< part of the file's identity
  /// Hashes of jobs that this one has grown from: their files are accepted and get the tables they lack.
  std::vector<std::string> earlier_hashes = {};
  /// Class of floating-point arithmetic whose bits the rows have ("fma", "no-fma"); empty: it does not matter.
  std::string arithmetic = {};
  std::vector<LogTable> logs = {};
};

/// Bytes that a file with this layout takes, space reserved for everything but stages: an upper estimate, close for
/// many rows.
std::int64_t estimated_bytes(const FileLayout& layout);

/// Rows of one live table in memory: numbers for rows [first, first+count), to be filled and written in one go. `row`
/// is the row's number in the table, in [first, first+count), everywhere below. Cells start at 0 and statuses at empty.
class RowBlock {
 public:
  RowBlock(const LiveTable& table, std::int64_t first, std::int64_t count);
  std::int64_t first() const noexcept { return first_; }
  std::int64_t count() const noexcept { return count_; }
  /// The cells of one column of one row (length = product of its axes); f64 and i32 columns by the matching call.
  std::span<double> f64(std::int64_t row, std::size_t column);
  std::span<std::int32_t> i32(std::int64_t row, std::size_t column);
  void set_missing(std::int64_t row, std::size_t column);  ///< its cells: NaN, or missing_code
  void set_status(std::int64_t row, RowStatus status);
  RowStatus status(std::int64_t row) const;
  /// Per row, CRC-32C of its column bytes in listed order and then of its status.
  std::vector<std::uint32_t> crcs() const;

  // Raw storage, for the file: column c holds count()*width(c) elements of its type.
  std::span<const std::byte> column_bytes(std::size_t column) const;
  std::span<std::byte> column_bytes(std::size_t column);
  std::span<std::uint8_t> statuses() { return statuses_; }
  std::size_t width(std::size_t column) const { return widths_[column]; }

 private:
  template <class T>
  std::span<T> cells(std::int64_t row, std::size_t column, ColumnType type);

  std::int64_t first_, count_;
  std::vector<ColumnType> types_;
  std::vector<std::size_t> widths_;
  std::vector<std::vector<std::byte>> columns_;
  std::vector<std::uint8_t> statuses_;
};

/// Rows that make a block of a few MB: large enough to be written at the speed of the disk.
std::int64_t rows_per_block(const LiveTable& table);

/// Writes groups, datasets and attributes of a tree (stage results and small files). Serial. All strings are stored
/// fixed-length UTF-8. Paths start at the top of that tree: in a file "/a" is "/a", in the stage "fit" it is "/fit/a"
/// (with or without the leading slash).
class TreeWriter {
 public:
  virtual ~TreeWriter() = default;
  /// Creates missing parent groups. `axes` names dimension scales made before by axis(), in the same or an enclosing
  /// group; the product of their lengths must be values.size().
  virtual void dataset(const std::string& path, std::span<const double> values, const std::vector<std::string>& axes,
                       const std::string& units, const std::string& text) = 0;
  virtual void dataset(const std::string& path, std::span<const std::int32_t> values,
                       const std::vector<std::string>& axes, const std::string& units, const std::string& text) = 0;
  virtual void dataset(const std::string& path, const std::vector<std::string>& values,
                       const std::vector<std::string>& axes, const std::string& text) = 0;
  /// A dimension scale `path` (its last component is the axis name).
  virtual void axis(const std::string& path, std::span<const double> values, const std::string& units,
                    const std::string& text) = 0;
  /// A scale whose coordinates are labels: integer coordinates 0..n-1 plus a string dataset `<path>_label` on it.
  virtual void label_axis(const std::string& path, const std::vector<std::string>& labels, const std::string& text) = 0;
  virtual void attribute(const std::string& path, const std::string& name, const std::string& value) = 0;
  virtual void attribute(const std::string& path, const std::string& name, double value) = 0;
};

/// Creates `path` with the tree that `fill` writes: temporary file, fsync, rename. An existing file is refused unless
/// `force` (BadInput). Serial; call it on one rank. `provenance` goes to /provenance as string attributes.
void write_tree_file(const std::string& path, bool force, const std::map<std::string, std::string>& provenance,
                     const std::function<void(TreeWriter&)>& fill);

/// BadInput unless the file `path` is one of modscape, in this format and this shard of the job with this hash or of
/// one that it has grown from. Serial.
void require_results_of(const std::string& path, const std::string& job_hash, const Shard& shard,
                        const std::vector<std::string>& earlier_hashes = {});

/// Numbers and texts of any results or tree file; serial, read-only, works while a job writes the file.
class TreeReader {
 public:
  explicit TreeReader(const std::string& path);  ///< BadInput if missing or not a readable HDF5 file
  ~TreeReader();
  TreeReader(TreeReader&&) noexcept;
  TreeReader& operator=(TreeReader&&) noexcept;
  bool exists(const std::string& path) const;
  std::vector<std::int64_t> shape(const std::string& path) const;
  std::vector<double> f64(const std::string& path) const;
  std::vector<std::int32_t> i32(const std::string& path) const;
  std::vector<std::uint8_t> u8(const std::string& path) const;
  std::vector<std::string> strings(const std::string& path) const;
  std::string attribute(const std::string& path, const std::string& name) const;  ///< string attribute; empty if absent
  double number(const std::string& path, const std::string& name) const;          ///< numeric attribute; NaN if absent
  std::vector<std::string> children(const std::string& path) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Neighbouring rows [first, last) without a result; `begun`: in an earlier session, which they may have ended.
struct MissingRows {
  std::int64_t first, last;
  bool begun;
};

/// A live table as it stands. `missing` is in order.
struct TableState {
  std::vector<MissingRows> missing;
  std::int64_t done = 0, failed = 0;
};

/// Seconds one rank spent on a table in one session.
struct Utilisation {
  double busy = 0.0, idle = 0.0, write = 0.0;
};

/// The parallel results file of one job.
class ResultsFile {
 public:
  /// Collective. Creates the file (checks space with posix_fallocate, BadInput when there is not enough) or, when it
  /// exists with the same job hash, resumes it; a file of an earlier hash is grown by the tables it lacks (temporary
  /// copy, rename: finished rows stay as they are). Another job's file, another format version or a foreign file:
  /// BadInput, untouched, unless `force` (then it is replaced). A second writer is refused by name (lock file
  /// `path`.lock). `provenance` describes this session (stored as one JSON line in preallocated space, so a kill cannot
  /// damage the file).
  static ResultsFile open(const parallel::Communicator& comm, const std::string& path, const FileLayout& layout,
                          const std::map<std::string, std::string>& provenance, bool force);
  ResultsFile(ResultsFile&&) noexcept;
  ResultsFile& operator=(ResultsFile&&) noexcept;
  ~ResultsFile();  ///< releases handles; never communicates

  bool resumed() const noexcept;
  /// What the user should know though the job goes on: another commit wrote part of the file, no file locks here.
  const std::vector<std::string>& warnings() const noexcept;
  const std::string& path() const noexcept;

  /// What is there and what is missing, verified: a row whose crc does not match counts as missing. Rows attempted
  /// three times without a result are written as crashed. Collective: each rank reads a share of the rows, in blocks.
  TableState state(const std::string& table);

  /// Notes an attempt at `rows`, missing by state() of this session or part of a range of it, before computing them
  /// (uint8 counters under /provenance). Once per session and row: the counters of rows not `begun` are not read but
  /// taken as 0. Independent.
  void note_attempt(const std::string& table, const MissingRows& rows);
  /// Takes the attempt of this session back: the rows were left for another one. Independent.
  void forget_attempt(const std::string& table, const MissingRows& rows);

  /// Independent write of finished rows, in the order data, crc, status. A failed write throws IoFailure (the caller
  /// aborts the job).
  void write(const std::string& table, RowBlock& block);

  /// All rows of a table, read back (serial read on this rank after a collective flush by sync()). Rows with status 0
  /// are zero.
  RowBlock read(const std::string& table);

  /// Records what this rank did for a table, at /provenance. Independent.
  void note_utilisation(const std::string& table, const Utilisation& seconds);

  // Log tables. Rows are numbered from the start of the run. "All logs": in the order of FileLayout::logs.

  /// Rows that may still be committed; the same on every rank.
  std::int64_t log_room(const std::string& log) const;

  /// Independent write of rows first, first+1, ... that do not count yet; `columns` in the order of the log, the rows
  /// after those committed, disjoint from those of other ranks. LogFull: they do not fit, nothing was written. A failed
  /// write throws IoFailure (the caller aborts the job).
  tl::expected<void, LogFull> write_log(const std::string& log, std::int64_t first,
                                        const std::vector<LogCells>& columns);

  /// Collective: from now on all logs consist of the rows before `used` (one number per log, the same on every rank),
  /// which all ranks together must have written since the last commit, each once (else InternalError). Whatever
  /// interrupts it, every log keeps its rows of this or of the last commit. LogFull: one of them does not fit, and none
  /// is committed. The marks go into a checkpoint, after sync().
  tl::expected<std::vector<LogMark>, LogFull> commit_logs(const std::vector<std::int64_t>& used);

  /// Of all logs, as last committed.
  std::vector<LogMark> log_marks() const;

  /// Collective: back to what a checkpoint says, no mark: to the start. BadInput naming log, block and rows where what
  /// is kept is damaged, or if the file has fewer rows. Rows written but not committed are forgotten.
  void truncate_logs(const std::vector<LogMark>& marks);

  /// Collective, when no more rows will come: datasets get the length of their used rows, verified on the way
  /// (temporary copy, fsync, rename; the space beside the file must suffice for what is used). Nothing if that is done
  /// already. A finished log cannot be cut back: what goes on in a further part is in a checkpoint before.
  void finish_logs();
  bool logs_finished() const noexcept;  ///< no rows can be added

  void sync();  ///< collective: flush and fsync

  bool has_stage(const std::string& name) const;
  /// Numeric attribute of a stage; NaN if there is none. Independent.
  double stage_number(const std::string& name, const std::string& attribute) const;
  /// Collective. Rank 0 runs `fill` against a temporary copy below group `/name`, in place of what is there, fsync,
  /// rename; all ranks reopen the new file.
  void write_stage(const std::string& name, const std::string& text, const std::function<void(TreeWriter&)>& fill);

  /// Free text of this session (JSON object merged into the session line): timings, utilisation. Rank 0 only has an
  /// effect.
  void note_session(const std::map<std::string, std::string>& entries);

  void close();  ///< collective: sync, record the end time of the session, release the lock

 private:
  struct Impl;
  explicit ResultsFile(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Progress of every live table of a (possibly running) job.
struct TableProgress {
  std::string path;
  std::int64_t rows = 0, done = 0, failed = 0;
  std::map<std::string, std::int64_t> failures = {};  ///< rows by the name of their failure
  TableProgress& operator+=(const TableProgress& other);
};
std::vector<TableProgress> read_progress(const std::string& path);

/// Progress of every log table of a (possibly running) job, of the rows in this file.
struct LogProgress {
  std::string path;
  std::int64_t used, capacity;
  bool finished;  ///< then used = capacity
};
std::vector<LogProgress> read_log_progress(const std::string& path);

/// What the last session of a (possibly running) job noted.
std::map<std::string, std::string> read_last_session(const std::string& path);

/// Versions of HDF5 and MPI and the MPI-IO component in force, for provenance and `info`.
std::map<std::string, std::string> io_versions();

}  // namespace modscape::io
