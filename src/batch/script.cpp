// SPDX-License-Identifier: Apache-2.0
#include "batch/script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <utility>

#include "core/build_info.hpp"
#include "core/error.hpp"
#include "core/shard.hpp"

namespace modscape::batch {
namespace {
using config::SlurmProfile;

std::string stem(const std::string& path) {
  return std::filesystem::path(path).stem().string();
}

/// A name that needs no quotes anywhere.
std::string plain_name(const std::string& text) {
  std::string name;
  for (const char c : text) name += std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' ? c : '_';
  return name;
}

std::string sbatch_line(const std::string& option, const std::string& value) {
  return value.empty() ? "" : fmt::format("#SBATCH --{}={}\n", option, value);
}

/// The log lies beside the results. sbatch itself replaces patterns that begin with %.
std::string log_line(const BatchJob& job, const std::string& name) {
  std::string folder;
  for (const char c : std::filesystem::path(job.output).parent_path().string())
    folder += c == '%' ? "%%" : std::string(1, c);
  return fmt::format("#SBATCH --output=\"{}/{}.log\"\n", folder, name);
}

std::string site_lines(const SlurmProfile& profile) {
  std::string text = sbatch_line("account", profile.account) + sbatch_line("partition", profile.partition) +
                     sbatch_line("qos", profile.qos) + sbatch_line("constraint", profile.constraint) +
                     sbatch_line("mem-per-cpu", profile.memory_per_cpu);
  for (const std::string& option : profile.sbatch) text += "#SBATCH " + option + "\n";
  return text;
}

/// Not under `set -u`: what sites provide (module, activate, setvars.sh) reads variables that are not set.
std::string setup_lines(const SlurmProfile& profile) {
  if (profile.modules.empty() && profile.setup.empty()) return {};
  std::string text = "set +u\n";
  if (!profile.modules.empty()) {
    text += "module load";
    for (const std::string& module : profile.modules) text += " " + shell_word(module);
    text += "\n";
  }
  for (const std::string& line : profile.setup) text += line + "\n";
  return text + "set -u\n";
}

std::string launcher(const SlurmProfile& profile, std::int64_t ranks) {
  std::string text = profile.launcher == "srun"
                         ? fmt::format("srun --kill-on-bad-exit=1 --mpi={} --ntasks={} --cpus-per-task={}",
                                       shell_word(profile.mpi), ranks, profile.cpus_per_rank)
                         : fmt::format("mpirun -n {}", ranks);
  for (const std::string& option : profile.launcher_options) text += " " + shell_word(option);
  return text;
}

bool signals_the_script(const SlurmProfile& profile) {
  return profile.launcher == "mpirun";
}

/// Slurm signals the tasks of srun itself. The ranks of mpirun are no tasks of Slurm: the script passes the signal on.
std::string run_lines(const SlurmProfile& profile, const std::string& command) {
  if (!signals_the_script(profile)) return fmt::format("status=0\n{} || status=$?\n", command);
  // Open MPI keeps a folder for all jobs of a user on a node: jobs that begin or end together trip over each other.
  return fmt::format(
      "OMPI_MCA_orte_tmpdir_base=$(mktemp -d)\n"
      "export OMPI_MCA_orte_tmpdir_base\n"
      "trap 'rm -rf \"$OMPI_MCA_orte_tmpdir_base\"' EXIT\n"
      "interrupted=0 launcher=\n"
      "pass_on() {{ [[ -z $launcher ]] || kill -USR1 \"$launcher\" || true; }} # to mpirun, which passes it on to the "
      "ranks\n"
      "trap 'interrupted=1; pass_on' USR1\n"
      "{} &\n"
      "launcher=$!\n"
      "if ((interrupted)); then pass_on; fi # it came while mpirun was started\n"
      "interrupted=1\n"
      "while ((interrupted)); do # a signal ends wait, not the job\n"
      "  interrupted=0 status=0\n"
      "  wait \"$launcher\" || status=$?\n"
      "done\n",
      command);
}

std::string requeue_lines(const BatchJob& job) {
  // The number of an array job is also that of its last element: only the two numbers together name one element.
  const char* const name = job.shards > 1 ? "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}" : "$SLURM_JOB_ID";
  return fmt::format(
      "# 75: stopped early, run me again. But not for ever.\n"
      "if ((status == 75)); then\n"
      "  if ((${{SLURM_RESTART_COUNT:-0}} < {0})); then\n"
      "    scontrol requeue \"{1}\"\n"
      "  else\n"
      "    echo \"modscape: not done after {0} restarts; sbatch this script again if it makes progress\" >&2\n"
      "  fi\n"
      "fi\n"
      "exit \"$status\"\n",
      job.profile.max_requeues, name);
}

std::string node_line(const SlurmProfile& profile) {
  if (profile.cores_per_node == 0) return {};
  const std::int64_t ranks = std::max<std::int64_t>(1, profile.cores_per_node / profile.cpus_per_rank);
  return fmt::format("#SBATCH --ntasks-per-node={}\n", std::min(ranks, profile.ranks));
}

std::string variables(const BatchJob& job) {
  return fmt::format("program={}\n", shell_word(job.program));
}

/// The path of a shard with the array element's number, padded as shard_path() does, between `before` and `after`.
struct ShardName {
  std::string before, after;
  std::size_t digits;
};
ShardName shard_name(const BatchJob& job) {
  const std::string path = shard_path(job.output, {0, job.shards});
  const std::size_t digits = std::to_string(job.shards).size();
  const std::size_t number = path.rfind(".shard-") + std::string(".shard-").size();
  return {path.substr(0, number), path.substr(number + digits), digits};
}

void refuse_quotes(const std::string& place, const std::string& path, std::vector<Problem>& problems) {
  if (path.find_first_of("\"\\\n") != std::string::npos)
    problems.push_back({place, fmt::format("{} has a quotation mark, backslash or line break in its path", path),
                        "Slurm cannot be given such a name"});
}
}  // namespace

ScriptPaths script_paths(const std::string& output) {
  const std::filesystem::path folder = std::filesystem::path(output).parent_path();
  return {(folder / (stem(output) + ".sbatch")).string(), (folder / (stem(output) + ".merge.sbatch")).string()};
}

void require_submittable(const BatchJob& job) {
  const SlurmProfile& profile = job.profile;
  std::vector<Problem> problems;
  refuse_quotes("output", job.output, problems);
  if (job.shards > profile.max_array_size)
    problems.push_back({"--shards",
                        fmt::format("{} array elements, but profile {} has max_array_size = {}", job.shards,
                                    profile.name, profile.max_array_size),
                        "a shard may have as many points as you like: take fewer shards of more ranks"});
  const std::int64_t jobs = job.shards > 1 ? job.shards + 1 : 1;  // and the merge
  if (profile.max_jobs > 0 && jobs > profile.max_jobs)
    problems.push_back({"--shards",
                        fmt::format("{} jobs (the merge included), but profile {} has max_jobs = {}", jobs,
                                    profile.name, profile.max_jobs),
                        fmt::format("--shards {}", std::max<std::int64_t>(1, profile.max_jobs - 1))});
  if (profile.throttle > 0 && job.shards == 1)
    problems.push_back({"--throttle", "there is only one job to run", "leave it out, or give --shards"});
  for (const auto& [key, value] :
       {std::pair("account", profile.account), std::pair("partition", profile.partition), std::pair("qos", profile.qos),
        std::pair("constraint", profile.constraint), std::pair("memory_per_cpu", profile.memory_per_cpu)})
    if (value.find_first_of(" \t\n\"'\\") != std::string::npos)
      problems.push_back({key, fmt::format("\"{}\" is not one word", value), {}});
  const std::int64_t seconds = config::slurm_seconds(profile.time);
  if (seconds <= 0)
    problems.push_back(
        {"--time", fmt::format("{} is not a time of Slurm", profile.time), "for example 04:00:00 or 2-12"});
  else if (seconds <= profile.drain)
    problems.push_back({"--time",
                        fmt::format("{} is not longer than the {} s before its end at which the job is told to stop",
                                    profile.time, profile.drain),
                        "ask for more time, or set drain in the profile"});
  if (!problems.empty()) throw BadInput(problems);
}

std::string job_script(const BatchJob& job) {
  const SlurmProfile& profile = job.profile;
  const bool array = job.shards > 1;
  const std::string name = plain_name(stem(job.output)), again = shell_word(script_paths(job.output).job);
  std::string text =
      fmt::format("#!/usr/bin/env bash\n# Written by modscape {} submit, profile {}. Every start is a resume:\n",
                  build_info().version, profile.name);
  text += fmt::format("#   sbatch {}\n", again);
  if (array) text += fmt::format("#   sbatch --array=0,{} {}    only these of its shards\n", job.shards - 1, again);
  text += sbatch_line("job-name", name);
  if (array)
    text += sbatch_line("array", fmt::format("0-{}{}", job.shards - 1,
                                             profile.throttle > 0 ? fmt::format("%{}", profile.throttle) : ""));
  text += fmt::format("#SBATCH --ntasks={}\n", profile.ranks) + node_line(profile) +
          fmt::format("#SBATCH --cpus-per-task={}\n", profile.cpus_per_rank) + sbatch_line("time", profile.time) +
          fmt::format("#SBATCH --signal={}USR1@{}\n", signals_the_script(profile) ? "B:" : "", profile.drain) +
          "#SBATCH --requeue\n#SBATCH --open-mode=append\n" + log_line(job, name + (array ? "-%A_%a" : "-%j")) +
          site_lines(profile) + "set -euo pipefail\n\n" + variables(job) +
          fmt::format("job={}\n", shell_word(job.job_file));
  if (array) {
    const ShardName shard = shard_name(job);
    text += fmt::format("printf -v number '%0{}d' \"$SLURM_ARRAY_TASK_ID\"\noutput={}\"$number\"{}\n", shard.digits,
                        shell_word(shard.before), shell_word(shard.after));
  } else {
    text += fmt::format("output={}\n", shell_word(job.output));
  }
  const std::string shard = array ? fmt::format(" --shard \"${{SLURM_ARRAY_TASK_ID}}/{}\"", job.shards) : "";
  text += setup_lines(profile) + "\n" +
          run_lines(profile, fmt::format("{} \"$program\" {} \"$job\"{} -o \"$output\"",
                                         launcher(profile, profile.ranks), job.kind, shard)) +
          "\n" + requeue_lines(job);
  return text;
}

std::string merge_script(const BatchJob& job) {
  const SlurmProfile& profile = job.profile;
  const ShardName shard = shard_name(job);
  const std::string name = plain_name(stem(job.output)) + "-merge";
  return fmt::format(
             "#!/usr/bin/env bash\n# Written by modscape {} submit, profile {}: joins the {} shards. If rows are "
             "missing it says "
             "which, and how to\n# compute them, and exits with 75.\n",
             build_info().version, profile.name, job.shards) +
         sbatch_line("job-name", name) + "#SBATCH --ntasks=1\n" +
         fmt::format("#SBATCH --cpus-per-task={}\n", profile.cpus_per_rank) + sbatch_line("time", profile.merge_time) +
         "#SBATCH --requeue\n#SBATCH --open-mode=append\n" + log_line(job, name + "-%j") + site_lines(profile) +
         "set -euo pipefail\n\n" + variables(job) + setup_lines(profile) +
         fmt::format("\nexec {} \"$program\" merge {} {}*{}\n", launcher(profile, 1), shell_word(job.output),
                     shell_word(shard.before), shell_word(shard.after));
}

std::string element_list(const std::vector<std::int64_t>& elements) {
  std::string text;
  for (std::size_t i = 0; i < elements.size();) {
    std::size_t last = i;
    while (last + 1 < elements.size() && elements[last + 1] == elements[last] + 1) ++last;
    text += fmt::format("{}{}", text.empty() ? "" : ",", elements[i]);
    if (last > i) text += fmt::format("{}{}", last > i + 1 ? '-' : ',', elements[last]);
    i = last + 1;
  }
  return text;
}

std::string resubmission(const ScriptPaths& scripts, const std::vector<std::int64_t>& elements) {
  return fmt::format("sbatch --dependency=afterany:$(sbatch --parsable --array={} {}) {}", element_list(elements),
                     shell_word(scripts.job), shell_word(scripts.merge));
}

std::string shell_word(const std::string& text) {
  const auto harmless = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_-./=:,+@%^").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::ranges::all_of(text, harmless)) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

}  // namespace modscape::batch
