// SPDX-License-Identifier: Apache-2.0
#include "io/h5_tree.hpp"
#include "io/layout.hpp"

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
}  // namespace

TableProgress& TableProgress::operator+=(const TableProgress& other) {
  rows += other.rows;
  done += other.done;
  failed += other.failed;
  for (const auto& [name, count] : other.failures) failures[name] += count;
  return *this;
}

std::vector<TableProgress> read_progress(const std::string& path) {
  const TreeReader file(path);
  if (file.attribute("/", "program") != program_name) throw BadInput(path, "is not a results file of modscape");
  std::vector<TableProgress> tables;
  find_tables(file, "", 0, tables);
  return tables;
}

}  // namespace modscape::io
