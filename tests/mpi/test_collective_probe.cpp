// SPDX-License-Identifier: Apache-2.0
// The probe for corrupted files finds planted corruption, and our own way of writing causes none.
#include "io/collective_probe.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace {
using namespace modscape;

/// Changes one bit of row 0, column 0, as a lost write would. The file's number is part of the value.
void damage(const std::string& path) {
  std::fstream raw(path, std::ios::in | std::ios::out | std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(raw)), {});
  for (int file = 0; file < 10; ++file) {
    const double stored = static_cast<double>(file) + 1e3 + 1e-3;
    const std::size_t place = bytes.find(std::string(reinterpret_cast<const char*>(&stored), sizeof stored));
    if (place == std::string::npos) continue;
    raw.seekp(static_cast<std::streamoff>(place));
    raw.put(static_cast<char>(bytes[place] ^ 1));
  }
}

TEST(CollectiveProbe, OurWayOfWritingCorruptsNothing) {
  const parallel::Communicator world = parallel::Communicator::world();
  const io::CollectiveProbe found = io::probe_collective(world, ".", 40);
  EXPECT_EQ(found.files, 40);
  EXPECT_EQ(found.independent, 0);
  EXPECT_FALSE(std::filesystem::exists(".modscape_collective_probe.h5"));
}

TEST(CollectiveProbe, CountsPlantedCorruption) {
  const parallel::Communicator world = parallel::Communicator::world();
  for (const bool planted_in_collective : {true, false}) {
    const io::CollectiveProbe found =
        io::probe_collective(world, ".", 4, [&](const std::string& path, bool collective) {
          if (collective == planted_in_collective) damage(path);
        });
    EXPECT_EQ(found.independent, planted_in_collective ? 0 : 4);
    if (!planted_in_collective) continue;  // what really goes wrong there is not for a test
    EXPECT_EQ(found.collective_world, 2);
    EXPECT_EQ(found.collective_cartesian, 2);
  }
}
}  // namespace
