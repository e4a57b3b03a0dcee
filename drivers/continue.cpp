// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "commands.hpp"
#include "study/continuation.hpp"

namespace modscape::drivers {
namespace {

ExitCode run(const RunOptions& options, const parallel::Communicator& comm) {
  const config::Job job = share_job(comm, options, [&] { return config::load_job(options.job_file, "continue"); });
  const std::string path = output_path(comm, options, job);
  if (only_looked(comm, options, job, [&] { return study::continue_plan_text(job, options.shard, comm.size()); }))
    return ExitCode::done;
  const sweep::TableRun rows = study::run_continue_job(comm, job, path, options.shard, options.force);
  return rows_outcome(comm, path, rows, job.continuation.max_failed);
}

}  // namespace

void add_continue(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* sub = app.add_subcommand(
      "continue", "Bifurcation diagrams along one parameter: equilibria, spiking cycles, special points");
  sub->add_option("job", options->job_file, "Job file (TOML, kind = \"continue\")")->required();
  add_shard_option(*sub, *options);
  add_walltime_option(*sub, *options);
  add_run_options(*sub, *options);
  sub->footer(
      "Examples:\n  modscape continue jobs/examples/bifurcation_diagram.toml\n"
      "  mpirun -n 2 modscape continue jobs/examples/bifurcation_diagram.toml -o diagrams.h5");
  sub->callback(
      [options, &action] { action = [options](const parallel::Communicator& comm) { return run(*options, comm); }; });
}

}  // namespace modscape::drivers
