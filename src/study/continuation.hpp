// SPDX-License-Identifier: Apache-2.0
// `modscape continue`: a bifurcation diagram along one parameter at every point of a design.
#pragma once
#include <string>

#include "config/job.hpp"
#include "core/shard.hpp"
#include "parallel/communicator.hpp"
#include "sweep/run_table.hpp"

namespace modscape::study {

/// Collective: computes one shard of the design (or all of it) into `path`.
sweep::TableRun run_continue_job(const parallel::Communicator& comm, const config::Job& job, const std::string& path,
                                 const Shard& shard, bool force);

std::string continue_plan_text(const config::Job& job, const Shard& shard, int ranks);

}  // namespace modscape::study
