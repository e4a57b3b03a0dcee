// SPDX-License-Identifier: Apache-2.0
// `modscape simulate`: one neuron, one protocol, one small file.
#pragma once
#include <string>

#include "config/job.hpp"

namespace modscape::study {

struct SimulationReport {
  std::size_t spikes = 0;
  std::int64_t rhs_evaluations = 0;
  std::string status;
  bool ok = false;
};

/// What --dry-run prints.
std::string simulation_plan_text(const config::SimulateJob& job);

/// Serial. Writes `path` (docs/output-format.md); an existing file is refused unless `force`.
SimulationReport simulate(const config::Job& job, const std::string& path, bool force);

}  // namespace modscape::study
