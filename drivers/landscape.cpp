// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>

#include "commands.hpp"
#include "study/landscape.hpp"

namespace modscape::drivers {
namespace {

ExitCode run(const RunOptions& options, const parallel::Communicator& comm) {
  const config::Job job = share_job(comm, options, [&] { return config::load_job(options.job_file, "landscape"); });
  const std::string path = output_path(comm, options, job);
  if (only_looked(comm, options, job, [&] { return study::landscape_plan_text(job, options.shard, comm.size()); }))
    return ExitCode::done;
  const sweep::TableRun rows = study::run_landscape(comm, job, path, options.shard, options.force);
  if (comm.is_root() && !rows.stopped) fmt::print("{}", study::landscape_summary(path));
  return rows_outcome(comm, path, rows, job.landscape.max_failed);
}

}  // namespace

void add_landscape(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* sub = app.add_subcommand(
      "landscape", "Regime map over two numbers (parameters, current, dose), with the curves between the regimes");
  sub->add_option("job", options->job_file, "Job file (TOML, kind = \"landscape\")")->required();
  add_shard_option(*sub, *options);
  add_walltime_option(*sub, *options);
  add_run_options(*sub, *options);
  sub->footer("Example:\n  mpirun -n 2 modscape landscape jobs/examples/excitability_landscape.toml");
  sub->callback(
      [options, &action] { action = [options](const parallel::Communicator& comm) { return run(*options, comm); }; });
}

}  // namespace modscape::drivers
