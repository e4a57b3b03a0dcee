// SPDX-License-Identifier: Apache-2.0
// The oracle for spike times: a scalar Dormand-Prince 5(4) integration in time below V_T + 2 Delta_T and in V above it,
// so that the spike is located exactly and the exponential is not stiff. It shares no step, no variable and no error
// estimate with the ensemble integrator; at rtol 1e-12 it agrees with CVODE and with published trains to 1e-7 ms
// (firing_patterns.cpp, test_kernel.cpp).
#pragma once
#include <algorithm>
#include <cmath>

#include "models/adex.hpp"
#include "solvers/run_status.hpp"

namespace modscape::test_support {
namespace reference {

using models::AdexParameters;
using solvers::RunStatus;
using solvers::SpikeRun;

struct Options {
  double rtol = 1e-12;         ///< per step, of V (mV scale Delta_T), t (ms) and w
  std::size_t max_spikes = 0;  ///< stop after this many; 0: no limit
  solvers::CostLimits limits{.max_rhs = 1'000'000'000};
};

using State = std::array<double, 2>;

// Dormand & Prince 1980 (J Comput Appl Math 6:19), table 2: RK5(4)7M, first-same-as-last.
inline constexpr double a21 = 1.0 / 5, a31 = 3.0 / 40, a32 = 9.0 / 40, a41 = 44.0 / 45, a42 = -56.0 / 15,
                        a43 = 32.0 / 9, a51 = 19372.0 / 6561, a52 = -25360.0 / 2187, a53 = 64448.0 / 6561,
                        a54 = -212.0 / 729, a61 = 9017.0 / 3168, a62 = -355.0 / 33, a63 = 46732.0 / 5247,
                        a64 = 49.0 / 176, a65 = -5103.0 / 18656, b1 = 35.0 / 384, b3 = 500.0 / 1113, b4 = 125.0 / 192,
                        b5 = -2187.0 / 6784, b6 = 11.0 / 84, e1 = 71.0 / 57600, e3 = -71.0 / 16695, e4 = 71.0 / 1920,
                        e5 = -17253.0 / 339200, e6 = 22.0 / 525, e7 = -1.0 / 40;

// One step of size h of y' = f(x, y) from slope k1; returns the new state and its slope, and the error estimate.
template <class F>
void dopri5(const F& f, double x, const State& y, const State& k1, double h, State& next, State& k7, State& error) {
  State k2, k3, k4, k5, k6, s;
  for (std::size_t i = 0; i < 2; ++i) s[i] = y[i] + h * a21 * k1[i];
  k2 = f(x + h / 5, s);
  for (std::size_t i = 0; i < 2; ++i) s[i] = y[i] + h * (a31 * k1[i] + a32 * k2[i]);
  k3 = f(x + 0.3 * h, s);
  for (std::size_t i = 0; i < 2; ++i) s[i] = y[i] + h * (a41 * k1[i] + a42 * k2[i] + a43 * k3[i]);
  k4 = f(x + 0.8 * h, s);
  for (std::size_t i = 0; i < 2; ++i) s[i] = y[i] + h * (a51 * k1[i] + a52 * k2[i] + a53 * k3[i] + a54 * k4[i]);
  k5 = f(x + h * 8 / 9, s);
  for (std::size_t i = 0; i < 2; ++i)
    s[i] = y[i] + h * (a61 * k1[i] + a62 * k2[i] + a63 * k3[i] + a64 * k4[i] + a65 * k5[i]);
  k6 = f(x + h, s);
  for (std::size_t i = 0; i < 2; ++i)
    next[i] = y[i] + h * (b1 * k1[i] + b3 * k3[i] + b4 * k4[i] + b5 * k5[i] + b6 * k6[i]);
  k7 = f(x + h, next);
  for (std::size_t i = 0; i < 2; ++i)
    error[i] = h * (e1 * k1[i] + e3 * k3[i] + e4 * k4[i] + e5 * k5[i] + e6 * k6[i] + e7 * k7[i]);
}

// Step factor from a scaled error (elementary controller with the usual safety and clips); NaN counts as a rejection.
inline double step_factor(double error) {
  if (!(error < 1e30)) return 0.1;
  return std::clamp(0.9 * std::pow(std::max(error, 1e-10), -0.2), 0.2, 5.0);
}

class Integration {
 public:
  Integration(const AdexParameters& p, double current, double duration, const Options& options)
      : p_(p),
        current_(current),
        duration_(duration),
        options_(options),
        switch_V_(p.V_T + std::min(2.0 * p.Delta_T, 0.5 * (p.V_peak - p.V_T))) {}

  SpikeRun run(State y) {
    double t = 0.0;
    const double storm = std::max(100.0, options_.limits.max_spikes_per_ms * duration_);
    while (t < duration_ && run_.status == RunStatus::done) {
      if (!to_spike(t, y)) break;
      y[0] = p_.V_r;
      y[1] += p_.b;
      run_.times.push_back(t);
      run_.w_after.push_back(y[1]);
      if (static_cast<double>(run_.times.size()) > storm) run_.status = RunStatus::spike_storm;
      if (options_.max_spikes != 0 && run_.times.size() >= options_.max_spikes) break;
      hold(t, y);
    }
    run_.final_state = y;
    return std::move(run_);
  }

 private:
  State in_time(const State& y) {
    ++run_.rhs_evaluations;
    const double leak = y[0] - p_.E_L;
    return {(p_.g_L * (p_.Delta_T * std::exp((y[0] - p_.V_T) / p_.Delta_T) - leak) - y[1] + current_) / p_.C_m,
            (p_.a * leak - y[1]) / p_.tau_w};
  }

  // t relative to the last spike, so that it keeps its precision in long runs.
  bool to_spike(double& t, State& y) {
    double local = 0.0;
    bool stalled = false;
    while (true) {
      if (!time_phase(local, y, duration_ - t, stalled)) {
        t = duration_;
        return false;
      }
      if (upstroke(local, y)) break;
      stalled = true;
      if (run_.status != RunStatus::done) return false;
    }
    t += local;
    return t <= duration_;
  }

  void hold(double& t, State& y) const {
    const double dt = std::min(p_.t_ref, duration_ - t);
    const double target = p_.a * (p_.V_r - p_.E_L);
    y[1] = target + (y[1] - target) * std::exp(-dt / p_.tau_w);
    t += dt;
  }

  bool over_budget() {
    if (run_.rhs_evaluations > options_.limits.max_rhs) run_.status = RunStatus::cost_limit;
    return run_.status != RunStatus::done;
  }

  // On the upstroke for good: V rises, and faster than w can follow. Just below V_peak rising is enough.
  bool rising(const State& y, const State& slope) const {
    if (!(y[0] >= switch_V_ && slope[0] > 0.0)) return false;
    const double growth = p_.g_L * (std::exp((y[0] - p_.V_T) / p_.Delta_T) - 1.0);
    return growth * slope[0] > slope[1] || p_.V_peak - y[0] < 0.01 * p_.Delta_T;
  }

  // A step in time may not jump over the region where the phases meet, nor over V_peak: how high one from V may end.
  double highest_landing(double V) const {
    const double from = std::max(V, switch_V_), room = p_.V_peak - from;
    return from + (room > 0.0 ? std::min(2.0 * p_.Delta_T, 0.5 * room) : 2.0 * p_.Delta_T);
  }

  // Integrates in time until the upstroke (true) or the end of the run or a failure (false). After a stalled upstroke
  // at least one step is made in time.
  bool time_phase(double& t, State& y, double end, bool stalled) {
    State k1 = in_time(y);
    double h = step_ > 0.0 ? step_ : 0.01 * std::min(p_.C_m / p_.g_L, p_.tau_w);
    while (true) {
      if (!stalled && rising(y, k1)) return true;
      if (t >= end) return false;
      const bool last = h >= end - t;
      const double tried = last ? end - t : h;
      State next, k7, error;
      dopri5([this](double, const State& s) { return in_time(s); }, t, y, k1, tried, next, k7, error);
      if (over_budget()) return false;
      const double scale_w = options_.rtol * (std::abs(y[1]) + 10.0);
      double scaled = std::max(std::abs(error[0]) / (options_.rtol * p_.Delta_T * 2.0), std::abs(error[1]) / scale_w);
      if (!(next[0] < highest_landing(y[0]))) scaled = std::max(scaled, 32.0);
      if (scaled <= 1.0) {
        t = last ? end : t + tried;
        y = next;
        k1 = k7;
        stalled = false;
      } else if (tried < 1e-13 * (1.0 + t)) {
        run_.status = std::isfinite(scaled) ? RunStatus::step_collapse : RunStatus::non_finite;
        return false;
      }
      // The last step of a run says nothing about the next size, unless it was refused (NaN counts as refused).
      if (!last || !(scaled <= 1.0)) h = tried * step_factor(scaled);
      step_ = std::min(h, 50.0);
      h = step_;
    }
  }

  // V from y[0] to V_peak as the independent variable, state {t, w}. False: V' fell towards zero (a canard); time phase
  // again.
  bool upstroke(double& t, State& y) {
    double V = y[0];
    State s{t, y[1]};
    bool stalled = false;
    const auto in_V = [&](double v, const State& x) -> State {
      const State slope = in_time({v, x[1]});
      if (!(slope[0] > 0.0)) stalled = true;
      return {1.0 / slope[0], slope[1] / slope[0]};
    };
    double h = 0.5 * p_.Delta_T;
    State k1 = in_V(V, s);
    while (V < p_.V_peak) {
      const bool last = h >= p_.V_peak - V;
      const double tried = last ? p_.V_peak - V : h;
      State next, k7, error;
      dopri5(in_V, V, s, k1, tried, next, k7, error);
      if (over_budget()) return false;
      const double scaled = stalled ? 1e9
                                    : std::max(std::abs(error[0]) / (options_.rtol * 0.5),
                                               std::abs(error[1]) / (options_.rtol * (std::abs(s[1]) + 10.0)));
      stalled = false;
      if (scaled <= 1.0) {
        V = last ? p_.V_peak : V + tried;
        s = next;
        k1 = k7;
      } else if (tried < 1e-9 * p_.Delta_T) {
        t = s[0];
        y = {V, s[1]};
        return false;
      }
      h = tried * step_factor(scaled);
    }
    t = s[0];
    y = {p_.V_peak, s[1]};
    if (!std::isfinite(t) || !std::isfinite(y[1])) run_.status = RunStatus::non_finite;
    return run_.status == RunStatus::done;
  }

  AdexParameters p_;
  double current_, duration_;
  Options options_;
  double switch_V_;
  double step_ = 0.0;
  SpikeRun run_;
};

}  // namespace reference

/// Runs from `initial` {V, w} for `duration` ms under `current` pA.
inline solvers::SpikeRun reference_run(const models::AdexParameters& parameters, double current, double duration,
                                       std::array<double, 2> initial, const reference::Options& options = {}) {
  return reference::Integration(parameters, current, duration, options).run(initial);
}

}  // namespace modscape::test_support
