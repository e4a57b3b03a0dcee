// SPDX-License-Identifier: Apache-2.0
#include "study/sweep_study.hpp"

#include <fmt/format.h>

#include <memory>

#include "commands.hpp"

namespace modscape::drivers {
namespace {

ExitCode run(const RunOptions& options, const parallel::Communicator& comm) {
  const config::Job job = share_job(comm, options, [&] { return config::load_job(options.job_file, "sweep"); });
  const std::string path = output_path(comm, options, job);
  if (only_looked(comm, options, job, [&] { return study::sweep_plan_text(job, options.shard, comm.size()); }))
    return ExitCode::done;
  const study::SweepOutcome outcome = study::run_sweep_job(comm, job, options.shard, path, options.force);
  if (comm.is_root())
    fmt::print("{}: {} rows done, {} failed{}\n", path, outcome.done, outcome.failed,
               outcome.stopped ? "; stopped early, run the same command again" : "");
  if (outcome.stopped) return ExitCode::stopped;
  return job.sweep.max_failed >= 0 && outcome.failed > job.sweep.max_failed ? ExitCode::too_many_failures
                                                                            : ExitCode::done;
}

}  // namespace

void add_sweep(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* sub = app.add_subcommand("sweep", "Spike counts and features over a design of parameter points x currents");
  sub->add_option("job", options->job_file, "Job file (TOML, kind = \"sweep\")")->required();
  sub->add_option_function<std::string>(
      "--shard",
      [options](const std::string& text) {
        const Expected<Shard> shard = parse_shard(text);
        if (!shard) throw CLI::ValidationError("--shard", shard.error().message);
        options->shard = *shard;
      },
      "K/N: only block K (from 0) of the design cut into N, in a file of its own; modscape merge joins them");
  add_walltime_option(*sub, *options);
  add_run_options(*sub, *options);
  sub->footer(
      "Examples:\n  mpirun -n 2 modscape sweep jobs/examples/small_sweep.toml -o sweep.h5\n"
      "  modscape sweep jobs/examples/small_sweep.toml --shard 3/64");
  sub->callback(
      [options, &action] { action = [options](const parallel::Communicator& comm) { return run(*options, comm); }; });
}

}  // namespace modscape::drivers
