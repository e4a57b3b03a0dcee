// SPDX-License-Identifier: Apache-2.0
// A test of all ranks with a results file of its own, which is removed before and after with everything that belongs to
// it.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "parallel/communicator.hpp"

namespace modscape::test_support {

class ResultsFixture : public testing::Test {
 protected:
  void SetUp() override { clean(); }
  void TearDown() override { clean(); }

  parallel::Communicator world = parallel::Communicator::world();
  std::string path = "results.h5";

 private:
  void clean() {
    world.barrier();
    if (world.is_root())
      for (const char* suffix : {"", ".lock", ".tmp", ".copy", ".sampler"}) std::filesystem::remove(path + suffix);
    world.barrier();
  }
};

}  // namespace modscape::test_support
