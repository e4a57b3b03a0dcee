// SPDX-License-Identifier: Apache-2.0
// `modscape network` with [vary] or [sweep]: networks at the points of a design, one row of statistics per point and
// seed. Groups of ranks run one network each.
#pragma once
#include <string>

#include "config/job.hpp"
#include "core/shard.hpp"
#include "parallel/communicator.hpp"
#include "sweep/run_table.hpp"

namespace modscape::study {

/// BadInput naming the first point that is no network, before anything runs: of up to 1000 points all are looked at, of
/// more as many, spread evenly. Serial.
void require_possible_networks(const config::NetworkPointsJob& job, const config::NetworkJob& shared);

/// Collective: computes one shard of the design (or all of it) into `path`.
sweep::TableRun run_network_points(const parallel::Communicator& comm, const config::Job& job, const std::string& path,
                                   const Shard& shard, bool force);

std::string network_points_plan_text(const config::Job& job, const Shard& shard, int ranks);

}  // namespace modscape::study
