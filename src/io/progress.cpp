// SPDX-License-Identifier: Apache-2.0
#include "io/h5_tree.hpp"
#include "io/layout.hpp"
#include "io/log_layout.hpp"

namespace modscape::io {
namespace {
TableProgress count_rows(const TreeReader& file, const std::string& group) {
  TableProgress progress{group};
  for (const std::uint8_t status : file.u8(group + "/status")) {
    ++progress.rows;
    if (status == static_cast<std::uint8_t>(RowStatus::done)) ++progress.done;
    if (status <= static_cast<std::uint8_t>(RowStatus::done)) continue;
    ++progress.failed;
    ++progress.failures[std::string(to_string(static_cast<RowStatus>(status)))];
  }
  return progress;
}

/// A live table is a group with a dataset `status` that says what its codes mean.
void find_tables(const TreeReader& file, const std::string& group, int depth, std::vector<TableProgress>& found) {
  constexpr int deepest = 32;  // a damaged file may contain itself
  const std::string status = group + "/status";
  if (file.exists(status) && !file.attribute(status, "status_meanings").empty()) {
    found.push_back(count_rows(file, group));
    return;
  }
  for (const std::string& child : file.children(group.empty() ? "/" : group)) {
    const std::string path = group + "/" + child;
    if (path != provenance_path && depth < deepest && file.exists(path)) find_tables(file, path, depth + 1, found);
  }
}

TreeReader open_program_file(const std::string& path) {
  TreeReader file(path);
  if (file.attribute("/", "program") != program_name) throw BadInput(path, "is not a results file of modscape");
  return file;
}
}  // namespace

TableProgress& TableProgress::operator+=(const TableProgress& other) {
  rows += other.rows;
  done += other.done;
  failed += other.failed;
  for (const auto& [name, count] : other.failures) failures[name] += count;
  return *this;
}

std::vector<TableProgress> read_progress(const std::string& path) {
  const TreeReader file = open_program_file(path);
  std::vector<TableProgress> tables;
  find_tables(file, "", 0, tables);
  return tables;
}

std::vector<LogProgress> read_log_progress(const std::string& path) {
  open_program_file(path);
  return h5::reading(path, {}, [&] {
    const h5::File file = h5::open_file(path, H5F_ACC_RDONLY);
    std::vector<LogProgress> logs;
    for (const std::string& group : log_paths(file.get()))
      if (const std::optional<LogState> log = log_state(file.get(), group))
        logs.push_back({group, log->used, log->capacity, log->finished});
    return logs;
  });
}

}  // namespace modscape::io
