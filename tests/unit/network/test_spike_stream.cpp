// SPDX-License-Identifier: Apache-2.0
#include "network/spike_stream.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>
#include <random>

namespace modscape::network {
namespace {

std::uint64_t spike(std::uint64_t tick, std::uint64_t gid) {
  return tick << 32U | gid;
}

EpochNews through(std::vector<EpochNews> of_ranks) {
  std::vector<std::uint64_t> all, words;
  for (EpochNews& news : of_ranks) {
    pack_news(news, words);
    all.insert(all.end(), words.begin(), words.end());
  }
  EpochNews received;
  unpack_news(all, received);
  return received;
}

TEST(SpikeStream, NothingTakesNothing) {
  EpochNews none;
  std::vector<std::uint64_t> words{7};
  pack_news(none, words);
  EXPECT_TRUE(words.empty());
}

TEST(SpikeStream, ExtremesComeThroughFromEveryRank) {
  constexpr std::uint64_t last_tick = (1U << 29U) - 1, last_gid = std::numeric_limits<std::uint32_t>::max();
  const EpochNews received =
      through({{{spike(last_tick, last_gid), spike(0, 0), spike(5, 0), spike(last_tick, 7), spike(1, 8), spike(2, 1023),
                 spike(3, 1 << 17), spike(last_tick, 1 << 24), spike(0, 1U << 31U)},
                {~std::uint64_t{0}, 1}},
               {},
               {{}, {std::uint64_t{1} << 63U}},
               {{spike(4, last_gid)}, {}}});
  EXPECT_THAT(received.spikes,
              testing::UnorderedElementsAre(spike(last_tick, last_gid), spike(0, 0), spike(5, 0), spike(last_tick, 7),
                                            spike(1, 8), spike(2, 1023), spike(3, 1 << 17), spike(last_tick, 1 << 24),
                                            spike(0, 1U << 31U), spike(4, last_gid)));
  EXPECT_THAT(received.remarks, testing::ElementsAre(~std::uint64_t{0}, 1, std::uint64_t{1} << 63U));
}

// Independent spikes of a part of the neurons, as in a network; the plan's bytes against those sent.
TEST(SpikeStream, TakesFiveOrSixBytes) {
  std::mt19937 random(1);  // of the test alone
  for (const std::uint32_t distance : {20U, 300U, 5000U, 100'000U}) {
    std::vector<EpochNews> one(1);
    const std::uint32_t count = 20'000;
    for (std::uint32_t k = 0; k < count; ++k)
      one[0].spikes.push_back(spike(random() >> 3U, std::uint64_t{random()} * distance * count >> 32U));
    std::vector<std::uint64_t> expected = one[0].spikes, words;
    EpochNews received;
    pack_news(one[0], words);
    unpack_news(words, received);
    std::ranges::sort(expected);
    std::ranges::sort(received.spikes);
    EXPECT_EQ(received.spikes, expected);
    const double bytes = static_cast<double>(words.size() * sizeof(words[0])) / count;
    EXPECT_NEAR(bytes, packed_bytes(distance), 0.02) << distance;
    EXPECT_LT(bytes, distance < 1000 ? 5.05 : 6.3) << distance;
  }
}

}  // namespace
}  // namespace modscape::network
