// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "commands.hpp"
#include "io/agreement.hpp"
#include "io/archive.hpp"
#include "io/file_system.hpp"
#include "io/results_file.hpp"
#include "parallel/stop_signal.hpp"

namespace modscape::drivers {

void add_run_options(CLI::App& command, RunOptions& options) {
  command.add_option("-o,--output", options.output,
                     "Results file (HDF5); default: [job] output, else the job's name with .h5");
  command.add_flag("--check", options.check, "Validate the job and its output, and stop");
  command.add_flag("--dry-run", options.dry_run, "Print the plan (points, rows, bytes, time from a pilot) and stop");
  command.add_flag("--force", options.force, "Replace an existing output of another job");
}

void add_shard_option(CLI::App& command, RunOptions& options) {
  command.add_option_function<std::string>(
      "--shard",
      [&options](const std::string& text) {
        const Expected<Shard> shard = parse_shard(text);
        if (!shard) throw CLI::ValidationError("--shard", shard.error().message);
        options.shard = *shard;
      },
      "K/N: only block K (from 0) of the design cut into N, in a file of its own; modscape merge joins them");
}

void add_walltime_option(CLI::App& command, RunOptions& options) {
  command.add_option("--max-walltime", options.max_walltime, "Drain and exit 75 before this many seconds have passed")
      ->check(CLI::Validator(
          [](const std::string& text) {
            double seconds = 0;
            return CLI::detail::lexical_cast(text, seconds) && seconds > 0
                       ? std::string()
                       : text + " is not a positive number of seconds";
          },
          "POSITIVE"));
}

config::Job share_job(const parallel::Communicator& comm, const RunOptions& options,
                      const std::function<config::Job()>& make) {
  if (const std::string problem = parallel::singleton_problem(comm); !problem.empty())
    throw BadInput("launch", problem);
  parallel::install_stop_signal();
  parallel::set_max_walltime(options.max_walltime);
  std::string bytes;
  std::optional<BadInput> refused;
  if (comm.is_root()) {
    try {
      bytes = "+" + io::pack(make());
    } catch (const BadInput& bad) {
      refused = bad;
      bytes = "-" + std::string(bad.what());
    }
  }
  bytes = comm.broadcast(std::move(bytes));
  if (refused) throw *refused;
  if (bytes.front() == '-') throw BadInput("", bytes.substr(1));
  Expected<config::Job> job = io::unpack<config::Job>(bytes.substr(1));
  if (!job) throw InternalError("the job did not survive its broadcast: " + job.error().message);
  return std::move(*job);
}

std::string whole_output_path(const RunOptions& options, const config::Job& job) {
  if (!options.output.empty()) return options.output;
  if (!job.output.empty()) return job.output;
  return std::filesystem::path(options.job_file).stem().string() + ".h5";
}

std::string output_path(const parallel::Communicator& comm, const RunOptions& options, const config::Job& job) {
  const std::string path =
      options.output.empty() ? shard_path(whole_output_path(options, job), options.shard) : options.output;
  io::on_root(comm, [&] {
    io::require_writable(path);
    if (!options.force && io::file_exists(path))
      io::require_results_of(path, job.hash, options.shard, job.earlier_hashes);
    return std::string();
  });
  return path;
}

bool only_looked(const parallel::Communicator& comm, const RunOptions& options, const config::Job& job,
                 const std::function<std::string()>& plan) {
  if (!options.check && !options.dry_run) return false;
  if (!comm.is_root()) return true;
  if (options.check)
    fmt::print("the job is valid (hash {})\n", job.hash.substr(0, 12));
  else
    fmt::print("{}", plan());
  return true;
}

std::string failures_text(const io::TableProgress& progress) {
  std::string text;
  for (const auto& [name, count] : progress.failures)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name);
  return text;
}

ExitCode rows_outcome(const parallel::Communicator& comm, const std::string& path, const sweep::TableRun& rows,
                      std::int64_t max_failed) {
  if (comm.is_root()) {
    io::TableProgress all{path};
    if (rows.failed > 0)
      for (const io::TableProgress& table : io::read_progress(path)) all += table;
    fmt::print("{}: {} rows done, {} failed{}{}\n", path, rows.done, rows.failed,
               rows.failed > 0 ? " (" + failures_text(all) + ")" : "",
               rows.stopped ? "; stopped early, run the same command again" : "");
  }
  if (rows.stopped) return ExitCode::stopped;
  return max_failed >= 0 && rows.failed > max_failed ? ExitCode::too_many_failures : ExitCode::done;
}

}  // namespace modscape::drivers
