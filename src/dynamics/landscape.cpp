// SPDX-License-Identifier: Apache-2.0
#include "dynamics/landscape.hpp"

#include <algorithm>
#include <cmath>

namespace modscape::dynamics {
namespace {

constexpr std::size_t across_number = 0, along_number = 1;

BoundaryPiece piece_of(const Codim1Curve& curve, PointKind kind) {
  BoundaryPiece piece{.kind = kind};
  // The parameters of the curve are (along, across): it starts at a point of a diagram, whose parameter comes first.
  for (const Codim1Point& point : curve.points)
    if (!(kind == PointKind::hopf && point.neutral_saddle())) piece.points.push_back({point.p[1], point.p[0]});
  for (const SpecialPoint& special : curve.special)
    piece.special.push_back({special.kind, {special.p[1], special.p[0]}});
  const bool first_is_bound = curve.ends[0].end == CurveEnd::bound || curve.ends[0].end == CurveEnd::closed;
  piece.end = first_is_bound ? curve.ends[1].end : curve.ends[0].end;
  return piece;
}

bool has(const BoundaryPiece& piece, const BoundaryPiece::Special& special, const Strip& strip) {
  constexpr double same = 1e-6;  // of the strip
  return std::ranges::any_of(piece.special, [&](const BoundaryPiece::Special& known) {
    bool near = known.kind == special.kind;
    for (std::size_t k = 0; k < 2; ++k)
      near = near && std::abs(known.at[k] - special.at[k]) <= same * (strip.upper[k] - strip.lower[k]);
    return near;
  });
}

}  // namespace

std::vector<BoundaryPiece> boundary_pieces(const FamilyField& plane, const Diagram& diagram, double across,
                                           const Strip& strip) {
  Codim1Options options;
  options.curve.step = 0.05;
  options.curve.max_step = 0.25;
  options.lower = {strip.lower[along_number], strip.lower[across_number]};
  options.upper = {strip.upper[along_number], strip.upper[across_number]};
  std::vector<BoundaryPiece> pieces;
  for (const DiagramSpecial& special : diagram.special) {
    const bool fold = special.kind == PointKind::fold;
    if (!fold && special.kind != PointKind::hopf) continue;
    const std::vector<double> parameters{across, special.at.parameter};
    ScaledField along(plane, parameters, {along_number});
    const std::vector<double> x{special.at.V, special.at.w, special.at.parameter};
    along.set_time_scale(x);
    const Judgement judged = fold ? judge_fold(along, x) : judge_hopf(along, x);
    if (!judged.special) {  // too flat in this direction to begin at
      pieces.push_back({.kind = special.kind});
      continue;
    }
    const auto follow = fold ? fold_curve : hopf_curve;
    BoundaryPiece piece =
        piece_of(follow(plane, parameters, {along_number, across_number}, *judged.special, options), special.kind);
    std::erase_if(piece.special, [&](const BoundaryPiece::Special& corner) {
      return std::ranges::any_of(pieces, [&](const BoundaryPiece& earlier) { return has(earlier, corner, strip); });
    });
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

}  // namespace modscape::dynamics
