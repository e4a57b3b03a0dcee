// SPDX-License-Identifier: Apache-2.0
#include "solvers/adex_synaptic_lanes.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/error.hpp"
#include "solvers/adex_upstroke.hpp"

namespace modscape::solvers {
namespace synaptic {
namespace {

// x from which the upstroke has a closed form: it lasts less than 4e-4 C_m/g_L, and what is neglected (the third order
// of q, the decay of synaptic currents meanwhile) is below 1e-6 ms for any current a neuron survives. The SIMD side
// never begins a step above: its coefficients would grow beyond all floats.
constexpr double closed_form_from = 8.0;
constexpr int corrections = 8;  // each leaves a thousandth of the error or less
constexpr int storm = 100;      // spikes of one neuron in one epoch

}  // namespace

Lanes::Lanes(const Epoch& epoch, std::size_t ports, std::size_t lanes)
    : epoch_(epoch), length_(in_ms(epoch.ticks)), ports_(ports), busy_(lanes) {
  for (std::size_t lane = 0; lane < lanes; ++lane) proceed(lane, false);
}

void Lanes::handle(const Calls& calls) {
  const auto each = [](std::uint32_t mask, auto&& act) {
    for (; mask != 0; mask &= mask - 1) act(static_cast<std::size_t>(std::countr_zero(mask)));
  };
  each(calls.failed, [this](std::size_t lane) {
    fail(lane, std::isfinite(state_.x[lane]) ? RunStatus::step_collapse : RunStatus::non_finite);
    proceed(lane, false);
  });
  each(calls.ended & ~calls.failed, [this](std::size_t lane) {
    save(lane, 0.0);
    proceed(lane, false);
  });
  each(calls.peaked & ~calls.failed, [this](std::size_t lane) { proceed(lane, spike(lane, state_.peak_time[lane])); });
  each(calls.watched & ~(calls.failed | calls.ended | calls.peaked), [this](std::size_t lane) {
    time_[lane] = in_ms(state_.t[lane]);
    proceed(lane, true);
  });
}

void Lanes::proceed(std::size_t lane, bool at_work) {
  for (;;) {
    if (!at_work) {
      if (!take_next(lane)) return idle(lane);
      at_work = true;
    }
    if (state_.x[lane] < state_.x_watch[lane]) {
      // The SIMD side goes on from the nearest tick, as events arrive at the nearest. Times are positive and far below
      // 2^52 ticks; std::lround is a call. NOLINTNEXTLINE(bugprone-incorrect-roundings)
      state_.t[lane] = static_cast<std::int32_t>(time_[lane] * ticks_per_ms + 0.5);
      return;
    }
    at_work = upstroke(lane);
  }
}

bool Lanes::take_next(std::size_t lane) {
  while (next_ < epoch_.neurons.size()) {
    const std::size_t neuron = next_++;
    if (epoch_.neurons[neuron].coefficients->series != epoch_.series) continue;
    load(lane, neuron);
    const double held = epoch_.neurons[neuron].held;
    if (held <= 0.0 || hold(lane, held)) return true;
  }
  return false;
}

void Lanes::load(std::size_t lane, std::size_t neuron) {
  const SynapticNeuron& n = epoch_.neurons[neuron];
  neuron_[lane] = neuron;
  spikes_[lane] = 0;
  if (coefficients_[lane] != n.coefficients) load_coefficients(lane, *n.coefficients);
  const SynapticCoefficients& c = *n.coefficients;
  state_.x[lane] = (n.V - c.V_T) * c.per_Delta_T;
  state_.y[lane] = n.w * c.per_unit_w + c.y_0;
  time_[lane] = 0.0;
  for (std::size_t port = 0; port < ports_; ++port) {
    state_.g[port][lane] = n.g[port];
    if (c.any_alpha) state_.u[port][lane] = n.u[port];
  }
  state_.next[lane] = static_cast<std::int32_t>(epoch_.events->first(neuron));
  load_event(lane);
}

void Lanes::load_coefficients(std::size_t lane, const SynapticCoefficients& c) {
  coefficients_[lane] = &c;
  state_.kappa.set(lane, c.kappa);
  state_.r.set(lane, c.r);
  state_.rA.set(lane, c.rA);
  state_.rc[lane] = c.rc;
  state_.x_peak[lane] = c.x_peak;
  state_.x_watch[lane] = std::min(c.x_peak, closed_form_from);
  state_.longest.set(lane, c.longest_step);
  for (std::size_t port = 0; port < ports_; ++port) {
    state_.gamma[port][lane] = c.gamma[port];
    state_.eta[port][lane] = c.eta[port];
    state_.lambda[port].set(lane, c.lambda[port]);
    state_.rise[port][lane] = c.rise[port];
  }
}

void Lanes::load_event(std::size_t lane) {
  state_.event[lane] = std::bit_cast<std::uint64_t>(epoch_.events->data()[state_.next[lane]]);
}

void Lanes::take_event(std::size_t lane) {
  state_.next[lane] += EventLists::stride;
  load_event(lane);
}

void Lanes::save(std::size_t lane, double held) {
  SynapticNeuron& n = epoch_.neurons[neuron_[lane]];
  const SynapticCoefficients& c = *n.coefficients;
  n.V = c.V_T + c.Delta_T * state_.x[lane];
  n.w = c.unit_w * (state_.y[lane] - c.y_0);
  n.held = held;
  for (std::size_t port = 0; port < ports_; ++port) {
    n.g[port] = state_.g[port][lane];
    if (c.any_alpha) n.u[port] = state_.u[port][lane];
  }
}

void Lanes::idle(std::size_t lane) {
  --busy_;
  coefficients_[lane] = nullptr;
  state_.x[lane] = -10.0;
  state_.y[lane] = 0.0;
  for (LaneConstant* zero : {&state_.kappa, &state_.r, &state_.rA}) zero->set(lane, 0.0);
  state_.rc[lane] = 0.0;
  state_.x_peak[lane] = state_.x_watch[lane] = 1e300;
  state_.longest.set(lane, 2.0 / ticks_per_ms);
  state_.t[lane] = -0x40000000;  // nothing ever arrives
  state_.next[lane] = 0;
  load_event(lane);
  for (std::size_t port = 0; port < ports_; ++port) {
    state_.g[port][lane] = state_.u[port][lane] = state_.gamma[port][lane] = state_.eta[port][lane] = 0.0;
    state_.rise[port][lane] = 0.0;
    state_.lambda[port].set(lane, 0.0);
  }
}

void Lanes::decay(std::size_t lane, std::size_t port, double dt) {
  const SynapticCoefficients& c = *coefficients_[lane];
  double& g = state_.g[port][lane];
  double& u = state_.u[port][lane];
  const double factor = std::exp(-c.lambda[port] * dt);
  g = factor * (g + c.rise[port] * u * dt);
  u *= factor;
}

bool Lanes::hold(std::size_t lane, double length) {
  const SynapticCoefficients& c = *coefficients_[lane];
  const double begin = time_[lane], end = begin + length, stop = std::min(end, length_);
  const double settled = (c.rA * c.x_reset + c.rc) / c.r;
  state_.y[lane] = settled + (state_.y[lane] - settled) * std::exp(-c.r * (stop - begin));
  for (std::size_t port = 0; port < ports_; ++port) decay(lane, port, stop - begin);
  for (SynapticEvent event = next_event(lane); event.port() != SynapticEvent::end_port && event.time() <= stop;
       event = next_event(lane)) {
    // What is left of it at the end.
    const double ago = stop - event.time(), rise = c.rise[event.port()];
    const double left = static_cast<double>(event.weight) * std::exp(-c.lambda[event.port()] * ago);
    state_.g[event.port()][lane] += rise > 0.0 ? rise * ago * left : left;
    if (rise > 0.0) state_.u[event.port()][lane] += left;
    take_event(lane);
  }
  state_.x[lane] = c.x_reset;
  time_[lane] = stop;
  if (end < length_) return true;
  save(lane, end - length_);
  return false;
}

bool Lanes::spike(std::size_t lane, double time) {
  const SynapticCoefficients& c = *coefficients_[lane];
  epoch_.spikes->push_back({time, static_cast<std::uint32_t>(neuron_[lane])});
  time_[lane] = time;
  state_.x[lane] = c.x_reset;
  state_.y[lane] += c.b / c.unit_w;
  if (++spikes_[lane] > storm) {
    fail(lane, RunStatus::spike_storm);
    return false;
  }
  return c.t_ref <= 0.0 || hold(lane, c.t_ref);
}

bool Lanes::upstroke(std::size_t lane) {
  const SynapticCoefficients& c = *coefficients_[lane];
  const double x = state_.x[lane], y = state_.y[lane], z = std::exp(-x);
  double G = 0.0, H = 0.0;  // of the synapses: x' gets H - G x
  for (std::size_t port = 0; port < ports_; ++port) {
    G += c.gamma[port] * state_.g[port][lane];
    H += c.eta[port] * state_.g[port][lane];
  }
  if (!std::isfinite(x + y + G + H)) {
    fail(lane, RunStatus::non_finite);
    return false;
  }
  const auto until = [&](double x_end, double z_end) {
    return ensemble::closed_form_upstroke(x, y - H / c.kappa, z, x_end, z_end, 1.0 + G / c.kappa, c.rA / c.kappa,
                                          (c.rc - c.r * y) / c.kappa);
  };
  const auto move_on = [&](double dt, double dy) {
    for (std::size_t port = 0; port < ports_; ++port) decay(lane, port, dt);
    state_.y[lane] += dy;
  };
  const SynapticEvent event = next_event(lane);
  const double left = event.time() - time_[lane];
  const ensemble::Upstroke whole = until(c.x_peak, c.z_peak);
  if (whole.time / c.kappa <= left) {
    move_on(whole.time / c.kappa, whole.dy);
    return spike(lane, time_[lane] + whole.time / c.kappa);
  }
  // The event comes first: z falls almost at the rate at which time passes.
  double z_end = std::max(z - c.kappa * left, c.z_peak);
  ensemble::Upstroke part = until(-std::log(z_end), z_end);
  for (int i = 0; i < corrections && z_end > c.z_peak; ++i) {
    z_end = std::clamp(z_end + part.time - c.kappa * left, c.z_peak, z);
    part = until(-std::log(z_end), z_end);
  }
  move_on(left, part.dy);
  state_.x[lane] = -std::log(z_end);
  time_[lane] = event.time();
  if (event.port() == SynapticEvent::end_port) {
    save(lane, 0.0);
    return false;
  }
  (c.rise[event.port()] > 0.0 ? state_.u : state_.g)[event.port()][lane] += static_cast<double>(event.weight);
  take_event(lane);
  return true;
}

void Lanes::fail(std::size_t lane, RunStatus status) {
  epoch_.failed->push_back({static_cast<std::uint32_t>(neuron_[lane]), status});
}

}  // namespace synaptic

namespace {
// 1/ms; at x = 8 the series of a faster membrane would come near the ends of the floats.
constexpr double fastest_float = 5.0;
}  // namespace

SynapticCoefficients synaptic_coefficients(const models::AdexParameters& p, std::span<const models::SynapticPort> ports,
                                           double current, double E_w) {
  if (ports.size() > most_ports) throw InternalError("a neuron has more synaptic ports than the kernel takes");
  SynapticCoefficients c{};
  const double A = p.a / p.g_L, offset = (p.V_T - p.E_L) / p.Delta_T;
  c.unit_w = p.g_L * p.Delta_T;
  c.kappa = p.g_L / p.C_m;
  c.r = 1.0 / p.tau_w;
  c.rA = c.r * A;
  c.V_T = p.V_T;
  c.per_Delta_T = 1.0 / p.Delta_T;
  c.per_unit_w = 1.0 / c.unit_w;
  c.Delta_T = p.Delta_T;
  c.y_0 = offset - current / c.unit_w;
  c.rc = c.r * (A * (std::isnan(E_w) ? offset : (p.V_T - E_w) / p.Delta_T) + c.y_0);
  c.x_peak = (p.V_peak - p.V_T) / p.Delta_T;
  c.z_peak = std::exp(-c.x_peak);
  c.x_reset = (p.V_r - p.V_T) / p.Delta_T;
  c.b = p.b;
  c.t_ref = p.t_ref;
  c.ports = ports.size();
  double fastest = 1.0 / longest_epoch;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const models::SynapticPort& port = ports[i];
    const bool alpha = port.shape == models::SynapticShape::alpha;
    if (port.effect == models::SynapticEffect::conductance) {
      c.gamma[i] = port.gain / p.C_m;
      c.eta[i] = port.gain * (port.E_rev - p.V_T) / p.Delta_T / p.C_m;
    } else {
      c.eta[i] = port.gain / (p.C_m * p.Delta_T);
    }
    c.lambda[i] = 1.0 / port.tau;
    c.rise[i] = alpha ? std::numbers::e / port.tau : 0.0;
    c.any_alpha = c.any_alpha || alpha;
    fastest = std::max(fastest, c.lambda[i]);
  }
  const auto as_first = [&](const models::SynapticPort& port) { return port.tau == ports.front().tau; };
  const bool one_tau = !c.any_alpha && !ports.empty() && std::ranges::all_of(ports, as_first);
  c.series = c.kappa > fastest_float ? SynapticSeries::fine
             : one_tau               ? SynapticSeries::one_tau
                                     : SynapticSeries::several;
  c.longest_step = 0.5 / fastest;  // where the series of the decays have converged
  return c;
}

}  // namespace modscape::solvers
