// SPDX-License-Identifier: Apache-2.0
// Curves of folds and of Hopf points of equilibria in two parameters, with the points of codimension two on them.
#pragma once
#include <array>

#include "dynamics/equilibria.hpp"

namespace modscape::dynamics {

struct Codim1Point {
  CurvePoint curve;       ///< x = (states, two parameters, further unknowns of the defining system)
  std::vector<double> u;  ///< states
  std::array<double, 2> p{};
  double kappa = NAN;                             ///< on a Hopf curve: omega^2 (1/ms^2); a neutral saddle below 0
  std::vector<std::complex<double>> eigenvalues;  ///< per ms
  bool neutral_saddle() const { return kappa < 0.0; }
};

struct Codim1Curve {
  SpecialKind kind = SpecialKind::fold;    ///< fold or hopf
  std::array<std::size_t, 2> parameter{};  ///< which are free
  std::vector<double> parameters{};        ///< of the field, at the start
  std::vector<Codim1Point> points{};
  std::vector<SpecialPoint> special{};  ///< cusp, Bogdanov-Takens, generalised Hopf
  std::vector<RejectedPoint> rejected{};
  std::array<BranchEnd, 2> ends{};  ///< of the first and of the last point
};

struct Codim1Options {
  CurveOptions curve;  ///< bounds left empty: those of the states and these of the parameters
  std::array<double, 2> lower, upper;
};

/// The curve of folds (Hopf points) through `start`, a fold (Hopf point) that equilibrium_branch found in parameter[0];
/// both ways until a bound, rising in parameter[1] at the start of the way to the last point. Hopf curves run on beyond
/// Bogdanov-Takens points as curves of neutral saddles.
Codim1Curve fold_curve(const VectorField& field, std::vector<double> parameters, std::array<std::size_t, 2> parameter,
                       const SpecialPoint& start, const Codim1Options& options);
Codim1Curve hopf_curve(const VectorField& field, std::vector<double> parameters, std::array<std::size_t, 2> parameter,
                       const SpecialPoint& start, const Codim1Options& options);

}  // namespace modscape::dynamics
