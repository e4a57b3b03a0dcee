// SPDX-License-Identifier: Apache-2.0
// Whole studies of a few points: what is refused, what is left alone, and data that cannot be explained.
#include "study/study.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "io/results_file.hpp"
#include "support/results_fixture.hpp"
#include "support/study_job.hpp"

namespace {
using namespace modscape;
using parallel::Communicator;
using study::StudyOutcome;
using testing::HasSubstr;

config::StudyJob small_job() {
  config::StudyJob job = test_support::small_study();
  job.draws = 16;
  job.min_ess = 1.0;
  return job;
}

class StudyTest : public test_support::ResultsFixture {
 protected:
  StudyOutcome run(const config::StudyJob& job, const std::string& id, const study::StudyOptions& options = {}) {
    return study::run_study(world, test_support::job_of(job, id), path, options);
  }
  /// What the study says instead of running; the same on every rank.
  std::string refusal(const config::StudyJob& job, const std::string& id) {
    try {
      run(job, id);
    } catch (const BadInput& bad) {
      return bad.what();
    }
    return "accepted";
  }
};

// Fewer points than a proposal asks for: a poor study, but a study.
TEST_F(StudyTest, AFewPointsAreEnoughToRun) {
  EXPECT_EQ(run(small_job(), "a"), StudyOutcome::done);
  const io::TreeReader file(path);
  EXPECT_TRUE(file.exists("/complete"));
  EXPECT_TRUE(file.exists("/verdict/control_to_modulated"));
  EXPECT_EQ(file.f64("/models/modulated/rheobase").size(), 12U);
  EXPECT_FALSE(std::filesystem::exists(path + ".sampler"));
  EXPECT_THAT(study::study_summary(path), HasSubstr("control -> modulated"));
}

TEST_F(StudyTest, AFinishedStudyIsLeftAlone) {
  EXPECT_EQ(run(small_job(), "a"), StudyOutcome::done);
  const auto written = std::filesystem::last_write_time(path);
  EXPECT_EQ(run(small_job(), "a"), StudyOutcome::nothing_to_do);
  EXPECT_EQ(std::filesystem::last_write_time(path), written);
}

TEST_F(StudyTest, AnotherJobOnTheFileIsRefused) {
  EXPECT_EQ(run(small_job(), "a"), StudyOutcome::done);
  EXPECT_THAT(refusal(small_job(), "b"), HasSubstr("another job"));
  EXPECT_EQ(run(small_job(), "b", {.force = true}), StudyOutcome::done);
}

// Rheobases, but no model of the prior fires at all: refused by all ranks alike, again and again.
TEST_F(StudyTest, DataThatNoPointExplainsAreBadInput) {
  config::StudyJob job = small_job();
  for (config::Range& range : job.ranges)
    if (range.name == "g_L") range = {"g_L", 100.0, 110.0, config::Scale::linear};
  EXPECT_THAT(refusal(job, "a"), HasSubstr("no point of the exploration can explain these data"));
  EXPECT_THAT(refusal(job, "a"), HasSubstr("condition control"));
}

TEST_F(StudyTest, TooManyFailedPointsAreCounted) {
  config::StudyJob job = small_job();
  job.integrator.max_rhs = 1500;  // the costlier points fail
  EXPECT_EQ(run(job, "a", {.max_failed = 0}), StudyOutcome::too_many_failures);
}
}  // namespace
