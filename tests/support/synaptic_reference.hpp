// SPDX-License-Identifier: Apache-2.0
// An independent integration of one AdEx neuron under synaptic events: the classical Runge-Kutta formula in V and t,
// steps of 1/250 of the fastest time scale that end at every event, the peak by bisection. Conductances between events
// are exact. Halving the steps moves its spikes by less than 1e-9 ms (tests/validation/synaptic_accuracy.cpp).
#pragma once
#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <vector>

#include "models/adex.hpp"
#include "models/synapse.hpp"

namespace modscape::test_support {

struct Arrival {
  double time;  ///< ms
  std::size_t port;
  double weight;  ///< nS or pA
};

class SynapticReference {
 public:
  SynapticReference(const models::AdexParameters& neuron, std::span<const models::SynapticPort> ports, double current,
                    double steps_per_scale = 250.0)
      : p_(neuron), ports_(ports.begin(), ports.end()), current_(current), fine_(steps_per_scale) {}

  /// Spike times until `duration`, from V, w without conductances; `arrivals` sorted by time.
  std::vector<double> spikes(std::span<const Arrival> arrivals, double duration, double V, double w) {
    V_ = V;
    w_ = w;
    t_ = 0.0;
    g_.assign(ports_.size(), 0.0);
    u_.assign(ports_.size(), 0.0);
    std::vector<double> times;
    std::size_t next = 0;
    const auto next_time = [&] { return next < arrivals.size() ? std::min(arrivals[next].time, duration) : duration; };
    const auto take = [&](const Arrival& a) {
      (alpha(a.port) ? u_ : g_)[a.port] += a.weight;
      ++next;
    };
    while (t_ < duration) {
      const double stop = next_time();
      if (!integrate(stop)) {  // a spike
        times.push_back(t_);
        V_ = p_.V_r;
        w_ += p_.b;
        const double end = std::min(t_ + p_.t_ref, duration);
        while (next < arrivals.size() && arrivals[next].time <= end) {
          hold(arrivals[next].time);
          take(arrivals[next]);
        }
        hold(end);
      }
      while (next < arrivals.size() && arrivals[next].time <= t_) take(arrivals[next]);
    }
    return times;
  }

 private:
  struct Slope {
    double V, w;
  };
  bool alpha(std::size_t port) const { return ports_[port].shape == models::SynapticShape::alpha; }
  double conductance(std::size_t port, double dt) const {
    const double tau = ports_[port].tau;
    return std::exp(-dt / tau) * (g_[port] + (alpha(port) ? std::numbers::e / tau * u_[port] * dt : 0.0));
  }
  void decay(double dt) {
    for (std::size_t port = 0; port < ports_.size(); ++port) {
      g_[port] = conductance(port, dt);
      u_[port] *= std::exp(-dt / ports_[port].tau);
    }
  }
  void hold(double until) {
    const double dt = until - t_, settled = p_.a * (p_.V_r - p_.E_L);
    w_ = settled + (w_ - settled) * std::exp(-dt / p_.tau_w);
    decay(dt);
    t_ = until;
  }
  Slope slope(double V, double w, double dt) const {
    double I = current_;
    for (std::size_t port = 0; port < ports_.size(); ++port) {
      const double g = conductance(port, dt);
      I += ports_[port].effect == models::SynapticEffect::conductance ? -g * (V - ports_[port].E_rev) : g;
    }
    const double upstroke = p_.g_L * p_.Delta_T * std::exp(std::min((V - p_.V_T) / p_.Delta_T, 600.0));
    return {(upstroke - p_.g_L * (V - p_.E_L) - w + I) / p_.C_m, (p_.a * (V - p_.E_L) - w) / p_.tau_w};
  }
  Slope after(double h) const {
    const Slope a = slope(V_, w_, 0.0), b = slope(V_ + h / 2 * a.V, w_ + h / 2 * a.w, h / 2),
                c = slope(V_ + h / 2 * b.V, w_ + h / 2 * b.w, h / 2), d = slope(V_ + h * c.V, w_ + h * c.w, h);
    return {V_ + h / 6 * (a.V + 2 * b.V + 2 * c.V + d.V), w_ + h / 6 * (a.w + 2 * b.w + 2 * c.w + d.w)};
  }
  // To `stop`, or to V_peak: false.
  bool integrate(double stop) {
    while (t_ < stop) {
      double rate = p_.g_L / p_.C_m * (1.0 + std::exp(std::min((V_ - p_.V_T) / p_.Delta_T, 600.0))) + 1.0 / p_.tau_w;
      for (std::size_t port = 0; port < ports_.size(); ++port)
        rate += (ports_[port].effect == models::SynapticEffect::conductance ? g_[port] / p_.C_m : 0.0) +
                1.0 / ports_[port].tau;
      // Inputs that sweep V through Delta_T are a time scale too.
      rate += std::abs(slope(V_, w_, 0.0).V) / p_.Delta_T;
      const double step = 1.0 / (fine_ * rate), h = std::min(step, stop - t_);
      Slope next = after(h);
      if (next.V >= p_.V_peak) {
        double below = 0.0, above = h;
        for (int i = 0; i < 60; ++i) {
          const double middle = 0.5 * (below + above);
          (after(middle).V >= p_.V_peak ? above : below) = middle;
        }
        next = after(above);
        w_ = next.w;
        decay(above);
        t_ += above;
        return false;
      }
      V_ = next.V;
      w_ = next.w;
      decay(h);
      t_ = h < step ? stop : t_ + h;
    }
    return true;
  }

  models::AdexParameters p_;
  std::vector<models::SynapticPort> ports_;
  double current_, fine_;
  double V_ = 0.0, w_ = 0.0, t_ = 0.0;
  std::vector<double> g_, u_;
};

}  // namespace modscape::test_support
