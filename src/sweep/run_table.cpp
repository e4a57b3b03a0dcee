// SPDX-License-Identifier: Apache-2.0
#include "sweep/run_table.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "parallel/stop_signal.hpp"
#include "parallel/task_counter.hpp"
#include "sweep/progress.hpp"

namespace modscape::sweep {
namespace {

using Clock = std::chrono::steady_clock;

// Positions in the list of missing rows: a share of what is left, so that the last chunks are small.
std::int64_t chunk_size(std::int64_t left, int ranks) {
  return std::clamp<std::int64_t>(left / (std::int64_t{4} * ranks), 1, 64);
}

class Worker {
 public:
  Worker(io::ResultsFile& file, const io::LiveTable& table, const BlockFunction& compute,
         const std::vector<std::int64_t>& missing, const std::vector<std::uint8_t>& attempts,
         const parallel::TaskCounter& counter)
      : file_(file), table_(table), compute_(compute), missing_(missing), attempts_(attempts), counter_(counter) {}

  // Computes and writes the rows at positions [first, last) of the missing list, one block per run of neighbouring
  // rows. A row that was begun before and has no result may be the one that ended the job: it is a block of its own, so
  // that it cannot take its neighbours along again.
  void work(std::int64_t first, std::int64_t last) {
    while (first < last) {
      std::int64_t end = first + 1;
      while (end < last && at(end) == at(end - 1) + 1 && !begun(first) && !begun(end)) ++end;
      io::RowBlock block(table_, at(first), end - first);
      file_.note_attempt(table_.path, block.first(), block.count());
      const auto start = Clock::now();
      compute_(block, [this] { counter_.poll(); });
      const std::chrono::duration<double> taken = Clock::now() - start;
      slowest_ = std::max(slowest_, taken.count() / static_cast<double>(block.count()));
      counter_.poll();
      for (const std::uint8_t status : block.statuses()) failed_ += status != 1 ? 1 : 0;
      file_.write(table_.path, block);
      first = end;
    }
  }

  // Would a chunk of this many rows run past the wall-time limit?
  bool too_long(std::int64_t rows) const {
    return parallel::stop_expected_within(slowest_ * static_cast<double>(rows));
  }
  std::int64_t failed() const { return failed_; }

 private:
  std::int64_t at(std::int64_t position) const { return missing_[static_cast<std::size_t>(position)]; }
  bool begun(std::int64_t position) const { return attempts_[static_cast<std::size_t>(at(position))] > 0; }
  io::ResultsFile& file_;
  const io::LiveTable& table_;
  const BlockFunction& compute_;
  const std::vector<std::int64_t>& missing_;
  const std::vector<std::uint8_t>& attempts_;
  const parallel::TaskCounter& counter_;
  double slowest_ = 0.0;
  std::int64_t failed_ = 0;
};

}  // namespace

BlockFunction row_by_row(std::function<void(io::RowBlock&, std::int64_t)> compute) {
  return [compute = std::move(compute)](io::RowBlock& block, const std::function<void()>& heartbeat) {
    for (std::int64_t row = block.first(); row < block.first() + block.count(); ++row) {
      compute(block, row);
      heartbeat();
    }
  };
}

TableRun run_table(const parallel::Communicator& comm, io::ResultsFile& file, const io::LiveTable& table,
                   const std::string& label, const BlockFunction& compute) {
  const std::vector<std::uint8_t> status = file.verified_status(table.path);
  std::vector<std::int64_t> missing;
  TableRun run;
  for (std::size_t row = 0; row < status.size(); ++row) {
    if (status[row] == 0)
      missing.push_back(static_cast<std::int64_t>(row));
    else if (status[row] == 1)
      ++run.done;
    else
      ++run.failed;
  }
  if (missing.empty()) return run;

  const std::vector<std::uint8_t> attempts = file.attempts(table.path);
  const auto total = static_cast<std::int64_t>(missing.size());
  Progress progress(label, table.rows, table.rows - total, comm.is_root());
  parallel::TaskCounter counter(comm);
  Worker worker(file, table, compute, missing, attempts, counter);
  std::int64_t claimed = 0, computed = 0;
  while (claimed < total) {
    // The size of a claim follows from the last position seen, so no second call is needed to learn it.
    const std::int64_t size = chunk_size(total - claimed, comm.size());
    if (parallel::stop_requested() || worker.too_long(size)) {
      run.stopped = true;
      break;
    }
    const std::int64_t first = counter.claim(size);
    if (first >= total) break;
    claimed = std::min(first + size, total);
    worker.work(first, claimed);
    computed += claimed - first;
    progress.update(table.rows - total + claimed, worker.failed());
  }
  counter.close();
  const std::int64_t all_computed = comm.sum(computed), all_failed = comm.sum(worker.failed());
  run.stopped = all_computed < total;
  run.failed += all_failed;
  run.done += all_computed - all_failed;
  progress.finish(run.done, run.failed);
  file.sync();
  return run;
}

}  // namespace modscape::sweep
