// SPDX-License-Identifier: Apache-2.0
#include "dynamics/defining_systems.hpp"

#include <algorithm>
#include <numeric>

#include "core/error.hpp"

namespace modscape::dynamics {
namespace {
using Vector = std::vector<double>;

double dot(std::span<const double> a, std::span<const double> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

Vector product(std::span<const double> square, std::span<const double> v) {
  const std::size_t n = v.size();
  Vector made(n);
  for (std::size_t i = 0; i < n; ++i) made[i] = dot(square.subspan(i * n, n), v);
  return made;
}

/// A Jacobian that is filled block by block; it starts as zeros.
class Blocks {
 public:
  Blocks(std::span<double> j, std::size_t width) : j_(j), width_(width) { std::ranges::fill(j, 0.0); }
  double& at(std::size_t row, std::size_t column) { return j_[row * width_ + column]; }
  void column(std::size_t row, std::size_t column, std::span<const double> values) {
    for (std::size_t i = 0; i < values.size(); ++i) at(row + i, column) += values[i];
  }
  void row(std::size_t row, std::size_t column, std::span<const double> values, double factor = 1.0) {
    for (std::size_t i = 0; i < values.size(); ++i) at(row, column + i) += factor * values[i];
  }
  void square(std::size_t row, std::size_t column, std::span<const double> values, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) this->row(row + i, column, values.subspan(i * n, n));
  }
  void diagonal(std::size_t row, std::size_t column, double value, std::size_t n) {
    for (std::size_t i = 0; i < n; ++i) at(row + i, column + i) += value;
  }

 private:
  std::span<double> j_;
  std::size_t width_;
};

/// The Jacobian of F, square and with the free parameters, and unit directions of all of them.
struct Linearisation {
  Vector square, full;
  bool defined;
  Linearisation(const ScaledField& field, std::span<const double> x)
      : square(field.size() * field.size()), full(field.size() * field.unknowns()) {
    defined = field.full_jacobian(x, full);
    for (std::size_t i = 0; i < field.size(); ++i)
      std::copy_n(full.begin() + static_cast<std::ptrdiff_t>(i * field.unknowns()), field.size(),
                  square.begin() + static_cast<std::ptrdiff_t>(i * field.size()));
  }
};
Vector unit(std::size_t size, std::size_t k) {
  Vector made(size, 0.0);
  made[k] = 1.0;
  return made;
}

// What the systems of Bogdanov-Takens points and of cusps share; x = (u, p1, p2, v, h):
//   F = 0, J v = 0, J h + ... = 0, v.v = 1, v.h = 0.
bool pair_residual(const ScaledField& field, std::span<const double> x, std::span<double> g) {
  const std::size_t n = field.size();
  Vector j(n * n);
  if (!field.value(x, g.first(n)) || !field.jacobian(x, j)) return false;
  const std::span<const double> v = x.subspan(n + 2, n), h = x.subspan(2 * n + 2, n);
  std::ranges::copy(product(j, v), g.begin() + static_cast<std::ptrdiff_t>(n));
  std::ranges::copy(product(j, h), g.begin() + static_cast<std::ptrdiff_t>(2 * n));
  g[3 * n] = dot(v, v) - 1.0;
  g[3 * n + 1] = dot(v, h);
  return true;
}

void pair_jacobian(const ScaledField& field, std::span<const double> x, const Linearisation& at, Blocks& blocks) {
  const std::size_t n = field.size(), known = n + 2;
  const std::span<const double> v = x.subspan(n + 2, n), h = x.subspan(2 * n + 2, n);
  for (std::size_t i = 0; i < n; ++i) blocks.row(i, 0, std::span(at.full).subspan(i * known, known));
  for (std::size_t k = 0; k < known; ++k) {
    blocks.column(n, k, field.second(x, v, unit(known, k)));
    blocks.column(2 * n, k, field.second(x, h, unit(known, k)));
  }
  blocks.square(n, known, at.square, n);
  blocks.square(2 * n, known + n, at.square, n);
  blocks.row(3 * n, known, v, 2.0);
  blocks.row(3 * n + 1, known, h);
  blocks.row(3 * n + 1, known + n, v);
}
}  // namespace

DefiningSystem::DefiningSystem(const ScaledField& field, std::size_t further)
    : field_(field), n_(field.size()), free_(field.free()), scales_(field.scales().begin(), field.scales().end()) {
  scales_.resize(n_ + free_ + further, 1.0);
}

solvers::NewtonResult solve(const DefiningSystem& system, std::vector<double>& x) {
  const std::size_t n = system.unknowns();
  if (system.equations() != n || x.size() != n) throw InternalError("a defining system is not square");
  const std::span<const double> scales = system.scales();
  Vector z(n), own(n);
  for (std::size_t i = 0; i < n; ++i) z[i] = x[i] / scales[i];
  const auto unscaled = [&](std::span<const double> at) -> std::span<const double> {
    for (std::size_t i = 0; i < n; ++i) own[i] = at[i] * scales[i];
    return own;
  };
  solvers::Newton newton(n);
  const solvers::NonlinearSystem equations{
      [&](std::span<const double> at, std::span<double> f) { return system.residual(unscaled(at), f); },
      [&](std::span<const double> at, std::span<double> j) { return system.jacobian(unscaled(at), j); }};
  solvers::NewtonResult result =
      newton.solve(equations, z, {.residual_tolerance = 1e-15, .step_tolerance = 1e-9, .max_iterations = 12});
  if (result.converged()) {
    const std::span<const double> solution = unscaled(z);
    x.assign(solution.begin(), solution.end());
  }
  return result;
}

FoldSystem::FoldSystem(const ScaledField& field) : DefiningSystem(field, field.size()) {}

bool FoldSystem::residual(std::span<const double> x, std::span<double> g) const {
  Vector j(n_ * n_);
  if (!field_.value(x, g.first(n_)) || !field_.jacobian(x, j)) return false;
  std::ranges::copy(product(j, v(x)), g.begin() + static_cast<std::ptrdiff_t>(n_));
  g[2 * n_] = dot(v(x), v(x)) - 1.0;
  return true;
}

bool FoldSystem::jacobian(std::span<const double> x, std::span<double> j) const {
  const Linearisation at(field_, x);
  if (!at.defined) return false;
  const std::size_t known = n_ + free_;
  Blocks blocks(j, unknowns());
  for (std::size_t i = 0; i < n_; ++i) blocks.row(i, 0, std::span(at.full).subspan(i * known, known));
  for (std::size_t k = 0; k < known; ++k) blocks.column(n_, k, field_.second(x, v(x), unit(known, k)));
  blocks.square(n_, known, at.square, n_);
  blocks.row(2 * n_, known, v(x), 2.0);
  return true;
}

HopfSystem::HopfSystem(const ScaledField& field, std::vector<double> l)
    : DefiningSystem(field, field.size() + 1), l_(std::move(l)) {}

bool HopfSystem::residual(std::span<const double> x, std::span<double> g) const {
  Vector j(n_ * n_);
  if (!field_.value(x, g.first(n_)) || !field_.jacobian(x, j)) return false;
  const Vector twice = product(j, product(j, v(x)));
  for (std::size_t i = 0; i < n_; ++i) g[n_ + i] = twice[i] + kappa(x) * v(x)[i];
  g[2 * n_] = dot(v(x), v(x)) - 1.0;
  g[2 * n_ + 1] = dot(l_, v(x));
  return true;
}

bool HopfSystem::jacobian(std::span<const double> x, std::span<double> j) const {
  const Linearisation at(field_, x);
  if (!at.defined) return false;
  const std::size_t known = n_ + free_;
  Blocks blocks(j, unknowns());
  for (std::size_t i = 0; i < n_; ++i) blocks.row(i, 0, std::span(at.full).subspan(i * known, known));
  const Vector once = product(at.square, v(x));
  for (std::size_t k = 0; k < known; ++k) {  // of J (J v)
    blocks.column(n_, k, field_.second(x, once, unit(known, k)));
    blocks.column(n_, k, product(at.square, field_.second(x, v(x), unit(known, k))));
  }
  for (std::size_t k = 0; k < n_; ++k) {
    Vector column(n_);
    for (std::size_t i = 0; i < n_; ++i) column[i] = at.square[i * n_ + k];
    blocks.column(n_, known + k, product(at.square, column));
  }
  blocks.diagonal(n_, known, kappa(x), n_);
  blocks.column(n_, known + n_, v(x));
  blocks.row(2 * n_, known, v(x), 2.0);
  blocks.row(2 * n_ + 1, known, l_);
  return true;
}

BranchPointSystem::BranchPointSystem(const ScaledField& field) : DefiningSystem(field, field.size() + 1) {
  if (free_ != 1) throw InternalError("branch points are sought in one parameter");
}

bool BranchPointSystem::residual(std::span<const double> x, std::span<double> g) const {
  const Linearisation at(field_, x);
  if (!at.defined || !field_.value(x, g.first(n_))) return false;
  const double mu = x[n_ + 1];
  const std::span<const double> w = x.subspan(n_ + 2, n_);
  for (std::size_t i = 0; i < n_; ++i) g[i] += mu * w[i];
  for (std::size_t k = 0; k <= n_; ++k) {  // w^T (J, F_p)
    g[n_ + k] = 0.0;
    for (std::size_t i = 0; i < n_; ++i) g[n_ + k] += w[i] * at.full[i * (n_ + 1) + k];
  }
  g[2 * n_ + 1] = dot(w, w) - 1.0;
  return true;
}

bool BranchPointSystem::jacobian(std::span<const double> x, std::span<double> j) const {
  const Linearisation at(field_, x);
  if (!at.defined) return false;
  const double mu = x[n_ + 1];
  const std::span<const double> w = x.subspan(n_ + 2, n_);
  Blocks blocks(j, unknowns());
  for (std::size_t i = 0; i < n_; ++i) blocks.row(i, 0, std::span(at.full).subspan(i * (n_ + 1), n_ + 1));
  blocks.column(0, n_ + 1, w);
  blocks.diagonal(0, n_ + 2, mu, n_);
  for (std::size_t k = 0; k <= n_; ++k) {
    for (std::size_t other = 0; other <= n_; ++other)
      blocks.at(n_ + k, other) += dot(w, field_.second(x, unit(n_ + 1, k), unit(n_ + 1, other)));
    for (std::size_t i = 0; i < n_; ++i) blocks.at(n_ + k, n_ + 2 + i) += at.full[i * (n_ + 1) + k];
  }
  blocks.row(2 * n_ + 1, n_ + 2, w, 2.0);
  return true;
}

BogdanovTakensSystem::BogdanovTakensSystem(const ScaledField& field) : DefiningSystem(field, 2 * field.size()) {
  if (free_ != 2) throw InternalError("Bogdanov-Takens points are sought in two parameters");
}

bool BogdanovTakensSystem::residual(std::span<const double> x, std::span<double> g) const {
  if (!pair_residual(field_, x, g)) return false;
  for (std::size_t i = 0; i < n_; ++i) g[2 * n_ + i] -= x[n_ + 2 + i];  // J h = v
  return true;
}

bool BogdanovTakensSystem::jacobian(std::span<const double> x, std::span<double> j) const {
  const Linearisation at(field_, x);
  if (!at.defined) return false;
  Blocks blocks(j, unknowns());
  pair_jacobian(field_, x, at, blocks);
  blocks.diagonal(2 * n_, n_ + 2, -1.0, n_);
  return true;
}

CuspSystem::CuspSystem(const ScaledField& field) : DefiningSystem(field, 2 * field.size()) {
  if (free_ != 2) throw InternalError("cusps are sought in two parameters");
}

bool CuspSystem::residual(std::span<const double> x, std::span<double> g) const {
  if (!pair_residual(field_, x, g)) return false;
  const std::span<const double> v = x.subspan(n_ + 2, n_);
  const Vector b = field_.second(x, v, v);
  for (std::size_t i = 0; i < n_; ++i) g[2 * n_ + i] += b[i];  // J h + B(v, v) = 0
  return true;
}

bool CuspSystem::jacobian(std::span<const double> x, std::span<double> j) const {
  const Linearisation at(field_, x);
  if (!at.defined) return false;
  const std::span<const double> v = x.subspan(n_ + 2, n_);
  const std::size_t known = n_ + 2;
  Blocks blocks(j, unknowns());
  pair_jacobian(field_, x, at, blocks);
  for (std::size_t k = 0; k < known; ++k) blocks.column(2 * n_, k, field_.third(x, v, v, unit(known, k)));
  for (std::size_t k = 0; k < n_; ++k) {  // of B(v, v)
    Vector twice = field_.second(x, v, unit(n_, k));
    for (double& element : twice) element *= 2.0;
    blocks.column(2 * n_, known + k, twice);
  }
  return true;
}

}  // namespace modscape::dynamics
