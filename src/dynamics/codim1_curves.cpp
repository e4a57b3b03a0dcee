// SPDX-License-Identifier: Apache-2.0
#include "dynamics/codim1_curves.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <ranges>

#include "core/error.hpp"
#include "dynamics/codim2_points.hpp"
#include "dynamics/defining_systems.hpp"
#include "dynamics/normal_forms.hpp"
#include "solvers/dense.hpp"

namespace modscape::dynamics {
namespace {
using Vector = std::vector<double>;

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// A defining system with one unknown more than equations, as a curve.
class DefinedCurve : public CurveProblem {
 public:
  explicit DefinedCurve(const DefiningSystem& system) : system_(system) {}
  std::size_t equations() const override { return system_.equations(); }
  std::span<const double> scales() const override { return system_.scales(); }
  bool residual(std::span<const double> x, std::span<double> g) const override { return system_.residual(x, g); }
  bool jacobian(std::span<const double> x, std::span<double> j) const override {
    if (!system_.jacobian(x, j)) return false;
    const std::size_t width = system_.unknowns();
    for (std::size_t i = 0; i < j.size(); ++i) j[i] /= system_.scales()[i % width];
    return true;
  }

 private:
  const DefiningSystem& system_;
};

/// Tests: w.B(v, v) (cusp), w.v (Bogdanov-Takens).
class FoldCurve : public DefinedCurve {
 public:
  explicit FoldCurve(const FoldSystem& system) : DefinedCurve(system), system_(system) {}
  std::size_t test_count() const override { return 2; }
  bool tests(const CurvePoint& point, std::span<double> values) const override {
    const ScaledField& field = system_.field();
    Vector j(field.size() * field.size());
    if (!field.jacobian(point.x, j)) return false;
    solvers::NullPair null = solvers::null_pair(j, field.size());
    const std::span<const double> v = system_.v(point.x);
    values[0] = dot(null.w, field.second(point.x, v, v)) * (dot(null.v, v) < 0.0 ? -1.0 : 1.0);
    values[1] = dot(null.w, null.v);
    return true;
  }

 private:
  const FoldSystem& system_;
};

/// Tests: kappa (Bogdanov-Takens), l1 where there is a Hopf point (generalised Hopf). Ends where l is about to become
/// orthogonal to the kernel of J^2 + kappa.
class HopfCurve : public DefinedCurve {
 public:
  explicit HopfCurve(const HopfSystem& system) : DefinedCurve(system), system_(system) {}
  std::size_t test_count() const override { return 2; }
  bool tests(const CurvePoint& point, std::span<double> values) const override {
    const double kappa = system_.kappa(point.x);
    values[0] = kappa;
    // Not a number where it does not exist: no sign change.
    values[1] = kappa > 0.0 ? first_lyapunov(system_.field(), point.x, std::sqrt(kappa) / system_.field().time_scale())
                            : std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  std::string ends_at(const CurvePoint& point) const override {
    const HopfVectors kernel = hopf_vectors(system_.field(), point.x, system_.kappa(point.x));
    const double share = std::hypot(dot(system_.l(), kernel.v), dot(system_.l(), kernel.l));
    return share < 0.5 ? border : "";
  }
  static constexpr const char* border = "the auxiliary vector must be renewed";

 private:
  const HopfSystem& system_;
};

CurveOptions bounded(const DefiningSystem& system, const Codim1Options& options) {
  CurveOptions made = options.curve;
  const double infinity = std::numeric_limits<double>::infinity();
  const auto fill = [&](Vector& bounds, auto of_state, const std::array<double, 2>& of_parameters, double further) {
    if (!bounds.empty()) return;
    for (const StateInfo& state : system.field().field().states()) bounds.push_back(of_state(state));
    bounds.insert(bounds.end(), of_parameters.begin(), of_parameters.end());
    bounds.resize(system.unknowns(), further);
  };
  fill(made.lower, [](const StateInfo& state) { return state.lower; }, options.lower, -infinity);
  fill(made.upper, [](const StateInfo& state) { return state.upper; }, options.upper, infinity);
  return made;
}

void reverse(CurvePoint& point) {
  for (double& component : point.tangent) component = -component;
  point.arclength = -point.arclength;
}

/// Appends what lies beyond the last point of `made`, where `onward` starts.
void append(Curve& made, Curve onward) {
  const std::size_t before = made.points.empty() ? 0 : made.points.size() - 1;
  const double arclength = made.points.empty() ? 0.0 : made.points.back().arclength;
  for (std::size_t i = made.points.empty() ? 0 : 1; i < onward.points.size(); ++i) {
    onward.points[i].arclength += arclength;
    made.points.push_back(std::move(onward.points[i]));
  }
  for (CurveCrossing& crossing : onward.crossings) {
    crossing.after += before;
    crossing.point.arclength += arclength;
    made.crossings.push_back(std::move(crossing));
  }
  made.end = onward.end;
  made.reason = std::move(onward.reason);
  made.last_residuals = std::move(onward.last_residuals);
}

/// Two parts of a curve from one start, the first against its direction, as what the user gets.
void take_points(const DefiningSystem& system, Codim1Curve& curve, Curve backward, Curve forward) {
  const ScaledField& field = system.field();
  const std::size_t n = field.size(), before = backward.points.empty() ? 0 : backward.points.size() - 1;
  const auto take = [&](CurvePoint point) {
    Codim1Point made;
    made.u.assign(point.x.begin(), point.x.begin() + static_cast<std::ptrdiff_t>(n));
    made.p = {point.x[n], point.x[n + 1]};
    if (curve.kind == SpecialKind::hopf) made.kappa = point.x.back() / (field.time_scale() * field.time_scale());
    made.eigenvalues = eigenvalues_at(field, point.x);
    made.curve = std::move(point);
    curve.points.push_back(std::move(made));
  };
  const auto judge = [&](const CurveCrossing& crossing, std::size_t after, double arclength) {
    const bool first = crossing.test == 0;
    Judgement judged =
        curve.kind == SpecialKind::hopf
            ? (first
                   ? judge_bogdanov_takens(field, crossing.point.x)
                   : generalised_hopf(field, crossing.point.x, std::sqrt(crossing.point.x.back()) / field.time_scale()))
            : (first ? judge_cusp(field, crossing.point.x) : judge_bogdanov_takens(field, crossing.point.x));
    if (judged.special) {
      judged.special->after = after;
      judged.special->arclength = arclength;
      curve.special.push_back(std::move(*judged.special));
    } else {
      curve.rejected.push_back({after, crossing.point.x, std::move(judged.reason)});
    }
  };
  for (const CurveCrossing& crossing : std::views::reverse(backward.crossings))
    judge(crossing, before - 1 - crossing.after, -crossing.point.arclength);
  for (const CurveCrossing& crossing : forward.crossings)
    judge(crossing, crossing.after + before, crossing.point.arclength);
  for (std::size_t i = before; i > 0; --i) {
    reverse(backward.points[i]);
    take(std::move(backward.points[i]));
  }
  for (CurvePoint& point : forward.points) take(std::move(point));
}

BranchEnd end_of(const Curve& curve) {
  return {curve.end, curve.reason, curve.last_residuals};
}

Vector start_of(const SpecialPoint& start, SpecialKind kind, std::span<const double> parameters,
                std::array<std::size_t, 2> parameter) {
  if (start.kind != kind || start.p.size() != 1) throw InternalError("a curve of special points got another start");
  Vector x = start.u;
  x.push_back(start.p[0]);
  x.push_back(parameters[parameter[1]]);
  return x;
}

/// A Hopf curve from a point of it on, `l` renewed where it must be.
Curve follow_hopf(const ScaledField& field, CurvePoint from, HopfVectors kernel, const Codim1Options& options) {
  const std::size_t known = field.unknowns(), n = field.size();
  Curve made;
  for (;;) {
    const HopfSystem system(field, kernel.l);
    append(made, follow_from(HopfCurve(system), from, bounded(system, options)));
    if (made.end != CurveEnd::problem || made.points.size() >= options.curve.max_points) return made;
    from = made.points.back();
    kernel = hopf_vectors(field, from.x, from.x.back());
    // The new l is the part of the kernel that is orthogonal to v as it is: v goes on without a jump.
    const std::span<const double> v(from.x.data() + known, n);
    Vector l(n);
    const double along_v = dot(kernel.v, v), along_l = dot(kernel.l, v);
    for (std::size_t i = 0; i < n; ++i) l[i] = along_v * kernel.l[i] - along_l * kernel.v[i];
    kernel.l = std::move(l);
  }
}
}  // namespace

Codim1Curve fold_curve(const VectorField& field, std::vector<double> parameters, std::array<std::size_t, 2> parameter,
                       const SpecialPoint& start, const Codim1Options& options) {
  ScaledField scaled(field, parameters, {parameter[0], parameter[1]});
  Vector x = start_of(start, SpecialKind::fold, parameters, parameter);
  scaled.set_time_scale(x);
  x.insert(x.end(), start.vector.begin(), start.vector.end());
  const FoldSystem system(scaled);
  const FoldCurve problem(system);
  const CurveOptions bounds = bounded(system, options);
  Codim1Curve curve{.kind = SpecialKind::fold, .parameter = parameter, .parameters = std::move(parameters)};
  Curve forward = follow(problem, x, scaled.size() + 1, 1, bounds), backward;
  curve.ends = {end_of(forward), end_of(forward)};
  if (!forward.points.empty() && forward.end != CurveEnd::closed) {
    CurvePoint first = forward.points.front();
    reverse(first);
    backward = follow_from(problem, first, bounds);
    curve.ends[0] = end_of(backward);
  }
  take_points(system, curve, std::move(backward), std::move(forward));
  return curve;
}

Codim1Curve hopf_curve(const VectorField& field, std::vector<double> parameters, std::array<std::size_t, 2> parameter,
                       const SpecialPoint& start, const Codim1Options& options) {
  ScaledField scaled(field, parameters, {parameter[0], parameter[1]});
  Vector x = start_of(start, SpecialKind::hopf, parameters, parameter);
  scaled.set_time_scale(x);
  const double kappa = start.omega * start.omega * scaled.time_scale() * scaled.time_scale();
  const HopfVectors kernel = hopf_vectors(scaled, x, kappa);
  x.insert(x.end(), kernel.v.begin(), kernel.v.end());
  x.push_back(kappa);
  const HopfSystem system(scaled, kernel.l);
  Codim1Curve curve{.kind = SpecialKind::hopf, .parameter = parameter, .parameters = std::move(parameters)};
  // One point finds the direction; from there both ways with vectors that are renewed.
  CurveOptions one = bounded(system, options);
  one.max_points = 1;
  Curve forward = follow(HopfCurve(system), x, scaled.size() + 1, 1, one), backward;
  if (!forward.points.empty()) {
    CurvePoint first = forward.points.front();
    forward = follow_hopf(scaled, first, kernel, options);
    reverse(first);
    if (forward.end != CurveEnd::closed) backward = follow_hopf(scaled, first, kernel, options);
  }
  curve.ends = {end_of(backward.points.empty() ? forward : backward), end_of(forward)};
  take_points(system, curve, std::move(backward), std::move(forward));
  return curve;
}

}  // namespace modscape::dynamics
