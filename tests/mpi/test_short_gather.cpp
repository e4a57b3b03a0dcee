// SPDX-License-Identifier: Apache-2.0
#include "parallel/short_gather.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace modscape::parallel {
namespace {

// What `rank` sends in this round: nothing, a few words, or far more than the round before.
std::vector<std::uint64_t> words_of(int rank, int round) {
  const int size = round % 7 == 3 ? 1000 * (rank + 1) : (round * (rank + 1)) % 40;
  std::vector<std::uint64_t> words;
  for (int k = 0; k < size; ++k) words.push_back(static_cast<std::uint64_t>((rank * 100 + round) * 100000 + k));
  return words;
}

TEST(ShortGather, GivesAllWordsInRankOrderWhateverTheirNumber) {
  const Communicator world = Communicator::world();
  ShortGather gather(world);
  std::vector<std::uint64_t> all;
  for (int round = 0; round < 50; ++round) {
    std::vector<std::uint64_t> mine = words_of(world.rank(), round);
    gather.start(mine);
    mine.assign(mine.size(), 0);  // is free again
    gather.finish(all);
    std::vector<std::uint64_t> expected;
    for (int rank = 0; rank < world.size(); ++rank) {
      const std::vector<std::uint64_t> words = words_of(rank, round);
      expected.insert(expected.end(), words.begin(), words.end());
    }
    EXPECT_EQ(all, expected) << "round " << round;
  }
}

TEST(ShortGather, WaitsForALateRank) {
  const Communicator world = Communicator::world();
  ShortGather gather(world);
  std::vector<std::uint64_t> all;
  for (int late = 0; late < world.size(); ++late) {
    if (world.rank() == late) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    gather.start(std::vector<std::uint64_t>{static_cast<std::uint64_t>(world.rank())});
    gather.finish(all);
    EXPECT_EQ(all.size(), static_cast<std::size_t>(world.size()));
  }
}

}  // namespace
}  // namespace modscape::parallel
