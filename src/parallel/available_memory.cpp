// SPDX-License-Identifier: Apache-2.0
#include "parallel/available_memory.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

namespace modscape::parallel {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

// The number in a file of one line; `unlimited` without one ("max", or no such file).
double number_in(const std::string& path) {
  double value = unlimited;
  std::ifstream file(path);
  return file >> value ? value : unlimited;
}

double of_the_machine() {
  std::ifstream file("/proc/meminfo");
  for (std::string name, unit; file >> name;) {
    double kilobytes = 0.0;
    if (!(file >> kilobytes)) break;
    if (name == "MemAvailable:") return 1024.0 * kilobytes;
    std::getline(file, unit);
  }
  return unlimited;
}

// Version 2 of control groups: "0::/path" in /proc/self/cgroup; the groups above limit, too. What they have in use says
// nothing: the kernel's file cache is among it.
double of_the_control_group() {
  std::ifstream file("/proc/self/cgroup");
  double least = unlimited;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("0::/")) continue;
    for (std::string group = line.substr(3); !group.empty(); group.resize(group.rfind('/')))
      least = std::min(least, number_in("/sys/fs/cgroup" + group + "/memory.max"));
  }
  return least;
}

}  // namespace

double available_memory() {
  double least = std::min(of_the_machine(), of_the_control_group());
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    least = std::min(least, static_cast<double>(limit.rlim_cur));
  return least;
}

}  // namespace modscape::parallel
