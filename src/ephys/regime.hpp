// SPDX-License-Identifier: Apache-2.0
// The regime classifier: what a neuron does under a constant current, as one word. One classifier for sweeps, fits,
// landscapes and networks. The eight patterns are those of Naud et al. 2008 (Biol Cybern 99:335); the rules and their
// thresholds are ours (docs/regimes.md) and are tested on the published sets.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace modscape::ephys {

enum class Regime : std::int32_t {
  rest = 0,          ///< no spike
  transient,         ///< spikes that stop although the current goes on
  few,               ///< one or two spikes, too few to tell
  tonic,             ///< equal intervals
  adapting,          ///< intervals grow
  initial_burst,     ///< first intervals far below the later ones
  bursting,          ///< groups of spikes that repeat
  accelerating,      ///< intervals shrink
  irregular,         ///< none of these
  rest_and_spiking,  ///< asymptotic only: rest is stable and so is repetitive firing
};
inline constexpr int regime_count = 10;
std::string_view to_string(Regime regime);

/// Thresholds of the rules, dimensionless; the reason for each is in docs/regimes.md.
struct RegimeRules {
  double equal = 0.10;  ///< intervals whose longest exceeds the shortest by at most this share of the longest are equal
  double burst_ratio = 2.0;  ///< a pause is longer than this many of the longest interval inside a burst
  double trend = 0.8;  ///< net change over summed change of log intervals from which they count as growing or shrinking
  double stop_ratio = 2.5;  ///< silence longer than this many of the longest wait for a spike: firing has stopped
};

/// On the protocol: spikes (ms) under a step from 0 to `duration`, started at rest.
Regime classify_on_protocol(std::span<const double> spike_times, double duration, const RegimeRules& rules = {});

/// Number of spikes per repeating group in the settled part of a train, from the state after each reset (pA), 1 =
/// tonic, 0 = no period up to `longest`. `tolerance` is relative to the spread of the values plus 1 pA.
int settled_period(std::span<const double> w_after, int longest = 16, double tolerance = 1e-3);

/// Settled firing: tonic, bursting or irregular, from the intervals and reset states of the settled part.
Regime classify_settled(std::span<const double> intervals, std::span<const double> w_after,
                        const RegimeRules& rules = {});

/// "rest|tonic|bursting": the sequence of regimes along an increasing current, equal neighbours merged. `few` and
/// NaN-like gaps are skipped: they say too little to make a boundary.
std::string regime_string(std::span<const Regime> along_current);

}  // namespace modscape::ephys
