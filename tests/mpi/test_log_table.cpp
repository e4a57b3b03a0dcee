// SPDX-License-Identifier: Apache-2.0
// Log tables with 1, 2 and 3 ranks: what was committed is there, whatever comes after; what is damaged or too much has
// a name.
#include "io/log_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "io/agreement.hpp"
#include "io/compare.hpp"
#include "io/h5.hpp"
#include "io/results_file.hpp"
#include "support/results_fixture.hpp"

namespace {
using namespace modscape;
using io::LogMark;
using io::ResultsFile;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* spikes = "/spikes/E";
constexpr const char* traces = "/traces";
constexpr std::int64_t capacity = 100, block = 8;

double time_of(std::int64_t row) {
  return 0.25 * static_cast<double>(row) + 0.125;
}
std::uint64_t neuron_of(std::int64_t row) {
  return static_cast<std::uint64_t>(row * 7 % 13);
}

io::FileLayout layout_of(std::int64_t rows = capacity, std::int64_t first_row = 0) {
  io::LogTable E = io::spike_log("E", rows, first_row);
  E.block_rows = block;
  io::LogTable trace;
  trace.path = traces;
  trace.text = "sampled traces";
  trace.capacity = rows;
  trace.first_row = first_row;
  trace.block_rows = 5;
  trace.axes = {{"cell", "1", "recorded cell", {3, 9}}};
  trace.columns = {{"time", io::ColumnType::f64, "ms", "time", {}},
                   {"V", io::ColumnType::f32, "mV", "voltage", {"cell"}},
                   {"refractory", io::ColumnType::u32, "1", "steps left", {"cell"}},
                   {"state", io::ColumnType::i32, "1", "state", {}}};
  io::LiveTable table;
  table.path = "/sweep";
  table.text = "beside the logs";
  table.rows = 3;
  table.columns = {{"g_L", io::ColumnType::f64, "nS", "leak conductance", {}}};
  return {"test", "text", "aa", {table}, {}, {}, {}, {E, trace}};
}

class LogTableTest : public test_support::ResultsFixture {
 protected:
  ResultsFile open(const io::FileLayout& layout = layout_of()) {
    return ResultsFile::open(world, path, layout, {}, false);
  }

  static tl::expected<void, io::LogFull> write_spikes(ResultsFile& file, std::int64_t first, std::int64_t last) {
    std::vector<double> times;
    std::vector<std::uint64_t> neurons;
    for (std::int64_t row = first; row < last; ++row) {
      times.push_back(time_of(row));
      neurons.push_back(neuron_of(row));
    }
    return file.write_log(spikes, first, {std::span<const double>(times), std::span<const std::uint64_t>(neurons)});
  }
  static tl::expected<void, io::LogFull> write_traces(ResultsFile& file, std::int64_t first, std::int64_t last) {
    std::vector<double> times;
    std::vector<float> V;
    std::vector<std::uint32_t> refractory;
    std::vector<std::int32_t> state;
    for (std::int64_t row = first; row < last; ++row) {
      times.push_back(time_of(row));
      V.insert(V.end(), {static_cast<float>(row) - 70.0F, static_cast<float>(row) - 60.0F});
      refractory.insert(refractory.end(), {static_cast<std::uint32_t>(row), 4000000000U});
      state.push_back(static_cast<std::int32_t>(-row));
    }
    return file.write_log(traces, first,
                          {std::span<const double>(times), std::span<const float>(V),
                           std::span<const std::uint32_t>(refractory), std::span<const std::int32_t>(state)});
  }
  /// Rows [first, last) of both logs, a share per rank, and their commit.
  std::vector<LogMark> append(ResultsFile& file, std::int64_t first, std::int64_t last) {
    const auto mine = parallel::block_range(last - first, world.rank(), world.size());
    EXPECT_TRUE(write_spikes(file, first + mine.first, first + mine.last));
    EXPECT_TRUE(write_traces(file, first + mine.first, first + mine.last));
    const auto marks = file.commit_logs({last, last});
    EXPECT_TRUE(marks);
    return marks.value_or(std::vector<LogMark>{});
  }
  /// In steps of a prime number of rows, so that blocks and steps never end together for long.
  void append_in_steps(ResultsFile& file, std::int64_t first, std::int64_t last, std::int64_t step = 7) {
    for (; first < last; first += step) append(file, first, std::min(first + step, last));
  }
  void finish(ResultsFile& file) {
    file.finish_logs();
    file.close();
  }
  void rename(const std::string& from, const std::string& to) {
    if (world.is_root()) std::filesystem::rename(from, to);
    world.barrier();
  }
  /// The file of one uninterrupted run of `rows` rows, at <path>.copy.
  void make_reference(std::int64_t rows) {
    ResultsFile file = open();
    append_in_steps(file, 0, rows, 11);
    finish(file);
    rename(path, path + ".copy");
  }
  void expect_same_as_reference() { EXPECT_THAT(io::compare_files(path, path + ".copy"), IsEmpty()); }

  /// Flips one bit of the time of this row, found by its value.
  void damage(std::int64_t row) {
    if (world.is_root()) {
      std::fstream raw(path, std::ios::in | std::ios::out | std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(raw)), {});
      const std::array<double, 2> pair{time_of(row), time_of(row + 1)};
      const std::size_t place = bytes.find(std::string(reinterpret_cast<const char*>(pair.data()), sizeof pair));
      raw.seekp(static_cast<std::streamoff>(place));
      raw.put(static_cast<char>(bytes[place] ^ 1));
    }
    world.barrier();
  }
  /// What an action is refused with; the same on every rank.
  template <class Action>
  std::string refusal(Action action) {
    try {
      action();
    } catch (const Failure& failure) {
      return failure.what();
    }
    return "accepted";
  }
};

TEST_F(LogTableTest, RowsOfAllRanksAreReadBackAndAFinishedFileHasNoOthers) {
  constexpr std::int64_t rows = 45;
  ResultsFile file = open();
  EXPECT_EQ(file.log_room(spikes), capacity);
  append_in_steps(file, 0, rows);
  EXPECT_EQ(file.log_room(spikes), capacity - rows);
  EXPECT_EQ(io::read_log_progress(path).at(0).used, rows);
  EXPECT_EQ(io::read_log_progress(path).at(0).capacity, capacity);
  EXPECT_FALSE(file.logs_finished());
  world.barrier();
  file.finish_logs();
  EXPECT_TRUE(file.logs_finished());
  EXPECT_EQ(file.log_room(spikes), 0);
  file.finish_logs();  // again: nothing
  file.close();
  const io::TreeReader reader(path);
  const std::vector<double> times = reader.f64("/spikes/E/timestamps"), neurons = reader.f64("/spikes/E/node_ids");
  const std::vector<double> V = reader.f64("/traces/V"), refractory = reader.f64("/traces/refractory");
  ASSERT_EQ(times.size(), static_cast<std::size_t>(rows));
  EXPECT_THAT(reader.shape("/spikes/E/node_ids"), ElementsAre(rows));
  EXPECT_THAT(reader.shape("/traces/V"), ElementsAre(rows, 2));
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto i = static_cast<std::size_t>(row);
    EXPECT_EQ(times[i], time_of(row));
    EXPECT_EQ(neurons[i], static_cast<double>(neuron_of(row)));
    EXPECT_EQ(V[2 * i + 1], static_cast<double>(row) - 60.0);
    EXPECT_EQ(refractory[2 * i + 1], 4000000000.0);
    EXPECT_EQ(reader.i32("/traces/state")[i], -row);
  }
  const std::vector<io::LogProgress> logs = io::read_log_progress(path);
  ASSERT_EQ(logs.size(), 2U);
  for (const io::LogProgress& log : logs) {
    EXPECT_TRUE(log.finished);
    EXPECT_EQ(log.used, rows);
    EXPECT_EQ(log.capacity, rows);
  }
  EXPECT_FALSE(std::filesystem::exists(path + ".tmp"));
}

TEST_F(LogTableTest, WhoWritesWhichRowsAndInWhichStepsDoesNotMatter) {
  constexpr std::int64_t rows = 64;
  make_reference(rows);
  const std::vector<double> crc = io::TreeReader(path + ".copy").f64("/provenance/spikes/E/crc");
  for (const std::int64_t step : {1, 8, 13, 64}) {
    ResultsFile file = open();
    append_in_steps(file, 0, rows, step);
    finish(file);
    expect_same_as_reference();
    EXPECT_EQ(io::TreeReader(path).f64("/provenance/spikes/E/crc"), crc) << step;
    world.barrier();
    if (world.is_root()) std::filesystem::remove(path);
    world.barrier();
  }
  ResultsFile file = open();  // one rank after the other writes single rows, from the end
  for (std::int64_t row = rows - 1; row >= 0; --row) {
    if (row % world.size() != world.rank()) continue;
    EXPECT_TRUE(write_spikes(file, row, row + 1));
    EXPECT_TRUE(write_traces(file, row, row + 1));
  }
  EXPECT_TRUE(file.commit_logs({rows, rows}));
  finish(file);
  expect_same_as_reference();
  EXPECT_EQ(io::TreeReader(path).f64("/provenance/spikes/E/crc"), crc);
}

TEST_F(LogTableTest, RowsThatWereNotCommittedDoNotCount) {
  std::vector<LogMark> marks;
  {
    ResultsFile abandoned = open();  // never closed, as after a kill
    marks = append(abandoned, 0, 20);
    EXPECT_TRUE(write_spikes(abandoned, 20 + world.rank(), 21 + world.rank()));
    world.barrier();
  }
  EXPECT_EQ(io::read_log_progress(path).at(0).used, 20);
  world.barrier();
  ResultsFile file = open();
  EXPECT_TRUE(file.resumed());
  EXPECT_EQ(file.log_marks(), marks);
  file.truncate_logs(file.log_marks());
  append_in_steps(file, 20, 30);
  finish(file);
  rename(path, path + ".copy");
  ResultsFile uninterrupted = open();
  append_in_steps(uninterrupted, 0, 30);
  finish(uninterrupted);
  expect_same_as_reference();
}

TEST_F(LogTableTest, ARunGoesBackToItsCheckpointAndEndsInTheSameFile) {
  constexpr std::int64_t rows = 60;
  make_reference(rows);
  // Within a block, at its end, and at the start; the block of the checkpoint was filled since.
  for (const std::int64_t checkpoint : {19, 40, 0}) {
    {
      ResultsFile abandoned = open();
      const std::vector<LogMark> marks = checkpoint > 0 ? append(abandoned, 0, checkpoint) : std::vector<LogMark>{};
      append_in_steps(abandoned, checkpoint, checkpoint + 15);
      world.barrier();
      abandoned.truncate_logs(marks);
      EXPECT_EQ(abandoned.log_room(spikes), capacity - checkpoint);
      EXPECT_EQ(io::read_log_progress(path).at(0).used, checkpoint);
      world.barrier();
    }
    ResultsFile file = open();
    EXPECT_EQ(file.log_marks().at(0).used, checkpoint);
    append_in_steps(file, checkpoint, rows);
    finish(file);
    expect_same_as_reference();
    world.barrier();
    if (world.is_root()) std::filesystem::remove(path);
    world.barrier();
  }
}

TEST_F(LogTableTest, ADamagedBlockIsNamed) {
  std::vector<LogMark> at_30, at_44;
  {
    ResultsFile file = open();
    at_30 = append(file, 0, 30);
    at_44 = append(file, 30, 44);
    file.close();
  }
  damage(17);
  ResultsFile file = open();
  EXPECT_THAT(refusal([&] { file.truncate_logs(at_44); }),
              HasSubstr("block 2 of log /spikes/E is damaged: rows 16 to 23, column timestamps"));
  EXPECT_THAT(refusal([&] { file.finish_logs(); }), HasSubstr("block 2 of log /spikes/E is damaged"));
  EXPECT_EQ(file.log_marks(), at_44);  // still usable
  damage(18);                          // two rows of one block
  EXPECT_THAT(refusal([&] { file.truncate_logs(at_30); }), HasSubstr("block 2 of log /spikes/E"));
  file.truncate_logs({});  // what is thrown away need not be right
  file.close();
}

TEST_F(LogTableTest, ADamagedLastBlockIsNamedAndDamageBehindTheCheckpointIsNone) {
  std::vector<LogMark> at_30;
  {
    ResultsFile file = open();
    at_30 = append(file, 0, 30);
    append(file, 30, 44);
    file.close();
  }
  damage(30);  // in the block of the checkpoint, behind it
  {
    ResultsFile file = open();
    EXPECT_THAT(refusal([&] { file.truncate_logs(file.log_marks()); }), HasSubstr("rows 24 to 31"));
    file.truncate_logs(at_30);
    file.close();
  }
  damage(25);
  ResultsFile file = open();
  EXPECT_THAT(refusal([&] { file.truncate_logs(at_30); }),
              HasSubstr("block 3 of log /spikes/E is damaged: rows 24 to 29"));
  file.close();
}

TEST_F(LogTableTest, ACheckpointOfAnotherFileIsRefused) {
  ResultsFile file = open();
  std::vector<LogMark> marks = append(file, 0, 10);
  marks[0].used = 11;
  EXPECT_THAT(refusal([&] { file.truncate_logs(marks); }), HasSubstr("log /spikes/E has rows 0 to 10 of the run"));
  marks.pop_back();
  EXPECT_THAT(refusal([&] { file.truncate_logs(marks); }), HasSubstr("has 2 logs, the checkpoint 1"));
  file.close();
}

TEST_F(LogTableTest, AFullLogIsNamedAndNothingIsLost) {
  ResultsFile file = open();
  append_in_steps(file, 0, 98);
  const std::vector<LogMark> before = file.log_marks();
  const auto written = write_spikes(file, 99, 104);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().wanted, 104);
  EXPECT_EQ(io::to_string(written.error()), "log_full: /spikes/E has room for 100 rows, 104 are wanted");
  // Rows of the other log that fit are not committed alone.
  EXPECT_TRUE(!world.is_root() || write_traces(file, 98, 99));
  const auto marks = file.commit_logs({104, 99});
  ASSERT_FALSE(marks);
  EXPECT_EQ(marks.error().log, spikes);
  EXPECT_EQ(file.log_marks(), before);
  finish(file);
  for (const io::LogProgress& log : io::read_log_progress(path)) EXPECT_EQ(log.used, 98);
  EXPECT_EQ(io::TreeReader(path).f64("/spikes/E/timestamps").back(), time_of(97));
}

TEST_F(LogTableTest, ALogIsFilledToItsLastRow) {
  ResultsFile file = open();
  append_in_steps(file, 0, capacity);
  EXPECT_EQ(file.log_room(spikes), 0);
  finish(file);
  EXPECT_EQ(io::TreeReader(path).f64("/spikes/E/timestamps").size(), static_cast<std::size_t>(capacity));
}

TEST_F(LogTableTest, AFurtherPartBeginsWithTheNextRow) {
  const io::FileLayout further = layout_of(capacity, 98);
  ResultsFile file = open(further);
  EXPECT_EQ(file.log_marks().at(0).used, 98);
  append_in_steps(file, 98, 130);
  EXPECT_EQ(file.log_room(spikes), capacity - 32);
  const std::vector<LogMark> marks = file.log_marks();
  file.truncate_logs({});
  EXPECT_EQ(file.log_marks().at(0).used, 98);
  append_in_steps(file, 98, 130, 9);
  EXPECT_EQ(file.log_marks(), marks);
  EXPECT_THAT(refusal([&] { file.truncate_logs({{97, {0, 0}}, {97, {0, 0, 0, 0}}}); }), HasSubstr("rows 98 to 130"));
  finish(file);
  const io::TreeReader reader(path);
  EXPECT_EQ(reader.number(spikes, "rows_before"), 98.0);
  EXPECT_EQ(reader.f64("/spikes/E/timestamps").front(), time_of(98));
  EXPECT_EQ(reader.f64("/spikes/E/timestamps").size(), 32U);
  EXPECT_THAT(refusal([&] { open(); }), HasSubstr("does not begin with row 0 of the run"));
  world.barrier();
  ResultsFile again = open(further);
  EXPECT_TRUE(again.logs_finished());
  EXPECT_EQ(again.log_marks(), marks);
  again.truncate_logs(marks);
  EXPECT_FALSE(write_spikes(again, 130, 131));
  EXPECT_THAT(refusal([&] { again.truncate_logs({}); }), HasSubstr("log /spikes/E is finished with row 130"));
  again.close();
}

TEST_F(LogTableTest, ALogWithoutRowsIsFinishedToo) {
  ResultsFile file = open();
  EXPECT_TRUE(file.commit_logs({0, 0}));
  finish(file);
  EXPECT_THAT(io::TreeReader(path).shape("/spikes/E/timestamps"), ElementsAre(0));
  ResultsFile again = open();
  EXPECT_TRUE(again.logs_finished());
  again.truncate_logs(again.log_marks());
  finish(again);
}

TEST_F(LogTableTest, RowsWrittenTwiceOrByNobodyAreAnError) {
  {
    ResultsFile file = open();
    EXPECT_TRUE(!world.is_root() || write_spikes(file, 0, 5));
    EXPECT_THAT(refusal([&] { static_cast<void>(file.commit_logs({6, 0})); }),
                HasSubstr("6 rows are to be committed, 5"));
    file.close();
  }
  {
    ResultsFile file = open();
    EXPECT_TRUE(!world.is_root() || write_spikes(file, 1, 5));
    EXPECT_THAT(refusal([&] { static_cast<void>(file.commit_logs({5, 0})); }),
                HasSubstr("rows 0 to 1 were written by no rank"));
    file.close();
  }
  ResultsFile file = open();
  EXPECT_TRUE(write_spikes(file, world.rank() == 0 ? 0 : 4, world.rank() == 0 ? 5 : 6));
  EXPECT_TRUE(!world.is_root() || write_spikes(file, 4, 5));
  EXPECT_THAT(refusal([&] { static_cast<void>(file.commit_logs({6, 0})); }), HasSubstr("twice"));
  EXPECT_EQ(file.log_marks().at(0).used, 0);
  const std::vector<float> wrong(3);
  EXPECT_THAT(
      refusal([&] {
        static_cast<void>(file.write_log(spikes, 0, {std::span<const float>(wrong), std::span<const float>(wrong)}));
      }),
      HasSubstr("column timestamps of"));
  file.close();
}

TEST_F(LogTableTest, AnotherCapacityOrBlockIsAnotherJob) {
  ResultsFile file = open();
  append(file, 0, 10);
  file.close();
  EXPECT_THAT(refusal([&] { open(layout_of(capacity + 1)); }), HasSubstr("another shape than this job needs"));
  io::FileLayout other = layout_of();
  other.logs[0].block_rows = 2 * block;
  EXPECT_THAT(refusal([&] { open(other); }), HasSubstr("/provenance/spikes/E is missing or has another shape"));
}

TEST_F(LogTableTest, LogsThatDoNotFitAreRefusedBeforeAnythingIsWritten) {
  EXPECT_THAT(refusal([&] { open(layout_of(std::int64_t{1} << 50)); }), HasSubstr("are missing"));
  for (const char* suffix : {"", ".tmp", ".lock"}) EXPECT_FALSE(std::filesystem::exists(path + suffix));
}

TEST_F(LogTableTest, StagesAndLiveTablesStandBesideLogs) {
  ResultsFile file = open();
  append_in_steps(file, 0, 20);
  const auto fill = [](io::TreeWriter& tree) { tree.attribute("/", "mean_rate", 7.5); };
  file.write_stage("summary", "rates", fill);
  append_in_steps(file, 20, 30);
  io::RowBlock row(layout_of().tables[0], world.rank() % 3, 1);
  row.f64(row.first(), 0)[0] = 5.0 + static_cast<double>(row.first());
  row.set_status(row.first(), io::RowStatus::done);
  file.write("/sweep", row);
  file.finish_logs();
  EXPECT_EQ(file.stage_number("summary", "mean_rate"), 7.5);
  const io::TableState state = file.state("/sweep");
  EXPECT_EQ(state.done, std::min(world.size(), 3));
  file.write_stage("summary", "rates", fill);
  file.note_session({{"note", "finished"}});
  file.close();
  const io::TreeReader reader(path);
  EXPECT_EQ(reader.f64("/sweep/g_L")[0], 5.0);
  EXPECT_THAT(reader.f64("/sweep/row"), ElementsAre(0, 1, 2));
  EXPECT_THAT(reader.strings("/provenance/sessions").at(0), HasSubstr("finished"));
  EXPECT_EQ(reader.attribute("/", "title"), "test");
}

TEST_F(LogTableTest, OnlyRowsThatCountAreCompared) {
  {
    ResultsFile file = open();
    append_in_steps(file, 0, 24);
    file.close();
  }
  rename(path, path + ".copy");
  {
    ResultsFile file = open();
    append_in_steps(file, 0, 24);
    EXPECT_TRUE(write_spikes(file, 30 + world.rank(), 31 + world.rank()));
    file.close();
  }
  expect_same_as_reference();
  world.barrier();
  damage(7);
  EXPECT_THAT(io::compare_files(path, path + ".copy"),
              ElementsAre(HasSubstr("/spikes/E/timestamps: 1 of 24 values differ, first at element 7")));
  world.barrier();
  ResultsFile file = open();
  append(file, 24, 25);
  file.close();
  EXPECT_THAT(io::compare_files(path, path + ".copy"), testing::Contains("/spikes/E: 25 rows in use against 24"));
}

TEST_F(LogTableTest, ADamagedCommitRecordIsNamed) {
  open().close();
  if (world.is_root()) {
    const io::h5::File file = io::h5::open_file(path, H5F_ACC_RDWR);
    const std::string commits = "/provenance/spikes/E/commits";
    const std::vector<std::uint64_t> zeros(10);
    io::h5::write_all(io::h5::open_dataset(file.get(), commits).get(), H5T_NATIVE_UINT64, zeros.data(), commits);
  }
  world.barrier();
  EXPECT_THAT(refusal([&] { open(); }), HasSubstr("the commit record of /spikes/E is damaged"));
  EXPECT_THAT(refusal([&] { io::read_log_progress(path); }), HasSubstr("/spikes/E is damaged"));
}
}  // namespace
