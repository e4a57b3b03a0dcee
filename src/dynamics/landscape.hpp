// SPDX-License-Identifier: Apache-2.0
// Curves of folds and of Hopf points through a plane of neurons, one strip at a time: the strips of a landscape are
// computed apart, and their pieces meet at the borders.
#pragma once
#include <array>
#include <vector>

#include "dynamics/codim1_curves.hpp"
#include "dynamics/diagram.hpp"
#include "dynamics/family_field.hpp"

namespace modscape::dynamics {

/// A rectangle of the plane (across, along), which are numbers 0 and 1 of its family.
struct Strip {
  std::array<double, 2> lower, upper;
};

struct BoundaryPiece {
  PointKind kind = PointKind::none;             ///< fold or hopf
  std::vector<std::array<double, 2>> points{};  ///< (across, along)
  CurveEnd end = CurveEnd::no_start;            ///< of the piece, the worse of both
  struct Special {
    SpecialKind kind;  ///< cusp, bogdanov_takens, generalised_hopf
    std::array<double, 2> at;
  };
  std::vector<Special> special{};  ///< but for those that an earlier piece of the strip has: curves meet there
};

/// A piece through every fold and Hopf point of `diagram`, which goes along the plane at `across`, up to the borders of
/// the strip. Curves of neutral saddles are left out. What a strip has between its diagram and its borders only is
/// missed.
std::vector<BoundaryPiece> boundary_pieces(const FamilyField& plane, const Diagram& diagram, double across,
                                           const Strip& strip);

}  // namespace modscape::dynamics
