// SPDX-License-Identifier: Apache-2.0
#include "dynamics/diagram.hpp"

#include <algorithm>
#include <complex>
#include <ranges>

#include "core/error.hpp"
#include "dynamics/adex_equilibria.hpp"
#include "dynamics/cycle_branch.hpp"
#include "dynamics/equilibria.hpp"
#include "dynamics/family_field.hpp"

namespace modscape::dynamics {
namespace {

constexpr int places_between = 9;

PointKind kind_of(SpecialKind kind) {
  switch (kind) {
    case SpecialKind::fold:
      return PointKind::fold;
    case SpecialKind::hopf:
      return PointKind::hopf;
    case SpecialKind::branch_point:
      return PointKind::branch_point;
    default:
      throw InternalError("a point of two parameters on a curve of one");
  }
}

PointKind kind_of(CycleLabel label) {
  switch (label) {
    case CycleLabel::period_doubling:
      return PointKind::period_doubling;
    case CycleLabel::fold:
      return PointKind::cycle_fold;
    case CycleLabel::branch_point:
      return PointKind::cycle_branch_point;
    case CycleLabel::period_halving:
      return PointKind::period_doubling;
    case CycleLabel::spike_adding:
      return PointKind::spike_adding;
    case CycleLabel::homoclinic:
      return PointKind::homoclinic;
    case CycleLabel::saddle_node_homoclinic:
      return PointKind::saddle_node_homoclinic;
  }
  throw InternalError("no such label of a cycle");
}

DiagramPoint point_of(std::span<const double> state, double parameter,
                      std::span<const std::complex<double>> eigenvalues) {
  DiagramPoint made{.parameter = parameter, .V = state[0], .w = state[1]};
  made.eigenvalue_re = eigenvalues[0].real();
  made.eigenvalue_im = std::abs(eigenvalues[0].imag());
  made.stable = made.eigenvalue_re < 0.0;
  return made;
}

DiagramPoint point_of(const SpikingCycle& cycle) {
  DiagramPoint made{.parameter = cycle.parameter, .w = cycle.w.front()};
  made.multiplier = cycle.multiplier();
  made.period = cycle.period();
  made.stable = std::abs(made.multiplier) < 1.0;
  return made;
}

class Drawing {
 public:
  Drawing(const NeuronPath& path, const ParameterInfo& parameter, const DiagramOptions& options)
      : path_(path), options_(options), field_(NeuronFamily(path), {parameter}) {
    curve_.step = 0.05;
    curve_.max_step = options.max_step;
    curve_.min_step = options.min_step;
    curve_.max_points = options.max_points;
    highest_ = std::max(path.at(options.from).neuron.V_peak, path.at(options.to).neuron.V_peak);
  }

  Diagram draw() {
    std::vector<double> places{options_.from, options_.to};
    for (int k = 1; k <= places_between; ++k) places.push_back(between(k / (places_between + 1.0)));
    for (const double place : places) equilibria_from(place);
    if (!options_.cycles) return std::move(diagram_);
    const double beside = 1e-3 * (options_.to - options_.from);
    for (const DiagramSpecial& special : std::vector(diagram_.special))
      for (const double place : {special.at.parameter - beside, special.at.parameter + beside})
        if (options_.from < place && place < options_.to) places.push_back(place);
    places.insert(places.end(), options_.places.begin(), options_.places.end());
    for (const double place : places) cycles_from(place);
    return std::move(diagram_);
  }

 private:
  double between(double share) const { return options_.from + share * (options_.to - options_.from); }
  bool possible(double place) const { return models::adex_problems(path_.at(place).neuron).empty(); }
  bool has_room() {
    if (diagram_.branches.size() < options_.max_branches) return true;
    diagram_.complete = false;
    return false;
  }

  // Equilibria

  void equilibria_from(double place) {
    if (!possible(place)) return;
    const DrivenNeuron at = path_.at(place);
    for (const Equilibrium& equilibrium : adex_equilibria(at.neuron, at.current)) {
      const std::array<double, 2> state{equilibrium.V, equilibrium.w};
      if (equilibrium.V >= highest_) continue;
      if (!on_a_branch(place, equilibrium.V, at.neuron.Delta_T) && has_room()) add_equilibria(place, state);
    }
  }

  bool on_a_branch(double place, double V, double scale) const {
    constexpr double same = 1e-4;
    return std::ranges::any_of(equilibria_, [&](const EquilibriumBranch& branch) {
      const std::vector<EquilibriumPoint> known = equilibria_at(field_, branch, place);
      return std::ranges::any_of(
          known, [&](const EquilibriumPoint& point) { return std::abs(point.curve.x[0] - V) < same * scale; });
    });
  }

  void add_equilibria(double place, std::span<const double> state) {
    BranchOptions options{curve_, options_.from, options_.to};
    options.curve.lower = {field_.states()[0].lower, -INFINITY, options_.from};
    options.curve.upper = {highest_, INFINITY, options_.to};
    EquilibriumBranch branch = equilibrium_branch(field_, {place}, 0, state, options);
    DiagramBranch& drawn = diagram_.branches.emplace_back();
    drawn.kind = BranchKind::equilibria;
    for (const EquilibriumPoint& point : branch.points)
      drawn.points.push_back(point_of(std::span(point.curve.x).first(2), point.curve.x[2], point.eigenvalues));
    for (std::size_t side = 0; side < 2; ++side)
      drawn.ends[side] = {branch.ends[side].end, branch.ends[side].reason, branch.ends[side].last_residuals};
    for (const SpecialPoint& special : branch.special)
      diagram_.special.push_back({kind_of(special.kind), diagram_.branches.size() - 1,
                                  point_of(special.u, special.p.front(), special.eigenvalues), special.omega,
                                  special.coefficient});
    diagram_.unexplained += branch.unexplained.size();
    equilibria_.push_back(std::move(branch));
  }

  // Cycles

  void cycles_from(double place) {
    if (!possible(place)) return;
    const DrivenNeuron at = path_.at(place);
    for (const double w : typical_resets(at)) {
      constexpr double near = 1e-4;  // enough for Newton's method, and sooner reached
      SettledFiring firing = settle(at, w, {.max_spikes = 500, .max_cycle = options_.max_spikes, .tolerance = near});
      if (firing.outcome != Settled::cycle) continue;
      firing.cycle.parameter = place;
      add_cycles(firing.cycle);
    }
  }

  /// Same resets, whichever of them comes first?
  bool is_same(const SpikingCycle& a, const SpikingCycle& b, double scale) const {
    constexpr double same = 1e-5;
    if (a.spikes() != b.spikes()) return false;
    std::vector<double> left = a.w, right = b.w;
    std::ranges::sort(left);
    std::ranges::sort(right);
    for (std::size_t k = 0; k < left.size(); ++k)
      if (std::abs(left[k] - right[k]) > same * scale) return false;
    return true;
  }

  bool is_known(const SpikingCycle& cycle) const {
    const DrivenNeuron at = path_.at(cycle.parameter);
    const double scale = std::max(at.neuron.b, at.neuron.g_L * at.neuron.Delta_T);
    for (const CycleBranch& branch : cycles_)
      for (std::size_t i = 0; i + 1 < branch.cycles.size(); ++i) {
        const SpikingCycle &a = branch.cycles[i], &b = branch.cycles[i + 1];
        if (a.spikes() != cycle.spikes() || (a.parameter - cycle.parameter) * (b.parameter - cycle.parameter) > 0.0)
          continue;
        const double share =
            a.parameter == b.parameter ? 0.0 : (cycle.parameter - a.parameter) / (b.parameter - a.parameter);
        std::vector<double> guess = a.w;
        for (std::size_t k = 0; k < guess.size(); ++k) guess[k] += share * (b.w[k] - a.w[k]);
        const Expected<SpikingCycle> there = refine_cycle(at, guess);
        if (there && is_same(*there, cycle, scale)) return true;
      }
    return false;
  }

  void add_cycles(const SpikingCycle& start) {
    if (start.spikes() > options_.max_spikes || is_known(start) || !has_room()) return;
    const CycleBranch down = follow_cycles(path_, start, -1, options_.from, options_.to, curve_);
    const CycleBranch up = follow_cycles(path_, start, 1, options_.from, options_.to, curve_);
    add_branch(down, up);
  }

  void add_doubled(const CycleSpecialPoint& doubling) {
    if (2 * doubling.cycle.spikes() > options_.max_spikes) return;
    const CurvePoint start = doubled_cycle(path_, doubling);
    const CycleBranch away = follow_cycles_from(path_, start, options_.from, options_.to, curve_);
    if (away.cycles.empty() || is_known(away.cycles.front()) || !has_room()) return;
    CycleBranch nothing;  // the branch begins at the doubling
    nothing.end = CurveEnd::problem;
    nothing.reason = "begins at a period doubling";
    add_branch(nothing, away);
  }

  /// One branch of the two ways from its start.
  void add_branch(const CycleBranch& back, const CycleBranch& forth) {
    if (back.cycles.empty() && forth.cycles.empty()) return;
    DiagramBranch& drawn = diagram_.branches.emplace_back();
    drawn.kind = BranchKind::cycles;
    const std::size_t number = diagram_.branches.size() - 1;
    for (const SpikingCycle& cycle : std::views::reverse(back.cycles)) drawn.points.push_back(point_of(cycle));
    for (std::size_t i = back.cycles.empty() ? 0 : 1; i < forth.cycles.size(); ++i)
      drawn.points.push_back(point_of(forth.cycles[i]));
    drawn.spikes = (back.cycles.empty() ? forth : back).cycles.front().spikes();
    drawn.ends = {DiagramBranch::End{back.end, back.reason, back.last_residuals},
                  DiagramBranch::End{forth.end, forth.reason, forth.last_residuals}};
    std::vector<CycleSpecialPoint> special(back.special.rbegin(), back.special.rend());
    special.insert(special.end(), forth.special.begin(), forth.special.end());
    for (const CycleSpecialPoint& point : special) {
      DiagramPoint at{.parameter = point.cycle.parameter, .w = point.cycle.w.front()};
      if (point.label == CycleLabel::homoclinic || point.label == CycleLabel::saddle_node_homoclinic)
        at.period = INFINITY;
      else
        at = point_of(point.cycle);
      diagram_.special.push_back({kind_of(point.label), number, at, NAN, NAN});
    }
    cycles_.push_back(back);
    cycles_.push_back(forth);
    for (const CycleSpecialPoint& point : special)
      if (point.label == CycleLabel::period_doubling) add_doubled(point);
  }

  const NeuronPath& path_;
  const DiagramOptions& options_;
  FamilyField field_;
  CurveOptions curve_;
  double highest_;  // V_peak: above it nothing rests, because it is reset before
  Diagram diagram_;
  std::vector<EquilibriumBranch> equilibria_;
  std::vector<CycleBranch> cycles_;
};

}  // namespace

std::string_view to_string(PointKind kind) {
  switch (kind) {
    case PointKind::none:
      return "none";
    case PointKind::fold:
      return "fold";
    case PointKind::hopf:
      return "hopf";
    case PointKind::branch_point:
      return "branch_point";
    case PointKind::cycle_fold:
      return "cycle_fold";
    case PointKind::period_doubling:
      return "period_doubling";
    case PointKind::cycle_branch_point:
      return "cycle_branch_point";
    case PointKind::spike_adding:
      return "spike_adding";
    case PointKind::homoclinic:
      return "homoclinic";
    case PointKind::saddle_node_homoclinic:
      return "saddle_node_homoclinic";
  }
  throw InternalError("no such special point");
}

Diagram diagram(const NeuronPath& path, const ParameterInfo& parameter, const DiagramOptions& options) {
  return Drawing(path, parameter, options).draw();
}

}  // namespace modscape::dynamics
