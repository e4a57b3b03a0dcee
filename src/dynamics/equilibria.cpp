// SPDX-License-Identifier: Apache-2.0
#include "dynamics/equilibria.hpp"

#include <algorithm>
#include <cmath>
#include <ranges>

#include "core/error.hpp"
#include "dynamics/defining_systems.hpp"
#include "solvers/dense.hpp"

namespace modscape::dynamics {
namespace {
using Vector = std::vector<double>;

EquilibriumPoint with_stability(const ScaledField& field, CurvePoint point) {
  EquilibriumPoint made{std::move(point), {}, 0};
  made.eigenvalues = eigenvalues_at(field, made.curve.x);
  for (const auto& value : made.eigenvalues)
    if (value.real() > 0.0) ++made.unstable;
  return made;
}

CurveOptions bounded(const ScaledField& field, const BranchOptions& options) {
  CurveOptions made = options.curve;
  const auto fill = [&](Vector& bounds, auto of_state, double of_parameter) {
    if (!bounds.empty()) return;
    for (const StateInfo& state : field.field().states()) bounds.push_back(of_state(state));
    bounds.push_back(of_parameter);
  };
  fill(made.lower, [](const StateInfo& state) { return state.lower; }, options.lower);
  fill(made.upper, [](const StateInfo& state) { return state.upper; }, options.upper);
  return made;
}

/// The other way round. Two of the tests change their sign with the tangent.
CurvePoint reversed(CurvePoint point) {
  for (double& component : point.tangent) component = -component;
  for (const std::size_t test : {EquilibriumCurve::fold_test, EquilibriumCurve::branch_test})
    if (test < point.tests.size()) point.tests[test] = -point.tests[test];
  point.arclength = -point.arclength;
  return point;
}

/// Two halves from one start as one curve.
Curve joined(Curve backward, Curve forward) {
  if (backward.points.size() < 2) return forward;
  const std::size_t before = backward.points.size() - 1;
  Curve made;
  for (std::size_t i = before; i > 0; --i) made.points.push_back(reversed(std::move(backward.points[i])));
  for (CurveCrossing& crossing : std::views::reverse(backward.crossings))
    made.crossings.push_back({crossing.test, before - 1 - crossing.after, reversed(std::move(crossing.point))});
  for (CurvePoint& point : forward.points) made.points.push_back(std::move(point));
  for (CurveCrossing& crossing : forward.crossings) {
    crossing.after += before;
    made.crossings.push_back(std::move(crossing));
  }
  return made;
}

BranchEnd end_of(const Curve& curve) {
  return {curve.end, curve.reason, curve.last_residuals};
}

Judgement judge(const ScaledField& field, const Curve& curve, const CurveCrossing& crossing) {
  const CurvePoint &before = curve.points[crossing.after], &after = curve.points[crossing.after + 1];
  switch (crossing.test) {
    case EquilibriumCurve::hopf_test:
      return judge_hopf(field, crossing.point.x);
    case EquilibriumCurve::branch_test:
      return judge_branch_point(field, crossing.point.x, before.x);
    default:
      break;
  }
  // Where the parameter turns round at a branch point (a pitchfork's parabola), both tests vanish.
  constexpr double same = 1e-4;
  for (const CurveCrossing& other : curve.crossings)
    if (other.test == EquilibriumCurve::branch_test && other.after == crossing.after &&
        std::abs(other.point.arclength - crossing.point.arclength) < same * (after.arclength - before.arclength) &&
        judge_branch_point(field, other.point.x, before.x).special)
      return {{}, "no fold but a branch point: w.F_p = 0"};
  return judge_fold(field, crossing.point.x);
}

/// How many eigenvalues a special point lets cross the imaginary axis: their parity is all that is certain where
/// several points lie in one step.
std::vector<std::size_t> unexplained_changes(const EquilibriumBranch& branch) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i + 1 < branch.points.size(); ++i) {
    const std::size_t before = branch.points[i].unstable, after = branch.points[i + 1].unstable;
    std::size_t possible = 0;
    for (const SpecialPoint& point : branch.special)
      if (point.after == i) possible += point.kind == SpecialKind::hopf ? 2 : 1;
    const std::size_t change = before > after ? before - after : after - before;
    if (change > possible || (possible - change) % 2 != 0) found.push_back(i);
  }
  return found;
}

EquilibriumBranch interpreted(const ScaledField& field, Curve curve, EquilibriumBranch branch) {
  for (const CurveCrossing& crossing : curve.crossings) {
    Judgement judged = judge(field, curve, crossing);
    if (judged.special) {
      judged.special->after = crossing.after;
      judged.special->arclength = crossing.point.arclength;
      branch.special.push_back(std::move(*judged.special));
    } else {
      branch.rejected.push_back({crossing.after, crossing.point.x, std::move(judged.reason)});
    }
  }
  for (CurvePoint& point : curve.points) branch.points.push_back(with_stability(field, std::move(point)));
  branch.unexplained = unexplained_changes(branch);
  return branch;
}

/// Newton at a fixed parameter, in the states alone.
std::optional<EquilibriumPoint> at_value(const VectorField& field, const EquilibriumBranch& branch, Vector states,
                                         double value) {
  Vector parameters = branch.parameters;
  parameters[branch.parameter] = value;
  const ScaledField fixed(field, parameters, {});
  if (!solve(EquilibriumSystem(fixed), states).converged()) return std::nullopt;
  CurvePoint point;
  point.x = std::move(states);
  EquilibriumPoint made = with_stability(fixed, std::move(point));
  made.curve.x.push_back(value);
  return made;
}
}  // namespace

bool EquilibriumCurve::jacobian(std::span<const double> x, std::span<double> j) const {
  if (!field_.full_jacobian(x, j)) return false;
  const std::size_t width = field_.unknowns();
  for (std::size_t i = 0; i < field_.size(); ++i)
    for (std::size_t k = 0; k < width; ++k) j[i * width + k] /= field_.scales()[k];
  return true;
}

bool EquilibriumCurve::tests(const CurvePoint& point, std::span<double> values) const {
  const std::size_t n = field_.size(), width = n + 1;
  Vector bordered(width * width), square(n * n);
  if (!field_.full_jacobian(point.x, bordered)) return false;
  for (std::size_t i = 0; i < n; ++i)
    std::copy_n(bordered.begin() + static_cast<std::ptrdiff_t>(i * width), n,
                square.begin() + static_cast<std::ptrdiff_t>(i * n));
  std::ranges::copy(point.tangent, bordered.begin() + static_cast<std::ptrdiff_t>(n * width));
  values[fold_test] = point.tangent[n];
  values[hopf_test] = pair_sums(solvers::eigenvalues(std::move(square), n));
  values[branch_test] = solvers::determinant(std::move(bordered), width);
  return true;
}

EquilibriumBranch equilibrium_branch(const VectorField& field, std::vector<double> parameters, std::size_t parameter,
                                     std::span<const double> guess, const BranchOptions& options) {
  if (guess.size() != field.states().size()) throw InternalError("a guess has another number of states than its field");
  ScaledField scaled(field, parameters, {parameter});
  Vector start(guess.begin(), guess.end());
  start.push_back(parameters.at(parameter));
  scaled.set_time_scale(start);
  const EquilibriumCurve curve(scaled);
  const CurveOptions bounds = bounded(scaled, options);
  Curve forward = follow(curve, start, scaled.size(), 1, bounds);
  EquilibriumBranch branch{.parameter = parameter, .parameters = std::move(parameters)};
  branch.ends[1] = end_of(forward);
  branch.ends[0] = branch.ends[1];
  if (forward.points.empty() || forward.end == CurveEnd::closed) return interpreted(scaled, std::move(forward), branch);
  Curve backward = follow_from(curve, reversed(forward.points.front()), bounds);
  branch.ends[0] = end_of(backward);
  return interpreted(scaled, joined(std::move(backward), std::move(forward)), std::move(branch));
}

EquilibriumBranch continue_branch(const VectorField& field, std::vector<double> parameters, std::size_t parameter,
                                  const CurvePoint& from, const BranchOptions& options) {
  ScaledField scaled(field, parameters, {parameter});
  scaled.set_time_scale(from.x);
  Curve onward = follow_from(EquilibriumCurve(scaled), from, bounded(scaled, options));
  EquilibriumBranch branch{.parameter = parameter, .parameters = std::move(parameters)};
  branch.ends[1] = end_of(onward);
  return interpreted(scaled, std::move(onward), std::move(branch));
}

std::vector<EquilibriumPoint> equilibria_at(const VectorField& field, const EquilibriumBranch& branch, double value) {
  // Folds are corners of the polygon: the two equilibria that meet there may lie within one step.
  struct Corner {
    Vector x;
    bool fold;
  };
  std::vector<Corner> corners;
  for (std::size_t i = 0; i < branch.points.size(); ++i) {
    corners.push_back({branch.points[i].curve.x, false});
    for (const SpecialPoint& point : branch.special)
      if (point.kind == SpecialKind::fold && point.after == i) {
        corners.push_back({point.u, true});
        corners.back().x.push_back(point.p[0]);
      }
  }
  std::vector<EquilibriumPoint> found;
  for (std::size_t i = 0; i + 1 < corners.size(); ++i) {
    const Corner *from = &corners[i], *to = &corners[i + 1];
    const double start = from->x.back(), stop = to->x.back();
    const bool last = i + 2 == corners.size() && stop == value;
    if (!((start <= value && value < stop) || (stop < value && value <= start) || last)) continue;
    if (to->fold) std::swap(from, to);
    double share = (value - from->x.back()) / (to->x.back() - from->x.back());
    if (from->fold) share = std::sqrt(share);  // a parabola
    Vector states;
    for (std::size_t k = 0; k + 1 < from->x.size(); ++k) states.push_back(from->x[k] + share * (to->x[k] - from->x[k]));
    if (std::optional<EquilibriumPoint> point = at_value(field, branch, std::move(states), value))
      found.push_back(std::move(*point));
  }
  return found;
}

}  // namespace modscape::dynamics
