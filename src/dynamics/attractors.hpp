// SPDX-License-Identifier: Apache-2.0
// What a neuron can settle to under a constant current, found twice by methods that share nothing but the equations: on
// the branches of its bifurcation diagram, and by simulation (solvers/spike_integrator.hpp); and whether both agree.
#pragma once
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "dynamics/diagram.hpp"
#include "dynamics/spiking_cycle.hpp"
#include "ephys/regime.hpp"
#include "solvers/spike_integrator.hpp"

namespace modscape::dynamics {

/// On the branches of a diagram.
struct Attractors {
  bool rest = false;                 ///< a stable equilibrium
  std::vector<SpikingCycle> cycles;  ///< stable ones, corrected at this place
  bool certain = true;               ///< false: too near to a special point to tell, or a cycle could not be corrected
};
Attractors attractors_at(const NeuronPath& path, const Diagram& diagram, double place);

enum class Agreement : std::uint8_t {
  agrees,
  undecided,  ///< settles too slowly, or irregularly, or to more spikes per period than the diagram follows
  rest_differs,
  cycle_missed,      ///< the simulation settles to a cycle that no branch has
  cycle_not_reached  ///< the simulation leaves a stable cycle of the diagram from a state on it
};
inline constexpr Agreement last_agreement = Agreement::cycle_not_reached;
std::string_view to_string(Agreement agreement);

/// By simulation from beside every equilibrium, from resets at low and at high adaptation, and from the cycles of the
/// diagram.
struct SettledState {
  bool decided = false;                        ///< false: the rest says nothing
  bool rest = false;                           ///< rest is stable
  ephys::Regime firing = ephys::Regime::rest;  ///< tonic, bursting, irregular; rest: no firing that goes on
  double rate = NAN;                           ///< of that firing, Hz; 0 without
  Agreement agreement = Agreement::undecided;  ///< with the diagram
  /// One word for both: rest, tonic, bursting, irregular, or rest_and_spiking.
  ephys::Regime regime() const;
};

/// One per place. `max_spikes`: per period, that of the diagram.
std::vector<SettledState> settled_states(const NeuronPath& path, const Diagram& diagram, std::size_t max_spikes,
                                         std::span<const double> places, solvers::SpikeIntegrator& integrator);

}  // namespace modscape::dynamics
