// SPDX-License-Identifier: Apache-2.0
#include "dynamics/spike_map.hpp"

#include <cmath>
#include <optional>

#include <boost/math/differentiation/autodiff.hpp>

#include "dynamics/adex_scaling.hpp"
#include "dynamics/rescaled_flow.hpp"
#include "dynamics/rest_trap.hpp"

namespace modscape::dynamics {
namespace {

using models::AdexParameters;
namespace autodiff = boost::math::differentiation;

// Functions of w and p with their first derivatives at (w, p).
using Dual = autodiff::autodiff_fvar<double, 1, 1>;

double by_w(const Dual& f) {
  return f.derivative(1, 0);
}
double by_p(const Dual& f) {
  return f.derivative(0, 1);
}

struct Flight {
  SpikeMapOutcome outcome;
  FlowPoint end;  // on x = x_peak
  int steps;
};

bool finite(const FlowPoint& point) {
  double sum = 0.0;
  for (const FlowState& s : {point.state, point.tangent[0], point.tangent[1]}) sum += s.x + s.y + s.t;
  return std::isfinite(sum);
}

Flight fly(FlowSeries series, FlowPoint point, double x_peak, const DrivenNeuron& at, const SpikeMapOptions& options) {
  std::optional<RestTrap> trap;
  constexpr int usual_steps = 40;  // a neuron that fires seldom takes more: only then is it worth to look for its rest
  for (int steps = 1; steps <= options.max_steps; ++steps) {
    if (!finite(point)) return {SpikeMapOutcome::non_finite, point, steps};
    series.expand(point);
    const double step = series.step(options.tolerance);
    const FlowPoint next = series.at(step);
    if (next.state.x >= x_peak) return {SpikeMapOutcome::fires, series.at(series.step_to(x_peak, 0.0, step)), steps};
    point = next;
    if (steps < usual_steps) continue;
    if (!trap) trap.emplace(at.neuron, at.current);
    if (trap->holds(point.state)) return {SpikeMapOutcome::rests, point, steps};
  }
  return {SpikeMapOutcome::cost_limit, point, options.max_steps};
}

}  // namespace

std::string to_string(SpikeMapOutcome outcome) {
  switch (outcome) {
    case SpikeMapOutcome::fires:
      return "fires";
    case SpikeMapOutcome::rests:
      return "does not fire again";
    case SpikeMapOutcome::cost_limit:
      return "neither fires nor rests within the most steps";
    case SpikeMapOutcome::non_finite:
      break;
  }
  return "is not finite";
}

DrivenNeuron no_change() {
  return {AdexParameters{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0.0};
}

NeuronPath NeuronPath::of_parameter(const DrivenNeuron& base, std::string_view name) {
  const AdexParameters& p = base.neuron;
  DrivenNeuron change = no_change();
  if (name == "current") {
    change.current = 1.0;
    return {[base](double I) { return DrivenNeuron{base.neuron, I}; }, [change](double) { return change; },
            p.g_L * p.Delta_T};
  }
  const ParameterSpec<AdexParameters>* row = models::adex_table().find(name);
  if (row == nullptr)
    throw BadInput("", "no parameter \"" + std::string(name) + "\"", "a parameter of the AdEx neuron, or \"current\"");
  const auto member = row->member;
  change.neuron.*member = 1.0;
  const double scale = [&] {
    switch (row->unit) {
      case Unit::mV:
        return p.Delta_T;
      case Unit::pA:
        return p.g_L * p.Delta_T;
      case Unit::nS:
        return p.g_L;
      case Unit::pF:
        return p.C_m;
      default:
        return name == "tau_w" ? p.tau_w : p.C_m / p.g_L;
    }
  }();
  return {[base, member](double value) {
            DrivenNeuron at = base;
            at.neuron.*member = value;
            return at;
          },
          [change](double) { return change; }, scale};
}

NextSpike next_spike(const DrivenNeuron& at, const DrivenNeuron& change, double w, const SpikeMapOptions& options) {
  const auto variables = autodiff::make_ftuple<double, 1, 1>(w, 0.0);
  const Dual W = std::get<0>(variables), P = std::get<1>(variables);
  const auto value = [&](double AdexParameters::* member) -> Dual {
    return at.neuron.*member + change.neuron.*member * P;
  };
  const Dual current = at.current + change.current * P;
  const AdexScaling<Dual> scaling(value, current);
  const Dual t_ref = value(&AdexParameters::t_ref);
  Dual held = W;
  if (at.neuron.t_ref > 0.0 || change.neuron.t_ref != 0.0) {
    const Dual target = value(&AdexParameters::a) * (value(&AdexParameters::V_r) - value(&AdexParameters::E_L));
    held = target + (W - target) * exp(-t_ref / value(&AdexParameters::tau_w));
  }
  const Dual y = scaling.y(held);

  const auto derivatives = [&](auto by) {
    return FlowCoefficients{by(scaling.rho), by(scaling.alpha), by(scaling.gamma)};
  };
  const FlowCoefficients coefficients{static_cast<double>(scaling.rho), static_cast<double>(scaling.alpha),
                                      static_cast<double>(scaling.gamma)};
  const FlowPoint start{{static_cast<double>(scaling.x_reset), static_cast<double>(y), 0.0},
                        {{{by_w(scaling.x_reset), by_w(y), 0.0}, {by_p(scaling.x_reset), by_p(y), 0.0}}}};
  const Flight flight = fly(FlowSeries(coefficients, {derivatives(by_w), derivatives(by_p)}), start,
                            static_cast<double>(scaling.x_peak), at, options);
  NextSpike next;
  next.outcome = flight.outcome;
  next.steps = flight.steps;
  if (!next.fires()) return next;

  // A change ends on the section x = x_peak, not at the same rescaled time.
  const FlowState velocity = flow_velocity(coefficients, flight.end.state);
  const auto on_section = [&](const FlowState& tangent, double dx_peak) {
    const double ds = (dx_peak - tangent.x) / velocity.x;
    return FlowState{dx_peak, tangent.y + velocity.y * ds, tangent.t + velocity.t * ds};
  };
  const FlowState end_w = on_section(flight.end.tangent[0], 0.0);
  const FlowState end_p = on_section(flight.end.tangent[1], by_p(scaling.x_peak));
  const Dual dW = W - w;
  const Dual y_end = flight.end.state.y + end_w.y * dW + end_p.y * P;
  const Dual t_end = flight.end.state.t + end_w.t * dW + end_p.t * P;
  const Dual w_next = scaling.w(y_end) + value(&AdexParameters::b);
  const Dual interval = t_ref + scaling.unit_t * t_end;
  next.w = static_cast<double>(w_next);
  next.interval = static_cast<double>(interval);
  next.dw_dw = by_w(w_next);
  next.dw_dp = by_p(w_next);
  next.dinterval_dw = by_w(interval);
  next.dinterval_dp = by_p(interval);
  return next;
}

NextSpike first_spike(const DrivenNeuron& at, double V, double w, const SpikeMapOptions& options) {
  const AdexScaling<double> scaling = adex_scaling(at.neuron, at.current);
  const FlowPoint start{{(V - at.neuron.V_T) / at.neuron.Delta_T, scaling.y(w), 0.0}, {}};
  const Flight flight =
      fly(FlowSeries({scaling.rho, scaling.alpha, scaling.gamma}), start, scaling.x_peak, at, options);
  NextSpike next;
  next.outcome = flight.outcome;
  next.steps = flight.steps;
  next.w = scaling.w(flight.end.state.y) + at.neuron.b;
  next.interval = scaling.unit_t * flight.end.state.t;
  return next;
}

NextSpike next_spike_only(const DrivenNeuron& at, double w, const SpikeMapOptions& options) {
  const AdexParameters& p = at.neuron;
  const double target = p.a * (p.V_r - p.E_L);  // of w while V is held
  NextSpike next = first_spike(at, p.V_r, target + (w - target) * std::exp(-p.t_ref / p.tau_w), options);
  next.interval += p.t_ref;
  return next;
}

}  // namespace modscape::dynamics
