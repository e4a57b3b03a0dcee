// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>

#include "commands.hpp"
#include "study/study.hpp"

namespace modscape::drivers {
namespace {

config::Job make_job(const RunOptions& options) {
  config::Job job = config::load_job(options.job_file, "study");
  if (!job.study.effect.wanted)
    throw BadInput(options.job_file, "the study asks for no effects: it has no table [effect]",
                   "add a line [effect]; all its keys have defaults");
  return job;
}

ExitCode run(const RunOptions& options, std::int64_t max_failed, const parallel::Communicator& comm) {
  const config::Job job = share_job(comm, options, [&] { return make_job(options); });
  const std::string path = output_path(comm, options, job);
  if (only_looked(comm, options, job, [&] { return study::study_plan_text(job, comm.size(), true); }))
    return ExitCode::done;
  const study::StudyOutcome outcome = study::run_study(comm, job, path, {options.force, max_failed, true});
  if (comm.is_root()) {
    if (outcome == study::StudyOutcome::stopped) {
      fmt::print(stderr, "modscape: stopped early; the same command goes on where this one ended\n");
    } else {
      if (outcome == study::StudyOutcome::nothing_to_do) fmt::print("nothing to do: {} has these effects\n", path);
      fmt::print("{}results: {}\n", study::effect_summary(path), path);
    }
  }
  if (outcome == study::StudyOutcome::stopped) return ExitCode::stopped;
  return outcome == study::StudyOutcome::too_many_failures ? ExitCode::too_many_failures : ExitCode::done;
}

}  // namespace

void add_effect(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunOptions>();
  auto max_failed = std::make_shared<std::int64_t>(-1);
  CLI::App* sub = app.add_subcommand(
      "effect", "Which parameters did the modulator move? Fits and effects of a study, without models and verdicts");
  sub->add_option("job", options->job_file, "Job file (TOML, kind = \"study\", with a table [effect])")->required();
  sub->add_option("--max-failed", *max_failed, "Exit 3 if more points than this failed");
  add_walltime_option(*sub, *options);
  add_run_options(*sub, *options);
  sub->footer(
      "The file is that of the study: modscape study with the same job and output goes on from there, and a finished\n"
      "study without [effect] need not be computed again when its job gets one.\n"
      "Example: mpirun -n 2 modscape effect jobs/spn_levodopa_effects.toml -o spn.h5");
  sub->callback([options, max_failed, &action] {
    action = [options, max_failed](const parallel::Communicator& comm) { return run(*options, *max_failed, comm); };
  });
}

}  // namespace modscape::drivers
