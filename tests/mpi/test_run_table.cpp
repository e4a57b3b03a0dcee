// SPDX-License-Identifier: Apache-2.0
// Rows dealt to the ranks: each computed once, whoever computes it, failures and resumed jobs included.
#include "sweep/run_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

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
        first.note_attempt(table.path, row, 1);
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

// While one rank sits in a slow row the others take all the rest: it gets no second chunk.
TEST_F(RunTable, ASlowRowKeepsNobodyIdle) {
  table.rows = 60;
  ResultsFile file = open();
  bool had_slow_row = false;
  std::int64_t mine = 0;
  run(file, [&](RowBlock& block, std::int64_t row) {
    if (row == 0) had_slow_row = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(row == 0 ? 1500 : 2));
    ++mine;
    fill(block, row);
  });
  const std::int64_t first_chunk = 60 / (4 * world.size());
  EXPECT_EQ(world.sum(had_slow_row ? mine : 0), world.size() == 1 ? 60 : first_chunk);
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
