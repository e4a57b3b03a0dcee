// SPDX-License-Identifier: Apache-2.0
// Neuromodulators of a network: concentrations in regions and occupancies of receptors as they move, and what acts on
// the parameters. Every rank keeps all of it and computes the same, because all ranks know all spikes.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/network_model.hpp"
#include "network/partition.hpp"
#include "network/spike.hpp"

namespace modscape::network {

/// Concentration (uM) after `dt` (ms) without jumps, if it was `c`; models::NetworkModulation states the equations.
/// Uptake has a solution in Lambert's W.
double cleared(const models::Modulator& modulator, double c, double tonic, double dt);

/// A neuron or projection whose parameters the modulators have taken where none can be.
struct OutOfBounds {
  std::size_t number;   ///< of the neuron in its group, or of the projection
  std::string problem;  ///< "tau_w = -3 ms must be > 0"
};

class Modulators {
 public:
  /// At time 0: every concentration tonic, every occupancy settled; doses and pulses at 0 have been given.
  Modulators(const models::NetworkModel& model, const Partition& partition);

  bool empty() const noexcept { return model_->modulation.modulation.modulators.empty(); }
  /// Ticks of doses and pulses, ascending.
  std::vector<std::int64_t> changes() const;

  /// To `end` (ticks), with the spikes of all populations up to then, by time.
  void advance(std::int64_t end, std::span<const Spike> spikes);
  /// What shall act for the next `length` ticks: the occupancies in their middle, as far as they can be known (what
  /// will be released until then cannot). False: the same as before.
  bool act(std::int64_t length);

  double concentration(std::size_t modulator, std::size_t region) const {
    return state_.concentrations[modulator * regions() + region];
  }
  double occupancy(std::size_t receptor, std::size_t region) const {
    return state_.occupancies[receptor * regions() + region];
  }
  std::size_t regions() const noexcept { return model_->modulation.regions.size(); }

  /// The effects `on` one of these names, and with `unnamed` those on any neuron, weighted with the occupancies that
  /// act in `region`; and the receptor of each, for neurons with densities of their own.
  struct ActiveEffects {
    std::vector<models::WeightedEffect> effects;
    std::vector<std::size_t> receptors;
  };
  ActiveEffects effects_on(std::span<const std::string> names, bool unnamed, std::size_t region) const;

  struct State {
    std::int64_t now = 0;
    std::vector<double> concentrations, tonic, occupancies, acting;
    template <class A>
    void serialize(A& ar, unsigned) {
      ar & now & concentrations & tonic & occupancies & acting;
    }
  };
  const State& state() const noexcept { return state_; }
  void restore(State state) { state_ = std::move(state); }

 private:
  struct Jump {
    std::int64_t tick;
    double amount;
    bool dose;  // sets the tonic level instead
    const std::vector<std::size_t>* regions;
  };
  std::vector<Jump> jumps_of(std::size_t modulator, std::int64_t after, std::int64_t end,
                             std::span<const Spike> spikes) const;
  void apply(std::size_t modulator, const Jump& jump);
  // Moves one concentration and its receptors on by `dt` ms.
  void relax(State& state, std::size_t modulator, std::size_t region, double dt) const;

  const models::NetworkModel* model_;
  std::vector<std::vector<std::size_t>> receptors_;                // of each modulator
  std::vector<std::size_t> receptor_of_effect_;                    // of each effect
  std::vector<std::pair<std::int64_t, std::int64_t>> gid_ranges_;  // of each release, [first, last)
  State state_;
};

}  // namespace modscape::network
