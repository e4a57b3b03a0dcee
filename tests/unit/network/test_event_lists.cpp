// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "network/event_lists.hpp"

namespace modscape::network {
namespace {
using solvers::SynapticEvent;

TEST(EventLists, SortByArrivalAndKeepTheOrderOfEqualTimes) {
  EventLists lists(2);
  lists.add(1, SynapticEvent::at(30, 1, 1.0F));
  lists.add(1, SynapticEvent::at(10, 0, 2.0F));
  lists.add(1, SynapticEvent::at(30, 0, 3.0F));
  ASSERT_TRUE(lists.finish(100, false));
  const SynapticEvent* list = &lists.events()[lists.capacity()];
  EXPECT_EQ(list[0].weight, 2.0F);
  EXPECT_EQ(list[1].weight, 1.0F);  // came before the other one of tick 30, whatever its port
  EXPECT_EQ(list[2].weight, 3.0F);
  EXPECT_EQ(list[3].key, SynapticEvent::end(100).key);
  EXPECT_EQ(lists.events()[0].key, SynapticEvent::end(100).key);
}

TEST(EventLists, GrowAndAskForAllEventsAgain) {
  EventLists lists(3);
  const std::uint32_t many = 1000;
  const auto fill = [&] {
    lists.clear();
    for (std::uint32_t k = 0; k < many; ++k) lists.add(2, SynapticEvent::at(k, 0, 1.0F));
    return lists.finish(many, true);
  };
  ASSERT_FALSE(fill());
  ASSERT_TRUE(fill());
  const SynapticEvent* list = &lists.events()[2 * lists.capacity()];
  for (std::uint32_t k = 0; k < many; ++k) ASSERT_EQ(list[k].key, SynapticEvent::at(k, 0, 1.0F).key);
  EXPECT_EQ(list[many].key, SynapticEvent::end(many).key);
}

}  // namespace
}  // namespace modscape::network
