// SPDX-License-Identifier: Apache-2.0
#include "batch/command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>

#include "core/error.hpp"

namespace modscape::batch {
namespace {

// Linux shows the environment as it was at the start, whatever was set later.
std::vector<std::string> first_environment() {
  std::ifstream in("/proc/self/environ", std::ios::binary);
  std::vector<std::string> entries;
  for (std::string entry; std::getline(in, entry, '\0');) entries.push_back(entry);
  return entries;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  for (std::string& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

// A file without a name takes what the program says: no pipe that could fill up while we read the other.
using Stream = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
Stream scratch() {
  Stream file(std::tmpfile(), std::fclose);
  if (!file) throw IoFailure(fmt::format("no temporary file: {}", std::strerror(errno)));
  return file;
}

std::string content(std::FILE* file) {
  if (std::fseek(file, 0, SEEK_SET) != 0) throw IoFailure("a temporary file cannot be read");
  std::string text;
  std::array<char, 4096> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), file)) text.append(buffer.data(), count);
  return text;
}

}  // namespace

CommandOutput run_command(const std::vector<std::string>& words) {
  std::vector<std::string> arguments = words, environment = first_environment();
  const Stream out = scratch(), err = scratch();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, fileno(out.get()), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, fileno(err.get()), STDERR_FILENO);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, arguments.front().c_str(), &actions, nullptr, pointers(arguments).data(),
                                   pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  constexpr int no_program = 127;
  if (error != 0) return {no_program, {}, fmt::format("{}: {}", words.front(), std::strerror(error))};
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) throw IoFailure(fmt::format("waiting for {}: {}", words.front(), std::strerror(errno)));
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, content(out.get()), content(err.get())};
}

}  // namespace modscape::batch
