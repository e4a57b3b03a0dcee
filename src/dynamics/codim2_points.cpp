// SPDX-License-Identifier: Apache-2.0
#include "dynamics/codim2_points.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dynamics/normal_forms.hpp"
#include "solvers/dense.hpp"

namespace modscape::dynamics {
namespace {
using Vector = std::vector<double>;

/// h with J h = b up to a multiple of w, v.h = 0: the solution of a singular system whose right-hand side is in reach.
bool bordered_solution(std::span<const double> j, const solvers::NullPair& null, Vector& b_then_h) {
  const std::size_t n = b_then_h.size(), width = n + 1;
  Vector matrix(width * width, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < n; ++k) matrix[i * width + k] = j[i * n + k];
    matrix[i * width + n] = null.w[i];
    matrix[n * width + i] = null.v[i];
  }
  b_then_h.push_back(0.0);
  const bool solved = solvers::solve_dense(std::move(matrix), b_then_h);
  b_then_h.pop_back();
  return solved;
}

Judgement confirmed(SpecialKind kind, const DefiningSystem& system, std::span<const double> x,
                    const solvers::NullPair& null, const Vector& h) {
  Vector further = null.v, solution;
  further.insert(further.end(), h.begin(), h.end());
  SpecialPoint point = polished(kind, system, x, further, solution);
  if (!point.polish->converged())
    return {{}, fmt::format("no {}: Newton's method on its equations {}", label(kind), to_string(point.polish->end))};
  point.vector = null.v;
  return {std::move(point), {}};
}
}  // namespace

Judgement judge_cusp(const ScaledField& field, std::span<const double> x) {
  Vector j(field.size() * field.size());
  if (!field.jacobian(x, j)) return {{}, "the field is not defined there"};
  const solvers::NullPair null = solvers::null_pair(j, field.size());
  Vector h = field.second(x, null.v, null.v);
  for (double& element : h) element = -element;
  if (!bordered_solution(j, null, h)) return {{}, "no cusp: two eigenvalues vanish in different directions"};
  return confirmed(SpecialKind::cusp, CuspSystem(field), x, null, h);
}

Judgement judge_bogdanov_takens(const ScaledField& field, std::span<const double> x) {
  Vector j(field.size() * field.size());
  if (!field.jacobian(x, j)) return {{}, "the field is not defined there"};
  const solvers::NullPair null = solvers::null_pair(j, field.size());
  Vector h = null.v;
  if (!bordered_solution(j, null, h))
    return {{}, "no Bogdanov-Takens point: two eigenvalues vanish in different directions"};
  return confirmed(SpecialKind::bogdanov_takens, BogdanovTakensSystem(field), x, null, h);
}

Judgement generalised_hopf(const ScaledField& field, std::span<const double> x, double omega) {
  const auto states = x.begin() + static_cast<std::ptrdiff_t>(field.size());
  SpecialPoint point{.kind = SpecialKind::generalised_hopf,
                     .u = {x.begin(), states},
                     .p = {states, states + static_cast<std::ptrdiff_t>(field.free())}};
  point.omega = omega;
  point.coefficient = first_lyapunov(field, x, omega);
  point.eigenvalues = eigenvalues_at(field, x);
  return {std::move(point), {}};
}

}  // namespace modscape::dynamics
