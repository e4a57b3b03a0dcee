// SPDX-License-Identifier: Apache-2.0
#include "config/slurm_profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "config/table_reader.hpp"
#include "config/text_file.hpp"

namespace modscape::config {
namespace {

std::string read_time(TableReader& table, const std::string& key, const std::string& fallback) {
  std::string time = table.text(key, fallback);
  if (slurm_seconds(time) <= 0)
    table.refuse(key, fmt::format("{} = \"{}\" is not a time of Slurm", key, time),
                 "for example \"04:00:00\" or \"2-12\"");
  return time;
}

}  // namespace

bool is_sbatch_option(const std::string& text) {
  return text.starts_with("-") && text.find('\n') == std::string::npos;
}

std::int64_t slurm_seconds(const std::string& time) {
  // days-hours[:minutes[:seconds]], or hours:minutes:seconds, minutes:seconds, minutes
  const auto number = [](const std::string& text) -> std::int64_t {
    constexpr std::size_t most_digits = 6;
    const bool digits = std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; });
    return text.empty() || text.size() > most_digits || !digits ? -1 : std::stoll(text);
  };
  constexpr std::int64_t minute = 60, hour = 60 * minute, day = 24 * hour;
  const std::size_t dash = time.find('-');
  const bool with_days = dash != std::string::npos;
  const std::string clock = with_days ? time.substr(dash + 1) : time;
  std::vector<std::int64_t> parts;  // the numbers between the colons
  for (std::size_t start = 0; start <= clock.size();) {
    const std::size_t end = std::min(clock.find(':', start), clock.size());
    parts.push_back(number(clock.substr(start, end - start)));
    start = end + 1;
  }
  const std::int64_t days = with_days ? number(time.substr(0, dash)) : 0;
  constexpr std::size_t most_parts = 3;
  const bool wrong = std::ranges::any_of(parts, [](std::int64_t part) { return part < 0; });
  if (days < 0 || wrong || parts.size() > most_parts) return -1;
  const bool from_hours = with_days || parts.size() == most_parts;
  parts.resize(most_parts);
  if (from_hours) return days * day + parts[0] * hour + parts[1] * minute + parts[2];
  return parts[0] * minute + parts[1];
}

SlurmProfile load_slurm_profile(const std::string& path) {
  const TomlNode document = parse_toml(read_text_file(path), path);
  ProblemList problems(path);
  TableReader root(&document, {}, {}, problems);
  TableReader table = root.table("profile");
  SlurmProfile profile;
  profile.name = std::filesystem::path(path).stem().string();
  profile.launcher = table.choice("launcher", {"srun", "mpirun"});
  profile.mpi = table.text("mpi", profile.mpi);
  profile.launcher_options = table.texts("launcher_options");
  for (const std::string& word : profile.launcher_options)
    if (const std::string name = word.substr(0, word.find('=')); name.starts_with("-") && name.find(' ') < name.size())
      table.refuse("launcher_options", fmt::format("launcher_options: \"{}\" is more than one word", word),
                   "write each word as a text of its own");
  profile.account = table.text("account", {});
  profile.partition = table.text("partition", {});
  profile.qos = table.text("qos", {});
  profile.constraint = table.text("constraint", {});
  profile.memory_per_cpu = table.text("memory_per_cpu", {});
  profile.sbatch = table.texts("sbatch");
  for (const std::string& option : profile.sbatch)
    if (!is_sbatch_option(option))
      table.refuse("sbatch", fmt::format("sbatch: \"{}\" is not an option", option), "write \"--name=value\"");
  profile.modules = table.texts("modules");
  profile.setup = table.texts("setup");
  profile.time = read_time(table, "time", profile.time);
  profile.merge_time = read_time(table, "merge_time", profile.merge_time);
  constexpr std::int64_t many = 10'000'000;
  profile.ranks = table.integer("ranks", profile.ranks, 1, many);
  profile.cpus_per_rank = table.integer("cpus_per_rank", profile.cpus_per_rank, 1, many);
  profile.cores_per_node = table.integer("cores_per_node", profile.cores_per_node, 0, many);
  profile.shards = table.integer("shards", profile.shards, 1, many);
  profile.throttle = table.integer("throttle", profile.throttle, 0, many);
  profile.drain = table.integer("drain", profile.drain, 1, 65535);
  profile.max_requeues = table.integer("max_requeues", profile.max_requeues, 0, many);
  profile.max_array_size = table.integer("max_array_size", profile.max_array_size, 1, many);
  profile.max_jobs = table.integer("max_jobs", profile.max_jobs, 0, many);
  table.finish();
  root.finish();
  problems.throw_if_any();
  return profile;
}

}  // namespace modscape::config
