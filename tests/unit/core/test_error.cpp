// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/error.hpp"

namespace modscape {
namespace {

TEST(Problem, ReadsPlaceMessageSuggestion) {
  EXPECT_EQ(to_string(Problem{"job.toml:4:7", "unknown key \"tauw\"", "did you mean \"tau_w\"?"}),
            "job.toml:4:7: unknown key \"tauw\" (did you mean \"tau_w\"?)");
  EXPECT_EQ(to_string(Problem{"", "no job file", ""}), "no job file");
}

TEST(BadInput, ListsAllProblemsOnePerLine) {
  const BadInput error({{"a:1", "first", ""}, {"b:2", "second", "try b"}});
  EXPECT_STREQ(error.what(), "a:1: first\nb:2: second (try b)");
  EXPECT_EQ(error.problems().size(), 2U);
}

TEST(Failure, CarriesTheExitCode) {
  EXPECT_EQ(static_cast<int>(BadInput("", "x").code()), 64);
  EXPECT_EQ(static_cast<int>(InternalError("x").code()), 70);
  EXPECT_EQ(static_cast<int>(IoFailure("x").code()), 74);
  EXPECT_EQ(static_cast<int>(Failure(ExitCode::stopped, "x").code()), 75);
  EXPECT_EQ(static_cast<int>(ExitCode::too_many_failures), 3);
}

TEST(Expected, CarriesOneSentence) {
  const Expected<double> result = unexpected("the point did not converge");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().message, "the point did not converge");
}

}  // namespace
}  // namespace modscape
