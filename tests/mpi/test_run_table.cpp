// SPDX-License-Identifier: Apache-2.0
// Rows dealt to the ranks: each computed once, whoever computes it, failures and resumed jobs included.
#include "sweep/run_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>
#include <utility>

#include "io/compare.hpp"
#include "parallel/stop_signal.hpp"
#include "support/results_fixture.hpp"

namespace {
using namespace modscape;
using io::ResultsFile;
using io::RowBlock;
using io::RowStatus;
using parallel::Communicator;

constexpr std::int64_t rows = 211;

io::LiveTable table_of(std::int64_t count = rows) {
  io::LiveTable table;
  table.path = "/points";
  table.text = "points";
  table.rows = count;
  table.columns = {{"square", io::ColumnType::f64, "1", "the row's number squared", {}, {}}};
  return table;
}

void fill(RowBlock& block, std::int64_t row) {
  block.f64(row, 0)[0] = static_cast<double>(row * row);
  block.set_status(row, row % 50 == 7 ? RowStatus::step_collapse : RowStatus::done);
}
constexpr std::int64_t failing = 5;  // 7, 57, 107, 157, 207

class RunTable : public test_support::ResultsFixture {
 protected:
  ResultsFile open() { return ResultsFile::open(world, path, {"test", "", "aa", {table}}, {}, false); }

  /// How often each row was computed, over all ranks; on every rank.
  std::vector<std::int64_t> counted(const std::vector<std::int64_t>& mine) {
    std::vector<std::int64_t> all(mine.size());
    for (std::size_t i = 0; i < mine.size(); ++i) all[i] = world.sum(mine[i]);
    return all;
  }
  sweep::TableRun run(ResultsFile& file, std::function<void(RowBlock&, std::int64_t)> compute) {
    return sweep::run_table(world, file, table, "test", sweep::row_by_row(std::move(compute)));
  }

  io::LiveTable table = table_of();
};

TEST_F(RunTable, EveryRowIsComputedOnce) {
  ResultsFile file = open();
  std::vector<std::int64_t> mine(rows, 0);
  const sweep::TableRun done = run(file, [&](RowBlock& block, std::int64_t row) {
    ++mine[static_cast<std::size_t>(row)];
    fill(block, row);
  });
  EXPECT_EQ(done.done, rows - failing);
  EXPECT_EQ(done.failed, failing);
  EXPECT_FALSE(done.stopped);
  EXPECT_THAT(counted(mine), testing::Each(1));
  RowBlock all = file.read(table.path);
  for (std::int64_t row = 0; row < rows; ++row) EXPECT_EQ(all.f64(row, 0)[0], static_cast<double>(row * row));
  file.close();
}

// A point that cannot be computed is a row that says why; the others are not touched by it.
TEST_F(RunTable, AFailedPointIsARowWithItsReason) {
  ResultsFile file = open();
  run(file, fill);
  RowBlock all = file.read(table.path);
  for (std::int64_t row = 0; row < rows; ++row)
    EXPECT_EQ(all.status(row), row % 50 == 7 ? RowStatus::step_collapse : RowStatus::done) << row;
  file.close();
}

TEST_F(RunTable, AFinishedTableIsNotComputedAgain) {
  {
    ResultsFile file = open();
    run(file, fill);
    file.close();
  }
  ResultsFile file = open();
  std::int64_t calls = 0;
  const sweep::TableRun again = run(file, [&](RowBlock&, std::int64_t) { ++calls; });
  EXPECT_EQ(world.sum(calls), 0);
  EXPECT_EQ(again.done, rows - failing);  // of the earlier session
  EXPECT_EQ(again.failed, failing);
  file.close();
}

// Rows of an earlier session, scattered: only the others are computed, and the file is that of one go.
TEST_F(RunTable, ResumeComputesTheMissingRowsOnly) {
  {
    ResultsFile whole = open();
    run(whole, fill);
    whole.close();
  }
  if (world.is_root()) std::filesystem::rename(path, path + ".copy");
  world.barrier();
  const auto is_there = [](std::int64_t row) { return row % 3 == 0 || (row > 40 && row < 90); };
  {
    ResultsFile first = open();
    if (world.is_root())
      for (std::int64_t row = 0; row < rows; ++row) {
        if (!is_there(row)) continue;
        RowBlock block(table, row, 1);
        fill(block, row);
        first.note_attempt(table.path, {row, row + 1, false});
        first.write(table.path, block);
      }
    first.close();
  }
  ResultsFile file = open();
  std::vector<std::int64_t> mine(rows, 0);
  const sweep::TableRun resumed = run(file, [&](RowBlock& block, std::int64_t row) {
    ++mine[static_cast<std::size_t>(row)];
    fill(block, row);
  });
  const std::vector<std::int64_t> count = counted(mine);
  for (std::int64_t row = 0; row < rows; ++row)
    EXPECT_EQ(count[static_cast<std::size_t>(row)], is_there(row) ? 0 : 1) << row;
  EXPECT_EQ(resumed.done, rows - failing);
  EXPECT_EQ(resumed.failed, failing);
  file.close();
  EXPECT_THAT(io::compare_files(path, path + ".copy"), testing::IsEmpty());
}

// An exception is no failed point but the end of the job. (Here on one rank alone, so that none waits for another.) A
// row in which this happens three times is not tried again; the rows that were begun in one block with it are.
TEST_F(RunTable, ARowThatEndsTheJobThreeTimesIsCrashedAndNoOther) {
  table.rows = 100;
  constexpr std::int64_t bad = 3;
  const auto end_at_bad = [](RowBlock& block, std::int64_t row) {
    if (row == bad) throw InternalError("planted");
    block.set_status(row, RowStatus::done);
  };
  for (int start = 0; start < 3 && world.is_root(); ++start) {
    const Communicator self = Communicator::self();
    ResultsFile file = ResultsFile::open(self, path, {"test", "", "aa", {table}}, {}, false);
    EXPECT_THROW(sweep::run_table(self, file, table, "test", sweep::row_by_row(end_at_bad)), InternalError);
  }
  world.barrier();
  ResultsFile file = open();
  const sweep::TableRun last = run(file, end_at_bad);
  EXPECT_EQ(last.failed, 1);
  EXPECT_EQ(last.done, 99);
  EXPECT_EQ(file.read(table.path).status(bad), RowStatus::crashed);
  file.close();
}

// The rule of docs/design.md §4: one row of three seconds on the rank with the counter idles the others by less than 5
// % meanwhile. Counted is what the others do in these seconds, as a share of them; sleeping instead of computing makes
// this hold on a loaded machine. CTest runs it again without shared memory, where the counter's rank must answer.
TEST_F(RunTable, OneLongRowOnTheCountersRankIdlesNobody) {
  if (world.size() == 1) return;
  using Clock = std::chrono::steady_clock;
  table.rows = 1500 * world.size();
  ResultsFile file = open();
  bool first = true;
  Clock::time_point from, to;
  std::vector<std::pair<Clock::time_point, Clock::time_point>> busy;
  run(file, [&](RowBlock& block, std::int64_t row) {
    const auto start = Clock::now();
    const bool long_row = world.is_root() && std::exchange(first, false);
    std::this_thread::sleep_for(std::chrono::milliseconds(long_row ? 3000 : 3));
    if (long_row) from = start, to = Clock::now();
    busy.emplace_back(start, Clock::now());
    fill(block, row);
  });
  // Ranks of one machine have one clock.
  from = Clock::time_point(Clock::duration(world.max(from.time_since_epoch().count())));
  to = Clock::time_point(Clock::duration(world.max(to.time_since_epoch().count())));
  EXPECT_GE(to - from, std::chrono::seconds(3));
  Clock::duration sum{};
  for (const auto& [start, end] : busy) sum += std::max(Clock::duration{}, std::min(end, to) - std::max(start, from));
  const double share = std::chrono::duration<double>(sum) / std::chrono::duration<double>(to - from);
  EXPECT_GT(world.is_root() ? 1.0 : share, 0.95);
  file.close();
}

TEST_F(RunTable, WhatEachRankDidIsRecorded) {
  table.rows = 40;
  ResultsFile file = open();
  run(file, [&](RowBlock& block, std::int64_t row) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    fill(block, row);
  });
  file.close();
  world.barrier();
  const std::vector<double> seconds = io::TreeReader(path).f64("/provenance/points/utilisation");
  double busy = 0.0;
  for (int rank = 0; rank < world.size(); ++rank) {
    busy += seconds.at(3 * static_cast<std::size_t>(rank));
    EXPECT_GE(seconds.at(3 * static_cast<std::size_t>(rank) + 1), 0.0);
  }
  EXPECT_GE(busy, 40 * 0.005);
  EXPECT_EQ(seconds.at(3 * static_cast<std::size_t>(world.size())), 0.0);
}

// Whatever the size of the chunks, the file is the same.
TEST_F(RunTable, ChunkSizeIsInvisible) {
  const auto whole = [&](std::int64_t chunk_rows) {
    ResultsFile file = open();
    const sweep::TableRun done = sweep::run_table(world, file, table, "test", sweep::row_by_row(fill), {chunk_rows});
    EXPECT_EQ(done.done + done.failed, rows);
    file.close();
  };
  whole(1);
  if (world.is_root()) std::filesystem::rename(path, path + ".copy");
  world.barrier();
  for (const std::int64_t chunk_rows : {2, 3, 64, 1000}) {
    whole(chunk_rows);
    EXPECT_THAT(io::compare_files(path, path + ".copy"), testing::IsEmpty()) << chunk_rows;
    world.barrier();
    if (world.is_root()) std::filesystem::remove(path);
    world.barrier();
  }
}

// A task of a group: each rank knows a part, the result takes all of them.
TEST_F(RunTable, RanksOfAGroupComputeARowTogether) {
  const int size = world.size();
  ResultsFile file = open();
  const sweep::TableRun done =
      sweep::run_table_in_groups(world, file, table, "test", size, [&](RowBlock& block, const Communicator& group) {
        EXPECT_EQ(group.size(), size);
        for (std::int64_t row = block.first(); row < block.first() + block.count(); ++row) {
          const std::int64_t part = row * (group.rank() + 1);
          block.f64(row, 0)[0] = static_cast<double>(group.sum(part));
          block.set_status(row, RowStatus::done);
        }
      });
  EXPECT_EQ(done.done, rows);
  RowBlock all = file.read(table.path);
  for (std::int64_t row = 0; row < rows; ++row)
    EXPECT_EQ(all.f64(row, 0)[0], static_cast<double>(row * size * (size + 1) / 2));
  file.close();
}

TEST_F(RunTable, SeveralGroupsShareTheRows) {
  if (world.size() % 2 != 0) return;
  ResultsFile file = open();
  std::vector<std::int64_t> mine(rows, 0);
  const sweep::TableRun done =
      sweep::run_table_in_groups(world, file, table, "test", 2, [&](RowBlock& block, const Communicator& group) {
        for (std::int64_t row = block.first(); row < block.first() + block.count(); ++row) {
          EXPECT_EQ(group.sum(row), 2 * row);  // both have the same rows
          ++mine[static_cast<std::size_t>(row)];
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
          fill(block, row);
        }
      });
  EXPECT_EQ(done.done + done.failed, rows);
  EXPECT_THAT(counted(mine), testing::Each(2));
  file.close();
}

TEST_F(RunTable, RowsThatAGroupGivesUpAreLeftToAnotherSession) {
  const auto first_rows = [](RowBlock& block, const Communicator&) {
    for (std::int64_t row = block.first(); row < block.first() + block.count() && row < 10; ++row) fill(block, row);
  };
  for (int session = 0; session < 5; ++session) {  // more than the attempts after which a row is crashed
    ResultsFile file = open();
    const sweep::TableRun part = sweep::run_table_in_groups(world, file, table, "test", 1, first_rows, {1, false});
    EXPECT_TRUE(part.stopped);
    EXPECT_LE(part.done + part.failed, 10);
    file.close();
  }
  ResultsFile file = open();
  const sweep::TableRun rest = run(file, fill);
  EXPECT_FALSE(rest.stopped);
  EXPECT_EQ(rest.done, rows - failing);
  EXPECT_EQ(rest.failed, failing);
}

TEST_F(RunTable, GroupsThatDoNotFitAreRefused) {
  ResultsFile file = open();
  const auto refusal = [&](int size) {
    try {
      sweep::run_table_in_groups(world, file, table, "test", size, [](RowBlock&, const Communicator&) {});
    } catch (const BadInput& problem) {
      return std::string(problem.what());
    }
    return std::string("accepted");
  };
  for (const int size : {0, -1, 7})
    EXPECT_THAT(refusal(size), testing::HasSubstr("groups of " + std::to_string(size) + " ranks do not fit into"));
  file.close();
}

TEST_F(RunTable, MoreRanksThanRows) {
  table.rows = 2;
  ResultsFile file = open();
  const sweep::TableRun done = run(file, fill);
  EXPECT_EQ(done.done, 2);
  file.close();
}

// Asked to stop on one rank: what is claimed is finished and saved. Last, since the request stays with the process.
TEST_F(RunTable, AStopKeepsWhatIsDone) {
  parallel::install_stop_signal();
  std::int64_t before = 0;
  {
    ResultsFile file = open();
    const sweep::TableRun stopped = run(file, [&](RowBlock& block, std::int64_t row) {
      fill(block, row);
      if (row == 3) std::raise(SIGUSR1);
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    });
    before = stopped.done + stopped.failed;
    EXPECT_GE(before, 4);
    if (world.size() == 1) {  // other ranks were not asked and go on
      EXPECT_TRUE(stopped.stopped);
      EXPECT_LT(before, rows);
    }
    EXPECT_EQ(stopped.stopped, before < rows);
    file.close();
  }
  EXPECT_EQ(io::read_progress(path).at(0).done + io::read_progress(path).at(0).failed, before);
}
}  // namespace
