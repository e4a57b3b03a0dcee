// SPDX-License-Identifier: Apache-2.0
#include "io/reset_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <span>

#include "io/file_system.hpp"
#include "io/h5_tree.hpp"
#include "io/layout.hpp"
#include "io/lock.hpp"
#include "io/row_copy.hpp"

namespace modscape::io {
namespace {
/// One byte per row, a block of rows at a time.
class RowBytes {
 public:
  RowBytes(hid_t file, const std::string& path) : path_(path), dataset_(h5::open_dataset(file, path)) {}
  void read(std::int64_t first, std::span<std::uint8_t> bytes) const {
    h5::read_rows(dataset_.get(), H5T_NATIVE_UINT8, bytes.data(), first, std::ssize(bytes), H5P_DEFAULT, path_);
  }
  void write(std::int64_t first, std::span<const std::uint8_t> bytes) const {
    h5::write_rows(dataset_.get(), H5T_NATIVE_UINT8, bytes.data(), first, std::ssize(bytes), H5P_DEFAULT, path_);
  }

 private:
  std::string path_;
  h5::Dataset dataset_;
};

RowBytes statuses_of(hid_t file, const RowTable& table) {
  return {file, table.path + "/status"};
}

void for_each_block(std::int64_t rows, const std::function<void(std::int64_t, std::span<std::uint8_t>)>& visit) {
  constexpr std::int64_t step = 1 << 20;
  std::vector<std::uint8_t> bytes;
  for (std::int64_t first = 0; first < rows; first += step) {
    bytes.resize(static_cast<std::size_t>(std::min(step, rows - first)));
    visit(first, bytes);
  }
}

/// How many rows have each status.
std::map<RowStatus, std::int64_t> count_statuses(hid_t file, const RowTable& table) {
  std::map<RowStatus, std::int64_t> counts;
  const RowBytes status = statuses_of(file, table);
  for_each_block(table.rows, [&](std::int64_t first, std::span<std::uint8_t> codes) {
    status.read(first, codes);
    for (const std::uint8_t code : codes) ++counts[static_cast<RowStatus>(code)];
  });
  return counts;
}

/// Of one table: statuses to empty, attempts to none. Attempts first: a kill in between leaves a failed row.
void reset_table(hid_t file, const RowTable& table, const std::vector<RowStatus>& wanted) {
  const RowBytes status = statuses_of(file, table), attempts(file, provenance_path + table.path + "/attempts");
  for_each_block(table.rows, [&](std::int64_t first, std::span<std::uint8_t> codes) {
    std::vector<std::uint8_t> begun(codes.size());
    status.read(first, codes);
    attempts.read(first, begun);
    bool changed = false;
    for (std::size_t row = 0; row < codes.size(); ++row) {
      if (std::ranges::find(wanted, static_cast<RowStatus>(codes[row])) == wanted.end()) continue;
      codes[row] = begun[row] = 0;
      changed = true;
    }
    if (!changed) return;
    attempts.write(first, begun);
    status.write(first, codes);
  });
}

/// The file again, in the form that ranks can write to.
void unpack(const std::string& path, const std::vector<RowTable>& tables) {
  TemporaryFile temporary(path);
  const h5::File packed = h5::open_file(path, H5F_ACC_RDONLY);
  h5::File live = h5::create_file(temporary.path());
  copy_structure(packed.get(), live.get(), tables, Storage::live);
  for (const RowTable& table : tables)
    if (!copy_rows(packed.get(), live.get(), table, {}).missing.empty())
      throw BadInput(path, fmt::format("has damaged rows in {}", table.path), "merge the shards again");
  live.close(temporary.path());
  temporary.commit();
}
}  // namespace

std::vector<ResetRows> reset_rows(const std::string& path, const std::vector<RowStatus>& statuses) {
  {
    const TreeReader reader(path);
    require_program_file(reader, path);
  }
  const FileLock lock(path);
  std::vector<RowTable> tables;
  std::vector<ResetRows> reset;
  const bool packed = h5::reading(path, {}, [&] {
    const h5::File file = h5::open_file(path, H5F_ACC_RDONLY);
    tables = row_tables(file.get());
    std::map<std::string, std::map<RowStatus, std::int64_t>> counts;
    for (const RowTable& table : tables) counts[table.path] = count_statuses(file.get(), table);
    for (const RowTable& table : tables)
      for (const RowStatus status : statuses)
        if (const std::int64_t rows = counts[table.path][status]; rows > 0) reset.push_back({table.path, status, rows});
    for (const RowTable& table : tables)
      for (const ResetRows& part : reset)
        if (std::ranges::find(table.derived_from, part.table) != table.derived_from.end() &&
            counts[table.path][RowStatus::empty] < table.rows)
          throw BadInput(path,
                         fmt::format("the points of {} were derived from {}, of which {} rows would be computed again",
                                     table.path, part.table, part.rows),
                         "compute all rounds again: modscape sweep JOB --force");
    return is_compressed(file.get(), tables);
  });
  if (reset.empty()) return reset;
  if (packed) unpack(path, tables);
  h5::File file = h5::open_file(path, H5F_ACC_RDWR);
  for (const RowTable& table : tables) reset_table(file.get(), table, statuses);
  file.close(path);
  sync_file(path);
  return reset;
}

}  // namespace modscape::io
