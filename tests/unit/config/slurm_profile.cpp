// SPDX-License-Identifier: Apache-2.0
#include "config/slurm_profile.hpp"

#include <gmock/gmock.h>

#include "scratch.hpp"

namespace modscape::config {
namespace {
using testing::HasSubstr;

TEST(SlurmProfile, TimesOfSlurm) {
  EXPECT_EQ(slurm_seconds("90"), 90 * 60);
  EXPECT_EQ(slurm_seconds("01:30"), 90);
  EXPECT_EQ(slurm_seconds("04:00:00"), 4 * 3600);
  EXPECT_EQ(slurm_seconds("2-12"), 60 * 3600);
  EXPECT_EQ(slurm_seconds("1-00:30:05"), 24 * 3600 + 1805);
  for (const char* text : {"", "x", "1:x", "1:2:3:4", "-5", "1-", "4 h", "1:2:3:", "99999999999"})
    EXPECT_EQ(slurm_seconds(text), -1) << text;
}

TEST(SlurmProfile, ThoseOfTheProjectAreValid) {
  for (const char* name : {"local", "generic"}) {
    const SlurmProfile profile = load_slurm_profile(test::source_dir() + "/slurm/profiles/" + name + ".toml");
    EXPECT_EQ(profile.name, name);
    EXPECT_EQ(profile.launcher, std::string(name) == "local" ? "mpirun" : "srun");
    EXPECT_GT(slurm_seconds(profile.time), profile.drain);
  }
}

TEST(SlurmProfile, LauncherOptionsAreWords) {
  const SlurmProfile profile = load_slurm_profile(test::written(
      "site.toml",
      "[profile]\nlauncher_options = [\"--map-by\", \"node\", \"--mca\", \"btl\", \"tcp,self\", \"--x=a b\"]\n"));
  EXPECT_EQ(profile.launcher_options,
            (std::vector<std::string>{"--map-by", "node", "--mca", "btl", "tcp,self", "--x=a b"}));
  const std::string path = test::written("site.toml", "[profile]\nlauncher_options = [\"--map-by node\"]\n");
  EXPECT_THAT(test::problems_of([&] { load_slurm_profile(path); }),
              testing::ElementsAre(HasSubstr("\"--map-by node\" is more than one word")));
}

TEST(SlurmProfile, AllProblemsAtOnce) {
  const std::string path = test::written("site.toml",
                                         "[profile]\nlauncher = \"srum\"\npartitoin = \"gpu\"\ntime = \"4 h\"\n"
                                         "ranks = 0\nsbatch = [\"exclusive\", 3]\n");
  EXPECT_THAT(test::problems_of([&] { load_slurm_profile(path); }),
              testing::ElementsAre(
                  HasSubstr("did you mean srun?"), HasSubstr("site.toml:3:1: unknown key partitoin"),
                  HasSubstr("time = \"4 h\" is not a time of Slurm"), HasSubstr("ranks = 0 must be at least 1"),
                  HasSubstr("\"exclusive\" is not an option"), HasSubstr("must hold texts in quotes")));
}

}  // namespace
}  // namespace modscape::config
