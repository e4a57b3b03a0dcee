// SPDX-License-Identifier: Apache-2.0
// Branches of equilibria of a smooth model in one of its parameters: states, stability and special points.
#pragma once
#include <array>
#include <complex>

#include "dynamics/curve.hpp"
#include "dynamics/special_points.hpp"

namespace modscape::dynamics {

/// F(u, p) = 0 as a curve: x = (u, p), p the one free parameter of the field. Tests: parameter component of the
/// tangent, pair_sums of the eigenvalues, determinant of the bordered Jacobian.
class EquilibriumCurve : public CurveProblem {
 public:
  explicit EquilibriumCurve(const ScaledField& field) : field_(field) {}
  enum Test : std::size_t { fold_test, hopf_test, branch_test, tests_made };

  std::size_t equations() const override { return field_.size(); }
  std::span<const double> scales() const override { return field_.scales(); }
  bool residual(std::span<const double> x, std::span<double> g) const override { return field_.value(x, g); }
  bool jacobian(std::span<const double> x, std::span<double> j) const override;
  std::size_t test_count() const override { return tests_made; }
  bool tests(const CurvePoint& point, std::span<double> values) const override;

 private:
  const ScaledField& field_;
};

struct EquilibriumPoint {
  CurvePoint curve;                               ///< x = (states, parameter)
  std::vector<std::complex<double>> eigenvalues;  ///< per ms, by falling real part
  std::size_t unstable = 0;                       ///< how many have a positive real part
  bool stable() const { return unstable == 0; }
};

struct BranchEnd {
  CurveEnd end = CurveEnd::no_start;
  std::string reason;
  std::vector<double> last_residuals;  ///< of the correction that failed, if one did
};

struct EquilibriumBranch {
  std::size_t parameter = 0;               ///< which is free
  std::vector<double> parameters{};        ///< of the field, at the start
  std::vector<EquilibriumPoint> points{};  ///< along the curve; empty if there was no start
  std::vector<SpecialPoint> special{};     ///< in the order of the points
  std::vector<RejectedPoint> rejected{};   ///< sign changes that are no special points
  std::vector<std::size_t> unexplained{};  ///< the number of unstable eigenvalues changes after these without a label
  std::array<BranchEnd, 2> ends{};         ///< of the first and of the last point
};

struct BranchOptions {
  CurveOptions curve;   ///< bounds left empty: those of the states, and `lower` and `upper`
  double lower, upper;  ///< of the free parameter
};

/// The branch through the equilibrium near `guess` (states), at the values of `parameters`, both ways until a bound. By
/// value of the parameter: it rises at the start of the way from there to the last point.
EquilibriumBranch equilibrium_branch(const VectorField& field, std::vector<double> parameters, std::size_t parameter,
                                     std::span<const double> guess, const BranchOptions& options);

/// From a stored point of a branch on, in the direction of its tangent. `parameters` are those of that branch: they set
/// the scales.
EquilibriumBranch continue_branch(const VectorField& field, std::vector<double> parameters, std::size_t parameter,
                                  const CurvePoint& from, const BranchOptions& options);

/// All equilibria of the branch at a value of its parameter, along the curve; each by Newton's method.
std::vector<EquilibriumPoint> equilibria_at(const VectorField& field, const EquilibriumBranch& branch, double value);

}  // namespace modscape::dynamics
