// SPDX-License-Identifier: Apache-2.0
// The adaptation map of the AdEx neuron (Touboul & Brette 2008, Biol Cybern 99:319): w just after a spike's reset -> w
// just after the next one, with its derivatives, from one integration of the flow with its tangents
// (rescaled_flow.hpp).
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "models/adex.hpp"

namespace modscape::dynamics {

/// A neuron under a constant current (pA). As a tangent: the derivative of every member to a parameter.
struct DrivenNeuron {
  models::AdexParameters neuron;
  double current;
};

/// Neurons that depend smoothly on one number: one of their parameters, their current, a modulator's dose.
class NeuronPath {
 public:
  using Function = std::function<DrivenNeuron(double)>;
  /// `scale`: a typical change of p.
  NeuronPath(Function at, Function derivative, double scale)
      : at_(std::move(at)), derivative_(std::move(derivative)), scale_(scale) {}
  /// `name`: a row of models::adex_table() or "current". Throws BadInput for another.
  static NeuronPath of_parameter(const DrivenNeuron& base, std::string_view name);

  DrivenNeuron at(double p) const { return at_(p); }
  DrivenNeuron derivative(double p) const { return derivative_(p); }
  double scale() const noexcept { return scale_; }

 private:
  Function at_, derivative_;
  double scale_;
};

/// All derivatives zero.
DrivenNeuron no_change();

enum class SpikeMapOutcome : std::uint8_t {
  fires,
  rests,       ///< proven to stay below for good (rest_trap.hpp)
  cost_limit,  ///< neither within the most steps
  non_finite
};
std::string to_string(SpikeMapOutcome outcome);

struct SpikeMapOptions {
  double tolerance = 1e-14;  ///< truncation error of a step, relative
  int max_steps = 20000;     ///< of the series; a spike seldom takes 100
};

/// Only valid if `outcome` is fires.
struct NextSpike {
  SpikeMapOutcome outcome = SpikeMapOutcome::non_finite;
  double w = 0.0;         ///< just after the next reset, pA
  double interval = 0.0;  ///< from this reset to the next spike, ms, the refractory time included
  double dw_dw = 0.0, dw_dp = 0.0;
  double dinterval_dw = 0.0, dinterval_dp = 0.0;
  int steps = 0;  ///< of the series
  bool fires() const noexcept { return outcome == SpikeMapOutcome::fires; }
};

/// From (V_r, w) just after a reset. `change`: the derivative of `at` to p. V is held at V_r for t_ref first.
NextSpike next_spike(const DrivenNeuron& at, const DrivenNeuron& change, double w, const SpikeMapOptions& options = {});

/// The same without derivatives, for iterating: a few times as fast.
NextSpike next_spike_only(const DrivenNeuron& at, double w, const SpikeMapOptions& options = {});

/// From any (V, w) with V below V_peak to the first reset, without derivatives.
NextSpike first_spike(const DrivenNeuron& at, double V, double w, const SpikeMapOptions& options = {});

}  // namespace modscape::dynamics
