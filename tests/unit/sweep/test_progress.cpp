// SPDX-License-Identifier: Apache-2.0
#include "sweep/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace modscape::sweep {
namespace {
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Duration, InTheUnitsAPersonUses) {
  EXPECT_EQ(format_duration(0.0), "0 s");
  EXPECT_EQ(format_duration(3.4), "3 s");
  EXPECT_EQ(format_duration(59.4), "59 s");
  EXPECT_EQ(format_duration(59.6), "1 min 00 s");
  EXPECT_EQ(format_duration(125.0), "2 min 05 s");
  EXPECT_EQ(format_duration(3599.6), "1 h 00 min");
  EXPECT_EQ(format_duration(4320.0), "1 h 12 min");
  EXPECT_EQ(format_duration(90000.0), "25 h 00 min");
}

TEST(Costs, CloseEveryPlan) {
  EXPECT_EQ(format_costs(3.4e3, 125.0, 1), "output        3.4 kB\ntime          about 2 min 05 s on 1 rank\n");
  EXPECT_THAT(format_costs(0.0, 1.0, 2), HasSubstr("on 2 ranks\n"));
}

std::string last_line(Progress& progress, std::int64_t done, std::int64_t failed) {
  testing::internal::CaptureStderr();
  progress.finish(done, failed);
  return testing::internal::GetCapturedStderr();
}

TEST(Progress, LastLineCountsDoneAndFailed) {
  Progress progress("exploration", 100, 0, true);
  const std::string line = last_line(progress, 97, 3);
  EXPECT_THAT(line, HasSubstr("exploration"));
  EXPECT_THAT(line, HasSubstr("100/100 rows"));
  EXPECT_THAT(line, HasSubstr("3 failed"));
  EXPECT_THAT(line, HasSubstr("in 0 s"));
}

// Stopped early: what is missing and how long it may take.
TEST(Progress, LastLineOfAStoppedTableSaysWhatIsLeft) {
  Progress progress("exploration", 100, 0, true);
  const std::string line = last_line(progress, 40, 0);
  EXPECT_THAT(line, HasSubstr("40/100 rows"));
  EXPECT_THAT(line, HasSubstr("left"));
}

TEST(Progress, OtherRanksAreSilent) {
  Progress progress("exploration", 100, 0, false);
  EXPECT_THAT(last_line(progress, 100, 0), IsEmpty());
}

// Without a terminal a line comes every ten seconds, not with every row.
TEST(Progress, RowsInQuickSuccessionPrintNothing) {
  Progress progress("exploration", 100, 0, true);
  testing::internal::CaptureStderr();
  for (int i = 0; i < 100; ++i) progress.update(i, 0);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), IsEmpty());
}

TEST(Progress, NothingToDoIsNoDivisionByZero) {
  Progress progress("exploration", 0, 0, true);
  EXPECT_THAT(last_line(progress, 0, 0), HasSubstr("0/0 rows"));
}

}  // namespace
}  // namespace modscape::sweep
