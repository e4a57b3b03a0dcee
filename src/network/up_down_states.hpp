// SPDX-License-Identifier: Apache-2.0
// Up and down states of a population from its spike counts in bins of 10 ms. A down state is 50 ms or more during which
// the rate stays below a fifth of the rate that a spike finds itself in on average (the mean of the counts weighted by
// themselves: the rate of the up state, however rare up states are); everything else is up. A threshold relative to the
// rate and 50 ms as the shortest state are those of Renart et al. 2010 (Science 327:587), as Nghiem et al. 2020 (Cereb
// Cortex 30:3451) have them for AdEx networks: 0.4 of the highest smoothed rate. That highest rate grows with the
// length of the run and with every volley, so another is taken, and a lower share of it: asynchronous activity must not
// be cut up.
#pragma once
#include <cstdint>
#include <span>

namespace modscape::network {

inline constexpr double up_down_bin = 10.0;  // ms

/// NaN where the population fires too few spikes to tell: fewer than 4 in the bin of an average spike.
struct UpDownStates {
  double down_fraction;  ///< share of time in down states
  double up_states;      ///< that begin and end with a down state
  double up_duration;    ///< ms, their mean; NaN if there is none
};

UpDownStates up_down_states(std::span<const std::uint32_t> counts);

}  // namespace modscape::network
