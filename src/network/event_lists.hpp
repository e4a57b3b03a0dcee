// SPDX-License-Identifier: Apache-2.0
// What arrives in an epoch at each neuron of one population on this rank: lists of equal room, one behind the other, as
// the synaptic kernel reads them.
#pragma once
#include <cstdint>
#include <vector>

#include "solvers/adex_synaptic.hpp"

namespace modscape::network {

class EventLists {
 public:
  explicit EventLists(std::size_t neurons) : count_(neurons) { make_room(16); }

  /// Empties all lists for an epoch.
  void clear();
  /// Appends; without room the list counts on, and finish() says so.
  void add(std::uint32_t neuron, solvers::SynapticEvent event) {
    const std::uint32_t place = count_[neuron]++;
    if (place < room_) events_[neuron * capacity_ + place] = event;
  }
  /// Sorts every list by arrival where needed (events of the same tick keep their order) and marks its end. False if
  /// some list had no room: there is more now, and all events must be added again after clear().
  bool finish(std::uint32_t epoch_ticks, bool sorted);

  const std::vector<solvers::SynapticEvent>& events() const noexcept { return events_; }
  std::size_t capacity() const noexcept { return capacity_; }
  std::uint64_t bytes() const noexcept {
    return events_.capacity() * sizeof(events_[0]) + count_.capacity() * sizeof(count_[0]);
  }

 private:
  void make_room(std::size_t capacity);
  std::vector<std::uint32_t> count_;
  std::size_t capacity_ = 0;
  std::uint32_t room_ = 0;  // capacity without the end mark
  std::vector<solvers::SynapticEvent> events_;
};

}  // namespace modscape::network
