// SPDX-License-Identifier: Apache-2.0
// Synaptic events and, for one epoch and some neurons, the list of what arrives at each, as the synaptic kernel reads
// them. Eight lists lie side by side, their first events, then their second ones and so on: so they are sorted in the
// lanes of SIMD registers.
#pragma once
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace modscape::solvers {

/// Time of events within an epoch: an integer number of 2^-28 ms (4 ps), at most `longest_epoch`.
inline constexpr double ticks_per_ms = 268435456.0;
inline constexpr double longest_epoch = 1.875;  // ms; its key must fit 32 bits
static_assert(longest_epoch * ticks_per_ms * 8.0 < 0x1p32);
inline std::int64_t in_ticks(double ms) {
  return std::llround(ms * ticks_per_ms);
}
inline double in_ms(std::int64_t ticks) {
  return static_cast<double>(ticks) / ticks_per_ms;
}

/// An arrival at one neuron.
struct SynapticEvent {
  float weight;       ///< nS or pA
  std::uint32_t key;  ///< ticks since the start of the epoch times 8, plus the port

  static constexpr std::uint32_t end_port = 7;
  static constexpr SynapticEvent at(std::uint32_t ticks, std::uint32_t port, float weight) {
    return {weight, ticks << 3U | port};
  }
  /// Ends the list of a neuron's events: the end of the epoch. Its weight is 0.
  static constexpr SynapticEvent end(std::uint32_t epoch_ticks) { return at(epoch_ticks, end_port, 0.0F); }

  std::uint32_t ticks() const noexcept { return key >> 3U; }
  std::uint32_t port() const noexcept { return key & 7U; }
  double time() const noexcept { return static_cast<double>(ticks()) * (1.0 / ticks_per_ms); }  ///< ms
};

class EventLists {
 public:
  /// From one event of a list to the next.
  static constexpr std::size_t stride = 8;

  /// Empties the lists: so many from now on.
  void clear(std::size_t lists);
  /// Appends; without room the list counts on, and finish() says so.
  void add(std::uint32_t list, SynapticEvent event) {
    const std::uint32_t place = count_[list]++;
    if (place < room_) events_[first(list) + place * stride] = event;
  }
  /// Marks the end of every list and, unless what was added to each came in the order of time, sorts them: by time,
  /// port and weight. False if some list had no room: there is more now, and all events must be added again after
  /// clear().
  bool finish(std::uint32_t epoch_ticks, bool sorted);

  std::size_t size() const noexcept { return count_.size(); }
  const SynapticEvent* data() const noexcept { return events_.data(); }
  /// Place in data() where the list begins.
  std::size_t first(std::size_t list) const noexcept { return list / stride * capacity_ * stride + list % stride; }
  std::uint64_t bytes() const noexcept {
    return events_.capacity() * sizeof(events_[0]) + count_.capacity() * sizeof(count_[0]);
  }

 private:
  void make_room(std::size_t capacity);
  void sort(std::size_t first_list, std::uint32_t longest, SynapticEvent end);

  std::vector<std::uint32_t> count_;
  std::size_t capacity_ = 16;  // of a list, its end included; a power of 2
  std::uint32_t room_ = 15;
  std::vector<SynapticEvent> events_;
};

/// Sorts eight lists side by side (EventLists): count[i] < `capacity` events each, and what is beyond becomes `end`,
/// which must be greater than all of them. At most `longest_network` - 1 events.
inline constexpr std::size_t longest_network = 32;
void sort_side_by_side(std::uint64_t* events, const std::uint32_t* count, std::uint32_t longest, std::uint64_t end);

}  // namespace modscape::solvers
