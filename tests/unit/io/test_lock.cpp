// SPDX-License-Identifier: Apache-2.0
#include "io/lock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "core/error.hpp"

namespace {
using namespace modscape;

TEST(FileLock, TheHolderIsNamedAndTheLockEndsWithItsOwner) {
  const std::string path = "locked.h5";
  {
    const io::FileLock lock(path);
    ASSERT_TRUE(lock.held());
    try {
      const io::FileLock second(path);
      ADD_FAILURE() << "a second writer got in";
    } catch (const BadInput& refusal) {
      EXPECT_THAT(refusal.what(), testing::HasSubstr("process " + std::to_string(::getpid()) + " on host "));
    }
  }
  EXPECT_FALSE(std::filesystem::exists(path + ".lock"));
  EXPECT_TRUE(io::FileLock(path).held());
}

TEST(FileLock, AFileLeftByAKilledJobIsNotALock) {
  const std::string path = "left.h5";
  std::ofstream(path + ".lock") << "process 1 on host gone";
  EXPECT_TRUE(io::FileLock(path).held());
}

TEST(FileLock, AKilledOwnerLosesIt) {
  const std::string path = "killed.h5";
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t owner = ::fork();
  ASSERT_GE(owner, 0);
  if (owner == 0) {
    const io::FileLock lock(path);
    const ssize_t told = ::write(ready[1], "x", 1);
    for (;;) ::sleep(told == 1 ? 60 : 1);
  }
  char signal = 0;
  ASSERT_EQ(::read(ready[0], &signal, 1), 1);
  EXPECT_THROW(io::FileLock{path}, BadInput);
  ASSERT_EQ(::kill(owner, SIGKILL), 0);
  ASSERT_EQ(::waitpid(owner, nullptr, 0), owner);
  EXPECT_TRUE(io::FileLock(path).held());
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(FileLock, MovesWithItsOwner) {
  io::FileLock kept;
  {
    io::FileLock lock("moved.h5");
    kept = std::move(lock);
  }
  EXPECT_TRUE(kept.held());
  EXPECT_THROW(io::FileLock("moved.h5"), BadInput);
  kept = io::FileLock();
  EXPECT_TRUE(io::FileLock("moved.h5").held());
}
}  // namespace
