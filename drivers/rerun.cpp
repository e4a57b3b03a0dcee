// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "commands.hpp"
#include "config/job.hpp"
#include "config/suggestions.hpp"
#include "io/reset_rows.hpp"

namespace modscape::drivers {
namespace {

struct RerunCommand {
  bool failed = false;
  std::string file;
  std::vector<std::string> statuses;
};

std::vector<io::RowStatus> failures() {
  std::vector<io::RowStatus> all;
  for (int code = static_cast<int>(io::RowStatus::done) + 1; code <= static_cast<int>(io::last_status); ++code)
    all.push_back(static_cast<io::RowStatus>(code));
  return all;
}

std::vector<io::RowStatus> wanted(const RerunCommand& command) {
  if (command.statuses.empty()) return failures();
  std::vector<std::string> known;
  for (const io::RowStatus status : failures()) known.emplace_back(to_string(status));
  std::vector<io::RowStatus> chosen;
  std::vector<Problem> problems;
  for (const std::string& name : command.statuses) {
    const auto found = std::ranges::find(known, name);
    const std::string suggestion = config::suggestion_for(name, known);
    if (found == known.end())
      problems.push_back({"--status", fmt::format("{} is not a failure", name),
                          suggestion.empty() ? "there are " + config::joined(known) : suggestion});
    else
      chosen.push_back(failures()[static_cast<std::size_t>(found - known.begin())]);
  }
  if (!problems.empty()) throw BadInput(problems);
  return chosen;
}

ExitCode run(const RerunCommand& command, const parallel::Communicator& comm) {
  if (!comm.is_root()) return ExitCode::done;
  if (!command.failed)
    throw BadInput("rerun", "say which rows", "modscape rerun --failed FILE, or --failed --status cost_limit FILE");
  const std::vector<io::RowStatus> statuses = wanted(command);
  const std::vector<std::string> text = io::TreeReader(command.file).strings("/provenance/job_text");
  // What a study's stages say was computed from these rows.
  const std::string kind = text.empty() ? std::string() : config::kind_of_job(text.front());
  if (kind == "study" || kind == "simulate" || kind.empty())
    throw BadInput(command.file, "is not the result of a sweep", "run a study again with --force");
  const std::vector<io::ResetRows> reset = io::reset_rows(command.file, statuses);
  std::int64_t rows = 0;
  for (const io::ResetRows& part : reset) {
    rows += part.rows;
    fmt::print("{}: {} rows with status {}\n", part.table, part.rows, to_string(part.status));
  }
  if (rows == 0)
    fmt::print("{} has no such rows; nothing was changed\n", command.file);
  else
    fmt::print("{}: {} rows are empty again; the next run of its job computes them\n", command.file, rows);
  return ExitCode::done;
}

}  // namespace

void add_rerun(CLI::App& app, Action& action) {
  auto command = std::make_shared<RerunCommand>();
  CLI::App* sub = app.add_subcommand("rerun", "Empty the failed rows of a sweep, so that its next run computes them");
  sub->add_flag("--failed", command->failed, "All rows with a failure, or those of --status");
  sub->add_option("--status", command->statuses, "Only these failures, such as cost_limit or crashed")->delimiter(',');
  sub->add_option("file", command->file, "Results file: of a job, a shard, or merged")->required();
  sub->footer(
      "A point that failed for its own reasons fails again: this is for rows that the machine spoiled, or for a "
      "program\n"
      "that was mended. A merged file is written out uncompressed, so that the job can write to it.\n"
      "Example:\n  modscape rerun --failed sweep.h5");
  sub->callback(
      [command, &action] { action = [command](const parallel::Communicator& comm) { return run(*command, comm); }; });
}

}  // namespace modscape::drivers
