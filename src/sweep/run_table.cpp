// SPDX-License-Identifier: Apache-2.0
#include "sweep/run_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>

#include "parallel/background_progress.hpp"
#include "parallel/stop_signal.hpp"
#include "parallel/task_counter.hpp"
#include "sweep/chunk_size.hpp"
#include "sweep/missing_list.hpp"
#include "sweep/progress.hpp"

namespace modscape::sweep {
namespace {

template <class Action>
double seconds_of(Action action) {
  const auto start = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::int64_t fixed_chunk(const TableOptions& options) {
  if (options.chunk_rows > 0) return options.chunk_rows;
  const char* const text = std::getenv("MODSCAPE_CHUNK_ROWS");
  return text == nullptr ? 0 : std::max<std::int64_t>(0, std::strtoll(text, nullptr, 10));
}

/// What a rank does with the rows it gets.
struct Worker {
  io::ResultsFile& file;
  const io::LiveTable& table;
  const MissingList& missing;
  std::function<void(io::RowBlock&)> compute;
  bool writes;  ///< rank 0 of its group
  std::int64_t longest_block;
  io::Utilisation seconds = {};
  std::int64_t computed = 0, failed = 0;

  bool gave_up = false;  ///< a block has rows without a status: nothing more is computed

  /// Computes and writes the rows at positions [first, last) of the missing list.
  void work(std::int64_t first, std::int64_t last) {
    missing.for_each_block(first, last, longest_block, [&](const io::MissingRows& rows) {
      if (gave_up) return;
      io::RowBlock block(table, rows.first, rows.last - rows.first);
      if (writes) seconds.write += seconds_of([&] { file.note_attempt(table.path, rows); });
      seconds.busy += seconds_of([&] { compute(block); });
      gave_up = std::ranges::find(block.statuses(), static_cast<std::uint8_t>(io::RowStatus::empty)) !=
                block.statuses().end();
      if (gave_up && writes) file.forget_attempt(table.path, rows);
      if (gave_up || !writes) return;
      seconds.write += seconds_of([&] { file.write(table.path, block); });
      computed += block.count();
      for (const std::uint8_t status : block.statuses()) failed += status != 1 ? 1 : 0;
    });
  }
};

/// Rows for one group after another, from a counter that the first ranks of all groups share.
class Claims {
 public:
  Claims(const parallel::Communicator& leaders, std::int64_t total, ChunkSize size, bool ahead)
      : counter_(leaders), total_(total), size_(size), ahead_(ahead) {
    if (ahead_) counter_.request(requested_ = size_.next(total));
  }

  struct Chunk {
    std::int64_t first = 0, last = 0;  ///< none if equal
  };
  /// The next chunk. The one after it is requested before it is computed: the answer comes meanwhile. A chunk that is
  /// not begun, for a request to stop or because it may not end before the wall-time limit, is missing next time.
  /// `stop`: none is wanted any more.
  Chunk next(bool stop) {
    if (!ahead_) counter_.request(requested_ = size_.next(total_));
    const std::int64_t first = counter_.answer();
    Chunk chunk{first, std::min(first + requested_, total_)};
    if (stop || first >= total_ || parallel::stop_requested() ||
        parallel::stop_expected_within(size_.longest_seconds(chunk.last - first)))
      return {};
    if (ahead_) counter_.request(requested_ = size_.next(total_ - chunk.last));
    return chunk;
  }
  void learn(double taken, const Chunk& chunk) { size_.learn(taken, chunk.last - chunk.first); }
  void close() { counter_.close(); }

 private:
  parallel::TaskCounter counter_;
  std::int64_t total_, requested_ = 0;
  ChunkSize size_;
  bool ahead_;
};

/// Rank 0 of the group decides for all of it.
Claims::Chunk shared_chunk(const parallel::Communicator& group, Claims::Chunk chunk) {
  if (group.size() == 1) return chunk;
  return {group.max(chunk.first), group.max(chunk.last)};  // 0 on the others
}

/// `group` computes together; `compute` gets what it computes with.
TableRun run(const parallel::Communicator& comm, const parallel::Communicator& group, io::ResultsFile& file,
             const io::LiveTable& table, const std::string& label, std::function<void(io::RowBlock&)> compute,
             const TableOptions& options) {
  io::TableState state = file.state(table.path);
  TableRun result{state.done, state.failed, false};
  const MissingList missing(std::move(state.missing));
  if (missing.size() == 0) return result;

  const auto start = std::chrono::steady_clock::now();
  Progress progress(label, table.rows, table.rows - missing.size(), comm.is_root());
  const std::int64_t longest = io::rows_per_block(table);
  Worker worker{file, table, missing, std::move(compute), group.is_root(), longest};
  const parallel::Communicator leaders = comm.split(group.is_root() ? 0 : 1, comm.rank());
  std::optional<Claims> claims;
  if (group.is_root())
    claims.emplace(leaders, missing.size(), ChunkSize(leaders.size(), longest, fixed_chunk(options)),
                   options.claim_ahead);
  for (;;) {
    const Claims::Chunk chunk = shared_chunk(group, claims ? claims->next(worker.gave_up) : Claims::Chunk{});
    if (chunk.first == chunk.last) break;
    const double taken = seconds_of([&] { worker.work(chunk.first, chunk.last); });
    if (claims) claims->learn(taken, chunk);
    progress.update(table.rows - missing.size() + chunk.last, worker.failed);
  }
  if (claims) claims->close();
  const std::int64_t computed = comm.sum(worker.computed), failed = comm.sum(worker.failed);
  result.stopped = computed < missing.size();
  result.failed += failed;
  result.done += computed - failed;
  const std::chrono::duration<double> total = std::chrono::steady_clock::now() - start;
  worker.seconds.idle = total.count() - worker.seconds.busy - worker.seconds.write;
  file.note_utilisation(table.path, worker.seconds);
  progress.finish(result.done, result.failed);
  file.sync();
  return result;
}

}  // namespace

BlockFunction row_by_row(std::function<void(io::RowBlock&, std::int64_t)> compute) {
  return [compute = std::move(compute)](io::RowBlock& block) {
    for (std::int64_t row = block.first(); row < block.first() + block.count(); ++row) compute(block, row);
  };
}

TableRun run_table(const parallel::Communicator& comm, io::ResultsFile& file, const io::LiveTable& table,
                   const std::string& label, const BlockFunction& compute, const TableOptions& options) {
  // Rank 0 has the counter: it must answer the others during the longest row.
  std::optional<parallel::BackgroundProgress> answering;
  if (comm.is_root() && comm.size() > 1) answering.emplace(comm);
  const auto compute_block = [&](io::RowBlock& block) {
    const auto work = [&] { compute(block); };
    answering ? answering->during(work) : work();
  };
  return run(comm, parallel::Communicator::self(), file, table, label, compute_block, options);
}

void require_groups(const parallel::Communicator& comm, std::int64_t group_size) {
  if (group_size < 1 || comm.size() % group_size != 0)
    throw BadInput("launch", fmt::format("groups of {} ranks do not fit into {} ranks", group_size, comm.size()),
                   fmt::format("start it on a multiple of {} ranks", std::max<std::int64_t>(group_size, 1)));
}

TableRun run_table_in_groups(const parallel::Communicator& comm, io::ResultsFile& file, const io::LiveTable& table,
                             const std::string& label, int group_size, const GroupFunction& compute,
                             const TableOptions& options) {
  require_groups(comm, group_size);
  const parallel::Communicator group = comm.split(comm.rank() / group_size, comm.rank());
  return run(comm, group, file, table, label, [&](io::RowBlock& block) { compute(block, group); }, options);
}

}  // namespace modscape::sweep
