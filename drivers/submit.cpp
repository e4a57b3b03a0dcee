// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "batch/command.hpp"
#include "batch/profiles.hpp"
#include "batch/script.hpp"
#include "commands.hpp"
#include "config/text_file.hpp"
#include "io/archive.hpp"
#include "io/file_system.hpp"
#include "io/results_file.hpp"
#include "sweep/design.hpp"

namespace modscape::drivers {
namespace {

struct SubmitCommand {
  RunOptions run;
  std::string profile, time, account, partition, qos;
  std::vector<std::string> sbatch;
  std::int64_t shards = 0, ranks = 0, throttle = -1;
  bool now = false;
};

config::SlurmProfile adjusted_profile(const SubmitCommand& command) {
  config::SlurmProfile profile = config::load_slurm_profile(batch::profile_path(command.profile));
  const auto take = [](std::string& value, const std::string& given) {
    if (!given.empty()) value = given;
  };
  take(profile.time, command.time);
  take(profile.account, command.account);
  take(profile.partition, command.partition);
  take(profile.qos, command.qos);
  for (const std::string& option : command.sbatch)
    if (!config::is_sbatch_option(option))
      throw BadInput("--sbatch", fmt::format("\"{}\" is not an option", option), "write --sbatch=--name=value");
  profile.sbatch.insert(profile.sbatch.end(), command.sbatch.begin(), command.sbatch.end());
  if (command.ranks > 0) profile.ranks = command.ranks;
  if (command.throttle >= 0) profile.throttle = command.throttle;
  return profile;
}

// Runs of networks over a design. One job unless asked: a network takes long, and the ranks share the runs.
std::int64_t network_shard_count(const SubmitCommand& command, const config::NetworkPointsJob& job,
                                 const config::SlurmProfile& profile) {
  if (profile.ranks % job.ranks_per_point != 0)
    throw BadInput("--ranks",
                   fmt::format("groups of {} ranks do not fit into {} ranks", job.ranks_per_point, profile.ranks));
  const std::int64_t runs = sweep::SweepDesign(job.design).size() * job.seeds;
  if (command.shards > runs) throw BadInput("--shards", fmt::format("{} shards of {} networks", command.shards, runs));
  return std::max<std::int64_t>(command.shards, 1);
}

// The shards of a job over a design by default: what the profile says, but not more than there are points.
std::int64_t shard_count(const SubmitCommand& command, const config::Job& job, const config::SlurmProfile& profile) {
  if (job.network_points.wanted) return network_shard_count(command, job.network_points, profile);
  if (job.kind == "study" || job.kind == "network") {
    if (command.shards > 1)
      throw BadInput("--shards", fmt::format("a {} is one job", job.kind), "give it more --ranks");
    return 1;
  }
  if (!job.sweep.rounds.empty()) {
    if (command.shards > 1)
      throw BadInput("--shards", "this job has rounds, which follow from all rows of the design",
                     "submit the job without its [[round]] tables, merge, then run it with them on the merged file");
    return 1;
  }
  const std::int64_t points = sweep::SweepDesign(config::neuron_design(job).design).size();
  if (command.shards > points)
    throw BadInput("--shards", fmt::format("{} shards of a design of {} points", command.shards, points),
                   "give every shard some hundreds of points or more");
  return command.shards > 0 ? command.shards : std::min(profile.shards, points);
}

// What lies there already must be what the job would write.
void require_free_outputs(const batch::BatchJob& batch, const config::Job& job) {
  io::require_writable(batch.output);
  if (io::file_exists(batch.output)) io::require_results_of(batch.output, job.hash, {}, job.earlier_hashes);
  if (batch.shards == 1) return;
  for (std::int64_t index = 0; index < batch.shards; ++index) {
    const Shard shard{index, batch.shards};
    const std::string path = shard_path(batch.output, shard);
    if (io::file_exists(path)) io::require_results_of(path, job.hash, shard);
  }
}

void write_script(const std::string& path, const std::string& text, bool force) {
  if (std::filesystem::exists(path)) {
    if (config::read_text_file(path) == text) return;
    if (!force) throw BadInput(path, "exists and says something else", "--force replaces it");
  }
  io::write_file_atomically(path, text);
}

// Slurm's own limit, where there is a Slurm to ask.
void require_array_fits(std::int64_t shards) {
  const std::string text = batch::run_command({"scontrol", "show", "config"}).out;
  const std::string key = "MaxArraySize";
  const std::size_t line = text.find(key), value = text.find('=', line);
  if (line == std::string::npos || value == std::string::npos) return;
  const long most = std::strtol(text.c_str() + value + 1, nullptr, 10);
  if (most > 0 && shards > most)
    throw BadInput("--shards", fmt::format("{} array elements, but this Slurm has MaxArraySize = {}", shards, most),
                   "take fewer shards of more ranks");
}

std::string submitted(const std::vector<std::string>& words, const std::string& advice) {
  const batch::CommandOutput result = batch::run_command(words);
  if (result.code != 0) {
    std::string said = result.err.empty() ? result.out : result.err;
    said.resize(said.find_last_not_of('\n') + 1);
    throw BadInput("sbatch", fmt::format("exit code {}: {}", result.code, said), advice);
  }
  return result.out.substr(0, result.out.find_first_of(";\n"));
}

void submit(const batch::BatchJob& batch, const batch::ScriptPaths& scripts) {
  if (batch.shards > 1) require_array_fits(batch.shards);
  const std::string id = submitted({"sbatch", "--parsable", scripts.job},
                                   "the script is written; mend it or the profile, and submit again");
  fmt::print("submitted job {}{}\n", id, batch.shards > 1 ? fmt::format(" with {} elements", batch.shards) : "");
  if (batch.shards == 1) return;
  const std::string after = "--dependency=afterany:" + id;
  fmt::print(
      "submitted job {}: merges into {} when they have ended\n",
      submitted({"sbatch", "--parsable", after, scripts.merge},
                fmt::format("only the merge was not submitted: sbatch {} {}", after, batch::shell_word(scripts.merge))),
      batch.output);
}

void print_next(const batch::BatchJob& batch, const batch::ScriptPaths& scripts, bool now) {
  const std::filesystem::path output(batch.output);
  const std::string results = batch.shards == 1 ? batch::shell_word(batch.output)
                                                : batch::shell_word((output.parent_path() / output.stem()).string()) +
                                                      ".shard-*" + output.extension().string();
  if (!now && batch.shards == 1) fmt::print("start it:  sbatch {}\n", batch::shell_word(scripts.job));
  if (!now && batch.shards > 1)
    fmt::print("start it:  sbatch --dependency=afterany:$(sbatch --parsable {}) {}\n", batch::shell_word(scripts.job),
               batch::shell_word(scripts.merge));
  fmt::print("watch it:  modscape status {}\n", results);
}

ExitCode run(const SubmitCommand& command, const parallel::Communicator& comm) {
  if (comm.size() > 1 || std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr)
    throw BadInput("launch", "submit writes a script and takes one process", "run it without mpirun");
  const config::Job job = config::load_job(command.run.job_file, "");
  if (job.kind == "simulate")
    throw BadInput(command.run.job_file, "a single neuron needs no cluster", "run: modscape simulate");
  batch::BatchJob batch;
  batch.profile = adjusted_profile(command);
  batch.program = batch::program_path();
  batch.kind = job.kind;
  batch.job_file = std::filesystem::absolute(command.run.job_file).lexically_normal().string();
  batch.output = std::filesystem::absolute(whole_output_path(command.run, job)).lexically_normal().string();
  batch.shards = shard_count(command, job, batch.profile);
  if (batch.shards == 1 && command.throttle < 0) batch.profile.throttle = 0;  // the profile's is for arrays
  batch::require_submittable(batch);
  require_free_outputs(batch, job);
  const std::string script = batch::job_script(batch);
  const std::string merge = batch.shards > 1 ? batch::merge_script(batch) : "";
  const batch::ScriptPaths scripts = batch::script_paths(batch.output);
  if (command.run.dry_run) {
    fmt::print("{}", script);
    if (!merge.empty()) fmt::print("\n# ---- {}\n{}", scripts.merge, merge);
    return ExitCode::done;
  }
  write_script(scripts.job, script, command.run.force);
  if (!merge.empty()) write_script(scripts.merge, merge, command.run.force);
  fmt::print("wrote {}{}\n", scripts.job, merge.empty() ? "" : " and " + scripts.merge);
  if (command.now) submit(batch, scripts);
  print_next(batch, scripts, command.now);
  return ExitCode::done;
}

}  // namespace

void add_submit(CLI::App& app, Action& action) {
  auto command = std::make_shared<SubmitCommand>();
  CLI::App* sub = app.add_subcommand(
      "submit", "Write, and with --now submit, the Slurm script of a sweep, continuation, study or network");
  sub->add_option("job", command->run.job_file,
                  "Job file (TOML, kind = \"sweep\", \"continue\", \"landscape\", \"study\" or \"network\")")
      ->required();
  sub->add_option("-o,--output", command->run.output,
                  "Results file; the scripts, shards and logs lie beside it; default: as for the job itself");
  sub->add_option("--profile", command->profile, "Site: a name in slurm/profiles, or a file that ends in .toml")
      ->required();
  sub->add_option("--shards", command->shards, "Cut a sweep into this many array elements; 1: one job")
      ->check(CLI::Range(std::int64_t{1}, most_shards));
  sub->add_option("--ranks", command->ranks, "MPI ranks of each element")->check(CLI::Range(1, 10'000'000));
  sub->add_option("--time", command->time, "Limit of each element (Slurm's form: 04:00:00, 2-12)");
  sub->add_option("--throttle", command->throttle, "Elements that run at the same time; 0: as many as fit")
      ->check(CLI::NonNegativeNumber);
  sub->add_option("--account", command->account, "Slurm account");
  sub->add_option("--partition", command->partition, "Slurm partition");
  sub->add_option("--qos", command->qos, "Slurm quality of service");
  sub->add_option("--sbatch", command->sbatch, "Further option of sbatch, as --sbatch=--exclusive; may be repeated")
      ->allow_extra_args(false);
  sub->add_flag("--now", command->now, "Submit what was written");
  sub->add_flag("--dry-run", command->run.dry_run, "Print the scripts and stop");
  sub->add_flag("--force", command->run.force, "Replace scripts that say something else");
  sub->footer(
      "Example:\n  modscape submit jobs/examples/small_sweep.toml --profile generic --shards 64 --ranks 128 -o "
      "sweep.h5 "
      "--now");
  sub->callback(
      [command, &action] { action = [command](const parallel::Communicator& comm) { return run(*command, comm); }; });
}

}  // namespace modscape::drivers
