// SPDX-License-Identifier: Apache-2.0
#include "dynamics/special_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/error.hpp"
#include "dynamics/defining_systems.hpp"
#include "dynamics/normal_forms.hpp"
#include "solvers/dense.hpp"

namespace modscape::dynamics {
namespace {
using Vector = std::vector<double>;

constexpr double vanishing =
    1e-3;                      ///< of w.F_p at a branch point, against F_p beside it: it is located to 1e-6 of a step
constexpr double flat = 1e-9;  ///< of w.B(v, v): no parabola, but the noise of a curve that runs vertically
constexpr double far = 1e-3;   ///< a solution so far away (dimensionless) is another point

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// dF/dp, dimensionless; empty where it is not defined.
Vector slope_at(const ScaledField& field, std::span<const double> x) {
  const std::size_t n = field.size();
  Vector full(n * (n + 1)), slope(n);
  if (!field.full_jacobian(x, full)) return {};
  for (std::size_t i = 0; i < n; ++i) slope[i] = full[i * (n + 1) + n];
  return slope;
}

std::optional<solvers::NullPair> null_pair_at(const ScaledField& field, std::span<const double> x) {
  Vector j(field.size() * field.size());
  if (!field.jacobian(x, j)) return std::nullopt;
  return solvers::null_pair(j, field.size());
}

constexpr const char* not_defined = "the field is not defined there";
}  // namespace

std::string label(SpecialKind kind) {
  switch (kind) {
    case SpecialKind::fold:
      return "LP";
    case SpecialKind::hopf:
      return "HB";
    case SpecialKind::branch_point:
      return "BP";
    case SpecialKind::cusp:
      return "CP";
    case SpecialKind::bogdanov_takens:
      return "BT";
    case SpecialKind::generalised_hopf:
      return "GH";
  }
  throw InternalError("no such special point");
}

SpecialPoint polished(SpecialKind kind, const DefiningSystem& system, std::span<const double> x,
                      const std::vector<double>& further, std::vector<double>& solution) {
  const ScaledField& field = system.field();
  solution.assign(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(field.unknowns()));
  solution.insert(solution.end(), further.begin(), further.end());
  SpecialPoint point{.kind = kind};
  point.polish = solve(system, solution);
  double distance = 0.0;
  for (std::size_t i = 0; i < field.unknowns(); ++i)
    distance = std::max(distance, std::abs(solution[i] - x[i]) / field.scales()[i]);
  if (distance > far) {
    point.polish->end = solvers::NewtonEnd::diverged;
    std::copy_n(x.begin(), field.unknowns(), solution.begin());
  }
  const auto states = solution.begin() + static_cast<std::ptrdiff_t>(field.size());
  point.u.assign(solution.begin(), states);
  point.p.assign(states, states + static_cast<std::ptrdiff_t>(field.free()));
  point.eigenvalues = eigenvalues_at(field, solution);
  return point;
}

std::vector<std::complex<double>> eigenvalues_at(const ScaledField& field, std::span<const double> x) {
  Vector j(field.size() * field.size());
  if (!field.jacobian(x, j)) return {};
  std::vector<std::complex<double>> values = solvers::eigenvalues(j, field.size());
  for (auto& value : values) value /= field.time_scale();
  return values;
}

double pair_sums(std::span<const std::complex<double>> eigenvalues) {
  std::complex<double> product = 1.0;
  for (std::size_t i = 0; i < eigenvalues.size(); ++i)
    for (std::size_t k = i + 1; k < eigenvalues.size(); ++k) {
      const double size = std::abs(eigenvalues[i]) + std::abs(eigenvalues[k]);
      if (size > 0.0) product *= (eigenvalues[i] + eigenvalues[k]) / size;
    }
  return product.real();
}

HopfVectors hopf_vectors(const ScaledField& field, std::span<const double> x, double kappa) {
  const std::size_t n = field.size();
  Vector j(n * n), squared(n * n, 0.0);
  if (!field.jacobian(x, j)) throw InternalError("Hopf vectors where the field is not defined");
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t m = 0; m < n; ++m) squared[i * n + k] += j[i * n + m] * j[m * n + k];
      if (i == k) squared[i * n + k] += kappa;
    }
  std::vector<Vector> kernel = solvers::smallest_right_vectors(std::move(squared), n, 2);
  return {std::move(kernel[1]), std::move(kernel[0])};
}

Judgement judge_fold(const ScaledField& field, std::span<const double> x) {
  const std::optional<solvers::NullPair> null = null_pair_at(field, x);
  if (!null) return {{}, not_defined};
  if (std::abs(dot(null->w, field.second(x, null->v, null->v))) < flat)
    return {{}, "no fold: the curve runs vertically, its curvature is below rounding"};
  Vector solution;
  SpecialPoint point = polished(SpecialKind::fold, FoldSystem(field), x, null->v, solution);
  point.coefficient = fold_coefficient(field, solution);
  point.vector = null->v;
  return {std::move(point), {}};
}

Judgement judge_hopf(const ScaledField& field, std::span<const double> x) {
  const std::vector<std::complex<double>> values = eigenvalues_at(field, x);
  if (values.empty()) return {{}, not_defined};
  std::complex<double> one, other;
  double least = 2.0;
  for (std::size_t i = 0; i < values.size(); ++i)
    for (std::size_t k = i + 1; k < values.size(); ++k) {
      const double sum = std::abs(values[i] + values[k]) / (std::abs(values[i]) + std::abs(values[k]));
      if (!(sum < least)) continue;
      least = sum;
      one = values[i];
      other = values[k];
    }
  const double kappa = std::real(one * other) * field.time_scale() * field.time_scale();
  if (one.imag() == 0.0 || kappa <= 0.0)
    return {{},
            fmt::format("no Hopf point but a neutral saddle: real eigenvalues {:.6g} and {:.6g} /ms", one.real(),
                        other.real())};
  const HopfVectors kernel = hopf_vectors(field, x, kappa);
  Vector further = kernel.v, solution;
  further.push_back(kappa);
  const HopfSystem system(field, kernel.l);
  SpecialPoint point = polished(SpecialKind::hopf, system, x, further, solution);
  const bool found = point.polish->converged();
  if (found && system.kappa(solution) <= 0.0) return {{}, "no Hopf point but a neutral saddle: kappa <= 0"};
  point.omega = std::sqrt(found ? system.kappa(solution) : kappa) / field.time_scale();
  point.coefficient = first_lyapunov(field, solution, point.omega);
  point.vector = kernel.v;
  return {std::move(point), {}};
}

Judgement judge_branch_point(const ScaledField& field, std::span<const double> x, std::span<const double> beside) {
  const std::optional<solvers::NullPair> null = null_pair_at(field, x);
  const Vector slope = slope_at(field, x), slope_beside = slope_at(field, beside);
  if (!null || slope.empty() || slope_beside.empty()) return {{}, not_defined};
  const double size = std::sqrt(std::max(dot(slope, slope), dot(slope_beside, slope_beside)));
  if (std::abs(dot(null->w, slope)) > vanishing * size) return {{}, "no branch point: w.F_p is not 0"};
  Vector further{0.0}, solution;
  further.insert(further.end(), null->w.begin(), null->w.end());
  SpecialPoint point = polished(SpecialKind::branch_point, BranchPointSystem(field), x, further, solution);
  point.vector = null->v;
  return {std::move(point), {}};
}

}  // namespace modscape::dynamics
