// SPDX-License-Identifier: Apache-2.0
// Which rows of a table a shard computes. Row i of the shard is row first_row + i of the table: the one place where the
// two are related is LiveTable::first_row, set here.
#pragma once
#include "core/shard.hpp"
#include "io/results_file.hpp"
#include "parallel/communicator.hpp"

namespace modscape::sweep {

/// The table cut to the rows of `shard`: contiguous blocks in the order of the design, whose sizes differ by at most
/// one. BadInput if there are more shards than rows. The whole job is left as it is.
io::LiveTable cut_to_shard(io::LiveTable table, const Shard& shard);

}  // namespace modscape::sweep
