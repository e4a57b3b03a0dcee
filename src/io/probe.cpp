// SPDX-License-Identifier: Apache-2.0
#include "io/probe.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>

#include "io/agreement.hpp"
#include "io/file_system.hpp"
#include "io/lock.hpp"
#include "io/results_file.hpp"

namespace modscape::io {
namespace {
constexpr const char* probe_table = "/probe";
constexpr std::int64_t probe_rows = 256;

FileLayout probe_layout() {
  LiveTable table;
  table.path = probe_table;
  table.text = "rows written by all ranks in turn";
  table.rows = probe_rows;
  table.axes = {{"cell", "1", "cell of a row", std::vector<double>(64, 0.0)}};
  table.columns = {{"value", ColumnType::f64, "1", "row number", {"cell"}}};
  return {"storage probe", "", "probe", {table}};
}

/// Rows of this rank, interleaved with those of the others: neighbouring writers share file-system blocks, the hardest
/// case.
void write_my_rows(const parallel::Communicator& comm, ResultsFile& file, const LiveTable& table) {
  for (std::int64_t row = comm.rank(); row < probe_rows; row += comm.size()) {
    RowBlock block(table, row, 1);
    for (double& cell : block.f64(row, 0)) cell = static_cast<double>(row);
    block.set_status(row, RowStatus::done);
    file.write(probe_table, block);
  }
}

/// Rows that are not what was written; read serially, as any later program would.
std::int64_t wrong_rows(const std::string& path) {
  const TreeReader reader(path);
  const std::vector<double> values = reader.f64(std::string(probe_table) + "/value");
  const std::size_t width = values.size() / probe_rows;
  std::int64_t wrong = probe_rows - read_progress(path).at(0).done;
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] != static_cast<double>(i / width)) ++wrong;
  return wrong;
}

ProbeResult probe_writes(const parallel::Communicator& comm, const std::string& path) {
  ProbeResult result{"parallel write", false, "", "use another file system, or set OMPI_MCA_io=romio321 and try again"};
  const auto begin = std::chrono::steady_clock::now();
  try {
    const FileLayout layout = probe_layout();
    ResultsFile file = ResultsFile::open(comm, path, layout, {}, true);
    on_all(comm, [&] { write_my_rows(comm, file, layout.tables[0]); });
    file.close();
    const std::string wrong = on_root(comm, [&] { return std::to_string(wrong_rows(path)); });
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    result.ok = wrong == "0";
    result.text = fmt::format("{} rows from {} ranks written, synced and read back in {:.2f} s, {} wrong", probe_rows,
                              comm.size(), seconds.count(), wrong);
  } catch (const Failure& failure) {  // the same on all ranks
    result.text = failure.what();
  }
  return result;
}

ProbeResult probe_locks(const std::string& path) {
  ProbeResult result{"file locks", false, "a second writer is not kept out",
                     "make sure that no two jobs write the same file"};
  const FileLock first(path);
  try {
    const FileLock second(path);
  } catch (const BadInput&) {
    result.ok = true;
    result.text = "a second writer is refused";
  }
  return result;
}

ProbeResult probe_open_files() {
  constexpr rlim_t enough = 256;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) throw IoFailure("getrlimit failed: " + errno_text());
  return {"open files", limit.rlim_cur >= enough, fmt::format("limit {}", limit.rlim_cur),
          fmt::format("raise it: ulimit -n {}", enough)};
}

ProbeResult probe_space(const std::string& folder) {
  constexpr std::int64_t enough = std::int64_t{1} << 30;
  const std::int64_t bytes = free_bytes(folder);
  return {"free space", bytes >= enough, fmt::format("{:.1f} GB", static_cast<double>(bytes) * 1e-9),
          "free some space or write to another file system"};
}

/// A check that rank 0 makes for all.
ProbeResult on_root_only(const parallel::Communicator& comm, const std::string& name,
                         const std::function<ProbeResult()>& check) {
  ProbeResult result{name, false, "", ""};
  try {
    result.text = on_root(comm, [&] {
      result = check();
      return result.text;
    });
    result.ok = on_root(comm, [&] { return std::string(result.ok ? "ok" : ""); }) == "ok";
    result.advice = on_root(comm, [&] { return result.advice; });
  } catch (const Failure& failure) {
    result.text = failure.what();
  }
  return result;
}
}  // namespace

std::vector<ProbeResult> probe_storage(const parallel::Communicator& comm, const std::string& folder) {
  const std::string path = folder + "/.modscape_probe.h5";
  std::vector<ProbeResult> results{probe_writes(comm, path)};
  results.push_back(on_root_only(comm, "file locks", [&] { return probe_locks(path); }));
  results.push_back(on_root_only(comm, "open files", probe_open_files));
  results.push_back(on_root_only(comm, "free space", [&] { return probe_space(folder); }));
  if (comm.is_root()) ::unlink(path.c_str());
  return results;
}

}  // namespace modscape::io
