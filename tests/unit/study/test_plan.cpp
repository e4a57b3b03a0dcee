// SPDX-License-Identifier: Apache-2.0
// What a study will compute, in numbers.
#include "study/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "study/study.hpp"
#include "support/study_job.hpp"

namespace modscape::study {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;

test_support::Recording recording(std::vector<double> currents, std::vector<double> rheobases) {
  test_support::Recording recording;
  recording.curve.cells = 5;
  recording.curve.mean.assign(currents.size(), 1.0);
  recording.curve.mean.front() = 0.0;
  recording.curve.sem.assign(currents.size(), 0.5);
  recording.curve.currents = std::move(currents);
  recording.rheobases = std::move(rheobases);
  return recording;
}

config::StudyJob small_job() {
  config::StudyJob job = test_support::study_of(recording({40, 60, 80}, {60, 80}), recording({40, 80, 100}, {80, 80}));
  job.points = 100;
  job.rounds = 3;
  job.draws = 20;
  job.accepted = 10;
  return job;
}

TEST(Plan, GridGoesSixtyPercentBeyondTheData) {
  const Plan plan = make_plan(small_job());
  EXPECT_THAT(plan.data_currents, ElementsAre(40, 60, 80, 100));
  EXPECT_THAT(plan.grid.currents, ElementsAre(40, 60, 80, 100, 120, 140, 160));
  EXPECT_THAT(plan.regime_currents, ElementsAre(0, 40, 60, 80, 100, 120, 140, 160));
  EXPECT_EQ(plan.grid.duration, 500.0);
}

// Cells that fire at the lowest step: the model they are offsets of may fire below it. Regimes are told from 0 on.
TEST(Plan, GridBeginsBelowCellsThatFireAtOnce) {
  test_support::Recording active = recording({40, 60, 80}, {});
  active.curve.mean.front() = 0.2;
  const Plan plan = make_plan(test_support::study_of(active, recording({40, 80, 100}, {80, 80})));
  EXPECT_EQ(plan.grid.currents.front(), -160.0);
  EXPECT_THAT(plan.regime_currents, ElementsAre(0, 20, 40, 60, 80, 100, 120, 140, 160));
}

TEST(Plan, GridGoesToTheCurrentAskedFor) {
  config::StudyJob job = small_job();
  job.max_current = 120.0;
  EXPECT_EQ(make_plan(job).grid.currents.back(), 120.0);
  job.min_current = 0.0;
  job.curves[0].currents = {0, 60, 80};
  EXPECT_THAT(make_plan(job).regime_currents, ElementsAre(0, 20, 40, 60, 80, 100, 120));  // one zero
}

TEST(Plan, RowsOfEveryTable) {
  const Plan plan = make_plan(small_job());
  const io::FileLayout layout = plan.layout(test_support::job_of(small_job(), "id"));
  ASSERT_EQ(layout.tables.size(), 1U + 2 * 3 + 2 + 2);
  EXPECT_EQ(layout.job_hash, "id");
  std::set<std::string> paths;
  for (const io::LiveTable& table : layout.tables) paths.insert(table.path);
  EXPECT_EQ(paths.size(), layout.tables.size());
  EXPECT_EQ(plan.exploration.rows, 100);
  EXPECT_EQ(plan.rounds[1][2].rows, 20);
  EXPECT_EQ(plan.rounds[1][2].path, "/refinement/modulated/round_2");
  EXPECT_EQ(plan.models[0].path, "/models/control");
  EXPECT_EQ(plan.models[0].rows, 10);
  EXPECT_EQ(plan.null_models[1].rows, 10);
}

// By hand: doubles, 4-byte codes, and 5 bytes of crc and status per row.
TEST(Plan, Bytes) {
  const config::StudyJob job = small_job();
  const Plan plan = make_plan(job);
  const std::int64_t sampled = static_cast<std::int64_t>(job.ranges.size());
  const std::int64_t point = 8 * (sampled + 7 + 2) + 4 + 5;
  const std::int64_t model = 8 * (11 + 1 + 4 + 1 + 3 + 1 + 7 * 4) + 4 * (3 + 4 + 8 + 1) + 5;
  const std::int64_t null = 8 * 3 + 4 * 8 + 5;
  EXPECT_EQ(plan.bytes(), point * (100 + 2 * 3 * 20) + (model + null) * 2 * 10);
}

// The offset is sampled where a condition has no rheobases, and never for a single cell.
TEST(Plan, OffsetIsSampledOnlyWhereItIsNotMeasured) {
  config::StudyJob job = small_job();
  const std::size_t sampled = job.ranges.size();
  EXPECT_EQ(make_plan(job).space.size(), sampled);
  job.rheobases[1] = {80};
  EXPECT_EQ(make_plan(job).space.size(), sampled + 1);
  EXPECT_EQ(make_plan(job).space.ranges().back().name, "offset_sd");
  job.rheobases.clear();
  EXPECT_EQ(make_plan(job).space.size(), sampled + 1);
  job.fit_mode = "single_cell";
  EXPECT_EQ(make_plan(job).space.size(), sampled);
}

TEST(Plan, PointColumnsFollowTheSampledParameters) {
  config::StudyJob job = small_job();
  job.rheobases.clear();
  const Plan plan = make_plan(job);
  const PointColumns columns = point_columns(plan);
  EXPECT_EQ(columns.counts, column_index(plan.exploration, "counts"));
  EXPECT_EQ(columns.rheobase, column_index(plan.exploration, "rheobase"));
  EXPECT_EQ(columns.count_at_rheobase, column_index(plan.exploration, "count_at_rheobase"));
  EXPECT_EQ(columns.spontaneous, column_index(plan.exploration, "spontaneous"));
  EXPECT_EQ(column_index(plan.exploration, job.ranges[0].name), 0U);
  EXPECT_THROW(column_index(plan.exploration, "no_such"), InternalError);
}

TEST(Plan, TextNamesWhatWillBeDone) {
  config::StudyJob job = small_job();
  job.points = 8;  // the pilot runs them
  const std::string text = study_plan_text(test_support::job_of(job, "id"), 2);
  EXPECT_THAT(text, HasSubstr("8 points x 7 currents (40 to 160 pA)"));
  EXPECT_THAT(text, HasSubstr("2 conditions x 3 rounds x 20 points"));
  EXPECT_THAT(text, HasSubstr("20 accepted models, each re-integrated with CVODE at 4 currents"));
  EXPECT_THAT(text, HasSubstr("on 2 ranks\n"));
}

}  // namespace
}  // namespace modscape::study
