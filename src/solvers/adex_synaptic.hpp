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
#include "solvers/run_status.hpp"

namespace modscape::solvers {

using models::most_ports;
/// Time of events within an epoch: an integer number of 2^-28 ms (4 ps), at most `longest_epoch`.
inline constexpr double ticks_per_ms = 268435456.0;
inline constexpr double longest_epoch = 2.0;  // ms
inline std::int64_t in_ticks(double ms) {
  return std::llround(ms * ticks_per_ms);
}
inline double in_ms(std::int64_t ticks) {
  return static_cast<double>(ticks) / ticks_per_ms;
}

/// An arrival at one neuron. Sorted by `key`; events of equal key act in the order given.
struct SynapticEvent {
  std::uint32_t key;  ///< ticks since the start of the epoch times 8, plus the port
  float weight;       ///< nS or pA

  static constexpr std::uint32_t end_port = 7;
  static constexpr SynapticEvent at(std::uint32_t ticks, std::uint32_t port, float weight) {
    return {ticks << 3U | port, weight};
  }
  /// Ends the list of a neuron's events: the end of the epoch.
  static constexpr SynapticEvent end(std::uint32_t epoch_ticks) { return at(epoch_ticks, end_port, 0.0F); }
};

/// What neurons with the same parameters share. Dimensionless voltages as in adex_ensemble_lanes.hpp, times in ms:
///   x' = kappa (e^x - x - y) + sum_j (eta_j - gamma_j x) g_j,   y' = rA x - r y + rc
struct SynapticCoefficients {
  double kappa, r, rA, rc;           // 1/ms
  double V_T, Delta_T, y_0, unit_w;  // V = V_T + Delta_T x, w = unit_w (y - y_0)
  double x_peak, z_peak, x_reset;    // z_peak = e^-x_peak
  double b, t_ref;                   // pA, ms
  double longest_step;               // ms
  std::size_t ports;
  bool any_alpha;
  std::array<double, most_ports> gamma, eta, lambda;  // lambda = 1/tau
  std::array<double, most_ports> rise;                // e/tau for an alpha port, else 0
};

/// `current` (pA) is injected; E_w (mV) is the reference of the w equation, NaN: E_L. At most `most_ports` ports.
SynapticCoefficients synaptic_coefficients(const models::AdexParameters& neuron,
                                           std::span<const models::SynapticPort> ports, double current,
                                           double E_w = NAN);

/// State between epochs. g: nS or pA per port; u: of alpha ports, g' = -g/tau + (e/tau) u, u' = -u/tau, so that an
/// event adds its weight to u.
struct SynapticNeuron {
  double V, w;
  double held = 0.0;  ///< ms of refractoriness left
  std::array<double, most_ports> g{}, u{};
  const SynapticCoefficients* coefficients = nullptr;
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

  /// Advances all `neurons` by `epoch_ticks`. The events of neuron i are events[i * capacity ...] up to its end mark.
  /// Spikes are appended in the order of their neurons' lanes: sort before use. All neurons have the same number of
  /// ports. Throws InternalError for an epoch longer than `longest_epoch`.
  void advance(std::span<SynapticNeuron> neurons, std::span<const SynapticEvent> events, std::size_t capacity,
               std::uint32_t epoch_ticks, std::vector<LocatedSpike>& spikes, std::vector<FailedNeuron>& failed);

  std::int64_t steps() const noexcept { return steps_; }  ///< of all neurons so far

 private:
  double tolerance_;
  std::int64_t steps_ = 0;
};

}  // namespace modscape::solvers
