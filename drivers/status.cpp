// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "commands.hpp"
#include "io/merge.hpp"
#include "study/study.hpp"

namespace modscape::drivers {
namespace {

std::string failed_text(const io::TableProgress& progress) {
  return progress.failed > 0 ? fmt::format(", {} failed ({})", progress.failed, failures_text(progress)) : "";
}

void print_rows(const io::TableProgress& of) {
  fmt::print("{:<40} {:>8}/{} rows{}\n", of.path, of.done + of.failed, of.rows, failed_text(of));
}

void print_logs(const std::vector<io::LogProgress>& logs, const std::string& prefix) {
  for (const io::LogProgress& log : logs) {
    if (log.finished)
      fmt::print("{:<40} {:>8} rows, finished\n", prefix + log.path, log.used);
    else
      fmt::print("{:<40} {:>8}/{} rows in use\n", prefix + log.path, log.used, log.capacity);
  }
}

// How far a network is, and how it ended.
void print_session(const std::string& path) {
  const std::map<std::string, std::string> session = io::read_last_session(path);
  for (const auto& [key, prefix] :
       {std::pair("progress", ""), std::pair("outcome", ""), std::pair("failure", "failed: ")})
    if (const auto noted = session.find(key); noted != session.end())
      fmt::print("{:<40} {}{}\n", path, prefix, noted->second);
}

void print_file(const std::string& path) {
  io::TableProgress all{"all tables"};
  if (const Shard shard = io::read_shard(path); !shard.is_whole()) fmt::print("{} is {}\n", path, to_string(shard));
  for (const io::TableProgress& table : io::read_progress(path)) {
    all += table;
    fmt::print("{:<40} {:>8}/{} done{}\n", table.path, table.done, table.rows, failed_text(table));
  }
  const std::vector<io::LogProgress> logs = io::read_log_progress(path);
  if (all.rows > 0 || logs.empty()) print_rows(all);
  print_session(path);
  print_logs(logs, "");
  fmt::print("{}", study::study_summary(path));
}

// One line per file, then the sum; shards that are not among the files are named.
void print_files(const std::vector<std::string>& paths) {
  io::TableProgress all{fmt::format("all {} files", paths.size())};
  std::int64_t count = 0;
  std::set<std::int64_t> seen;
  bool one_cut = true;
  for (const std::string& path : paths) {
    const Shard shard = io::read_shard(path);
    one_cut = one_cut && !shard.is_whole() && (count == 0 || count == shard.count);
    count = shard.count;
    seen.insert(shard.index);
    io::TableProgress sum{path};
    for (const io::TableProgress& table : io::read_progress(path)) sum += table;
    const std::vector<io::LogProgress> logs = io::read_log_progress(path);
    if (sum.rows > 0 || logs.empty()) print_rows(sum);
    print_session(path);
    print_logs(logs, path + ": ");
    all += sum;
  }
  if (all.rows > 0) print_rows(all);
  if (!one_cut) return;
  std::string missing;
  for (std::int64_t index = 0; index < count; ++index)
    if (!seen.contains(index)) missing += fmt::format("{}{}", missing.empty() ? "" : ",", index);
  if (!missing.empty()) fmt::print("no file of shards {} of {}\n", missing, count);
}

ExitCode run(const std::vector<std::string>& paths, const parallel::Communicator& comm) {
  if (comm.is_root()) paths.size() == 1 ? print_file(paths.front()) : print_files(paths);
  return ExitCode::done;
}

}  // namespace

void add_status(CLI::App& app, Action& action) {
  auto paths = std::make_shared<std::vector<std::string>>();
  CLI::App* sub = app.add_subcommand("status", "Progress and verdicts of results files, also while a job writes them");
  sub->add_option("files", *paths, "Results file, or all shards of a job")->required();
  sub->footer("Examples:\n  modscape status spn.h5\n  modscape status sweep.shard-*.h5");
  sub->callback(
      [paths, &action] { action = [paths](const parallel::Communicator& comm) { return run(*paths, comm); }; });
}

}  // namespace modscape::drivers
