// SPDX-License-Identifier: Apache-2.0
#include "dynamics/saddle.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "dynamics/adex_scaling.hpp"
#include "dynamics/rescaled_flow.hpp"

namespace modscape::dynamics {
namespace {

// Off the saddle along an eigenvector, scaled units. What this leaves out is of second order, and the flow away from
// the saddle contracts it.
constexpr double displacement = 1e-7;

// Eigenvectors (1, slope): J = [[e^x - 1, -1], [alpha, -rho]] in units of C_m/g_L.
double eigenvector_slope(const models::AdexParameters& p, const Equilibrium& saddle, double rate) {
  return std::exp((saddle.V - p.V_T) / p.Delta_T) - 1.0 - rate * p.C_m / p.g_L;
}

// w after the reset, before V is held for t_ref.
double before_hold(const models::AdexParameters& p, double w) {
  const double target = p.a * (p.V_r - p.E_L);
  return target + (w - target) * std::exp(p.t_ref / p.tau_w);
}

// Tells of an orbit against time whether it may still come to the line x = x_reset.
class Retreat {
 public:
  Retreat(const models::AdexParameters& p, const AdexScaling<double>& scaling, const Equilibrium& lower,
          double x_saddle)
      : x_((lower.V - p.V_T) / p.Delta_T),
        y_(scaling.y(lower.w)),
        line_(scaling.x_reset),
        x_saddle_(x_saddle),
        lowest_(x_),
        highest_(x_) {}

  /// A step of the orbit; true: neither this one nor what is before it comes there again.
  bool is_final(const FlowPoint& from, const FlowPoint& to, const FlowSeries& series, double step) {
    return climbs(to.state) || is_at_rest(to.state) || winds_in(from, to, series, step);
  }

 private:
  // To the right of saddle and line, and above the V-nullcline: against time x rises there, and so does y, because the
  // w-nullcline lies below.
  bool climbs(const FlowState& at) const { return at.x > std::max(x_saddle_, line_) && at.y > std::exp(at.x) - at.x; }
  bool is_at_rest(const FlowState& at) const {
    constexpr double near = 1e-6;
    return std::abs(at.x - x_) + std::abs(at.y - y_) < near && std::abs(line_ - x_) > near;
  }
  // An orbit that winds around the lower equilibrium meets the line x = x_ below it in monotone order (the plane has no
  // room for anything else), so once a turn is narrower than the one before, all that follow are.
  bool winds_in(const FlowPoint& from, const FlowPoint& to, const FlowSeries& series, double step) {
    lowest_ = std::min(lowest_, to.state.x);
    highest_ = std::max(highest_, to.state.x);
    if ((from.state.x - x_) * (to.state.x - x_) > 0.0 || from.state.x == x_) return false;
    const double depth = y_ - series.at(series.step_to(x_, step, 0.0)).state.y;
    if (depth < 0.0) return false;
    const double margin =
        0.2 * (highest_ - lowest_);  // extremes are those of steps, which may be short of the true ones
    const bool away = line_ < lowest_ - margin || line_ > highest_ + margin;
    const bool narrower = depth < last_depth_ && std::isfinite(last_depth_);
    last_depth_ = depth;
    lowest_ = highest_ = x_;
    return narrower && away;
  }

  double x_, y_, line_, x_saddle_, lowest_, highest_;
  double last_depth_ = std::numeric_limits<double>::infinity();
};

// The spikes of the saddle's unstable manifold.
struct UnstableManifold {
  const NeuronPath& path;
  std::size_t spikes;

  /// w after each reset; empty if there are fewer.
  std::vector<double> resets(double p) const {
    const DrivenNeuron at = path.at(p);
    NextSpike spike = separatrix_spike(at);
    std::vector<double> w{spike.w};
    while (spike.fires() && w.size() < spikes) {
      spike = next_spike_only(at, spike.w);
      w.push_back(spike.w);
    }
    return spike.fires() ? w : std::vector<double>();
  }
  /// What comes after the last.
  SpikeMapOutcome next(double p) const {
    const std::vector<double> w = resets(p);
    return w.empty() ? SpikeMapOutcome::non_finite : next_spike_only(path.at(p), w.back()).outcome;
  }
};

// Secant method for the distance of the manifold's last reset from the branch of the stable manifold next to w_last.
std::optional<double> root_of_gap(const UnstableManifold& manifold, double p, double w_last, double reach) {
  const auto gap = [&](double at) {
    const std::vector<double> w = manifold.resets(at), stable = map_discontinuities(manifold.path.at(at));
    if (w.empty() || stable.empty()) return std::numeric_limits<double>::quiet_NaN();
    return w.back() - *std::ranges::min_element(
                          stable, [&](double a, double b) { return std::abs(a - w_last) < std::abs(b - w_last); });
  };
  double p0 = p, g0 = gap(p0), p1 = p + 1e-6 * reach, g1 = gap(p1);
  if (std::isnan(g1)) g1 = gap(p1 = p - 1e-6 * reach);
  for (int iteration = 0; iteration < 50 && std::isfinite(g0) && std::isfinite(g1) && g0 != g1; ++iteration) {
    const double p2 = p1 - g1 * (p1 - p0) / (g1 - g0);
    if (!(std::abs(p2 - p) <= reach)) return std::nullopt;
    if (std::abs(p2 - p1) <= 1e-13 * std::max(reach, std::abs(p2))) return p2;
    p0 = p1;
    g0 = g1;
    p1 = p2;
    g1 = gap(p1);
  }
  return std::nullopt;
}

// Where w is slow, all orbits come to the saddle along one slow manifold, the stable manifold leaves it only by less
// than rounding, and its crossing of the reset line says nothing. There, bisection between firing and rest.
std::optional<double> edge_of_firing(const UnstableManifold& manifold, double p, double reach, bool thorough) {
  const auto fires = [&](double at) { return manifold.next(at) == SpikeMapOutcome::fires; };
  const auto rests = [&](double at) { return manifold.next(at) == SpikeMapOutcome::rests; };
  if (!thorough && !rests(p - reach) && !rests(p + reach)) return std::nullopt;
  for (double side = 1e-8 * reach; side <= reach; side *= 10.0)
    for (const double width : {-side, side}) {
      double firing = p + width, resting = p - width;
      if (!fires(firing) || !rests(resting)) continue;
      while (true) {
        const double middle = 0.5 * (firing + resting);
        if (middle == firing || middle == resting) return firing;
        (rests(middle) ? resting : firing) = middle;
      }
    }
  return std::nullopt;
}

}  // namespace

std::optional<Equilibrium> adex_saddle(const DrivenNeuron& at) {
  for (const Equilibrium& equilibrium : adex_equilibria(at.neuron, at.current)) {
    if (equilibrium.V >= at.neuron.V_peak) continue;  // the neuron is reset before it gets there
    const auto& [slow, fast] = equilibrium.eigenvalues;
    if (slow.imag() == 0.0 && slow.real() < 0.0 && fast.real() > 0.0) return equilibrium;
  }
  return std::nullopt;
}

std::vector<double> map_discontinuities(const DrivenNeuron& at, std::size_t most) {
  constexpr int most_steps = 2000;
  constexpr double farthest = 1e3;  // scaled units
  constexpr double tolerance = 1e-14;
  std::vector<double> found;
  const std::optional<Equilibrium> saddle = adex_saddle(at);
  if (!saddle) return found;
  const models::AdexParameters& p = at.neuron;
  const AdexScaling<double> scaling = adex_scaling(p, at.current);
  const double x = (saddle->V - p.V_T) / p.Delta_T, y = scaling.y(saddle->w);
  const double slope = eigenvector_slope(p, *saddle, saddle->eigenvalues[0].real());
  FlowSeries series({scaling.rho, scaling.alpha, scaling.gamma});
  const Equilibrium lower = adex_equilibria(p, at.current).front();
  for (const double side : {-displacement, displacement}) {
    FlowPoint point{{x + side, y + side * slope, 0.0}, {}};
    Retreat retreat(p, scaling, lower, x);
    for (int steps = 0; steps < most_steps && found.size() < most; ++steps) {
      series.expand(point);
      const double step = -series.step(tolerance);
      const FlowPoint before = series.at(step);
      if ((point.state.x - scaling.x_reset) * (before.state.x - scaling.x_reset) <= 0.0)
        found.push_back(before_hold(p, scaling.w(series.at(series.step_to(scaling.x_reset, step, 0.0)).state.y)));
      if (retreat.is_final(point, before, series, step)) break;
      point = before;
      if (!(std::abs(point.state.x) + std::abs(point.state.y) < farthest) || point.state.x > scaling.x_peak) break;
    }
  }
  std::ranges::sort(found);
  return found;
}

NextSpike separatrix_spike(const DrivenNeuron& at, const SpikeMapOptions& options) {
  const std::optional<Equilibrium> saddle = adex_saddle(at);
  if (!saddle) return {};
  const models::AdexParameters& p = at.neuron;
  const double slope = eigenvector_slope(p, *saddle, saddle->eigenvalues[1].real());
  return first_spike(at, saddle->V + displacement * p.Delta_T, saddle->w + displacement * slope * p.g_L * p.Delta_T,
                     options);
}

std::optional<HomoclinicOrbit> find_homoclinic(const NeuronPath& path, std::size_t spikes, double p, double w_last,
                                               double reach, bool thorough) {
  const UnstableManifold manifold{path, spikes};
  std::optional<double> root = root_of_gap(manifold, p, w_last, reach);
  if (!root) root = edge_of_firing(manifold, p, reach, thorough);
  if (!root) return std::nullopt;
  HomoclinicOrbit orbit{*root, manifold.resets(*root), false};
  if (orbit.w.empty()) return std::nullopt;
  for (const double side : {-1.0, 1.0})
    orbit.rests_beyond |= manifold.next(*root + side * 1e-6 * reach) == SpikeMapOutcome::rests;
  return orbit;
}

std::optional<double> find_saddle_node_onset(const NeuronPath& path, double p, double w, double reach) {
  const auto above = [&](double at) {
    const DrivenNeuron neuron = path.at(at);
    return neuron.current - adex_landmarks(neuron.neuron).I_SN;
  };
  double p0 = p, f0 = above(p0), p1 = p + 0.1 * reach, f1 = above(p1);
  for (int iteration = 0; iteration < 50 && std::isfinite(f0) && std::isfinite(f1) && f0 != f1; ++iteration) {
    const double p2 = p1 - f1 * (p1 - p0) / (f1 - f0);
    if (!(std::abs(p2 - p) <= reach)) return std::nullopt;
    if (std::abs(p2 - p1) > 1e-14 * std::max(reach, std::abs(p2))) {
      p0 = p1;
      f0 = f1;
      p1 = p2;
      f1 = above(p1);
      continue;
    }
    int resting = 0, firing = 0;
    for (const double side : {-reach, reach}) {
      const SpikeMapOutcome outcome = next_spike_only(path.at(p2 + side), w).outcome;
      resting += outcome == SpikeMapOutcome::rests ? 1 : 0;
      firing += outcome == SpikeMapOutcome::fires ? 1 : 0;
    }
    return resting == 1 && firing == 1 ? std::optional(p2) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace modscape::dynamics
