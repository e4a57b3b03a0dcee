// SPDX-License-Identifier: Apache-2.0
// Checkpoints: what all ranks wrote can be read back, and what goes wrong never costs the one before.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "io/archive.hpp"
#include "io/checkpoint.hpp"
#include "io/file_system.hpp"

namespace modscape::io {
namespace {

using parallel::Communicator;

std::vector<CheckpointSection> sections(const Communicator& comm, int generation) {
  const auto [first, last] = parallel::block_range(100, comm.rank(), comm.size());
  std::vector<int> numbers;
  for (std::int64_t i = first; i < last; ++i) numbers.push_back(static_cast<int>(i) * generation);
  return {{7, first, last, pack(numbers)}, {8, first, last, pack(std::string("other"))}};
}

void expect_generation(const std::string& path, int generation) {
  const Expected<CheckpointReader> reader = CheckpointReader::open(path);
  ASSERT_TRUE(reader.has_value()) << reader.error().message;
  EXPECT_EQ(unpack<int>(reader->shared()).value(), generation);
  std::int64_t found = 0;
  for (const CheckpointReader::Entry& entry : reader->entries()) {
    const Expected<std::string> bytes = reader->section(entry);
    ASSERT_TRUE(bytes.has_value());
    if (entry.kind != 7) continue;
    const auto numbers = unpack<std::vector<int>>(*bytes).value();
    for (std::int64_t i = entry.first; i < entry.last; ++i, ++found)
      EXPECT_EQ(numbers[static_cast<std::size_t>(i - entry.first)], static_cast<int>(i) * generation);
  }
  EXPECT_EQ(found, 100);
}

TEST(Checkpoint, HoldsWhatAllRanksWroteAndTheOneBefore) {
  const Communicator world = Communicator::world();
  const std::string path = "two.ckpt";
  for (const int generation : {1, 2, 3}) write_checkpoint(world, path, pack(generation), sections(world, generation));
  expect_generation(path, 3);
  expect_generation(previous_checkpoint(path), 2);
  EXPECT_FALSE(file_exists(path + ".tmp"));
  world.barrier();
}

TEST(Checkpoint, FailureOfOneRankIsAFailureOfAllAndCostsNothing) {
  const Communicator world = Communicator::world();
  std::filesystem::create_directory("folder");
  world.barrier();
  const std::string path = "folder/kept.ckpt";
  write_checkpoint(world, path, pack(1), sections(world, 1));
  if (world.is_root()) {  // a folder where the temporary file would be
    std::filesystem::remove_all(path + ".tmp");
    std::filesystem::create_directories(path + ".tmp/in_the_way");
  }
  world.barrier();
  EXPECT_THROW(write_checkpoint(world, path, pack(2), sections(world, 2)), IoFailure);
  expect_generation(path, 1);
  world.barrier();
  if (world.is_root()) std::filesystem::remove_all("folder");
}

TEST(Checkpoint, TruncatedOrDamagedIsAnError) {
  const Communicator world = Communicator::world();
  const std::string path = "damaged.ckpt";
  write_checkpoint(world, path, pack(1), sections(world, 1));
  if (world.is_root()) {
    const std::string good = read_file(path).value();
    const auto with = [&](const std::string& bytes) {
      std::ofstream(path, std::ios::binary) << bytes;
      return CheckpointReader::open(path);
    };
    for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{40}, good.size() - 1})
      EXPECT_FALSE(with(good.substr(0, size)).has_value()) << size;
    std::string flipped = good;
    flipped[30] = static_cast<char>(flipped[30] ^ 1);
    EXPECT_FALSE(with(flipped).has_value());
    std::string huge = good;
    huge[6] = '\x7f';  // an index that would not fit into memory
    EXPECT_FALSE(with(huge).has_value());
    flipped = good;
    flipped.back() = static_cast<char>(flipped.back() ^ 1);  // in the last section
    const Expected<CheckpointReader> reader = with(flipped);
    ASSERT_TRUE(reader.has_value());
    EXPECT_FALSE(unpack<std::string>(reader->section(reader->entries().back()).value()).has_value());
  }
  world.barrier();
}

}  // namespace
}  // namespace modscape::io
