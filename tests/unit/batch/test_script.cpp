// SPDX-License-Identifier: Apache-2.0
// What a script says; that it does it is seen in tests/regression/submit.py and tests/slurm.
#include "batch/script.hpp"

#include <gmock/gmock.h>

#include "core/error.hpp"

namespace modscape::batch {
namespace {
using testing::HasSubstr;
using testing::Not;

BatchJob sweep_job() {
  BatchJob job{"/opt/modscape", "sweep", "/jobs/sweep.toml", "/data/sweep.h5", 64, {}};
  job.profile.name = "site";
  return job;
}

std::string refusal(const BatchJob& job) {
  try {
    require_submittable(job);
  } catch (const BadInput& refused) {
    return refused.what();
  }
  return {};
}

TEST(Script, NamesElementsInRanges) {
  EXPECT_EQ(element_list({}), "");
  EXPECT_EQ(element_list({3}), "3");
  EXPECT_EQ(element_list({3, 7}), "3,7");
  EXPECT_EQ(element_list({0, 1, 2, 7, 9, 10}), "0-2,7,9,10");
}

TEST(Script, QuotesForTheShell) {
  EXPECT_EQ(shell_word("/a/b-c_1.h5"), "/a/b-c_1.h5");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("it's $HOME"), "'it'\\''s $HOME'");
  EXPECT_EQ(shell_word("~x"), "'~x'");
}

TEST(Script, HoldsTheShardCountAsANumber) {
  const std::string text = job_script(sweep_job());
  EXPECT_THAT(text, HasSubstr("#SBATCH --array=0-63\n"));
  EXPECT_THAT(text, HasSubstr("--shard \"${SLURM_ARRAY_TASK_ID}/64\""));
  EXPECT_THAT(text, Not(HasSubstr("TASK_COUNT")));
}

TEST(Script, ThrottlesAndSignalsByLauncher) {
  BatchJob job = sweep_job();
  job.profile.throttle = 16;
  EXPECT_THAT(job_script(job), HasSubstr("#SBATCH --array=0-63%16\n"));
  EXPECT_THAT(job_script(job), HasSubstr("#SBATCH --signal=USR1@120\n"));
  EXPECT_THAT(job_script(job),
              HasSubstr("srun --kill-on-bad-exit=1 --mpi=pmix --ntasks=64 --cpus-per-task=1 \"$program\""));
  job.profile.launcher = "mpirun";
  EXPECT_THAT(job_script(job), HasSubstr("#SBATCH --signal=B:USR1@120\n"));
  EXPECT_THAT(job_script(job), HasSubstr("trap"));
}

TEST(Script, AsksForWhatTheSiteWants) {
  BatchJob job = sweep_job();
  job.shards = 1;
  job.kind = "study";
  job.profile.account = "p123";
  job.profile.modules = {"openmpi/4.1", "hdf5"};
  job.profile.setup = {"export UCX_LOG_LEVEL=error"};
  job.profile.sbatch = {"--exclusive"};
  job.profile.cores_per_node = 128;
  job.profile.cpus_per_rank = 4;
  const std::string text = job_script(job);
  for (const char* line : {"#SBATCH --account=p123\n", "#SBATCH --exclusive\n",
                           "\nmodule load openmpi/4.1 hdf5\nexport UCX_LOG_LEVEL=error\n",
                           "#SBATCH --ntasks-per-node=32\n", "\"$program\" study \"$job\" -o \"$output\""})
    EXPECT_THAT(text, HasSubstr(line));
  for (const char* none : {"--array", "--shard", "ARRAY", "--partition", "--qos"})
    EXPECT_THAT(text, Not(HasSubstr(none)));
}

TEST(Script, MergesWithTheShardsOfThisCutOnly) {
  EXPECT_THAT(merge_script(sweep_job()), HasSubstr("merge /data/sweep.h5 /data/sweep.shard-*-of-64.h5\n"));
}

TEST(Script, PercentSignsOfPathsAreNoPatternsOfSlurm) {
  BatchJob job = sweep_job();
  job.output = "/data/50% done/sweep.h5";
  EXPECT_THAT(job_script(job), HasSubstr("#SBATCH --output=\"/data/50%% done/sweep-%A_%a.log\"\n"));
}

TEST(Script, RefusesWhatSlurmOrTheSiteWould) {
  EXPECT_EQ(refusal(sweep_job()), "");
  BatchJob job = sweep_job();
  job.shards = 1001;
  EXPECT_EQ(refusal(job), "");
  job.shards = 1002;
  EXPECT_THAT(refusal(job), HasSubstr("max_array_size = 1001"));
  job = sweep_job();
  job.profile.max_jobs = 64;  // and the merge makes 65
  EXPECT_THAT(refusal(job), HasSubstr("65 jobs (the merge included)"));
  EXPECT_THAT(refusal(job), HasSubstr("--shards 63"));
  job = sweep_job();
  job.profile.time = "00:02:00";
  EXPECT_THAT(refusal(job), HasSubstr("is not longer than the 120 s"));
  job.output = "/data/a\"b.h5";
  EXPECT_THAT(refusal(job), HasSubstr("quotation mark"));
  EXPECT_THAT(refusal(job), HasSubstr("--time")) << "all problems at once";
}

}  // namespace
}  // namespace modscape::batch
