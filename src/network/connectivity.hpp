// SPDX-License-Identifier: Apache-2.0
// The synapses of one projection onto the neurons of this rank, in rows by source. Every rank draws the synapses of its
// own targets, keyed by (seed, projection, target), so the network is the same on any number of ranks and nothing is
// sent.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "models/network_model.hpp"
#include "network/partition.hpp"

namespace modscape::network {

/// Delays of single synapses are stored in units of this many ticks (1e-6 ms), to fit 32 bits.
inline constexpr std::int64_t delay_unit = 256;

class Connectivity {
 public:
  Connectivity(const models::NetworkModel& model, std::size_t projection, const Partition& partition,
               std::uint64_t seed);

  struct Row {
    const std::uint32_t* targets;  ///< places among this rank's neurons of the target population
    const float* weights;          ///< null: all weigh constant_weight()
    const std::uint32_t* delays;   ///< units of `delay_unit`, ascending; null: all constant_delay()
    std::size_t size;
  };
  /// Of the source at this place of its population. Ascending by (delay, target).
  Row row(std::int64_t source) const {
    const auto first = offsets_[static_cast<std::size_t>(source)];
    const auto last = offsets_[static_cast<std::size_t>(source) + 1];
    return {targets_.data() + first, weights_.empty() ? nullptr : weights_.data() + first,
            delays_.empty() ? nullptr : delays_.data() + first, static_cast<std::size_t>(last - first)};
  }
  bool has_delays() const noexcept { return has_delays_; }  ///< of single synapses, on any rank
  float constant_weight() const noexcept { return weight_; }
  // In ticks:
  std::int64_t constant_delay() const noexcept { return delay_; }
  std::int64_t shortest_delay() const noexcept { return shortest_; }
  std::int64_t longest_delay() const noexcept { return longest_; }
  std::uint64_t synapses() const noexcept { return targets_.size(); }
  /// Memory held, index included.
  std::uint64_t bytes() const noexcept;

 private:
  std::vector<std::uint64_t> offsets_;
  std::vector<std::uint32_t> targets_;
  std::vector<float> weights_;
  std::vector<std::uint32_t> delays_;
  bool has_delays_ = false;
  float weight_ = 0.0F;
  std::int64_t delay_ = 0, shortest_ = 0, longest_ = 0;
};

/// Smallest and largest delay that a synapse of the projection can have, in ticks. Normal delays are cut at three
/// standard deviations, because the shortest delay of all synapses sets the length of an epoch.
struct DelayBounds {
  std::int64_t shortest, longest;
};
DelayBounds delay_bounds(const models::Projection& projection);

}  // namespace modscape::network
