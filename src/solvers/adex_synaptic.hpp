// SPDX-License-Identifier: Apache-2.0
// AdEx neurons with synaptic conductances, many at once in the lanes of SIMD registers, from one exchange of spikes to
// the next (an epoch). Nothing is rounded to a grid: every neuron makes steps of its own, which end at the arrivals of
// its synaptic events, and spikes are located. In between the solution is smooth and is stepped by its Taylor series
// (docs/decisions/0008). A neuron's bits depend on itself and its events alone; targets with fused multiply-add give
// the same.
#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "models/adex.hpp"
#include "models/synapse.hpp"
#include "solvers/event_lists.hpp"
#include "solvers/run_status.hpp"

namespace modscape::solvers {

using models::most_ports;
/// How a neuron is stepped: a matter of its parameters alone.
enum class SynapticSeries : std::uint8_t {
  one_tau,  ///< single precision, exponential ports of one time constant
  several,  ///< single precision, any ports
  fine      ///< double precision
};

/// What neurons with the same parameters share. Dimensionless voltages as in adex_ensemble_lanes.hpp, times in ms:
///   x' = kappa (e^x - x - y) + sum_j (eta_j - gamma_j x) g_j,   y' = rA x - r y + rc
struct SynapticCoefficients {
  double kappa, r, rA, rc;           // 1/ms
  double V_T, Delta_T, y_0, unit_w;  // V = V_T + Delta_T x, w = unit_w (y - y_0)
  double per_Delta_T, per_unit_w;    // their inverses
  double x_peak, z_peak, x_reset;    // z_peak = e^-x_peak
  double b, t_ref;                   // pA, ms
  double longest_step;               // ms
  std::size_t ports;
  bool any_alpha;
  SynapticSeries series;
  std::array<double, most_ports> gamma, eta, lambda;  // lambda = 1/tau
  std::array<double, most_ports> rise;                // e/tau for an alpha port, else 0
};

/// `current` (pA) is injected; E_w (mV) is the reference of the w equation, NaN: E_L. At most `most_ports` ports.
SynapticCoefficients synaptic_coefficients(const models::AdexParameters& p, std::span<const models::SynapticPort> ports,
                                           double current, double E_w = NAN);

/// State between epochs. g: nS or pA per port; u: of alpha ports, g' = -g/tau + (e/tau) u, u' = -u/tau, so that an
/// event adds its weight to u.
struct SynapticNeuron {
  const SynapticCoefficients* coefficients = nullptr;
  double V, w;
  double held = 0.0;  ///< ms of refractoriness left
  std::array<double, most_ports> g{}, u{};
};

/// Spike `time` ms after the start of the epoch of the neuron with this index.
struct LocatedSpike {
  double time;
  std::uint32_t neuron;
};

/// A neuron that could not be advanced: its state is that at the last good step.
struct FailedNeuron {
  std::uint32_t neuron;
  RunStatus status;
};

class AdexSynaptic {
 public:
  /// `tolerance` (ms): largest estimated error of one step, as a shift of an upstroke in time. Spikes of neurons driven
  /// by fluctuations are on average 6 times that away from where they should be; the worst, which hesitate at
  /// threshold, some thousand times (tests/validation/synaptic_accuracy.cpp).
  explicit AdexSynaptic(double tolerance) : tolerance_(tolerance) {}

  /// Advances all `neurons` by `epoch_ticks`; list i of `events`, finished for as many, is neuron i's. Spikes are
  /// appended in the order of their neurons' lanes: sort before use. All neurons have ports of the same number and
  /// shapes. Throws InternalError for an epoch longer than `longest_epoch`.
  void advance(std::span<SynapticNeuron> neurons, const EventLists& events, std::uint32_t epoch_ticks,
               std::vector<LocatedSpike>& spikes, std::vector<FailedNeuron>& failed);

  std::int64_t steps() const noexcept { return steps_; }  ///< of all neurons so far

 private:
  double tolerance_;
  std::int64_t steps_ = 0;
};

}  // namespace modscape::solvers
