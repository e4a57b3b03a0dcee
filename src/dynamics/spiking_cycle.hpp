// SPDX-License-Identifier: Apache-2.0
// Periodic firing of the AdEx neuron: cycles of the adaptation map, their multipliers and bursts, how to find them.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "dynamics/spike_map.hpp"

namespace modscape::dynamics {

/// Per spike of the cycle: w after its reset (pA), the interval to the next spike (ms), Phi' there.
struct SpikingCycle {
  double parameter = 0.0;
  std::vector<double> w, intervals, slopes;

  std::size_t spikes() const noexcept { return w.size(); }
  double period() const;      ///< ms
  double multiplier() const;  ///< of the cycle: stable if it is within (-1, 1)
};

/// An interval is long if it is at least this share of the cycle's longest, else short. Spikes joined by short
/// intervals are a burst.
constexpr double long_interval = 0.5;

/// Spikes of every burst of a cycle, from the burst after the longest interval on: {1} is tonic firing, {4} a burst
/// of 4.
std::vector<std::size_t> spikes_per_burst(std::span<const double> intervals);

/// Phi at each w; nothing but the reason if the neuron does not fire again from one of them.
Expected<SpikingCycle> orbit_of(const DrivenNeuron& at, std::span<const double> w);

/// The cycle near a guess, by Newton's method in all w at once.
Expected<SpikingCycle> refine_cycle(const DrivenNeuron& at, std::span<const double> guess);

enum class Settled : std::uint8_t {
  cycle,
  rests,
  irregular,  ///< no cycle of at most max_cycle spikes within max_spikes
  unknown     ///< the map gave no answer (cost limit, not finite)
};

struct SettleOptions {
  std::size_t max_spikes = 5000, max_cycle = 64;
  double tolerance = 1e-7;  ///< of a return, in units of g_L Delta_T; the cycle is then refined
};

struct SettledFiring {
  Settled outcome;
  SpikingCycle cycle;     ///< of outcome cycle; its parameter is not set
  std::vector<double> w;  ///< every reset on the way, the start included
};

/// Three w just after a reset that most attractors are reached from: after a first spike from rest; after many; where
/// the reset lies on the V-nullcline, beyond which the map falls. pA.
std::array<double, 3> typical_resets(const DrivenNeuron& at);

/// Where firing from (V_r, w) goes.
SettledFiring settle(const DrivenNeuron& at, double w, const SettleOptions& options = {});

/// Mean of ln|Phi'| over `spikes` spikes after `transient` more.
Expected<double> lyapunov_exponent(const DrivenNeuron& at, double w, std::size_t transient, std::size_t spikes);

}  // namespace modscape::dynamics
