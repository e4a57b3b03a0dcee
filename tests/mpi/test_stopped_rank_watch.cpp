// SPDX-License-Identifier: Apache-2.0
// Whether a process is stopped, as its neighbour on the node sees it. What follows (the job ends with 70) is tested
// from outside: tests/invariance/faults.py.
#include "parallel/stopped_rank_watch.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

namespace modscape::parallel {
namespace {

class Child {
 public:
  Child() : pid_(::fork()) {
    if (pid_ == 0)
      for (;;) ::pause();
  }
  ~Child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  std::string name() const { return std::to_string(pid_); }
  bool reaches(int signal, bool stopped) const {
    ::kill(pid_, signal);
    for (int look = 0; look < 500; ++look) {
      if ((process_state(name()).state == "T") == stopped) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

 private:
  pid_t pid_;
};

TEST(ProcessState, TellsStoppedFromRunning) {
  const Child child;
  const std::string start_time = process_state(child.name()).start_time;
  EXPECT_FALSE(start_time.empty());
  EXPECT_TRUE(child.reaches(SIGSTOP, true));
  EXPECT_TRUE(child.reaches(SIGCONT, false));
  EXPECT_EQ(process_state(child.name()).start_time, start_time);
  EXPECT_EQ(process_state("0").start_time, "");
}

// A rank that computes without a pause, longer than the patience, is left alone.
TEST(StoppedRankWatch, LetsAComputingRankCompute) {
  const Communicator world = Communicator::world();
  const StoppedRankWatch watch(world, 0.3);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  volatile double x = 1.0;
  while (std::chrono::steady_clock::now() < end) x = x * 1.0000001;
  world.barrier();
}
}  // namespace
}  // namespace modscape::parallel
