// SPDX-License-Identifier: Apache-2.0
// Fails on purpose on one rank only; CTest checks from outside what support/mpi_main.cpp makes of it (CMakeLists.txt
// here).
#include <gtest/gtest.h>

#include <stdexcept>

#include "parallel/communicator.hpp"

namespace {
using modscape::parallel::Communicator;

bool on_last_rank(const Communicator& world) {
  return world.rank() == world.size() - 1;
}

TEST(Planted, Failure) {
  const Communicator world = Communicator::world();
  EXPECT_FALSE(on_last_rank(world)) << "planted failure";
}

TEST(Planted, FatalFailure) {
  const Communicator world = Communicator::world();
  if (on_last_rank(world)) FAIL() << "planted fatal failure";
  world.barrier();
}

TEST(Planted, Exception) {
  const Communicator world = Communicator::world();
  if (on_last_rank(world)) throw std::runtime_error("planted exception");
  world.barrier();
}
}  // namespace
