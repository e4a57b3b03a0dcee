// SPDX-License-Identifier: Apache-2.0
#include "io/fault.hpp"

#include <csignal>
#include <cstdlib>
#include <string>

namespace modscape::io {
namespace {
struct PlannedFault {
  std::string point;
  long passage = 1;
  int rank = -1;  // any
};

PlannedFault planned_fault() {
  PlannedFault fault;
  const char* text = std::getenv("MODSCAPE_FAULT");
  if (text == nullptr) return fault;
  const std::string value = text;
  const std::size_t colon = value.find(':');
  fault.point = value.substr(0, colon);
  if (colon != std::string::npos) fault.passage = std::strtol(value.c_str() + colon + 1, nullptr, 10);
  if (const char* rank = std::getenv("MODSCAPE_FAULT_RANK"))
    fault.rank = static_cast<int>(std::strtol(rank, nullptr, 10));
  return fault;
}
}  // namespace

void fault_point(std::string_view point, int rank) {
  static const PlannedFault fault = planned_fault();
  if (fault.point != point || (fault.rank >= 0 && fault.rank != rank)) return;
  static long passages = 0;
  if (++passages == fault.passage) std::raise(SIGKILL);
}

}  // namespace modscape::io
