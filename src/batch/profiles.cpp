// SPDX-License-Identifier: Apache-2.0
#include "batch/profiles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "config/suggestions.hpp"
#include "core/error.hpp"

namespace modscape::batch {

std::string program_path() {
  return std::filesystem::read_symlink("/proc/self/exe").string();
}

std::string profile_path(const std::string& name) {
  if (name.ends_with(".toml")) return name;
  const std::filesystem::path bin = std::filesystem::path(program_path()).parent_path();
  std::vector<std::string> known;
  for (const char* place : {"../../../slurm/profiles", "../share/modscape/slurm/profiles"}) {
    const std::filesystem::path folder = (bin / place).lexically_normal();
    if (std::filesystem::exists(folder / (name + ".toml"))) return (folder / (name + ".toml")).string();
    if (!std::filesystem::is_directory(folder)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      if (entry.path().extension() == ".toml") known.push_back(entry.path().stem().string());
  }
  std::ranges::sort(known);
  const std::string suggestion = config::suggestion_for(name, known);
  throw BadInput("--profile", fmt::format("there is no profile {}", name),
                 !suggestion.empty()
                     ? suggestion
                     : fmt::format("there are {}; or name a file that ends in .toml", config::joined(known)));
}

}  // namespace modscape::batch
