// SPDX-License-Identifier: Apache-2.0
// Fills a live table: missing rows are handed out in shrinking chunks by a shared counter, computed, and written whole.
// Which rank computes a row, and when, has no influence on its bytes. A bad point is a row with a status.
#pragma once
#include <functional>
#include <string>

#include "io/results_file.hpp"
#include "parallel/communicator.hpp"

namespace modscape::sweep {

/// Computes all rows of a block and sets their statuses. What takes longer than some milliseconds calls `heartbeat` now
/// and then, so that this rank goes on serving the others.
using BlockFunction = std::function<void(io::RowBlock& block, const std::function<void()>& heartbeat)>;

/// A block function from one that computes table row `row` (one of the block's) and sets its status.
BlockFunction row_by_row(std::function<void(io::RowBlock& block, std::int64_t row)> compute);

struct TableRun {
  std::int64_t done = 0, failed = 0;  ///< over all rows of the table, also those of earlier sessions
  bool stopped = false;               ///< asked to stop before every row had a status
};

/// Collective. Progress goes to stderr on rank 0: a bar on a terminal, a line at a steady pace otherwise.
TableRun run_table(const parallel::Communicator& comm, io::ResultsFile& file, const io::LiveTable& table,
                   const std::string& label, const BlockFunction& compute);

}  // namespace modscape::sweep
