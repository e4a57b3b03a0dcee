// SPDX-License-Identifier: Apache-2.0
// Random AdEx neurons that fire: from cortical to absurd (membrane time constants of 0.3 to 1000 ms, resets above
// threshold, V_peak just above V_T, negative a, strong currents and currents a hair above the saddle-node).
#pragma once
#include <algorithm>
#include <cmath>

#include "core/rng.hpp"
#include "models/adex.hpp"

namespace modscape::test_support {

struct RandomSet {
  models::AdexParameters parameters;
  double current;  ///< pA
};

inline RandomSet random_set(std::uint64_t item) {
  const CounterRng rng(2, Purpose::synthetic, item);
  const auto linear = [&](std::uint64_t step, double low, double high) {
    return low + (high - low) * rng.uniform(step);
  };
  const auto log = [&](std::uint64_t step, double low, double high) {
    return low * std::pow(high / low, rng.uniform(step));
  };
  models::AdexParameters p;
  p.C_m = log(0, 20, 1000);
  p.g_L = log(1, 1, 60);
  p.E_L = linear(2, -85, -55);
  p.V_T = linear(3, -52, -40);
  p.Delta_T = log(4, 0.3, 6);
  p.V_peak = rng.uniform(5) < 0.3 ? p.V_T + p.Delta_T * linear(6, 1, 6) : linear(6, -10, 40);
  p.V_peak = std::max(p.V_peak, p.V_T + p.Delta_T);
  p.t_ref = rng.uniform(7) < 0.5 ? 0 : linear(8, 0, 5);
  p.a = p.g_L * linear(9, -0.9, 2);
  p.b = rng.uniform(10) < 0.2 ? 0 : log(11, 1, 500);
  p.tau_w = log(12, 3, 800);
  p.V_r = std::min(linear(13, -75, -42), p.V_peak - 0.5 * p.Delta_T);
  const double saddle_node = (p.g_L + p.a) * (p.V_T - p.E_L - p.Delta_T + p.Delta_T * std::log(1 + p.a / p.g_L));
  return {p, saddle_node + log(14, 0.003, 3) * p.g_L * std::max(10.0, p.V_T - p.E_L)};
}

}  // namespace modscape::test_support
