// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <csignal>

#include "parallel/stop_signal.hpp"

namespace modscape::parallel {
namespace {

// One test: the flag stays up for the rest of the process.
TEST(StopSignal, WalltimeThenSignal) {
  install_stop_signal();
  EXPECT_FALSE(stop_requested());
  set_max_walltime(1e-9);
  EXPECT_TRUE(stop_requested());
  set_max_walltime(3600.0);
  EXPECT_FALSE(stop_requested());
  EXPECT_LT(elapsed_seconds(), 60.0);
  std::raise(SIGUSR1);
  EXPECT_TRUE(stop_requested());
  std::raise(SIGTERM);  // caught too: the process is still here
  EXPECT_TRUE(stop_requested());
}

}  // namespace
}  // namespace modscape::parallel
