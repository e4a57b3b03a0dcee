// SPDX-License-Identifier: Apache-2.0
// The results file with 1, 2 and 3 ranks: what was written is there, nothing half-written counts, nobody else gets in.
#include "io/results_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "io/agreement.hpp"
#include "io/compare.hpp"
#include "io/probe.hpp"
#include "support/results_fixture.hpp"

namespace {
using namespace modscape;
using io::ResultsFile;
using io::RowStatus;
using parallel::Communicator;
using testing::HasSubstr;

constexpr const char* table_path = "/sweep/prior";
constexpr std::int64_t rows = 23;

io::FileLayout layout_of(const std::string& hash = "aa") {
  io::LiveTable table;
  table.path = table_path;
  table.row_axis = "point";
  table.text = "points of the prior";
  table.rows = rows;
  table.axes = {{"current", "pA", "injected current", {0, 50, 100}}};
  table.columns = {{"g_L", io::ColumnType::f64, "nS", "leak conductance", {}},
                   {"rate", io::ColumnType::f64, "Hz", "firing rate", {"current"}},
                   {"spike_count", io::ColumnType::i32, "1", "spikes", {"current"}}};
  return {"test", "[job]\nkind = \"sweep\"\n", hash, {table}};
}

io::RowBlock computed(std::int64_t first, std::int64_t count) {
  io::RowBlock block(layout_of().tables[0], first, count);
  for (std::int64_t row = first; row < first + count; ++row) {
    block.f64(row, 0)[0] = static_cast<double>(row) + 0.25;
    for (std::size_t i = 0; i < 3; ++i) {
      block.f64(row, 1)[i] = static_cast<double>(100 * row) + static_cast<double>(i);
      block.i32(row, 2)[i] = static_cast<std::int32_t>(10 * row) + static_cast<std::int32_t>(i);
    }
    block.set_status(row, row == 5 ? RowStatus::spike_storm : RowStatus::done);
  }
  return block;
}

class ResultsFileTest : public test_support::ResultsFixture {
 protected:
  ResultsFile open(const std::string& hash = "aa", bool force = false) {
    return ResultsFile::open(world, path, layout_of(hash), {{"seed", "7"}}, force);
  }
  /// Every rank writes the rows `row % size == rank` in [first, last), one at a time.
  void write_interleaved(ResultsFile& file, std::int64_t first, std::int64_t last) {
    for (std::int64_t row = first; row < last; ++row) {
      if (row % world.size() != world.rank()) continue;
      file.note_attempt(table_path, {row, row + 1, false});
      io::RowBlock block = computed(row, 1);
      file.write(table_path, block);
    }
  }
  /// First and last row of each interval without results.
  static std::vector<std::pair<std::int64_t, std::int64_t>> missing(ResultsFile& file) {
    std::vector<std::pair<std::int64_t, std::int64_t>> intervals;
    for (const auto& interval : file.state(table_path).missing) intervals.emplace_back(interval.first, interval.last);
    return intervals;
  }
  /// What opening says; the same on every rank.
  std::string refusal(const std::string& hash = "aa") {
    try {
      open(hash);
    } catch (const BadInput& problem) {
      return problem.what();
    }
    return "accepted";
  }
  void write_foreign_file(const std::string& text) {
    if (world.is_root()) std::ofstream(path) << text;
    world.barrier();
  }
};

TEST_F(ResultsFileTest, RowsOfAllRanksAreReadBack) {
  ResultsFile file = open();
  EXPECT_FALSE(file.resumed());
  write_interleaved(file, 0, rows);
  file.sync();
  io::RowBlock all = file.read(table_path);
  for (std::int64_t row = 0; row < rows; ++row) {
    EXPECT_EQ(all.f64(row, 1)[2], static_cast<double>(100 * row + 2));
    EXPECT_EQ(all.i32(row, 2)[1], 10 * row + 1);
    EXPECT_EQ(all.status(row), row == 5 ? RowStatus::spike_storm : RowStatus::done);
  }
  file.close();
  const std::vector<io::TableProgress> progress = io::read_progress(path);
  ASSERT_EQ(progress.size(), 1U);
  EXPECT_EQ(progress[0].path, table_path);
  EXPECT_EQ(progress[0].rows, rows);
  EXPECT_EQ(progress[0].done, rows - 1);
  EXPECT_EQ(progress[0].failed, 1);
  EXPECT_FALSE(std::filesystem::exists(path + ".lock"));
}

TEST_F(ResultsFileTest, ProgressIsReadWhileTheJobWrites) {
  ResultsFile file = open();
  write_interleaved(file, 0, 4);
  world.barrier();
  EXPECT_EQ(io::read_progress(path).at(0).done, 4);
  world.barrier();
  file.close();
}

TEST_F(ResultsFileTest, AnInterruptedJobResumesToTheSameFile) {
  {
    ResultsFile file = open();
    write_interleaved(file, 0, rows);
    file.close();
  }
  if (world.is_root()) std::filesystem::rename(path, path + ".copy");
  world.barrier();
  {
    ResultsFile abandoned = open();  // never closed, as after a kill
    write_interleaved(abandoned, 0, 10);
    world.barrier();
  }
  ResultsFile file = open();
  EXPECT_TRUE(file.resumed());
  EXPECT_THAT(missing(file), testing::ElementsAre(testing::Pair(10, rows)));
  write_interleaved(file, 10, rows);
  file.close();
  EXPECT_THAT(io::compare_files(path, path + ".copy"), testing::IsEmpty());
}

TEST_F(ResultsFileTest, ATornRowCountsAsEmpty) {
  ResultsFile file = open();
  write_interleaved(file, 0, rows);
  file.close();
  if (world.is_root()) {  // flip one bit of g_L of row 7, found by its value
    std::fstream raw(path, std::ios::in | std::ios::out | std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(raw)), {});
    const double value = 7.25;
    const std::size_t place = bytes.find(std::string(reinterpret_cast<const char*>(&value), sizeof value));
    raw.seekp(static_cast<std::streamoff>(place));
    raw.put(static_cast<char>(bytes[place] ^ 1));
  }
  world.barrier();
  ResultsFile again = open();
  EXPECT_THAT(missing(again), testing::ElementsAre(testing::Pair(7, 8)));
  EXPECT_EQ(again.read(table_path).f64(7, 0)[0], 0.0);
  again.close();
}

TEST_F(ResultsFileTest, ThreeAttemptsWithoutResultAreACrashedRow) {
  for (int start = 0; start < 3; ++start) {
    ResultsFile file = open();
    const io::TableState state = file.state(table_path);
    EXPECT_EQ(state.failed, 0);
    EXPECT_EQ(state.missing.size(), start == 0 ? 1U : 3U);
    EXPECT_EQ(state.missing.at(start == 0 ? 0 : 1).begun, start > 0);
    if (world.is_root()) file.note_attempt(table_path, {4, 5, start > 0});
    file.close();
  }
  ResultsFile file = open();
  EXPECT_THAT(missing(file), testing::ElementsAre(testing::Pair(0, 4), testing::Pair(5, rows)));
  EXPECT_EQ(file.read(table_path).status(4), RowStatus::crashed);
  file.close();
  EXPECT_EQ(io::read_progress(path).at(0).failed, 1);
}

TEST_F(ResultsFileTest, AnotherJobIsRefusedUnlessForced) {
  ResultsFile file = open();
  write_interleaved(file, 0, 3);
  file.close();
  EXPECT_THAT(refusal("bb"), HasSubstr("another job"));
  EXPECT_EQ(io::read_progress(path).at(0).done, 3);
  ResultsFile forced = open("bb", true);
  EXPECT_FALSE(forced.resumed());
  EXPECT_THAT(missing(forced), testing::ElementsAre(testing::Pair(0, rows)));
  forced.close();
}

// Rows of machines with and without fused multiply-add have other bits: one file holds those of one class.
TEST_F(ResultsFileTest, AnotherArithmeticIsRefused) {
  io::FileLayout layout = layout_of("aa");
  layout.arithmetic = "fma";
  ResultsFile file = ResultsFile::open(world, path, layout, {}, false);
  file.close();
  layout.arithmetic = "no-fma";
  EXPECT_THROW(ResultsFile::open(world, path, layout, {}, false), BadInput);
  layout.arithmetic = "fma";
  ResultsFile next = ResultsFile::open(world, path, layout, {}, false);
  EXPECT_TRUE(next.resumed());
  next.close();
}

TEST_F(ResultsFileTest, ASecondWriterIsRefusedByName) {
  ResultsFile file = open();
  const std::string text = refusal();
  EXPECT_THAT(text, HasSubstr("is being written by process "));
  EXPECT_THAT(text, HasSubstr(" on host "));
  file.close();
  ResultsFile next = open();
  EXPECT_TRUE(next.resumed());
  next.close();
}

TEST_F(ResultsFileTest, AForeignFileIsRefusedAndUntouched) {
  write_foreign_file("id,rate\n1,2\n");
  EXPECT_THAT(refusal(), HasSubstr("not a readable results file"));
  EXPECT_EQ(std::filesystem::file_size(path), 12U);
}

TEST_F(ResultsFileTest, AMissingFolderIsBadInput) {
  path = "no_such_folder/results.h5";
  EXPECT_THAT(refusal(), HasSubstr("does not exist"));
  path = "results.h5";
}

TEST_F(ResultsFileTest, ResultsThatDoNotFitAreRefusedBeforeAnythingIsWritten) {
  io::FileLayout layout = layout_of();
  layout.tables[0].rows = std::int64_t{1} << 50;
  std::string text;
  try {
    ResultsFile::open(world, path, layout, {}, false);
  } catch (const BadInput& problem) {
    text = problem.what();
  }
  EXPECT_THAT(text, HasSubstr("are missing"));
  for (const char* suffix : {"", ".tmp", ".lock"}) EXPECT_FALSE(std::filesystem::exists(path + suffix));
}

TEST_F(ResultsFileTest, AStageResultIsThereAtOnceOrNotAtAll) {
  ResultsFile file = open();
  write_interleaved(file, 0, 6);
  EXPECT_FALSE(file.has_stage("fit/control"));
  const auto fill = [](io::TreeWriter& tree) {
    tree.axis("draw", std::vector<double>{0, 1, 2}, "1", "accepted draw");
    tree.dataset("/g_L", std::vector<double>{1, 2, 3}, {"draw"}, "nS", "leak conductance");
  };
  const auto fail = [&](io::TreeWriter& tree) {
    fill(tree);
    throw BadInput("fit", "planted");
  };
  EXPECT_THROW(file.write_stage("fit/control", "accepted set", fail), BadInput);
  EXPECT_FALSE(file.has_stage("fit/control"));
  EXPECT_FALSE(std::filesystem::exists(path + ".tmp"));
  file.write_stage("fit/control", "accepted set", fill);
  EXPECT_TRUE(file.has_stage("fit/control"));
  EXPECT_TRUE(std::isnan(file.stage_number("fit/control", "ess")));
  file.write_stage("fit/control", "accepted set", [&](io::TreeWriter& tree) {
    fill(tree);
    tree.attribute("/", "ess", 7.0);
  });  // in its place
  EXPECT_EQ(file.stage_number("fit/control", "ess"), 7.0);
  write_interleaved(file, 6, rows);
  file.note_session({{"wall_seconds", "1.5"}});
  file.close();
  const io::TreeReader reader(path);
  EXPECT_EQ(reader.f64("/fit/control/g_L"), (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(reader.attribute("/fit/control", "long_name"), "accepted set");
  EXPECT_EQ(io::read_progress(path).at(0).done, rows - 1);
  const std::string line = reader.strings("/provenance/sessions").at(0);
  EXPECT_THAT(line, HasSubstr("\"wall_seconds\":\"1.5\""));
  EXPECT_THAT(line, HasSubstr("\"end\""));
  EXPECT_EQ(reader.strings("/provenance/job_text").at(0), layout_of().job_text);
}

TEST_F(ResultsFileTest, EveryStartHasItsSessionLine) {
  for (int start = 0; start < 3; ++start) open().close();
  const std::vector<std::string> lines = io::TreeReader(path).strings("/provenance/sessions");
  for (std::size_t i = 0; i < 3; ++i) EXPECT_THAT(lines.at(i), HasSubstr("\"seed\":\"7\""));
  EXPECT_EQ(lines.at(3), "");
}

TEST_F(ResultsFileTest, AFailureOfOneRankIsTheSameExceptionOnAll) {
  const int last = world.size() - 1;
  const auto fail_on_last = [&] {
    if (world.rank() == last) throw IoFailure("planted on the last rank");
  };
  try {
    io::on_all(world, fail_on_last);
    ADD_FAILURE() << "no exception";
  } catch (const IoFailure& failure) {
    EXPECT_STREQ(failure.what(), "planted on the last rank");
  }
}

TEST_F(ResultsFileTest, StorageProbeFindsThisFolderGoodAndLeavesNothing) {
  const std::vector<io::ProbeResult> results = io::probe_storage(world, ".");
  ASSERT_EQ(results.size(), 4U);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_TRUE(results[i].ok) << results[i].name << ": " << results[i].text;
  world.barrier();
  EXPECT_FALSE(std::filesystem::exists(".modscape_probe.h5"));
  EXPECT_FALSE(io::probe_storage(world, "no_such_folder")[0].ok);
}

TEST_F(ResultsFileTest, VersionsAreKnown) {
  const std::map<std::string, std::string> versions = io::io_versions();
  for (const char* name : {"hdf5", "mpi", "mpi_io"}) EXPECT_FALSE(versions.at(name).empty());
}
}  // namespace
