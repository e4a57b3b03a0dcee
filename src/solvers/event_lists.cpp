// SPDX-License-Identifier: Apache-2.0
#include "solvers/event_lists.hpp"

#include <algorithm>
#include <bit>

namespace modscape::solvers {

void EventLists::clear(std::size_t lists) {
  count_.assign(lists, 0U);
  const std::size_t blocks = (lists + stride - 1) / stride;
  if (events_.size() < blocks * stride * capacity_) events_.resize(blocks * stride * capacity_);
}

void EventLists::make_room(std::size_t capacity) {
  capacity_ = capacity;
  room_ = static_cast<std::uint32_t>(capacity - 1);
}

bool EventLists::finish(std::uint32_t epoch_ticks, bool sorted) {
  const std::uint32_t most = count_.empty() ? 0 : *std::ranges::max_element(count_);
  if (most > room_) {
    make_room(std::bit_ceil(std::size_t{most} + 1));
    return false;
  }
  const SynapticEvent end = SynapticEvent::end(epoch_ticks);
  if (sorted) {
    for (std::size_t list = 0; list < count_.size(); ++list) events_[first(list) + count_[list] * stride] = end;
    return true;
  }
  const std::size_t lists = count_.size();
  count_.resize((lists + stride - 1) / stride * stride, 0U);  // whole blocks
  for (std::size_t list = 0; list < lists; list += stride) {
    const auto at = count_.begin() + static_cast<std::ptrdiff_t>(list);
    sort(list, *std::max_element(at, at + stride), end);
  }
  count_.resize(lists);
  return true;
}

void EventLists::sort(std::size_t first_list, std::uint32_t longest, SynapticEvent end) {
  static_assert(sizeof(SynapticEvent) == sizeof(std::uint64_t) && std::endian::native == std::endian::little,
                "as a number, an event is ordered by its key, then its weight");
  SynapticEvent* block = &events_[first(first_list)];
  if (longest < longest_network) {
    sort_side_by_side(reinterpret_cast<std::uint64_t*>(block), &count_[first_list], longest,
                      std::bit_cast<std::uint64_t>(end));
    return;
  }
  std::vector<SynapticEvent> list;
  for (std::size_t i = 0; i < stride; ++i) {
    list.clear();
    for (std::size_t k = 0; k < count_[first_list + i]; ++k) list.push_back(block[k * stride + i]);
    std::ranges::sort(list, {}, [](const SynapticEvent& e) { return std::bit_cast<std::uint64_t>(e); });
    list.push_back(end);
    for (std::size_t k = 0; k < list.size(); ++k) block[k * stride + i] = list[k];
  }
}

}  // namespace modscape::solvers
