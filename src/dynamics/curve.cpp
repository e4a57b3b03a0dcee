// SPDX-License-Identifier: Apache-2.0
#include "dynamics/curve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <numeric>
#include <optional>

#include "core/error.hpp"
#include "solvers/dense.hpp"
#include "solvers/newton.hpp"

namespace modscape::dynamics {
namespace {
using Vector = std::vector<double>;

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

double distance(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

/// The problem in scaled unknowns z = x / scale, its equations divided by the norms of their gradients where the last
/// point was accepted, so that residuals are distances.
class ScaledProblem {
 public:
  explicit ScaledProblem(const CurveProblem& problem)
      : problem_(problem), n_(problem.equations()), scales_(problem.scales()), row_norms_(n_, 1.0), x_(n_ + 1) {
    if (scales_.size() != n_ + 1) throw InternalError("a curve needs a scale for every unknown");
    for (const double scale : scales_)
      if (!(scale > 0.0)) throw InternalError("the scales of a curve must be positive");
  }

  std::size_t equations() const { return n_; }
  double scale(std::size_t i) const { return scales_[i]; }
  Vector scaled(std::span<const double> x) const {
    Vector z(x.begin(), x.end());
    for (std::size_t i = 0; i < z.size(); ++i) z[i] /= scales_[i];
    return z;
  }
  std::span<const double> unscaled(std::span<const double> z) const {
    for (std::size_t i = 0; i < x_.size(); ++i) x_[i] = z[i] * scales_[i];
    return x_;
  }

  bool residual(std::span<const double> z, std::span<double> g) const {
    if (!problem_.residual(unscaled(z), g)) return false;
    for (std::size_t i = 0; i < n_; ++i) g[i] /= row_norms_[i];
    return true;
  }
  bool jacobian(std::span<const double> z, std::span<double> j) const {
    if (!problem_.jacobian(unscaled(z), j)) return false;
    for (std::size_t i = 0; i < n_; ++i)
      for (std::size_t k = 0; k <= n_; ++k) j[i * (n_ + 1) + k] *= scales_[k] / row_norms_[i];
    return true;
  }
  /// Rows are measured anew at z; false if the problem is not defined there.
  bool rescale_rows(std::span<const double> z) {
    std::ranges::fill(row_norms_, 1.0);
    Vector j(n_ * (n_ + 1));
    if (!jacobian(z, j)) return false;
    for (std::size_t i = 0; i < n_; ++i) {
      const std::span<const double> row(j.data() + i * (n_ + 1), n_ + 1);
      const double norm = std::sqrt(dot(row, row));
      if (!std::isfinite(norm)) return false;
      row_norms_[i] = norm > 0.0 ? norm : 1.0;
    }
    return true;
  }

 private:
  const CurveProblem& problem_;
  std::size_t n_;
  std::span<const double> scales_;
  Vector row_norms_;
  mutable Vector x_;
};

/// Corrections onto the curve and tangents along it.
class Corrector {
 public:
  Corrector(const CurveProblem& problem, const CurveOptions& options)
      : curve_(problem), scaled_(problem), options_(options), newton_(scaled_.equations() + 1) {}

  ScaledProblem& scaled() { return scaled_; }
  const Vector& last_residuals() const { return last_.residuals; }
  std::string last_words() const { return solvers::to_string(last_.end); }

  /// Onto the curve within the plane normal . z = offset.
  bool correct(Vector& z, std::span<const double> normal, double offset) {
    const std::size_t n = scaled_.equations();
    const solvers::NonlinearSystem system{[&](std::span<const double> at, std::span<double> f) {
                                            f[n] = dot(normal, at) - offset;
                                            return scaled_.residual(at, f.first(n));
                                          },
                                          [&](std::span<const double> at, std::span<double> j) {
                                            std::ranges::copy(normal,
                                                              j.begin() + static_cast<std::ptrdiff_t>(n * (n + 1)));
                                            return scaled_.jacobian(at, j.first(n * (n + 1)));
                                          }};
    last_ = newton_.solve(system, z, {options_.tolerance * 1e-3, options_.tolerance, options_.max_iterations});
    return last_.converged();
  }
  /// Onto the curve with unknown `held` at z[held].
  bool correct_holding(Vector& z, std::size_t held) {
    Vector normal(z.size(), 0.0);
    normal[held] = 1.0;
    return correct(z, normal, z[held]);
  }

  /// The point of the curve at z, its tangent on the side of `along`; nothing if the problem is not defined there.
  std::optional<CurvePoint> point(const Vector& z, std::span<const double> along) {
    const std::size_t n = scaled_.equations();
    Vector bordered((n + 1) * (n + 1)), tangent(n + 1, 0.0);
    if (!scaled_.jacobian(z, std::span(bordered).first(n * (n + 1)))) return std::nullopt;
    std::ranges::copy(along, bordered.begin() + static_cast<std::ptrdiff_t>(n * (n + 1)));
    tangent[n] = 1.0;
    if (!solvers::solve_dense(std::move(bordered), tangent)) return std::nullopt;
    const double length = std::sqrt(dot(tangent, tangent));
    for (double& component : tangent) component /= length;
    CurvePoint made;
    const std::span<const double> x = scaled_.unscaled(z);
    made.x.assign(x.begin(), x.end());
    made.tangent = std::move(tangent);
    made.iterations = last_.iterations;
    made.tests.resize(curve_.test_count());
    if (!curve_.tests(made, made.tests)) return std::nullopt;
    return made;
  }

 private:
  const CurveProblem& curve_;
  ScaledProblem scaled_;
  const CurveOptions& options_;
  solvers::Newton newton_;
  solvers::NewtonResult last_;
};

/// AUTO's table (ADPTDS): how much longer the next step may be after so many iterations.
double step_factor(int iterations, int max_iterations) {
  if (iterations <= 1) return 2.0;
  if (iterations == 2) return 1.5;
  if (iterations <= max_iterations / 2) return 1.1;
  return iterations >= max_iterations ? 0.5 : 1.0;
}

bool changed_sign(double before, double after) {
  return (before < 0.0 && after > 0.0) || (before > 0.0 && after < 0.0);
}

class Walk {
 public:
  Walk(const CurveProblem& problem, const CurveOptions& options)
      : problem_(problem), options_(options), corrector_(problem, options) {
    const std::size_t unknowns = problem.equations() + 1;
    for (const Vector* bounds : {&options.lower, &options.upper})
      if (!bounds->empty() && bounds->size() != unknowns) throw InternalError("a curve's bounds have another size");
  }

  Corrector& corrector() { return corrector_; }
  Curve from(CurvePoint start) {
    step_ = std::clamp(options_.step, options_.min_step, options_.max_step);
    start.arclength = 0.0;
    curve_.points.push_back(std::move(start));
    while (!ended_) advance();
    return std::move(curve_);
  }
  Curve ended(CurveEnd end, std::string reason) {
    end_with(end, std::move(reason));
    curve_.last_residuals = corrector_.last_residuals();
    return std::move(curve_);
  }

 private:
  void end_with(CurveEnd end, std::string reason) {
    ended_ = true;
    curve_.end = end;
    curve_.reason = std::move(reason);
  }

  /// The point at arclength `step` beyond `from`, on the plane normal to its tangent.
  std::optional<CurvePoint> step_from(const CurvePoint& from, double step) {
    const Vector base = corrector_.scaled().scaled(from.x);
    Vector z = base;
    for (std::size_t i = 0; i < z.size(); ++i) z[i] += step * from.tangent[i];
    const Vector predicted = z;
    if (!corrector_.correct(z, from.tangent, dot(from.tangent, predicted))) return std::nullopt;
    if (distance(z, predicted) > step) return std::nullopt;  // on some other curve
    std::optional<CurvePoint> found = corrector_.point(z, from.tangent);
    if (found) found->arclength = from.arclength + step;
    return found;
  }

  void shorten(const std::string& why) {
    step_ *= 0.5;
    if (step_ >= options_.min_step) return;
    end_with(CurveEnd::step_size,
             fmt::format("no point found with steps as short as {:g}: {}", options_.min_step, why));
    curve_.last_residuals = corrector_.last_residuals();
  }

  void advance() {
    const CurvePoint last = curve_.points.back();  // a copy: points grow
    if (!corrector_.scaled().rescale_rows(corrector_.scaled().scaled(last.x)))
      throw InternalError("a curve is not defined at a point that was found on it");
    std::optional<CurvePoint> next = step_from(last, step_);
    if (!next) return shorten(corrector_.last_words());
    if (dot(last.tangent, next->tangent) < options_.min_cosine) return shorten("the curve turns too sharply");
    bool at_bound = false;
    if (const std::optional<std::size_t> broken = broken_bound(*next)) {
      next = point_on_bound(last, *next, *broken);
      if (!next) return shorten("the bound cannot be reached");
      at_bound = true;
    }
    std::vector<CurveCrossing> found;
    if (!crossings(last, *next, found)) return shorten("a special point cannot be located");
    std::ranges::sort(found, {}, [](const CurveCrossing& crossing) { return crossing.point.arclength; });
    // Two in one step: nobody could tell what lies between. Unless they are one: at a branch point several tests
    // vanish.
    constexpr double same = 1e-5;
    if (found.size() > 1 && step_ > 10.0 * options_.min_step &&
        found.back().point.arclength - found.front().point.arclength > same * (next->arclength - last.arclength))
      return shorten("several special points in one step");
    for (CurveCrossing& crossing : found) curve_.crossings.push_back(std::move(crossing));
    const bool closed = passes_start(last, *next);
    const int iterations = next->iterations;
    curve_.points.push_back(std::move(*next));
    if (at_bound) return end_with(CurveEnd::bound, bound_text_);
    if (closed) return end_with(CurveEnd::closed, "the curve came back to its start");
    if (std::string reason = problem_.ends_at(curve_.points.back()); !reason.empty())
      return end_with(CurveEnd::problem, std::move(reason));
    if (curve_.points.size() >= options_.max_points)
      return end_with(CurveEnd::points, fmt::format("{} points", options_.max_points));
    step_ = std::clamp(step_ * step_factor(iterations, options_.max_iterations), options_.min_step, options_.max_step);
  }

  std::optional<std::size_t> broken_bound(const CurvePoint& point) const {
    for (std::size_t i = 0; i < point.x.size(); ++i)
      if ((!options_.lower.empty() && point.x[i] < options_.lower[i]) ||
          (!options_.upper.empty() && point.x[i] > options_.upper[i]))
        return i;
    return std::nullopt;
  }

  std::optional<CurvePoint> point_on_bound(const CurvePoint& inside, const CurvePoint& outside, std::size_t unknown) {
    const bool low = !options_.lower.empty() && outside.x[unknown] < options_.lower[unknown];
    const double bound = low ? options_.lower[unknown] : options_.upper[unknown];
    const double share = (bound - inside.x[unknown]) / (outside.x[unknown] - inside.x[unknown]);
    Vector x(inside.x);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += share * (outside.x[i] - inside.x[i]);
    x[unknown] = bound;
    Vector z = corrector_.scaled().scaled(x);
    if (!corrector_.correct_holding(z, unknown)) return std::nullopt;
    std::optional<CurvePoint> found = corrector_.point(z, inside.tangent);
    if (!found) return std::nullopt;
    found->x[unknown] = bound;  // without rounding
    found->arclength = inside.arclength + distance(z, corrector_.scaled().scaled(inside.x));
    bound_text_ = fmt::format("unknown {} reached its {} bound", unknown, low ? "lower" : "upper");
    return found;
  }

  /// The point of the curve between two neighbours at a share of the way, from the cubic through both with their
  /// tangents: so near the curve that Newton's method does not leave it, even beside a branch point.
  std::optional<CurvePoint> point_between(const CurvePoint& before, const CurvePoint& after, double share) {
    const Vector from = corrector_.scaled().scaled(before.x), to = corrector_.scaled().scaled(after.x);
    const double chord = distance(from, to), rest = 1.0 - share;
    Vector z(from.size());
    for (std::size_t i = 0; i < z.size(); ++i)
      z[i] = rest * rest * ((1.0 + 2.0 * share) * from[i] + share * chord * before.tangent[i]) +
             share * share * ((1.0 + 2.0 * rest) * to[i] - rest * chord * after.tangent[i]);
    const Vector predicted = z;
    if (!corrector_.correct(z, before.tangent, dot(before.tangent, predicted))) return std::nullopt;
    if (distance(z, predicted) > chord) return std::nullopt;  // on some other curve
    std::optional<CurvePoint> found = corrector_.point(z, before.tangent);
    if (found) found->arclength = before.arclength + share * (after.arclength - before.arclength);
    return found;
  }

  /// Locates every sign change between two points; false if one of them cannot be pinned down.
  bool crossings(const CurvePoint& before, const CurvePoint& after, std::vector<CurveCrossing>& found) {
    for (std::size_t test = 0; test < before.tests.size(); ++test) {
      if (!changed_sign(before.tests[test], after.tests[test])) continue;
      std::optional<CurvePoint> best;
      bool lost = false;
      const auto value = [&](double share) {
        std::optional<CurvePoint> at = point_between(before, after, share);
        // At a branch point itself the corrector's matrix is singular: beside it, it is not.
        for (const double side : {-1e-6, 1e-6})
          if (!at) at = point_between(before, after, share + side);
        if (!at) {
          lost = true;
          return 0.0;  // ends the search
        }
        const double here = at->tests[test];
        if (!best || std::abs(here) < std::abs(best->tests[test])) best = std::move(at);
        return here;
      };
      boost::uintmax_t evaluations = 100;
      boost::math::tools::toms748_solve(value, 0.0, 1.0, before.tests[test], after.tests[test],
                                        boost::math::tools::eps_tolerance<double>(50), evaluations);
      if (lost || !best) return false;
      // A sign change across a pole is none.
      if (std::abs(best->tests[test]) > 1e-3 * std::min(std::abs(before.tests[test]), std::abs(after.tests[test])))
        continue;
      found.push_back({test, curve_.points.size() - 1, std::move(*best)});
    }
    return true;
  }

  /// Does the step from `last` to `next` run through the first point, in its direction?
  bool passes_start(const CurvePoint& last, const CurvePoint& next) const {
    if (curve_.points.size() < 4) return false;
    const CurvePoint& start = curve_.points.front();
    if (dot(start.tangent, next.tangent) < options_.min_cosine) return false;
    double along = 0.0, length = 0.0, off = 0.0;
    const std::span<const double> scales = problem_.scales();
    for (std::size_t i = 0; i < start.x.size(); ++i) {
      const double chord = (next.x[i] - last.x[i]) / scales[i], way = (start.x[i] - last.x[i]) / scales[i];
      along += way * chord;
      length += chord * chord;
      off += way * way;
    }
    if (along < 0.0 || along > length) return false;
    return off - along * along / length < 1e-2 * length;
  }

  const CurveProblem& problem_;
  const CurveOptions& options_;
  Corrector corrector_;
  Curve curve_;
  double step_ = 0.0;
  bool ended_ = false;
  std::string bound_text_;
};
}  // namespace

std::string to_string(CurveEnd end) {
  switch (end) {
    case CurveEnd::bound:
      return "bound";
    case CurveEnd::points:
      return "points";
    case CurveEnd::closed:
      return "closed";
    case CurveEnd::problem:
      return "problem";
    case CurveEnd::step_size:
      return "step_size";
    case CurveEnd::no_start:
      return "no_start";
    case CurveEnd::singular:
      return "singular";
  }
  throw InternalError("no such end of a curve");
}

Curve follow(const CurveProblem& problem, std::span<const double> start, std::size_t free, int direction,
             const CurveOptions& options) {
  constexpr double singular = 1e-12;  // of the null space of the Jacobian, against its largest singular value
  Walk walk(problem, options);
  Corrector& corrector = walk.corrector();
  Vector z = corrector.scaled().scaled(start);
  if (z.size() != problem.equations() + 1) throw InternalError("the start of a curve has another size");
  if (!corrector.scaled().rescale_rows(z)) return walk.ended(CurveEnd::no_start, "not defined at the start");
  if (!corrector.correct_holding(z, free))
    return walk.ended(CurveEnd::no_start, "Newton's method at the start " + corrector.last_words());
  Vector j(problem.equations() * z.size());
  if (!corrector.scaled().jacobian(z, j)) return walk.ended(CurveEnd::no_start, "not defined at the start");
  solvers::NullVector null = solvers::null_vector(std::move(j), problem.equations());
  if (null.conditioning < singular)
    return walk.ended(CurveEnd::singular, "the start is no regular point: the curve has no unique tangent there");
  if (null.v[free] * direction < 0)
    for (double& component : null.v) component = -component;
  std::optional<CurvePoint> first = corrector.point(z, null.v);
  if (!first) return walk.ended(CurveEnd::no_start, "not defined at the start");
  return walk.from(std::move(*first));
}

Curve follow_from(const CurveProblem& problem, const CurvePoint& start, const CurveOptions& options) {
  Walk walk(problem, options);
  Corrector& corrector = walk.corrector();
  Vector z = corrector.scaled().scaled(start.x);
  if (z.size() != problem.equations() + 1 || start.tangent.size() != z.size())
    throw InternalError("the start of a curve has another size");
  if (!corrector.scaled().rescale_rows(z)) return walk.ended(CurveEnd::no_start, "not defined at the start");
  if (!corrector.correct(z, start.tangent, dot(start.tangent, z)))
    return walk.ended(CurveEnd::no_start, "Newton's method at the start " + corrector.last_words());
  std::optional<CurvePoint> first = corrector.point(z, start.tangent);
  if (!first)
    return walk.ended(CurveEnd::singular, "the start is no regular point: the curve has no unique tangent there");
  return walk.from(std::move(*first));
}

}  // namespace modscape::dynamics
