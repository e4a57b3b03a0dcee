// SPDX-License-Identifier: Apache-2.0
#include "dynamics/spiking_cycle.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "solvers/newton.hpp"

namespace modscape::dynamics {

double SpikingCycle::period() const {
  return std::accumulate(intervals.begin(), intervals.end(), 0.0);
}

double SpikingCycle::multiplier() const {
  return std::accumulate(slopes.begin(), slopes.end(), 1.0, std::multiplies<>());
}

std::vector<std::size_t> spikes_per_burst(std::span<const double> intervals) {
  std::vector<std::size_t> bursts;
  const auto longest = std::ranges::max_element(intervals);
  const auto first = static_cast<std::size_t>(longest - intervals.begin()) + 1;
  std::size_t spikes = 0;
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    ++spikes;
    if (intervals[(first + i) % intervals.size()] < long_interval * *longest) continue;
    bursts.push_back(spikes);
    spikes = 0;
  }
  return bursts;
}

Expected<SpikingCycle> orbit_of(const DrivenNeuron& at, std::span<const double> w) {
  SpikingCycle cycle;
  for (const double here : w) {
    const NextSpike next = next_spike(at, no_change(), here);
    if (!next.fires()) return unexpected("the neuron " + to_string(next.outcome));
    cycle.w.push_back(here);
    cycle.intervals.push_back(next.interval);
    cycle.slopes.push_back(next.dw_dw);
  }
  return cycle;
}

Expected<SpikingCycle> refine_cycle(const DrivenNeuron& at, std::span<const double> guess) {
  const std::size_t n = guess.size();
  const double unit = at.neuron.g_L * at.neuron.Delta_T;
  std::vector<NextSpike> next(n);
  const auto map_all = [&](std::span<const double> w) {
    for (std::size_t k = 0; k < n; ++k) {
      next[k] = next_spike(at, no_change(), w[k] * unit);
      if (!next[k].fires()) return false;
    }
    return true;
  };
  const solvers::NonlinearSystem system{[&](std::span<const double> w, std::span<double> f) {
                                          if (!map_all(w)) return false;
                                          for (std::size_t k = 0; k < n; ++k) f[k] = next[k].w / unit - w[(k + 1) % n];
                                          return true;
                                        },
                                        [&](std::span<const double> w, std::span<double> j) {
                                          if (!map_all(w)) return false;
                                          std::ranges::fill(j, 0.0);
                                          for (std::size_t k = 0; k < n; ++k) {
                                            j[k * n + k] += next[k].dw_dw;
                                            j[k * n + (k + 1) % n] -= 1.0;
                                          }
                                          return true;
                                        }};
  std::vector<double> w(guess.begin(), guess.end());
  for (double& here : w) here /= unit;
  const solvers::NewtonResult result = solvers::Newton(n).solve(system, w);
  if (!result.converged()) return unexpected("Newton's method " + solvers::to_string(result.end));
  for (double& here : w) here *= unit;
  return orbit_of(at, w);
}

namespace {

// A slowly alternating approach looks like a cycle of twice as many spikes.
SpikingCycle primitive(SpikingCycle cycle, double tolerance) {
  const std::size_t n = cycle.spikes();
  for (std::size_t part = 1; part < n; ++part) {
    if (n % part != 0) continue;
    bool repeats = true;
    for (std::size_t k = part; k < n; ++k) repeats &= std::abs(cycle.w[k] - cycle.w[k - part]) <= tolerance;
    if (!repeats) continue;
    cycle.w.resize(part);
    cycle.intervals.resize(part);
    cycle.slopes.resize(part);
    break;
  }
  return cycle;
}

}  // namespace

std::array<double, 3> typical_resets(const DrivenNeuron& at) {
  const models::AdexParameters& p = at.neuron;
  const double at_rest = p.a * (p.V_r - p.E_L);
  const double nullcline =
      at.current - p.g_L * (p.V_r - p.E_L) + p.g_L * p.Delta_T * std::exp((p.V_r - p.V_T) / p.Delta_T);
  return {at_rest + p.b, at_rest + 5.0 * p.b, nullcline};
}

SettledFiring settle(const DrivenNeuron& at, double w, const SettleOptions& options) {
  SettledFiring firing{Settled::irregular, {}, {w}};
  std::vector<double>& trail = firing.w;
  const double tolerance = options.tolerance * at.neuron.g_L * at.neuron.Delta_T;
  // Returned to the last n resets one by one?
  const auto repeats = [&](std::size_t n) {
    for (std::size_t k = 0; k < n; ++k)
      if (std::abs(trail[trail.size() - 1 - k] - trail[trail.size() - 1 - k - n]) > tolerance) return false;
    return true;
  };
  while (trail.size() <= options.max_spikes) {
    const NextSpike next = next_spike_only(at, trail.back());
    if (!next.fires()) {
      firing.outcome = next.outcome == SpikeMapOutcome::rests ? Settled::rests : Settled::unknown;
      return firing;
    }
    trail.push_back(next.w);
    for (std::size_t n = 1; n <= options.max_cycle && 2 * n < trail.size(); ++n) {
      if (!repeats(n)) continue;
      const std::span<const double> last(trail.end() - static_cast<std::ptrdiff_t>(n), trail.end());
      Expected<SpikingCycle> cycle = refine_cycle(at, last);
      if (!cycle || std::abs(cycle->multiplier()) > 1.0) break;  // passing by an unstable one
      firing.outcome = Settled::cycle;
      firing.cycle = primitive(std::move(*cycle), tolerance);
      return firing;
    }
  }
  return firing;
}

Expected<double> lyapunov_exponent(const DrivenNeuron& at, double w, std::size_t transient, std::size_t spikes) {
  double sum = 0.0;
  for (std::size_t k = 0; k < transient + spikes; ++k) {
    const NextSpike next = next_spike(at, no_change(), w);
    if (!next.fires()) return unexpected("the neuron " + to_string(next.outcome));
    if (k >= transient) sum += std::log(std::abs(next.dw_dw));
    w = next.w;
  }
  return sum / static_cast<double>(spikes);
}

}  // namespace modscape::dynamics
