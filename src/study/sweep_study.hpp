// SPDX-License-Identifier: Apache-2.0
// `modscape sweep`: a design of AdEx neurons under current steps, one row per point, and its rounds.
#pragma once
#include <string>

#include "config/job.hpp"
#include "core/shard.hpp"
#include "parallel/communicator.hpp"

namespace modscape::study {

struct SweepOutcome {
  std::int64_t done = 0, failed = 0;
  bool stopped = false;
};

/// Collective: computes one shard of the design (or all of it) into `path`.
SweepOutcome run_sweep_job(const parallel::Communicator& comm, const config::Job& job, const Shard& shard,
                           const std::string& path, bool force);

std::string sweep_plan_text(const config::Job& job, const Shard& shard, int ranks);

}  // namespace modscape::study
