// SPDX-License-Identifier: Apache-2.0
#include "solvers/event_lists.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/rng.hpp"

namespace modscape::solvers {
namespace {

// The list up to its end, which must be there.
std::vector<SynapticEvent> read(const EventLists& lists, std::size_t list, std::uint32_t epoch_ticks) {
  std::vector<SynapticEvent> events;
  const SynapticEvent* e = lists.data() + lists.first(list);
  for (; e->port() != SynapticEvent::end_port; e += EventLists::stride) events.push_back(*e);
  EXPECT_EQ(e->key, SynapticEvent::end(epoch_ticks).key);
  EXPECT_EQ(e->weight, 0.0F);
  return events;
}

bool same(const SynapticEvent& a, const SynapticEvent& b) {
  return a.key == b.key && a.weight == b.weight;
}

TEST(EventLists, AreSortedByTimePortAndWeight) {
  EventLists lists;
  lists.clear(2);
  lists.add(1, SynapticEvent::at(30, 1, 1.0F));
  lists.add(1, SynapticEvent::at(10, 0, 2.0F));
  lists.add(1, SynapticEvent::at(30, 0, 3.0F));
  lists.add(1, SynapticEvent::at(30, 0, 2.5F));
  ASSERT_TRUE(lists.finish(100, false));
  EXPECT_TRUE(read(lists, 0, 100).empty());
  std::vector<float> weights;
  for (const SynapticEvent& e : read(lists, 1, 100)) weights.push_back(e.weight);
  EXPECT_EQ(weights, (std::vector<float>{2.0F, 2.5F, 3.0F, 1.0F}));
}

TEST(EventLists, KeepTheOrderOfWhatComesSorted) {
  EventLists lists;
  lists.clear(1);
  lists.add(0, SynapticEvent::at(30, 1, 2.0F));
  lists.add(0, SynapticEvent::at(30, 0, 1.0F));
  ASSERT_TRUE(lists.finish(100, true));
  EXPECT_EQ(read(lists, 0, 100).front().weight, 2.0F);
}

// Lists of all lengths that the networks of comparisons know, and longer ones, each in a block with others.
TEST(EventLists, OfAnyLengthAreSortedAsByAnyOtherAlgorithm) {
  constexpr std::uint32_t epoch = 400'000'000;
  const CounterRng rng(1, Purpose::synthetic, 0);
  std::uint64_t draw = 0;
  EventLists lists;
  for (const std::uint32_t longest : {0U, 1U, 6U, 7U, 8U, 15U, 16U, 31U, 32U, 100U}) {
    constexpr std::uint32_t count = 21;
    std::vector<std::vector<SynapticEvent>> expected(count);
    for (std::uint32_t list = 0; list < count; ++list)
      for (std::uint32_t k = 0; k < (list == 20 ? longest : (longest * list) / 20); ++k)
        expected[list].push_back(SynapticEvent::at(static_cast<std::uint32_t>(rng.bits(draw++) % (epoch / 7)), k % 3,
                                                   static_cast<float>(k)));
    bool done = false;
    for (int attempt = 0; attempt < 2 && !done; ++attempt) {
      lists.clear(count);
      for (std::uint32_t list = 0; list < count; ++list)
        for (const SynapticEvent& e : expected[list]) lists.add(list, e);
      done = lists.finish(epoch, false);
    }
    ASSERT_TRUE(done);
    for (std::uint32_t list = 0; list < count; ++list) {
      std::ranges::sort(expected[list], {}, [](const SynapticEvent& e) { return std::pair(e.key, e.weight); });
      EXPECT_TRUE(std::ranges::equal(read(lists, list, epoch), expected[list], same)) << longest << " " << list;
    }
  }
}

TEST(EventLists, GrowAndAskForAllEventsAgain) {
  EventLists lists;
  const std::uint32_t many = 1000;
  const auto fill = [&] {
    lists.clear(3);
    for (std::uint32_t k = 0; k < many; ++k) lists.add(2, SynapticEvent::at(k, 0, 1.0F));
    return lists.finish(many, true);
  };
  ASSERT_FALSE(fill());
  ASSERT_TRUE(fill());
  const std::vector<SynapticEvent> list = read(lists, 2, many);
  ASSERT_EQ(list.size(), many);
  for (std::uint32_t k = 0; k < many; ++k) ASSERT_EQ(list[k].ticks(), k);
}

}  // namespace
}  // namespace modscape::solvers
