// SPDX-License-Identifier: Apache-2.0
#include "network/event_lists.hpp"

#include <algorithm>

namespace modscape::network {

using solvers::SynapticEvent;

void EventLists::make_room(std::size_t capacity) {
  capacity_ = capacity;
  room_ = static_cast<std::uint32_t>(capacity - 1);
  events_.assign(count_.size() * capacity, SynapticEvent{});
}

void EventLists::clear() {
  std::ranges::fill(count_, 0U);
}

bool EventLists::finish(std::uint32_t epoch_ticks, bool sorted) {
  const std::uint32_t most = count_.empty() ? 0 : *std::ranges::max_element(count_);
  if (most > room_) {
    std::size_t capacity = capacity_;
    while (capacity - 1 < most) capacity *= 2;
    make_room(capacity);
    return false;
  }
  for (std::size_t neuron = 0; neuron < count_.size(); ++neuron) {
    SynapticEvent* list = &events_[neuron * capacity_];
    const std::uint32_t size = count_[neuron];
    list[size] = SynapticEvent::end(epoch_ticks);
    if (sorted) continue;
    for (std::uint32_t i = 1; i < size; ++i) {  // short and nearly sorted: by insertion, which is stable
      const SynapticEvent event = list[i];
      std::uint32_t place = i;
      for (; place > 0 && list[place - 1].key >> 3U > event.key >> 3U; --place) list[place] = list[place - 1];
      list[place] = event;
    }
  }
  return true;
}

}  // namespace modscape::network
