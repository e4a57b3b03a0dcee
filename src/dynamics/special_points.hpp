// SPDX-License-Identifier: Apache-2.0
// Special points of equilibria in one parameter: from a sign change along a curve to a point that is located to
// rounding and is what its label says, or to the reason why it is not.
#pragma once
#include <cmath>
#include <complex>
#include <optional>
#include <string>
#include <vector>

#include "dynamics/curve.hpp"
#include "dynamics/defining_systems.hpp"
#include "dynamics/scaled_field.hpp"

namespace modscape::dynamics {

enum class SpecialKind : std::uint8_t { fold, hopf, branch_point, cusp, bogdanov_takens, generalised_hopf };
/// "LP", "HB", "BP", "CP", "BT", "GH", as in AUTO.
std::string label(SpecialKind kind);

struct SpecialPoint {
  SpecialKind kind = SpecialKind::fold;
  std::vector<double> u{};       ///< states
  std::vector<double> p{};       ///< free parameters
  std::size_t after = 0;         ///< lies between points[after] and points[after + 1]
  double arclength = 0.0;        ///< where the sign change was located
  double omega = NAN;            ///< of a Hopf point, rad/ms
  double coefficient = NAN;      ///< of a fold: a, per ms; of a Hopf point: l1 (normal_forms.hpp)
  std::vector<double> vector{};  ///< dimensionless: null vector of J (for a Hopf point: of J^2 + omega^2)
  std::vector<std::complex<double>> eigenvalues{};  ///< per ms
  /// Newton's method on the point's defining system. If it did not converge, the point is as good as its location
  /// along the curve. Not used for a generalised Hopf point.
  std::optional<solvers::NewtonResult> polish{};
};

/// A sign change that is no special point.
struct RejectedPoint {
  std::size_t after = 0;
  std::vector<double> x;
  std::string reason;
};

/// Either of the two.
struct Judgement {
  std::optional<SpecialPoint> special;
  std::string reason;
};

/// What a curve of equilibria (field: one free parameter) has where the tangent's parameter component changes its sign,
/// where the product of sums of eigenvalues does, where the determinant of the bordered Jacobian does.
Judgement judge_fold(const ScaledField& field, std::span<const double> x);
Judgement judge_hopf(const ScaledField& field, std::span<const double> x);
/// `beside`: a regular point of the curve near x.
Judgement judge_branch_point(const ScaledField& field, std::span<const double> x, std::span<const double> beside);

/// The point of this kind near x, by its defining system whose further unknowns start at `further`; `solution`: all
/// unknowns. Where Newton's method leads away from x, the point is x itself and the end of `polish` "diverged".
SpecialPoint polished(SpecialKind kind, const DefiningSystem& system, std::span<const double> x,
                      const std::vector<double>& further, std::vector<double>& solution);

/// Eigenvalues at x, per ms.
std::vector<std::complex<double>> eigenvalues_at(const ScaledField& field, std::span<const double> x);

/// Product over all pairs of (lambda_i + lambda_j)/(|lambda_i| + |lambda_j|): the determinant of the bialternate
/// product of the Jacobian with the identity, up to positive factors.
double pair_sums(std::span<const std::complex<double>> eigenvalues);

/// Two vectors for HopfSystem at x: v, and l orthogonal to it in the kernel of J^2 + kappa; kappa dimensionless.
struct HopfVectors {
  std::vector<double> v, l;
};
HopfVectors hopf_vectors(const ScaledField& field, std::span<const double> x, double kappa);

}  // namespace modscape::dynamics
