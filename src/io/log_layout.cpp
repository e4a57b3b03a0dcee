// SPDX-License-Identifier: Apache-2.0
#include "io/log_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

#include "io/column_layout.hpp"
#include "io/h5_tree.hpp"
#include "io/layout.hpp"

namespace modscape::io {
namespace {
constexpr const char* commits_name = "/commits";
constexpr const char* other_file = "write to another file, or --force to replace this one";

/// What SONATA asks for: the file's stamp, and how the spikes of a population are sorted.
void stamp_sonata(hid_t file, hid_t group) {
  const h5::Object root = h5::open_object(file, "/");
  constexpr std::uint32_t magic = 0x0A7A;
  constexpr std::array<std::uint32_t, 2> version{0, 1};
  h5::write_attribute(root.get(), "magic", H5T_STD_U32LE, H5T_NATIVE_UINT32, &magic);
  h5::write_attribute(root.get(), "version", H5T_STD_U32LE, H5T_NATIVE_UINT32, version.data(), {version.size()});
  const h5::Type sorting(h5::check(H5Tenum_create(H5T_STD_U8LE), "H5Tenum_create"));
  std::uint8_t code = 0;
  for (const char* name : {"none", "by_id", "by_time"}) {
    h5::check(H5Tenum_insert(sorting.get(), name, &code), "H5Tenum_insert", name);
    ++code;
  }
  const std::uint8_t by_time = 2;
  h5::write_attribute(group, "sorting", sorting.get(), sorting.get(), &by_time);
}

h5::Dataset make_on_bare_axes(hid_t file, const std::string& path, hid_t type, const std::array<std::string, 2>& axes,
                              const std::array<std::int64_t, 2>& lengths, const std::array<std::string, 2>& texts) {
  const h5::Dataset first = make_bare_axis(file, axes[0], lengths[0], texts[0]);
  const h5::Dataset second = make_bare_axis(file, axes[1], lengths[1], texts[1]);
  h5::Dataset data =
      h5::create_dataset(file, path, type, {static_cast<hsize_t>(lengths[0]), static_cast<hsize_t>(lengths[1])});
  h5::attach_scale(data.get(), first.get(), 0);
  h5::attach_scale(data.get(), second.get(), 1);
  return data;
}

void make_record(hid_t file, const LogTable& log) {
  const std::string record = log_record_path(log);
  h5::make_group(file, record);
  const auto columns = std::ssize(log.columns);
  const h5::Dataset crc =
      make_on_bare_axes(file, log_crc_path(log), H5T_STD_U32LE, {log_block_axis_path(log), record + "/column"},
                        {log_blocks(log, log.capacity), columns}, {"block of rows", "column of the log"});
  h5::describe(crc.get(), "1", "CRC-32C of the bytes of a column in a block of rows, once the block is full");
  h5::write_attribute(crc.get(), "columns", column_names(log.columns));
  h5::write_attribute(crc.get(), log_block_attribute, static_cast<double>(log_block_rows(log)));
  const h5::Dataset commits =
      make_on_bare_axes(file, log_commits_path(log), H5T_STD_U64LE, {record + "/slot", record + "/field"},
                        {std::int64_t{log_record_slots}, static_cast<std::int64_t>(log_slot_size(log.columns.size()))},
                        {"the higher sequence with the right CRC counts",
                         "sequence, used, CRC-32C of each column's last rows, of the slot"});
  h5::describe(commits.get(), "1", "rows in use, written at each commit");
}

/// Calls visit for every group below `group` that is a log.
void find_logs(hid_t file, const std::string& group, int depth, std::vector<std::string>& found) {
  constexpr int deepest = 32;  // a damaged file may contain itself
  const std::string record = provenance_path + group;
  if (depth > deepest || !h5::exists(file, record) || !h5::is_group(file, record)) return;
  if (!group.empty() && h5::exists(file, record + commits_name) && h5::exists(file, group)) found.push_back(group);
  for (const std::string& child : h5::children(h5::open_object(file, record).get()))
    find_logs(file, group + "/" + child, depth + 1, found);
}
}  // namespace

std::string log_axis_path(const LogTable& log) {
  return log.path + "/" + log.row_axis;
}
std::string log_record_path(const LogTable& log) {
  return provenance_path + log.path;
}
std::string log_crc_path(const LogTable& log) {
  return log_record_path(log) + "/crc";
}
std::string log_block_axis_path(const LogTable& log) {
  return log_record_path(log) + "/block";
}
std::string log_commits_path(const LogTable& log) {
  return log_record_path(log) + commits_name;
}

std::int64_t log_block_rows(const LogTable& log) {
  constexpr double block_bytes = 4 << 20;
  if (log.block_rows > 0) return log.block_rows;
  return static_cast<std::int64_t>(std::max(1.0, block_bytes / bytes_per_row(log.axes, log.columns, log.path)));
}

std::int64_t log_blocks(const LogTable& log, std::int64_t rows) {
  const std::int64_t block = log_block_rows(log);
  return rows / block + (rows % block > 0 ? 1 : 0);
}

double log_bytes(const LogTable& log) {
  const auto crcs = static_cast<double>(log_blocks(log, log.capacity)) *
                    static_cast<double>(log.columns.size() * sizeof(std::uint32_t));
  return static_cast<double>(log.capacity) * bytes_per_row(log.axes, log.columns, log.path) + crcs;
}

void make_log(hid_t file, const LogTable& log) {
  h5::make_group(file, log.path);
  const h5::Object group = h5::open_object(file, log.path);
  h5::write_attribute(group.get(), "long_name", log.text);
  for (const auto& [name, value] : log.attributes) h5::write_attribute(group.get(), name, value);
  if (log.first_row > 0) h5::write_attribute(group.get(), "rows_before", static_cast<double>(log.first_row));
  if (log.kind == LogKind::sonata_spikes) stamp_sonata(file, group.get());
  const h5::Dataset rows = make_bare_axis(file, log_axis_path(log), log.capacity, "row of the log");
  make_columns(file, log.path, rows, log.capacity, log.axes, log.columns);
  make_record(file, log);
}

void start_log(hid_t file, const LogTable& log) {
  const std::string path = log_commits_path(log);
  write_record(h5::open_dataset(file, path).get(), {1, 0, std::vector<std::uint32_t>(log.columns.size())}, H5P_DEFAULT,
               path);
}

LogRecord read_record(hid_t commits, std::size_t columns, hid_t transfer, const std::string& log) {
  const std::size_t size = log_slot_size(columns);
  if (columns == 0 || h5::shape(commits) != std::vector<hsize_t>{log_record_slots, size})
    throw IoFailure(fmt::format("the commit record of {} is not that of a log", log));
  std::vector<std::uint64_t> slots(log_record_slots * size);
  h5::read_rows(commits, H5T_NATIVE_UINT64, slots.data(), 0, log_record_slots, transfer, log);
  std::optional<LogRecord> latest = latest_record(slots, columns);
  if (!latest)
    throw IoFailure(fmt::format("the commit record of {} is damaged: how many rows count is not known", log));
  return *std::move(latest);
}

void write_record(hid_t commits, const LogRecord& record, hid_t transfer, const std::string& path) {
  const std::vector<std::uint64_t> slot = log_slot(record);
  h5::write_rows(commits, H5T_NATIVE_UINT64, slot.data(), static_cast<std::int64_t>(record.sequence % log_record_slots),
                 1, transfer, path);
}

void require_log(const TreeReader& file, const std::string& path, const LogTable& log) {
  const bool finished =
      file.exists(log_record_path(log)) && !file.attribute(log_record_path(log), log_finished_attribute).empty();
  const auto rows_of = [&](const std::string& dataset) {
    return file.exists(dataset) ? file.shape(dataset) : std::vector<std::int64_t>{};
  };
  std::optional<std::int64_t> used;
  for (const Column& column : log.columns) {
    std::vector<std::int64_t> shape = rows_of(log.path + "/" + column.name);
    if (finished && !shape.empty() && shape[0] <= log.capacity && (!used || *used == shape[0])) {
      used = shape[0];
      shape[0] = log.capacity;
    }
    const std::vector<hsize_t> wanted = column_shape(log.capacity, log.axes, column, log.path);
    if (!std::ranges::equal(shape, wanted, [](std::int64_t a, hsize_t b) { return static_cast<hsize_t>(a) == b; }))
      throw BadInput(path,
                     fmt::format("{}/{} is missing or has another shape than this job needs", log.path, column.name),
                     other_file);
  }
  const auto columns = std::ssize(log.columns);
  const std::vector<std::int64_t> slots{std::int64_t{log_record_slots},
                                        static_cast<std::int64_t>(log_slot_size(log.columns.size()))};
  if (rows_of(log_crc_path(log)) != std::vector<std::int64_t>{log_blocks(log, used.value_or(log.capacity)), columns} ||
      rows_of(log_commits_path(log)) != slots ||
      file.number(log_crc_path(log), log_block_attribute) != static_cast<double>(log_block_rows(log)))
    throw BadInput(path, fmt::format("{} is missing or has another shape than this job needs", log_record_path(log)),
                   other_file);
  if (const double before = file.number(log.path, "rows_before");
      (std::isnan(before) ? 0.0 : before) != static_cast<double>(log.first_row))
    throw BadInput(path, fmt::format("{} does not begin with row {} of the run", log.path, log.first_row), other_file);
}

std::optional<LogState> log_state(hid_t file, const std::string& path) {
  const std::string record = provenance_path + path, commits = record + commits_name;
  if (path.empty() || !h5::exists(file, commits)) return std::nullopt;
  LogState state;
  std::istringstream names(h5::text_attribute(h5::open_dataset(file, record + "/crc").get(), "columns"));
  for (std::string name; names >> name;) state.columns.push_back(name);
  const LogRecord last = read_record(h5::open_dataset(file, commits).get(), state.columns.size(), H5P_DEFAULT, path);
  const std::vector<hsize_t> shape = h5::shape(h5::open_dataset(file, path + "/" + state.columns.front()).get());
  if (shape.empty() || last.used > shape[0]) throw IoFailure(fmt::format("{} has fewer rows than it says", path));
  state.capacity = static_cast<std::int64_t>(shape[0]);
  state.used = static_cast<std::int64_t>(last.used);
  state.finished = !h5::text_attribute(h5::open_object(file, record).get(), log_finished_attribute).empty();
  return state;
}

std::vector<std::string> log_paths(hid_t file) {
  std::vector<std::string> found;
  find_logs(file, "", 0, found);
  return found;
}

}  // namespace modscape::io
