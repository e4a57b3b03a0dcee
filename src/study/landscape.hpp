// SPDX-License-Identifier: Apache-2.0
// `modscape landscape`: a regime map over two numbers, strip by strip: what a simulation settles to at every cell, the
// special points and curves that continuation finds, and whether both agree.
#pragma once
#include <string>

#include "config/job.hpp"
#include "core/shard.hpp"
#include "parallel/communicator.hpp"
#include "sweep/run_table.hpp"

namespace modscape::study {

/// Collective: computes one shard of the strips (or all of them) into `path`.
sweep::TableRun run_landscape(const parallel::Communicator& comm, const config::Job& job, const std::string& path,
                              const Shard& shard, bool force);

std::string landscape_plan_text(const config::Job& job, const Shard& shard, int ranks);

/// How many cells agree, and what it means if some do not. Lines with their ends; root only.
std::string landscape_summary(const std::string& path);

}  // namespace modscape::study
