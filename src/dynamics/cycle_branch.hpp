// SPDX-License-Identifier: Apache-2.0
// Branches of spiking cycles: multiple shooting in spikes, w_(k+1) = Phi(w_k; p) around the cycle, followed by
// pseudo-arclength (curve.hpp), with what happens on them recognised, located and named.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dynamics/curve.hpp"
#include "dynamics/saddle.hpp"
#include "dynamics/spiking_cycle.hpp"

namespace modscape::dynamics {

enum class CycleLabel : std::uint8_t {
  period_doubling,        ///< multiplier -1
  fold,                   ///< multiplier +1 and the parameter turns: two cycles meet
  branch_point,           ///< multiplier +1 and the parameter does not turn
  period_halving,         ///< the branch ends in the period doubling of cycles with half as many spikes
  spike_adding,           ///< an interval becomes short or long: a burst gains, loses or splits off a spike
  homoclinic,             ///< the branch ends in an orbit homoclinic to the saddle, its period infinite
  saddle_node_homoclinic  ///< the same where saddle and node meet: firing begins where rest ends, at any low rate
};
std::string to_string(CycleLabel label);

struct CycleSpecialPoint {
  CycleLabel label;
  std::size_t after;   ///< lies between points[after] and points[after + 1], or at the branch's end
  SpikingCycle cycle;  ///< homoclinic: w only
  CurvePoint point;    ///< homoclinic orbits: the last point of the branch
  std::vector<std::size_t> bursts_before, bursts_after;  ///< spike_adding: spikes per burst
  bool rests_beyond = false;                             ///< homoclinic orbits: beyond, this firing has become rest
};

/// Complete up to its end, whatever that is.
struct CycleBranch {
  std::vector<CurvePoint> points;  ///< unknowns w_1 .. w_N (pA), p: a branch can be restarted from any of them
  std::vector<SpikingCycle> cycles;
  std::vector<CycleSpecialPoint> special;
  CurveEnd end = CurveEnd::no_start;
  std::string reason;
  std::vector<double> last_residuals;
};

/// From a cycle of the neuron at cycle.parameter, towards rising (1) or falling (-1) p, while low <= p <= high.
CycleBranch follow_cycles(const NeuronPath& path, const SpikingCycle& start, int direction, double low, double high,
                          const CurveOptions& options = {});

/// From a point of a branch, along its tangent (negate it for the other direction).
CycleBranch follow_cycles_from(const NeuronPath& path, const CurvePoint& start, double low, double high,
                               const CurveOptions& options = {});

/// The first point, next to a period doubling, of the branch of cycles with twice as many spikes.
CurvePoint doubled_cycle(const NeuronPath& path, const CycleSpecialPoint& doubling);

}  // namespace modscape::dynamics
