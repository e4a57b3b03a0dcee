// SPDX-License-Identifier: Apache-2.0
#include "config/slurm_profile.hpp"

#include <fmt/format.h>

#include <array>
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

void refuse_what_is_no_option(TableReader& table, const std::string& key, const std::vector<std::string>& options) {
  for (const std::string& option : options)
    if (!option.starts_with("-") || option.find('\n') != std::string::npos)
      table.refuse(key, fmt::format("{}: \"{}\" is not an option", key, option), "write \"--name=value\"");
}

}  // namespace

std::int64_t slurm_seconds(const std::string& time) {
  // days-hours[:minutes[:seconds]], or hours:minutes:seconds, minutes:seconds, minutes
  const std::size_t dash = time.find('-');
  std::array<std::int64_t, 4> parts{};  // days, then the numbers between the colons
  std::size_t count = 0;
  const std::string clock = dash == std::string::npos ? time : time.substr(dash + 1);
  const auto number = [](const std::string& text) -> std::int64_t {
    constexpr std::size_t most_digits = 6;
    if (text.empty() || text.size() > most_digits) return -1;
    for (const char c : text)
      if (std::isdigit(static_cast<unsigned char>(c)) == 0) return -1;
    return std::stoll(text);
  };
  if (dash != std::string::npos && (parts[0] = number(time.substr(0, dash))) < 0) return -1;
  for (std::size_t start = 0; start <= clock.size(); ++count) {
    const std::size_t end = std::min(clock.find(':', start), clock.size());
    if (count == 3 || (parts[count + 1] = number(clock.substr(start, end - start))) < 0) return -1;
    start = end + 1;
  }
  constexpr std::int64_t minute = 60, hour = 60 * minute, day = 24 * hour;
  if (dash != std::string::npos || count == 3) return parts[0] * day + parts[1] * hour + parts[2] * minute + parts[3];
  return parts[1] * minute + parts[2];
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
  refuse_what_is_no_option(table, "launcher_options", profile.launcher_options);
  profile.account = table.text("account", {});
  profile.partition = table.text("partition", {});
  profile.qos = table.text("qos", {});
  profile.constraint = table.text("constraint", {});
  profile.memory_per_cpu = table.text("memory_per_cpu", {});
  profile.sbatch = table.texts("sbatch");
  refuse_what_is_no_option(table, "sbatch", profile.sbatch);
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
