// SPDX-License-Identifier: Apache-2.0
#include "io/merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include "batch/script.hpp"
#include "commands.hpp"
#include "io/file_system.hpp"
#include "sweep/progress.hpp"

namespace modscape::drivers {
namespace {

struct MergeCommand {
  std::string target;
  std::vector<std::string> shards;
  bool force = false;
};

std::string row_text(const io::ShardGap& gap) {
  constexpr std::size_t most = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(gap.rows.size(), most); ++i) {
    const auto& [table, rows] = gap.rows[i];
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", table, rows.first);
    if (rows.last > rows.first + 1) text += fmt::format("-{}", rows.last - 1);
  }
  if (gap.rows.size() > most) text += fmt::format(" and {} more ranges", gap.rows.size() - most);
  return text;
}

// What is not there, and the command that makes it: the script of modscape submit if it lies beside the target.
void print_gaps(const std::string& target, const io::MergeReport& report) {
  const auto absent = std::ranges::count_if(report.gaps, [](const io::ShardGap& gap) { return gap.path.empty(); });
  fmt::print("{}: not written, {} rows are missing ({} of {} shards have no file, {} are incomplete)\n", target,
             report.missing, absent, report.shards, static_cast<std::int64_t>(report.gaps.size()) - absent);
  std::vector<std::int64_t> elements;
  for (const io::ShardGap& gap : report.gaps) {
    elements.push_back(gap.shard.index);
    fmt::print("  {}{}: rows {}\n", to_string(gap.shard), gap.path.empty() ? " (no file)" : " (" + gap.path + ")",
               row_text(gap));
  }
  const batch::ScriptPaths scripts = batch::script_paths(target);
  if (std::filesystem::exists(scripts.job) && report.shards > 1)
    fmt::print("to compute them and merge again:\n  {}\n", batch::resubmission(scripts, elements));
  else if (report.shards > 1)
    fmt::print("to compute them: modscape sweep JOB --shard {}/{}{}, then merge again\n", elements.front(),
               report.shards, elements.size() > 1 ? " and so on" : "");
  else
    fmt::print("to compute them: start the job again\n");
}

ExitCode run(const MergeCommand& command, const parallel::Communicator& comm) {
  if (!comm.is_root()) return ExitCode::done;
  io::require_writable(command.target);
  std::vector<std::string> files;
  for (const std::string& name : command.shards) {
    if (!std::filesystem::is_directory(name)) {
      files.push_back(name);
      continue;
    }
    const auto inside = std::filesystem::path(name) / std::filesystem::path(command.target).filename();
    for (std::string& file : io::find_shards(inside.string())) files.push_back(std::move(file));
  }
  if (command.shards.empty()) files = io::find_shards(command.target);
  if (files.empty())
    throw BadInput(command.target, "no shards of it were found",
                   fmt::format("they are called {}, or name them", shard_path(command.target, {0, 64})));
  std::optional<sweep::Progress> progress;
  std::int64_t rows = 0;
  const io::MergeReport report = io::merge_shards(
      command.target, files, command.force, [&](std::int64_t total) { progress.emplace("merge", total, 0, true); },
      [&](std::int64_t count) { progress->update(rows += count, 0); });
  if (report.already_merged) {
    fmt::print("nothing to do: {} is complete\n", command.target);
    return ExitCode::done;
  }
  if (!report.gaps.empty()) {
    print_gaps(command.target, report);
    return ExitCode::stopped;
  }
  fmt::print("{}: {} rows done, {} failed, from {} file{}; {} instead of {}\n", command.target, report.done,
             report.failed, files.size(), files.size() == 1 ? "" : "s",
             sweep::format_bytes(static_cast<double>(report.bytes_after)),
             sweep::format_bytes(static_cast<double>(report.bytes_before)));
  return ExitCode::done;
}

}  // namespace

void add_merge(CLI::App& app, Action& action) {
  auto command = std::make_shared<MergeCommand>();
  CLI::App* sub = app.add_subcommand(
      "merge", "Join the shards of a job into the file a single job would have written: verified, compressed");
  sub->add_option("output", command->target, "The merged file")->required();
  sub->add_option("shards", command->shards,
                  "Shard files, or folders of them; default: those that lie beside the output under its name");
  sub->add_flag("--force", command->force, "Replace an existing output");
  sub->footer(
      "Every row is checked against its checksum. If rows or shards are missing nothing is written, they are named, "
      "and\n"
      "the exit code is 75. The shards are left as they are.\n"
      "Examples:\n  modscape merge sweep.h5\n  modscape merge sweep.h5 sweep.shard-*-of-64.h5");
  sub->callback(
      [command, &action] { action = [command](const parallel::Communicator& comm) { return run(*command, comm); }; });
}

}  // namespace modscape::drivers
