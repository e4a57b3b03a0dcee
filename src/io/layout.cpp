// SPDX-License-Identifier: Apache-2.0
#include "io/layout.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/build_info.hpp"
#include "io/column_layout.hpp"
#include "io/fault.hpp"
#include "io/file_system.hpp"
#include "io/h5_tree.hpp"
#include "io/log_layout.hpp"

namespace modscape::io {
namespace {
constexpr const char* other_file = "write to another file, or --force to replace this one";
constexpr std::int64_t structure_bytes = 1 << 20;  // upper estimate of everything that is not a row

/// Group of a table's counters below /provenance, where they are outside equality.
std::string record_path(const LiveTable& table) {
  return provenance_path + table.path;
}
std::string row_axis_path(const LiveTable& table) {
  return table.path + "/" + table.row_axis;
}

std::string status_meanings() {
  std::string text;
  for (int code = 0; code <= static_cast<int>(last_status); ++code)
    text += fmt::format("{}{} {}", code == 0 ? "" : ", ", code, to_string(static_cast<RowStatus>(code)));
  return text;
}

void make_counter(hid_t file, const std::string& path, hid_t type, const h5::Dataset& rows, const std::string& text) {
  const h5::Dataset counter = h5::create_dataset(file, path, type, h5::shape(rows.get()));
  h5::describe(counter.get(), "1", text);
  h5::attach_scale(counter.get(), rows.get(), 0);
}

void make_table(hid_t file, const LiveTable& table) {
  h5::make_group(file, table.path);
  const h5::Object group = h5::open_object(file, table.path);
  h5::write_attribute(group.get(), "long_name", table.text);
  if (table.all_rows > 0) {
    h5::write_attribute(group.get(), first_row_attribute, static_cast<double>(table.first_row));
    h5::write_attribute(group.get(), all_rows_attribute, static_cast<double>(table.all_rows));
  }
  if (!table.derived_from.empty())
    h5::write_attribute(group.get(), derived_from_attribute, fmt::format("{}", fmt::join(table.derived_from, " ")));
  const h5::Dataset rows = make_index_axis(file, row_axis_path(table), table.rows, "row of the table");
  make_columns(file, table.path, rows, table.rows, table.axes, table.columns);
  make_counter(file, status_path(table), H5T_STD_U8LE, rows, "what became of the row");
  h5::write_attribute(h5::open_dataset(file, status_path(table)).get(), "status_meanings", status_meanings());
  make_counter(file, crc_path(table), H5T_STD_U32LE, rows,
               "CRC-32C of the row's columns in the order of `columns`, then of its status");
  h5::write_attribute(h5::open_dataset(file, crc_path(table)).get(), "columns", column_names(table.columns));
}

void make_utilisation(hid_t file, const LiveTable& table) {
  const h5::Dataset ranks = make_index_axis(file, record_path(table) + "/rank", utilisation_ranks, "rank of the job");
  const h5::Dataset kinds = make_bare_axis(file, record_path(table) + "/use", 3, "computing, waiting, writing");
  const h5::Dataset seconds = h5::create_dataset(file, utilisation_path(table), H5T_IEEE_F64LE, {utilisation_ranks, 3});
  h5::describe(seconds.get(), "s", "what each rank of the last session did: computing, waiting, writing");
  h5::attach_scale(seconds.get(), ranks.get(), 0);
  h5::attach_scale(seconds.get(), kinds.get(), 1);
}

void make_provenance(hid_t file, const FileLayout& layout) {
  h5::make_group(file, provenance_path);
  h5::write_attribute(h5::open_object(file, provenance_path).get(), job_hash_attribute, layout.job_hash);
  h5::write_text_dataset(file, job_text_path, layout.job_text);
  const h5::Dataset lines = make_index_axis(file, "/provenance/session", session_lines, "start of the job");
  const h5::Dataset sessions =
      h5::create_dataset(file, sessions_path, h5::text_type(session_bytes).get(), {session_lines});
  h5::attach_scale(sessions.get(), lines.get(), 0);
}

/// A table and its record below /provenance.
void make_recorded_table(hid_t file, const LiveTable& table) {
  make_table(file, table);
  h5::make_group(file, record_path(table));
  const h5::Dataset rows =
      make_bare_axis(file, record_path(table) + "/" + table.row_axis, table.rows, "row of the table");
  make_counter(file, attempts_path(table), H5T_STD_U8LE, rows, "how often the row was begun");
  make_utilisation(file, table);
}

void make_tables(hid_t file, const FileLayout& layout) {
  for (const LiveTable& table : layout.tables) make_recorded_table(file, table);
  for (const LogTable& log : layout.logs) make_log(file, log);
}

/// Coordinates, and that logs are empty. Everything else starts as zeros without being written: new space reads as
/// zeros wherever nothing was written yet.
void start_tables(hid_t file, const FileLayout& layout) {
  for (const LiveTable& table : layout.tables) {
    write_indices(file, row_axis_path(table), table.first_row);
    write_indices(file, record_path(table) + "/rank", 0);
  }
  for (const LogTable& log : layout.logs) start_log(file, log);
}

void require_shape(const TreeReader& file, const std::string& path, const std::string& dataset,
                   const std::vector<hsize_t>& shape) {
  const auto matches = [&] {
    return file.exists(dataset) && std::ranges::equal(file.shape(dataset), shape, [](std::int64_t a, hsize_t b) {
             return static_cast<hsize_t>(a) == b;
           });
  };
  if (!matches())
    throw BadInput(path, fmt::format("{} is missing or has another shape than this job needs", dataset), other_file);
}

BadInput foreign_file(const std::string& path) {
  return BadInput(path, "exists and is not a readable results file of modscape", other_file);
}

TreeReader open_existing(const std::string& path) {
  try {
    return TreeReader(path);
  } catch (const BadInput&) {
    throw foreign_file(path);
  }
}
}  // namespace

std::string status_path(const LiveTable& table) {
  return table.path + "/status";
}
std::string crc_path(const LiveTable& table) {
  return table.path + "/crc";
}
std::string attempts_path(const LiveTable& table) {
  return record_path(table) + "/attempts";
}

std::string utilisation_path(const LiveTable& table) {
  return record_path(table) + "/utilisation";
}

void write_structure(const std::string& path, const FileLayout& layout, const std::string& target) {
  h5::File file = h5::create_file(path);
  write_identity(file.get(), layout.title);
  if (!layout.arithmetic.empty())
    h5::write_attribute(h5::open_object(file.get(), "/").get(), arithmetic_attribute, layout.arithmetic);
  if (!layout.shard.is_whole()) {
    const h5::Object root = h5::open_object(file.get(), "/");
    h5::write_attribute(root.get(), shard_index_attribute, static_cast<int>(layout.shard.index));
    h5::write_attribute(root.get(), shard_count_attribute, static_cast<int>(layout.shard.count));
  }
  make_provenance(file.get(), layout);
  make_tables(file.get(), layout);
  file.close(path);
  reserve_space(path, target);
  file = h5::open_file(path, H5F_ACC_RDWR);
  write_indices(file.get(), "/provenance/session", 0);
  start_tables(file.get(), layout);
  file.close(path);
}

std::int64_t estimated_bytes(const FileLayout& layout) {
  auto bytes = static_cast<double>(structure_bytes + static_cast<std::int64_t>(layout.job_text.size()));
  for (const LiveTable& table : layout.tables) {
    const double row = sizeof(std::int64_t) + sizeof(std::uint32_t) + 3 * sizeof(std::uint8_t) +
                       bytes_per_row(table.axes, table.columns, table.path);
    bytes += row * static_cast<double>(table.rows);
  }
  for (const LogTable& log : layout.logs) bytes += log_bytes(log);
  constexpr double most = 9e18;
  return static_cast<std::int64_t>(std::min(bytes, most));
}

void create_results_file(const std::string& path, const FileLayout& layout) {
  const std::int64_t bytes = estimated_bytes(layout);
  require_space(path, bytes);
  if (!layout.logs.empty()) require_space(path, bytes + bytes);  // logs are finished in a copy of the file
  TemporaryFile temporary(path);
  write_structure(temporary.path(), layout, path);
  fault_point("create", 0);
  temporary.commit();
}

void require_program_file(const TreeReader& file, const std::string& path) {
  if (file.attribute("/", "program") != program_name || !file.exists(provenance_path))
    throw BadInput(path, "is not a results file of modscape");
  if (const double version = file.number("/", "format_version"); version != format_version)
    throw BadInput(path, fmt::format("has format version {}, this program reads {}", version, format_version));
}

Shard shard_of(const TreeReader& file) {
  const double index = file.number("/", shard_index_attribute), count = file.number("/", shard_count_attribute);
  // Written so that NaN (no attribute) and damaged numbers are refused too.
  if (!(index >= 0 && index < count && count <= static_cast<double>(most_shards))) return {};
  return {static_cast<std::int64_t>(index), static_cast<std::int64_t>(count)};
}

void grow_results_file(const std::string& path, const FileLayout& layout) {
  FileLayout added = layout;
  {
    const TreeReader file = open_existing(path);
    const std::string hash = file.attribute(provenance_path, job_hash_attribute);
    if (std::ranges::find(layout.earlier_hashes, hash) == layout.earlier_hashes.end()) return;
    require_results_of(path, hash, layout.shard);
    std::erase_if(added.tables, [&](const LiveTable& table) { return file.exists(status_path(table)); });
    std::erase_if(added.logs, [&](const LogTable& log) { return file.exists(log_commits_path(log)); });
  }
  require_space(path, file_size(path) + estimated_bytes(added));
  TemporaryFile temporary(path);
  copy_file(path, temporary.path());
  h5::File file = h5::open_file(temporary.path(), H5F_ACC_RDWR);
  make_tables(file.get(), added);
  h5::write_attribute(h5::open_object(file.get(), provenance_path).get(), job_hash_attribute, layout.job_hash);
  h5::check(H5Ldelete(file.get(), job_text_path, H5P_DEFAULT), "H5Ldelete", job_text_path);
  h5::write_text_dataset(file.get(), job_text_path, layout.job_text);
  file.close(temporary.path());
  reserve_space(temporary.path(), path);
  file = h5::open_file(temporary.path(), H5F_ACC_RDWR);
  start_tables(file.get(), added);
  file.close(temporary.path());
  fault_point("grow", 0);
  temporary.commit();
}

void require_results_of(const std::string& path, const std::string& job_hash, const Shard& shard,
                        const std::vector<std::string>& earlier_hashes) {
  const TreeReader file = open_existing(path);
  if (file.attribute("/", "program") != program_name || !file.exists(provenance_path)) throw foreign_file(path);
  if (const double version = file.number("/", "format_version"); version != format_version)
    throw BadInput(path, fmt::format("has format version {}, this program writes {}", version, format_version),
                   other_file);
  const std::string hash = file.attribute(provenance_path, job_hash_attribute);
  if (hash != job_hash && std::ranges::find(earlier_hashes, hash) == earlier_hashes.end())
    throw BadInput(path, "holds the results of another job", other_file);
  if (const Shard found = shard_of(file); found != shard)
    throw BadInput(path, fmt::format("holds {}, this is {}", to_string(found), to_string(shard)), other_file);
}

void require_same_job(const std::string& path, const FileLayout& layout) {
  require_results_of(path, layout.job_hash, layout.shard);
  const TreeReader file = open_existing(path);
  if (const std::string found = file.attribute("/", arithmetic_attribute); found != layout.arithmetic)
    throw BadInput(path,
                   fmt::format("was computed with {} arithmetic, this machine computes with {}: the bits would differ",
                               found, layout.arithmetic),
                   "continue on a machine of the first kind, or write to another file");
  require_shape(file, path, sessions_path, {session_lines});
  for (const LiveTable& table : layout.tables) {
    for (const Column& column : table.columns)
      require_shape(file, path, table.path + "/" + column.name,
                    column_shape(table.rows, table.axes, column, table.path));
    for (const std::string& counter : {status_path(table), crc_path(table), attempts_path(table)})
      require_shape(file, path, counter, {static_cast<hsize_t>(table.rows)});
    require_shape(file, path, utilisation_path(table), {utilisation_ranks, 3});
  }
  for (const LogTable& log : layout.logs) require_log(file, path, log);
}

}  // namespace modscape::io
