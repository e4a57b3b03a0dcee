// SPDX-License-Identifier: Apache-2.0
#include "io/fault.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <sstream>
#include <string>

namespace modscape::io {
namespace {
struct PlannedFault {
  std::string point;
  long passage = 1;
  std::string action = "kill";
  int rank = -1;  // any
};

PlannedFault planned_fault() {
  PlannedFault fault;
  const char* text = std::getenv("MODSCAPE_FAULT");
  if (text == nullptr) return fault;
  std::istringstream parts(text);
  std::string passage;
  std::getline(parts, fault.point, ':');
  if (std::getline(parts, passage, ':')) fault.passage = std::strtol(passage.c_str(), nullptr, 10);
  std::getline(parts, fault.action);
  if (const char* rank = std::getenv("MODSCAPE_FAULT_RANK"))
    fault.rank = static_cast<int>(std::strtol(rank, nullptr, 10));
  return fault;
}
}  // namespace

void fault_point(std::string_view point, int rank) {
  static const PlannedFault fault = planned_fault();
  if (fault.point != point || (fault.rank >= 0 && fault.rank != rank)) return;
  static long passages = 0;
  if (++passages != fault.passage) return;
  if (fault.action == "usr1")
    ::kill(::getppid(), SIGUSR1);
  else
    std::raise(fault.action == "stop" ? SIGSTOP : SIGKILL);
}

}  // namespace modscape::io
