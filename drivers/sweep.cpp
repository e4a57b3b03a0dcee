// SPDX-License-Identifier: Apache-2.0
#include "study/sweep_study.hpp"

#include <fmt/format.h>

#include <memory>

#include "commands.hpp"

namespace modscape::drivers {
namespace {

void print_verification(const study::Verification& v) {
  fmt::print(
      "verified {} runs with CVODE: {} wrong spike counts; largest difference of a spike time per run: worst {:.2g} "
      "ms, 99 % below {:.2g} ms, median {:.2g} ms\n",
      v.runs, v.wrong_counts, v.worst, v.p99, v.median);
}

ExitCode run(const RunOptions& options, std::int64_t verify, const parallel::Communicator& comm) {
  const config::Job job = share_job(comm, options, [&] { return config::load_job(options.job_file, "sweep"); });
  const std::string path = output_path(comm, options, job);
  if (only_looked(comm, options, job, [&] { return study::sweep_plan_text(job, options.shard, comm.size()); }))
    return ExitCode::done;
  const study::SweepOutcome outcome = study::run_sweep_job(comm, job, path, {options.shard, options.force, verify});
  const ExitCode code = rows_outcome(comm, path, outcome.rows, job.sweep.max_failed);
  if (comm.is_root() && outcome.verification) print_verification(*outcome.verification);
  return code;
}

}  // namespace

void add_sweep(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* sub = app.add_subcommand("sweep", "Spike counts and features over a design of parameter points x currents");
  sub->add_option("job", options->job_file, "Job file (TOML, kind = \"sweep\")")->required();
  add_shard_option(*sub, *options);
  auto verify = std::make_shared<std::int64_t>(0);
  sub->add_option("--verify", *verify,
                  "Integrate this many runs, drawn at random, again with CVODE at rtol 1e-10 and store the differences")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 30));
  add_walltime_option(*sub, *options);
  add_run_options(*sub, *options);
  sub->footer(
      "Examples:\n  mpirun -n 2 modscape sweep jobs/examples/small_sweep.toml -o sweep.h5\n"
      "  modscape sweep jobs/examples/small_sweep.toml --shard 3/64\n"
      "  mpirun -n 2 modscape sweep jobs/examples/small_sweep.toml -o sweep.h5 --verify 100");
  sub->callback([options, verify, &action] {
    action = [options, verify](const parallel::Communicator& comm) { return run(*options, *verify, comm); };
  });
}

}  // namespace modscape::drivers
