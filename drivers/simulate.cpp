// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>

#include "commands.hpp"
#include "io/file_system.hpp"
#include "study/simulation.hpp"

namespace modscape::drivers {
namespace {

ExitCode run(const RunOptions& options, const parallel::Communicator& comm) {
  if (comm.size() > 1)
    throw BadInput("launch", "simulate integrates one neuron and takes one rank",
                   "run it without mpirun, or use modscape sweep");
  const config::Job job = share_job(comm, options, [&] { return config::load_job(options.job_file, "simulate"); });
  const std::string path = output_path(comm, options, job);
  if (only_looked(comm, options, job, [&] { return study::simulation_plan_text(job.simulate); })) return ExitCode::done;
  if (!options.force && io::file_exists(path)) {
    fmt::print("nothing to do: {} is complete\n", path);
    return ExitCode::done;
  }
  const study::SimulationReport report = study::simulate(job, path, options.force);
  fmt::print("{}: {} spikes ({}), {} right-hand sides\n", path, report.spikes, report.status, report.rhs_evaluations);
  return report.ok ? ExitCode::done : ExitCode::too_many_failures;
}

}  // namespace

void add_simulate(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* sub =
      app.add_subcommand("simulate", "Integrate one neuron under a protocol; spikes and, on request, V(t) and w(t)");
  sub->add_option("job", options->job_file, "Job file (TOML, kind = \"simulate\")")->required();
  add_run_options(*sub, *options);
  sub->footer("Example:\n  modscape simulate jobs/examples/simulate_bg2005.toml -o bg.h5");
  sub->callback(
      [options, &action] { action = [options](const parallel::Communicator& comm) { return run(*options, comm); }; });
}

}  // namespace modscape::drivers
