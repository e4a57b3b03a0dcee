// SPDX-License-Identifier: Apache-2.0
#include "study/study.hpp"

#include <fmt/format.h>

#include <memory>

#include "commands.hpp"

namespace modscape::drivers {
namespace {

struct StudyCommand {
  RunOptions run;
  std::string table, cell_type;
  std::vector<std::string> gauge;
  std::int64_t max_failed = -1;
};

config::Job make_job(const StudyCommand& command) {
  if (!command.table.empty() && !command.run.job_file.empty())
    throw BadInput("study", fmt::format("a job file ({}) and --from exclude each other", command.run.job_file),
                   "name the table in [data] fi");
  if (command.table.empty() && !(command.gauge.empty() && command.cell_type.empty()))
    throw BadInput("study", "--gauge and --cell-type belong to --from", "with a job file use [gauge] and [data] cell");
  if (!command.table.empty()) return config::study_from_table(command.table, command.gauge, command.cell_type);
  if (command.run.job_file.empty())
    throw BadInput("study", "no job file and no --from table", "modscape study jobs/spn_levodopa_state.toml");
  return config::load_job(command.run.job_file, "study");
}

ExitCode run(const StudyCommand& command, const parallel::Communicator& comm) {
  const config::Job job = share_job(comm, command.run, [&] { return make_job(command); });
  RunOptions options = command.run;
  if (options.job_file.empty()) options.job_file = command.table;
  const std::string path = output_path(comm, options, job);
  if (only_looked(comm, command.run, job, [&] { return study::study_plan_text(job, comm.size()); }))
    return ExitCode::done;
  const study::StudyOutcome outcome = study::run_study(comm, job, path, {command.run.force, command.max_failed});
  if (outcome == study::StudyOutcome::stopped) {
    if (comm.is_root()) fmt::print(stderr, "modscape: stopped early; the same command goes on where this one ended\n");
    return ExitCode::stopped;
  }
  if (comm.is_root()) {
    if (outcome == study::StudyOutcome::nothing_to_do) fmt::print("nothing to do: {} is complete\n", path);
    fmt::print("{}results: {}\n", study::study_summary(path), path);
  }
  return outcome == study::StudyOutcome::too_many_failures ? ExitCode::too_many_failures : ExitCode::done;
}

}  // namespace

void add_study(CLI::App& app, Action& action) {
  auto command = std::make_shared<StudyCommand>();
  CLI::App* sub = app.add_subcommand(
      "study", "f-I data of one neuron type in several conditions -> fitted models, bifurcations, verdicts");
  sub->add_option("job", command->run.job_file, "Job file (TOML, kind = \"study\")");
  sub->add_option("--from", command->table,
                  "Data table (CSV) instead of a job file: columns condition, current, count|mean+sem+n");
  sub->add_option(
      "--gauge", command->gauge,
      "What fixes the voltage scale, with --from: \"E_L=-85 mV\" and \"V_T=-45 mV\" (or \"R_in=120 MOhm\")");
  sub->add_option("--cell-type", command->cell_type, "Rows of the table with this cell_type, with --from");
  sub->add_option("--max-failed", command->max_failed, "Exit 3 if more points than this failed");
  add_walltime_option(*sub, command->run);
  add_run_options(*sub, command->run);
  sub->footer(
      "Examples:\n  mpirun -n 2 modscape study jobs/spn_levodopa_state.toml -o spn.h5\n"
      "  modscape study --from fi.csv --gauge \"E_L=-70 mV\" \"V_T=-50 mV\" -o mine.h5");
  sub->callback(
      [command, &action] { action = [command](const parallel::Communicator& comm) { return run(*command, comm); }; });
}

}  // namespace modscape::drivers
