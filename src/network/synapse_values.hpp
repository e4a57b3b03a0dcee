// SPDX-License-Identifier: Apache-2.0
// Weights and delays of the synapses of one projection: one for all, or drawn for each.
#pragma once
#include <cstdint>

#include "core/rng.hpp"
#include "models/network_model.hpp"

namespace modscape::network {

/// Delays of single synapses are stored in units of this many ticks (1e-6 ms), to fit 32 bits.
inline constexpr std::int64_t delay_unit = 256;

/// Smallest and largest delay that a synapse of the projection can have, in ticks. Normal delays are cut at three
/// standard deviations, because the shortest delay of all synapses sets the length of an epoch.
struct DelayBounds {
  std::int64_t shortest, longest;
};
DelayBounds delay_bounds(const models::NetworkModel& model, const models::Projection& projection);

class SynapseValues {
 public:
  SynapseValues(const models::NetworkModel& model, const models::Projection& projection);

  bool has_weights() const noexcept { return has_weights_; }  ///< of single synapses
  bool has_delays() const noexcept { return has_delays_; }    ///< of single synapses
  float constant_weight() const noexcept { return weight_; }
  std::int64_t constant_delay() const noexcept { return delay_; }  ///< ticks
  const DelayBounds& bounds() const noexcept { return bounds_; }

  /// Of one synapse, from the next words.
  float weight(RandomWords& words) const;
  /// In units of delay_unit; `conduction` (ms) is added to what is drawn.
  std::uint32_t delay(RandomWords& words, double conduction = 0.0) const;
  /// In units of delay_unit, within the bounds.
  std::uint32_t stored(std::int64_t ticks) const;
  /// The delay depends on random words.
  bool random_delays() const noexcept { return delays_.kind != models::Distribution::Kind::constant; }

 private:
  models::Distribution weights_, delays_;  // delays with bounds whatever their kind
  bool has_weights_, has_delays_;
  float weight_;
  std::int64_t delay_;
  DelayBounds bounds_;
};

}  // namespace modscape::network
