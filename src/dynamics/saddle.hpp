// SPDX-License-Identifier: Apache-2.0
// The saddle of the AdEx neuron below its saddle-node, and what its manifolds do to the adaptation map: the map has its
// discontinuities, or the end of its domain, where the stable manifold meets the reset line; the unstable manifold's
// spike is the map's limit there. A cycle through both is a homoclinic orbit, its period infinite.
#pragma once
#include <optional>
#include <vector>

#include "dynamics/adex_equilibria.hpp"
#include "dynamics/spike_map.hpp"

namespace modscape::dynamics {

/// The one below V_peak.
std::optional<Equilibrium> adex_saddle(const DrivenNeuron& at);

/// Every w (pA, increasing) just after a reset from which the neuron comes to rest on the saddle; empty without a
/// saddle. At most `most`: the manifold may wind around an unstable focus.
std::vector<double> map_discontinuities(const DrivenNeuron& at, std::size_t most = 16);

/// The first spike of the branch of the saddle's unstable manifold that rises from it. `interval` is meaningless.
NextSpike separatrix_spike(const DrivenNeuron& at, const SpikeMapOptions& options = {});

/// An orbit that leaves the saddle, spikes `spikes` times and returns to it.
struct HomoclinicOrbit {
  double parameter;
  std::vector<double> w;  ///< after each reset, pA; the last lies on the stable manifold
  bool
      rests_beyond;  ///< just beyond the stable manifold the neuron does not fire again: this cycle coexisted with rest
};

/// The homoclinic orbit on the path near p whose last reset is near `w_last`: where the last reset of the unstable
/// manifold meets the stable manifold, or, if that cannot be resolved, where the neuron stops to fire again after it.
/// `reach`: the farthest it may be from p. Not `thorough`: gives up early where nothing rests that far from p, since to
/// prove rest beside a slow focus is dear.
std::optional<HomoclinicOrbit> find_homoclinic(const NeuronPath& path, std::size_t spikes, double p, double w_last,
                                               double reach, bool thorough = true);

/// Where on the path, at most `reach` from p, saddle and node meet, if firing becomes rest there: its cycle grows into
/// a saddle-node homoclinic orbit (onset class 1). `w`: a reset of the cycle.
std::optional<double> find_saddle_node_onset(const NeuronPath& path, double p, double w, double reach);

}  // namespace modscape::dynamics
