// SPDX-License-Identifier: Apache-2.0
// Equations that only a special point of an equilibrium satisfies, regular at it (Moore & Spence 1980; Govaerts 2000,
// "Numerical Methods for Bifurcations of Dynamical Equilibria"): Newton's method finds the point to rounding, and with
// one free parameter more they define a curve of such points.
//   unknowns x = (u, free parameters, vectors and numbers of the system); u and parameters in their own units
#pragma once
#include "dynamics/scaled_field.hpp"
#include "solvers/newton.hpp"

namespace modscape::dynamics {

class DefiningSystem {
 public:
  virtual ~DefiningSystem() = default;
  const ScaledField& field() const { return field_; }
  std::size_t unknowns() const { return scales_.size(); }
  std::span<const double> scales() const { return scales_; }
  virtual std::size_t equations() const = 0;
  virtual bool residual(std::span<const double> x, std::span<double> g) const = 0;
  /// j: equations x unknowns, row-major, with respect to x/scale.
  virtual bool jacobian(std::span<const double> x, std::span<double> j) const = 0;

 protected:
  DefiningSystem(const ScaledField& field, std::size_t further);

  const ScaledField& field_;
  std::size_t n_, free_;

 private:
  std::vector<double> scales_;
};

/// The system's solution near x by Newton's method; as many unknowns as equations.
solvers::NewtonResult solve(const DefiningSystem& system, std::vector<double>& x);

/// F = 0. No further unknowns.
class EquilibriumSystem : public DefiningSystem {
 public:
  explicit EquilibriumSystem(const ScaledField& field) : DefiningSystem(field, 0) {}
  std::size_t equations() const override { return n_; }
  bool residual(std::span<const double> x, std::span<double> g) const override { return field_.value(x, g); }
  bool jacobian(std::span<const double> x, std::span<double> j) const override { return field_.full_jacobian(x, j); }
};

/// F = 0, J v = 0, v.v = 1. Further: v.
class FoldSystem : public DefiningSystem {
 public:
  explicit FoldSystem(const ScaledField& field);
  std::size_t equations() const override { return 2 * n_ + 1; }
  bool residual(std::span<const double> x, std::span<double> g) const override;
  bool jacobian(std::span<const double> x, std::span<double> j) const override;
  std::span<const double> v(std::span<const double> x) const { return x.subspan(n_ + free_, n_); }
};

/// F = 0, (J^2 + kappa) v = 0, v.v = 1, l.v = 0: eigenvalues whose squares are -kappa. Further: v, kappa. A Hopf point
/// where kappa > 0, a neutral saddle where kappa < 0, a Bogdanov-Takens point between. `l`: fixed, not orthogonal to
/// the kernel of J^2 + kappa.
class HopfSystem : public DefiningSystem {
 public:
  HopfSystem(const ScaledField& field, std::vector<double> l);
  std::size_t equations() const override { return 2 * n_ + 2; }
  bool residual(std::span<const double> x, std::span<double> g) const override;
  bool jacobian(std::span<const double> x, std::span<double> j) const override;
  std::span<const double> v(std::span<const double> x) const { return x.subspan(n_ + free_, n_); }
  double kappa(std::span<const double> x) const { return x[2 * n_ + free_]; }
  std::span<const double> l() const { return l_; }

 private:
  std::vector<double> l_;
};

/// F + mu w = 0, J^T w = 0, w.F_p = 0, w.w = 1: a simple branch point has mu = 0. One free parameter. Further: mu, w.
class BranchPointSystem : public DefiningSystem {
 public:
  explicit BranchPointSystem(const ScaledField& field);
  std::size_t equations() const override { return 2 * n_ + 2; }
  bool residual(std::span<const double> x, std::span<double> g) const override;
  bool jacobian(std::span<const double> x, std::span<double> j) const override;
};

/// F = 0, J v = 0, J h = v, v.v = 1, v.h = 0. Two free parameters. Further: v, h.
class BogdanovTakensSystem : public DefiningSystem {
 public:
  explicit BogdanovTakensSystem(const ScaledField& field);
  std::size_t equations() const override { return 3 * n_ + 2; }
  bool residual(std::span<const double> x, std::span<double> g) const override;
  bool jacobian(std::span<const double> x, std::span<double> j) const override;
};

/// F = 0, J v = 0, J h + B(v, v) = 0, v.v = 1, v.h = 0. Two free parameters. Further: v, h.
class CuspSystem : public DefiningSystem {
 public:
  explicit CuspSystem(const ScaledField& field);
  std::size_t equations() const override { return 3 * n_ + 2; }
  bool residual(std::span<const double> x, std::span<double> g) const override;
  bool jacobian(std::span<const double> x, std::span<double> j) const override;
};

}  // namespace modscape::dynamics
