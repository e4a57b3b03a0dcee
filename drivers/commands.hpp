// SPDX-License-Identifier: Apache-2.0
// The subcommands. Each file adds one: its options, --help with an example, and what it runs.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "config/job.hpp"
#include "core/error.hpp"
#include "core/shard.hpp"
#include "io/results_file.hpp"
#include "parallel/communicator.hpp"
#include "sweep/run_table.hpp"

namespace modscape::drivers {

/// What the parsed subcommand does; runs on every rank.
using Action = std::function<ExitCode(const parallel::Communicator&)>;

void add_study(CLI::App& app, Action& action);
void add_effect(CLI::App& app, Action& action);
void add_sweep(CLI::App& app, Action& action);
void add_continue(CLI::App& app, Action& action);
void add_landscape(CLI::App& app, Action& action);
void add_network(CLI::App& app, Action& action);
void add_simulate(CLI::App& app, Action& action);
void add_submit(CLI::App& app, Action& action);
void add_merge(CLI::App& app, Action& action);
void add_rerun(CLI::App& app, Action& action);
void add_compare(CLI::App& app, Action& action);
void add_status(CLI::App& app, Action& action);
void add_info(CLI::App& app, Action& action);
void add_doctor(CLI::App& app, Action& action);

/// Options every job-running subcommand has.
struct RunOptions {
  std::string job_file, output;
  bool check = false, dry_run = false, force = false;
  double max_walltime = 0.0;  ///< s
  Shard shard;                ///< jobs that are one table
};
void add_run_options(CLI::App& command, RunOptions& options);
/// For jobs that are one table over a design.
void add_shard_option(CLI::App& command, RunOptions& options);
/// For jobs of tables that can be resumed.
void add_walltime_option(CLI::App& command, RunOptions& options);

/// Collective: rank 0 makes the job, every rank gets it (Boost.Serialization). A BadInput of rank 0 is thrown on every
/// rank. Refuses singletons where ranks were meant, and starts the wall-time clock.
config::Job share_job(const parallel::Communicator& comm, const RunOptions& options,
                      const std::function<config::Job()>& make);

/// Where the results of the whole job go: --output, else [job] output, else the job's stem with .h5 in the current
/// folder.
std::string whole_output_path(const RunOptions& options, const config::Job& job);
/// Where this run writes: as above, but a shard has its number in a name that --output did not give. Collective:
/// refuses what could not be written there, so that a check says what the run would say.
std::string output_path(const parallel::Communicator& comm, const RunOptions& options, const config::Job& job);

/// True if --check or --dry-run was asked for; rank 0 has then printed the answer, for --dry-run what `plan` says.
bool only_looked(const parallel::Communicator& comm, const RunOptions& options, const config::Job& job,
                 const std::function<std::string()>& plan);

/// "3 out_of_bounds, 1 cost_limit": why rows failed.
std::string failures_text(const io::TableProgress& progress);

/// Says what became of the rows and what that means for the exit code. `max_failed` < 0: any number may fail.
ExitCode rows_outcome(const parallel::Communicator& comm, const std::string& path, const sweep::TableRun& rows,
                      std::int64_t max_failed);

}  // namespace modscape::drivers
