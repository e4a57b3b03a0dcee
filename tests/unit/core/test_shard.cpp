// SPDX-License-Identifier: Apache-2.0
#include "core/shard.hpp"

#include <gmock/gmock.h>

namespace modscape {
namespace {

TEST(Shard, IsReadFromText) {
  EXPECT_EQ(parse_shard("0/1"), (Shard{0, 1}));
  EXPECT_EQ(parse_shard("3/64"), (Shard{3, 64}));
  EXPECT_EQ(parse_shard("999999/1000000"), (Shard{999999, 1000000}));
}

TEST(Shard, RefusesWhatIsNone) {
  for (const char* text : {"", "/", "3", "3/", "/4", "a/4", "3/b", "3/4/5", "+1/4", " 1/4", "1/4 ", "1.0/4", "0x1/4"})
    EXPECT_FALSE(parse_shard(text)) << text;
  for (const char* text : {"4/4", "-1/4", "0/0", "0/-1", "0/1000001", "0/99999999999999999999"})
    EXPECT_FALSE(parse_shard(text)) << text;
  EXPECT_THAT(parse_shard("4/4").error().message, testing::HasSubstr("the last of 4 is 3"));
}

TEST(Shard, FilesSortInTheOrderOfTheDesign) {
  EXPECT_EQ(shard_path("a/sweep.h5", {3, 64}), "a/sweep.shard-03-of-64.h5");
  EXPECT_EQ(shard_path("sweep", {12, 1000}), "sweep.shard-0012-of-1000");
  EXPECT_EQ(shard_path("a.b/c.d.h5", {0, 2}), "a.b/c.d.shard-0-of-2.h5");
  EXPECT_EQ(shard_path("sweep.h5", {0, 1}), "sweep.h5");
}

TEST(Shard, NamesItself) {
  EXPECT_EQ(to_string(Shard{3, 64}), "shard 3/64");
  EXPECT_EQ(to_string(Shard{}), "the whole job");
  EXPECT_TRUE(Shard{}.is_whole());
  EXPECT_FALSE((Shard{0, 2}).is_whole());
}

}  // namespace
}  // namespace modscape
