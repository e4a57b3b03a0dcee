// SPDX-License-Identifier: Apache-2.0
// Every test holds for any number of ranks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>

#include "core/error.hpp"
#include "parallel/communicator.hpp"

namespace modscape::parallel {
namespace {
using testing::HasSubstr;

int world_size() {
  int size = 0;
  check_mpi(MPI_Comm_size(MPI_COMM_WORLD, &size), "MPI_Comm_size");
  return size;
}

TEST(Communicator, WorldIsADuplicateOfEveryRank) {
  const Communicator world = Communicator::world();
  EXPECT_EQ(world.size(), world_size());
  EXPECT_EQ(world.is_root(), world.rank() == 0);
  int relation = MPI_UNEQUAL;
  check_mpi(MPI_Comm_compare(world.handle(), MPI_COMM_WORLD, &relation), "MPI_Comm_compare");
  EXPECT_EQ(relation, MPI_CONGRUENT);
}

TEST(Communicator, SelfIsOneRank) {
  const Communicator self = Communicator::self();
  EXPECT_EQ(self.size(), 1);
  EXPECT_TRUE(self.is_root());
  EXPECT_EQ(self.sum(7), 7);
}

TEST(Communicator, MovedFromIsEmpty) {
  Communicator first = Communicator::world();
  const Communicator second = std::move(first);
  EXPECT_EQ(first.handle(), MPI_COMM_NULL);  // NOLINT(bugprone-use-after-move): this is what is tested
  EXPECT_EQ(first.size(), 0);
  EXPECT_EQ(second.size(), world_size());
}

TEST(Communicator, SurvivesSelfMove) {
  Communicator world = Communicator::world();
  Communicator& same = world;
  world = std::move(same);
  EXPECT_EQ(world.sum(1), world_size());
}

TEST(Communicator, ReducesOverRanks) {
  const Communicator world = Communicator::world();
  const std::int64_t n = world.size();
  EXPECT_EQ(world.sum(world.rank()), n * (n - 1) / 2);
  EXPECT_EQ(world.max(-world.rank()), 0);
  EXPECT_TRUE(world.all_of(true));
  EXPECT_FALSE(world.all_of(world.rank() != world.size() - 1));
}

TEST(Communicator, SumsBeyondDoublePrecision) {
  const Communicator world = Communicator::world();
  constexpr std::int64_t large = (std::int64_t{1} << 53) + 1;
  EXPECT_EQ(world.sum(world.is_root() ? large : 0), large);
}

TEST(Communicator, BroadcastsFromAnyRoot) {
  const Communicator world = Communicator::world();
  for (int root = 0; root < world.size(); ++root) {
    const std::string text = "from " + std::to_string(root) + std::string("\0\xff", 2);
    EXPECT_EQ(world.broadcast(world.rank() == root ? text : "something else", root), text);
  }
  EXPECT_EQ(world.broadcast(world.is_root() ? "" : "not empty"), "");
}

TEST(Communicator, GathersInRankOrderOnRoot) {
  const Communicator world = Communicator::world();
  const int root = world.size() - 1;
  const auto parts = world.gather(std::string(static_cast<std::size_t>(world.rank()), 'x'), root);
  ASSERT_TRUE(world.all_of(parts.size() == (world.rank() == root ? static_cast<std::size_t>(world.size()) : 0)));
  for (std::size_t i = 0; i < parts.size(); ++i) EXPECT_EQ(parts[i].size(), i);
}

TEST(Communicator, SplitsByColor) {
  const Communicator world = Communicator::world();
  const int color = world.rank() % 2;
  const Communicator part = world.split(color, -world.rank());
  EXPECT_EQ(part.size(), (world.size() + 1 - color) / 2);
  EXPECT_EQ(part.rank(), (world.size() - 1 - world.rank()) / 2) << "a lower key comes first";
}

TEST(CheckMpi, NamesTheCallThatFailed) {
  const Communicator world = Communicator::world();
  int value = 0;
  try {
    check_mpi(MPI_Bcast(&value, 1, MPI_INT, world.size(), world.handle()), "MPI_Bcast");
    ADD_FAILURE() << "a root that does not exist was accepted";
  } catch (const InternalError& error) {
    EXPECT_THAT(error.what(), HasSubstr("MPI_Bcast failed: MPI_ERR_ROOT"));
    EXPECT_EQ(error.code(), ExitCode::internal);
  }
}

TEST(BlockRange, TilesTheItemsEvenly) {
  for (const std::int64_t total : {0, 1, 2, 7, 100})
    for (const int parts : {1, 2, 3, 5, 11}) {
      std::int64_t next = 0;
      for (int part = 0; part < parts; ++part) {
        const BlockRange range = block_range(total, part, parts);
        EXPECT_EQ(range.first, next);
        EXPECT_GE(range.last - range.first, total / parts);
        EXPECT_LE(range.last - range.first, total / parts + 1);
        next = range.last;
      }
      EXPECT_EQ(next, total);
    }
}

TEST(BlockRange, RefusesPartsThatDoNotExist) {
  EXPECT_THROW(block_range(10, 3, 3), InternalError);
  EXPECT_THROW(block_range(10, 0, 0), InternalError);
  EXPECT_THROW(block_range(-1, 0, 1), InternalError);
}

using Variables = std::map<std::string, std::string>;

/// Only the given launcher variables are set, for the lifetime of this object.
class LauncherEnvironment {
 public:
  explicit LauncherEnvironment(const Variables& variables) {
    for (const char* name : names)
      if (const char* value = std::getenv(name)) before_[name] = value;
    replace(variables);
  }
  ~LauncherEnvironment() { replace(before_); }
  LauncherEnvironment(const LauncherEnvironment&) = delete;
  LauncherEnvironment& operator=(const LauncherEnvironment&) = delete;

 private:
  static constexpr std::array names{"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS",
                                    "SLURM_NTASKS"};
  static void replace(const Variables& variables) {
    for (const char* name : names) unsetenv(name);
    for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
  }
  Variables before_;
};

TEST(SingletonProblem, SeesSlurmTasksThatMpiDoesNotSee) {
  const Communicator self = Communicator::self();
  const LauncherEnvironment environment(Variables{{"SLURM_NTASKS", "4"}});
  EXPECT_THAT(singleton_problem(self), HasSubstr("SLURM_NTASKS=4"));
  EXPECT_THAT(singleton_problem(self), HasSubstr("srun --mpi=pmix"));
}

TEST(SingletonProblem, SeesAForeignLauncher) {
  const LauncherEnvironment environment(Variables{{"PMI_SIZE", "3"}});
  EXPECT_THAT(singleton_problem(Communicator::self()), HasSubstr("mpirun"));
}

TEST(SingletonProblem, AcceptsOneRankOnPurpose) {
  const Communicator self = Communicator::self();
  {
    const LauncherEnvironment environment(Variables{{"OMPI_COMM_WORLD_SIZE", "1"}, {"SLURM_NTASKS", "4"}});
    EXPECT_EQ(singleton_problem(self), "");
  }
  const LauncherEnvironment environment(Variables{});
  EXPECT_EQ(singleton_problem(self), "");
}

TEST(SingletonProblem, AcceptsTheRealLauncher) {
  EXPECT_EQ(singleton_problem(Communicator::world()), "");
}

}  // namespace
}  // namespace modscape::parallel
