// SPDX-License-Identifier: Apache-2.0
// Fills a live table: missing rows are handed out in shrinking chunks by a shared counter, computed, and written whole.
// Which rank computes a row, and when, has no influence on its bytes. A bad point is a row with a status.
#pragma once
#include <functional>
#include <string>

#include "io/results_file.hpp"
#include "parallel/communicator.hpp"

namespace modscape::sweep {

/// Computes all rows of a block and sets their statuses. It may take as long as it likes and makes no MPI call.
using BlockFunction = std::function<void(io::RowBlock& block)>;

/// A block function from one that computes table row `row` (one of the block's) and sets its status.
BlockFunction row_by_row(std::function<void(io::RowBlock& block, std::int64_t row)> compute);

/// The same for tasks that several ranks compute together: called with the same rows on every rank of `group`, which
/// may communicate; what rank 0 of the group has in its block is written. While the first group computes without an MPI
/// call, with some transports no other group gets rows beyond those it has requested (parallel::answer_others). Rows
/// whose status it leaves empty on all ranks of the group are not written: the group was asked to stop and gets no
/// more.
using GroupFunction = std::function<void(io::RowBlock& block, const parallel::Communicator& group)>;

struct TableRun {
  std::int64_t done = 0, failed = 0;  ///< over all rows of the table, also those of earlier sessions
  bool stopped = false;               ///< asked to stop before every row had a status
};

struct TableOptions {
  /// Rows handed out at a time; 0: as many as keep all ranks busy to the end, take about a quarter of a second and fit
  /// into a block of a few MB. The environment variable MODSCAPE_CHUNK_ROWS is the default of tests.
  std::int64_t chunk_rows = 0;
  /// Request the next chunk before this one is computed. False where rows take long: what a group holds no other can
  /// compute.
  bool claim_ahead = true;
};

/// Collective. Progress goes to stderr on rank 0: a bar on a terminal, a line at a steady pace otherwise. What each
/// rank did (computing, waiting, writing) is recorded in the file.
TableRun run_table(const parallel::Communicator& comm, io::ResultsFile& file, const io::LiveTable& table,
                   const std::string& label, const BlockFunction& compute, const TableOptions& options = {});

/// BadInput unless groups of `group_size` make all ranks.
void require_groups(const parallel::Communicator& comm, std::int64_t group_size);

/// Collective. Groups of `group_size` neighbouring ranks, see require_groups().
TableRun run_table_in_groups(const parallel::Communicator& comm, io::ResultsFile& file, const io::LiveTable& table,
                             const std::string& label, int group_size, const GroupFunction& compute,
                             const TableOptions& options = {});

}  // namespace modscape::sweep
