// SPDX-License-Identifier: Apache-2.0
// `modscape sweep`: a design of AdEx neurons under current steps, one row per point, and its rounds.
#pragma once
#include <optional>
#include <string>

#include "config/job.hpp"
#include "core/shard.hpp"
#include "parallel/communicator.hpp"
#include "study/verification.hpp"
#include "sweep/run_table.hpp"

namespace modscape::study {

struct SweepOutcome {
  sweep::TableRun rows;  ///< of all rounds
  std::optional<Verification> verification;
};

struct SweepOptions {
  Shard shard = {};
  bool force = false;
  std::int64_t verify = 0;  ///< runs of the design to integrate again with CVODE
};

/// Collective: computes one shard of the design (or all of it) into `path`.
SweepOutcome run_sweep_job(const parallel::Communicator& comm, const config::Job& job, const std::string& path,
                           const SweepOptions& options);

std::string sweep_plan_text(const config::Job& job, const Shard& shard, int ranks);

}  // namespace modscape::study
