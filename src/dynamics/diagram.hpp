// SPDX-License-Identifier: Apache-2.0
// The bifurcation diagram of an AdEx neuron along a path: every branch of equilibria and of spiking cycles that can be
// found between its ends, with stability, special points, and how each branch ends.
#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/parameter_table.hpp"
#include "dynamics/curve.hpp"
#include "dynamics/spike_map.hpp"

namespace modscape::dynamics {

enum class BranchKind : std::uint8_t { none, equilibria, cycles };

/// What a special point is. Numbers are stored in results files: append only.
enum class PointKind : std::uint8_t {
  none,
  fold,             ///< LP: two equilibria meet
  hopf,             ///< HB: an equilibrium loses its stability to an oscillation
  branch_point,     ///< BP
  cycle_fold,       ///< LPC: two cycles meet
  period_doubling,  ///< PD
  cycle_branch_point,
  spike_adding,           ///< a burst gains, loses or splits off a spike
  homoclinic,             ///< HOM: the cycle ends in an orbit through the saddle, its period infinite
  saddle_node_homoclinic  ///< SNIC: it ends where rest appears on the cycle
};
inline constexpr PointKind last_point_kind = PointKind::saddle_node_homoclinic;
std::string_view to_string(PointKind kind);

struct DiagramPoint {
  double parameter = NAN;
  double V = NAN;                                   ///< of an equilibrium, mV
  double w = NAN;                                   ///< of an equilibrium; of a cycle, after its first reset; pA
  double eigenvalue_re = NAN, eigenvalue_im = NAN;  ///< of an equilibrium: the one with the largest real part, per ms
  double multiplier = NAN, period = NAN;            ///< of a cycle; ms
  bool stable = false;
};

struct DiagramBranch {
  BranchKind kind = BranchKind::none;
  std::size_t spikes = 0;  ///< per period of a cycle
  std::vector<DiagramPoint> points;
  struct End {
    CurveEnd end = CurveEnd::no_start;
    std::string reason;
    std::vector<double> last_residuals;  ///< of the correction that failed, if one did
  };
  std::array<End, 2> ends;  ///< of the first and the last point
};

struct DiagramSpecial {
  PointKind kind = PointKind::none;
  std::size_t branch = 0;
  DiagramPoint at;
  double omega = NAN;        ///< of a Hopf point, rad/ms
  double coefficient = NAN;  ///< of a fold: a, per ms; of a Hopf point: the first Lyapunov coefficient
};

struct Diagram {
  std::vector<DiagramBranch> branches;
  std::vector<DiagramSpecial> special;  ///< in the order of their branches, then along them
  /// Where the stability of equilibria changes without a label: something was missed.
  std::size_t unexplained = 0;
  bool complete = true;  ///< no branch was left out for want of room (DiagramOptions::max_branches)
};

struct DiagramOptions {
  double from = 0.0, to = 0.0;   ///< of the path's number, from < to
  bool cycles = true;            ///< spiking cycles as well
  std::size_t max_spikes = 4;    ///< per period of a cycle
  std::size_t max_points = 400;  ///< per branch
  std::size_t max_branches = 16;
  std::vector<double> places{};  ///< where cycles are looked for as well
  /// Of the branches, in scaled arclength: half of Delta_T and of the path's scale at most. A branch that ends in an
  /// infinite period is followed until steps are this short.
  double max_step = 0.5, min_step = 1e-7;
};

/// `parameter` describes the path's number. Pure: depends on nothing but its arguments. Cycles are looked for from
/// several resets at both ends, at nine places between, at those named and beside every special point of the
/// equilibria; a cycle that is unstable all along its branch, and meets no other, may be missed.
Diagram diagram(const NeuronPath& path, const ParameterInfo& parameter, const DiagramOptions& options);

}  // namespace modscape::dynamics
