// SPDX-License-Identifier: Apache-2.0
#include "dynamics/cycle_branch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace modscape::dynamics {
namespace {

// To a power of two: dividing by it and multiplying again leaves a number as it was.
double rounded_scale(double value) {
  return std::exp2(std::round(std::log2(value)));
}

class CycleProblem final : public CurveProblem {
 public:
  // Test functions. The two halves of an even cycle are the same as soon as they have one reset in common.
  enum Test : std::size_t { flip = 0, plus_one = 1, halves = 2, first_interval = 3 };

  CycleProblem(const NeuronPath& path, std::size_t spikes, double near)
      : path_(path), n_(spikes), next_(spikes), scales_(spikes + 1) {
    const models::AdexParameters& p = path.at(near).neuron;
    std::ranges::fill(scales_, rounded_scale(std::max(p.b, p.g_L * p.Delta_T)));
    scales_[n_] = rounded_scale(path.scale());
  }

  std::size_t equations() const override { return n_; }
  std::span<const double> scales() const override { return scales_; }
  double w_scale() const { return scales_[0]; }

  bool residual(std::span<const double> x, std::span<double> g) const override {
    if (!evaluate(x)) return false;
    for (std::size_t k = 0; k < n_; ++k) g[k] = next_[k].w - x[(k + 1) % n_];
    return true;
  }
  bool jacobian(std::span<const double> x, std::span<double> j) const override {
    if (!evaluate(x)) return false;
    std::ranges::fill(j, 0.0);
    for (std::size_t k = 0; k < n_; ++k) {
      double* row = &j[k * (n_ + 1)];
      row[k] += next_[k].dw_dw;
      row[(k + 1) % n_] -= 1.0;
      row[n_] = next_[k].dw_dp;
    }
    return true;
  }
  std::size_t test_count() const override { return first_interval + (n_ > 1 ? n_ : 0); }
  bool tests(const CurvePoint& point, std::span<double> values) const override {
    const std::optional<SpikingCycle> here = cycle(point);
    if (!here) return false;
    const double multiplier = here->multiplier();
    values[flip] = multiplier + 1.0;
    values[plus_one] = multiplier - 1.0;
    values[halves] = n_ % 2 == 0 ? (here->w[0] - here->w[n_ / 2]) / w_scale() : 1.0;
    if (n_ == 1) return true;
    const double longest = *std::ranges::max_element(here->intervals);
    for (std::size_t k = 0; k < n_; ++k) values[first_interval + k] = here->intervals[k] / longest - long_interval;
    return true;
  }
  std::string ends_at(const CurvePoint& point) const override {
    return homoclinic(point, 1e-5) || (std::abs(point.tangent[n_]) < 1e-8 && homoclinic(point, INFINITY))
               ? "the cycle has become a homoclinic orbit"
               : "";
  }

  std::optional<SpikingCycle> cycle(const CurvePoint& point) const {
    if (!evaluate(point.x)) return std::nullopt;
    SpikingCycle made;
    made.parameter = point.x[n_];
    for (std::size_t k = 0; k < n_; ++k) {
      made.w.push_back(point.x[k]);
      made.intervals.push_back(next_[k].interval);
      made.slopes.push_back(next_[k].dw_dw);
    }
    return made;
  }

  /// The homoclinic orbit that a cycle is about to become, if one of its resets is nearly on the saddle's stable
  /// manifold (INFINITY: any that is close in p).
  std::optional<HomoclinicOrbit> homoclinic(const CurvePoint& point, double nearly) const {
    const double p = point.x[n_], reach = 0.01 * scales_[n_];
    const DrivenNeuron at = path_.at(p);
    if (!adex_saddle(at)) return std::nullopt;
    const auto from = [&](double w_last) {
      const auto orbit = find_homoclinic(path_, n_, p, w_last, reach, std::isinf(nearly));
      const bool same = orbit && std::abs(orbit->w.back() - w_last) < 0.1 * w_scale();
      if (!same) fruitless_ = {p, w_last};
      return same ? orbit : std::nullopt;
    };
    // Cycles on a slow manifold stay close to the stable one for a long way without ending there.
    const auto searched = [&](double w_last) {
      return std::abs(fruitless_[0] - p) < 0.1 * reach && std::abs(fruitless_[1] - w_last) < 0.01 * w_scale();
    };
    if (std::isinf(nearly)) return from(point.x[before_longest_interval()]);
    const std::vector<double> stable = map_discontinuities(at);
    for (std::size_t k = 0; k < n_; ++k)
      for (const double w : stable)
        if (std::abs(point.x[k] - w) < nearly * w_scale() && !searched(point.x[k]))
          if (const auto orbit = from(point.x[k])) return orbit;
    return std::nullopt;
  }

  std::optional<double> saddle_node_onset(const CurvePoint& point) const {
    const double p = point.x[n_];
    return find_saddle_node_onset(path_, p, point.x[before_longest_interval()], 1e-3 * scales_[n_]);
  }

 private:
  bool evaluate(std::span<const double> x) const {
    if (std::ranges::equal(x, at_)) return defined_;
    at_.assign(x.begin(), x.end());
    defined_ = true;
    const DrivenNeuron neuron = path_.at(x[n_]), change = path_.derivative(x[n_]);
    if (!models::adex_problems(neuron.neuron).empty()) return defined_ = false;
    for (std::size_t k = 0; k < n_ && defined_; ++k) {
      next_[k] = next_spike(neuron, change, x[k]);
      defined_ = next_[k].fires();
    }
    return defined_;
  }

  std::size_t before_longest_interval() const {
    return static_cast<std::size_t>(
        std::ranges::max_element(next_,
                                 [](const NextSpike& a, const NextSpike& b) { return a.interval < b.interval; }) -
        next_.begin());
  }

  const NeuronPath& path_;
  std::size_t n_;
  mutable std::vector<double> at_;  // where next_ was evaluated
  mutable std::vector<NextSpike> next_;
  mutable bool defined_ = false;
  mutable std::array<double, 2> fruitless_{NAN,
                                           NAN};  // (p, w) of the last search for a homoclinic orbit that found none
  std::vector<double> scales_;
};

CurveOptions bounded(CurveOptions options, std::size_t spikes, double low, double high) {
  options.lower.assign(spikes + 1, -INFINITY);
  options.upper.assign(spikes + 1, INFINITY);
  options.lower.back() = low;
  options.upper.back() = high;
  return options;
}

// Where both branches meet the equations of the longer cycle are singular, and the root of `halves` is good to 1e-5
// only: the shorter cycle's multiplier -1 is regular there.
std::optional<SpikingCycle> period_doubling_near(const NeuronPath& path, const SpikingCycle& twice) {
  std::vector<double> w;
  const std::size_t half = twice.spikes() / 2;
  for (std::size_t k = 0; k < half; ++k) w.push_back(0.5 * (twice.w[k] + twice.w[k + half]));
  SpikingCycle found;
  const auto test = [&](double p) {
    Expected<SpikingCycle> cycle = refine_cycle(path.at(p), w);
    if (!cycle) return std::numeric_limits<double>::quiet_NaN();
    found = std::move(*cycle);
    found.parameter = p;
    w = found.w;
    return found.multiplier() + 1.0;
  };
  double p0 = twice.parameter, f0 = test(p0), p1 = p0 + 1e-6 * path.scale(), f1 = test(p1);
  for (int iteration = 0; iteration < 20 && std::abs(f1) > 1e-11 && f1 != f0; ++iteration) {
    const double p2 = p1 - f1 * (p1 - p0) / (f1 - f0);
    p0 = p1;
    f0 = f1;
    p1 = p2;
    f1 = test(p1);
  }
  const bool here = std::abs(f1) < 1e-9 && std::abs(p1 - twice.parameter) < 0.01 * path.scale();
  return here ? std::optional(found) : std::nullopt;
}

CycleBranch named(const NeuronPath& path, const CycleProblem& problem, Curve curve) {
  CycleBranch branch;
  branch.end = curve.end;
  branch.reason = std::move(curve.reason);
  branch.last_residuals = std::move(curve.last_residuals);
  branch.points = std::move(curve.points);
  for (CurveCrossing& crossing : curve.crossings) {
    std::optional<SpikingCycle> cycle = problem.cycle(crossing.point);
    if (!cycle) continue;
    CycleSpecialPoint special{
        CycleLabel::period_doubling, crossing.after, std::move(*cycle), std::move(crossing.point), {}, {}};
    if (crossing.test == CycleProblem::plus_one) {
      const double before = branch.points[crossing.after].tangent.back(),
                   after = branch.points[crossing.after + 1].tangent.back();
      special.label = before * after < 0.0 ? CycleLabel::fold : CycleLabel::branch_point;
    } else if (crossing.test == CycleProblem::halves) {
      special.label = CycleLabel::period_halving;
      if (std::optional<SpikingCycle> shorter = period_doubling_near(path, special.cycle))
        special.cycle = std::move(*shorter);
    } else if (crossing.test >= CycleProblem::first_interval) {
      special.label = CycleLabel::spike_adding;
      special.bursts_before = spikes_per_burst(problem.cycle(branch.points[crossing.after])->intervals);
      special.bursts_after = spikes_per_burst(problem.cycle(branch.points[crossing.after + 1])->intervals);
    }
    branch.special.push_back(std::move(special));
    if (branch.special.back().label == CycleLabel::period_halving) {  // what follows is the way back
      branch.points.resize(crossing.after + 1);
      branch.points.push_back(branch.special.back().point);
      branch.end = CurveEnd::problem;
      branch.reason = "the cycle goes twice through one with half as many spikes";
      break;
    }
  }
  for (const CurvePoint& point : branch.points)
    if (std::optional<SpikingCycle> cycle = problem.cycle(point)) branch.cycles.push_back(std::move(*cycle));
  // A branch that ran out of steps may have done so at the edge of the map's domain.
  const bool may_be_homoclinic = branch.end == CurveEnd::problem || branch.end == CurveEnd::step_size;
  if (!may_be_homoclinic || branch.points.empty()) return branch;
  const auto end_in = [&](CycleLabel label, double p, std::vector<double> w, bool rests, const char* reason) {
    CycleSpecialPoint special{label, branch.points.size() - 1, {}, branch.points.back(), {}, {}, rests};
    special.cycle.parameter = p;
    special.cycle.w = std::move(w);
    branch.special.push_back(std::move(special));
    branch.end = CurveEnd::problem;
    branch.reason = reason;
  };
  const CurvePoint& last = branch.points.back();
  if (const auto orbit = problem.homoclinic(last, INFINITY)) {
    end_in(CycleLabel::homoclinic, orbit->parameter, orbit->w, orbit->rests_beyond,
           "the cycle has become a homoclinic orbit");
  } else if (const auto onset = problem.saddle_node_onset(last)) {
    end_in(CycleLabel::saddle_node_homoclinic, *onset, branch.cycles.back().w, true,
           "the cycle has become a homoclinic orbit of the saddle-node");
  }
  return branch;
}

}  // namespace

std::string to_string(CycleLabel label) {
  switch (label) {
    case CycleLabel::period_doubling:
      return "period_doubling";
    case CycleLabel::fold:
      return "fold";
    case CycleLabel::branch_point:
      return "branch_point";
    case CycleLabel::period_halving:
      return "period_halving";
    case CycleLabel::spike_adding:
      return "spike_adding";
    case CycleLabel::homoclinic:
      return "homoclinic";
    case CycleLabel::saddle_node_homoclinic:
      return "saddle_node_homoclinic";
  }
  throw InternalError("no such label of a cycle");
}

CycleBranch follow_cycles(const NeuronPath& path, const SpikingCycle& start, int direction, double low, double high,
                          const CurveOptions& options) {
  const CycleProblem problem(path, start.spikes(), start.parameter);
  std::vector<double> x = start.w;
  x.push_back(start.parameter);
  return named(path, problem,
               follow(problem, x, start.spikes(), direction, bounded(options, start.spikes(), low, high)));
}

CycleBranch follow_cycles_from(const NeuronPath& path, const CurvePoint& start, double low, double high,
                               const CurveOptions& options) {
  const std::size_t spikes = start.x.size() - 1;
  const CycleProblem problem(path, spikes, start.x.back());
  return named(path, problem, follow_from(problem, start, bounded(options, spikes, low, high)));
}

CurvePoint doubled_cycle(const NeuronPath& path, const CycleSpecialPoint& doubling) {
  constexpr double distance = 1e-2;  // scaled: off the point where both branches meet
  const std::size_t n = doubling.cycle.spikes();
  const CycleProblem problem(path, 2 * n, doubling.cycle.parameter);
  // The eigenvector of the multiplier -1: a deviation that changes its sign with each round.
  std::vector<double> deviation{1.0};
  double square = 1.0;
  for (std::size_t k = 0; k + 1 < n; ++k) {
    deviation.push_back(deviation.back() * doubling.cycle.slopes[k]);
    square += deviation.back() * deviation.back();
  }
  CurvePoint start;
  for (const double sign : {1.0, -1.0})
    for (std::size_t k = 0; k < n; ++k) {
      start.tangent.push_back(sign * deviation[k] / std::sqrt(2.0 * square));
      start.x.push_back(doubling.cycle.w[k] + distance * problem.w_scale() * start.tangent.back());
    }
  start.tangent.push_back(0.0);
  start.x.push_back(doubling.cycle.parameter);
  return start;
}

}  // namespace modscape::dynamics
