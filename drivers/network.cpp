// SPDX-License-Identifier: Apache-2.0
#include "study/network_run.hpp"

#include <fmt/format.h>

#include <memory>

#include "commands.hpp"
#include "study/network_points.hpp"

namespace modscape::drivers {
namespace {

config::Job load(const RunOptions& options) {
  config::Job job = config::load_job(options.job_file, "network");
  if (job.network_points.wanted)
    study::require_possible_networks(job.network_points, job.network);
  else if (!options.shard.is_whole())
    throw BadInput("--shard", "this job is a single network", "shards are of jobs with [vary] or [sweep]");
  return job;
}

ExitCode run_points(const RunOptions& options, const config::Job& job, const std::string& path,
                    const parallel::Communicator& comm) {
  if (only_looked(comm, options, job, [&] { return study::network_points_plan_text(job, options.shard, comm.size()); }))
    return ExitCode::done;
  const sweep::TableRun rows = study::run_network_points(comm, job, path, options.shard, options.force);
  return rows_outcome(comm, path, rows, job.network_points.max_failed);
}

ExitCode run(const RunOptions& options, const parallel::Communicator& comm) {
  const config::Job job = share_job(comm, options, [&] { return load(options); });
  const std::string path = output_path(comm, options, job);
  if (job.network_points.wanted) return run_points(options, job, path, comm);
  std::string plan = options.dry_run && !options.check ? study::network_plan_text(comm, job) : std::string();
  if (only_looked(comm, options, job, [&] { return plan; })) return ExitCode::done;
  const study::NetworkOutcome outcome = study::run_network_job(comm, job, path, options.force);
  using End = study::NetworkOutcome::End;
  if (comm.is_root()) {
    const char* what = outcome.end == End::already_done ? "nothing to do: complete"
                       : outcome.end == End::stopped    ? "stopped early, run the same command again"
                       : outcome.end == End::broken     ? outcome.reason.c_str()
                                                        : "done";
    fmt::print("{}: {}\n", path, what);
    if (outcome.biological > 0.0)
      fmt::print("{:g} s of the network in {:.2f} s: real-time factor {:.3g} on {} rank{}\n", outcome.biological,
                 outcome.wall, outcome.wall / outcome.biological, comm.size(), comm.size() == 1 ? "" : "s");
  }
  if (outcome.end == End::stopped) return ExitCode::stopped;
  return outcome.end == End::broken ? ExitCode::too_many_failures : ExitCode::done;
}

}  // namespace

void add_network(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* sub = app.add_subcommand("network", "A network of spiking neurons: spikes, rates and their statistics");
  sub->add_option("job", options->job_file, "Job file (TOML, kind = \"network\")")->required();
  add_shard_option(*sub, *options);
  add_walltime_option(*sub, *options);
  add_run_options(*sub, *options);
  sub->footer(
      "Interrupted, it goes on from its last checkpoint with the same command, on any number of ranks. A job with "
      "[vary]\n"
      "or [sweep] is a landscape: networks at the points of a design, one row of statistics each; interrupted, "
      "networks\n"
      "that were not finished are run again.\n"
      "Examples:\n  mpirun -n 2 modscape network jobs/examples/small_network.toml -o network.h5\n"
      "  mpirun -n 2 modscape network jobs/examples/network_landscape.toml -o landscape.h5");
  sub->callback(
      [options, &action] { action = [options](const parallel::Communicator& comm) { return run(*options, comm); }; });
}

}  // namespace modscape::drivers
