// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "core/build_info.hpp"

namespace modscape {
namespace {

TEST(BuildInfo, NamesVersionCommitAndCompiler) {
  const BuildInfo info = build_info();
  EXPECT_THAT(info.version, testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
  EXPECT_FALSE(info.commit.empty());
  EXPECT_FALSE(info.compiler.empty());
}

TEST(RunEnvironment, KeepsSlurmIdsAndLeavesAbsentOnesOut) {
  setenv("SLURM_JOB_ID", "4711", 1);
  unsetenv("SLURM_ARRAY_TASK_ID");
  const auto environment = run_environment();
  EXPECT_EQ(environment.at("SLURM_JOB_ID"), "4711");
  EXPECT_EQ(environment.count("SLURM_ARRAY_TASK_ID"), 0U);
  EXPECT_FALSE(environment.at("host").empty());
}

TEST(UtcNow, IsIso8601) {
  EXPECT_THAT(utc_now(), testing::MatchesRegex("20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]Z"));
}

}  // namespace
}  // namespace modscape
