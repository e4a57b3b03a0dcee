// SPDX-License-Identifier: Apache-2.0
#include "dynamics/attractors.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "dynamics/adex_equilibria.hpp"
#include "ephys/spike_features.hpp"

namespace modscape::dynamics {
namespace {

using ephys::Regime;

constexpr double beside = 0.01;       // of Delta_T: how far from an equilibrium a run starts
constexpr double same_period = 0.01;  // relative
constexpr double slow = 0.95;         // a multiplier beyond this takes too long to show what it does
constexpr std::size_t most_spikes = 300;

/// The stability of a branch at `place` between its points i and i + 1: that of the end on the same side of a special
/// point, if there is one between. Nothing if it is not known.
std::optional<bool> stable_between(const Diagram& diagram, std::size_t number, std::size_t i, double place) {
  const DiagramBranch& branch = diagram.branches[number];
  const DiagramPoint &a = branch.points[i], &b = branch.points[i + 1];
  if (a.stable == b.stable) return a.stable;
  for (const DiagramSpecial& special : diagram.special) {
    const double at = special.at.parameter;
    if (special.branch != number || (at - a.parameter) * (at - b.parameter) > 0.0 || at == place) continue;
    return (place - at) * (a.parameter - at) > 0.0 ? a.stable : b.stable;
  }
  return {};
}

/// The cycle of a branch at `place`, from the first resets of its neighbours there.
Expected<SpikingCycle> cycle_between(const NeuronPath& path, const DiagramBranch& branch, std::size_t i, double place) {
  const DiagramPoint &a = branch.points[i], &b = branch.points[i + 1];
  const double share = a.parameter == b.parameter ? 0.0 : (place - a.parameter) / (b.parameter - a.parameter);
  const DrivenNeuron at = path.at(place);
  std::vector<double> guess{a.w + share * (b.w - a.w)};
  while (guess.size() < branch.spikes) {
    const NextSpike next = next_spike(at, no_change(), guess.back());
    if (!next.fires()) break;  // orbit_of says so
    guess.push_back(next.w);
  }
  guess.resize(branch.spikes, guess.back());
  Expected<SpikingCycle> cycle = refine_cycle(at, guess);
  if (cycle) cycle->parameter = place;
  return cycle;
}

bool straddles(const DiagramBranch& branch, std::size_t i, double place) {
  const double a = branch.points[i].parameter, b = branch.points[i + 1].parameter;
  return std::min(a, b) <= place && place <= std::max(a, b);
}

/// A simulated run, reduced to what it settles to.
struct Firing {
  bool decided = false;
  bool goes_on = false;
  std::vector<double> intervals, w_after;
};

Firing firing_of(const solvers::SpikeRun& run, double duration) {
  constexpr double stopped = 3.0;  // silence longer than this many of the longest intervals
  Firing made;
  if (run.status != solvers::RunStatus::done) return made;
  made.intervals = ephys::interspike_intervals(run.times);
  made.w_after = run.w_after;
  const double longest = std::max(run.times.empty() ? duration : run.times.front(),
                                  made.intervals.empty() ? 0.0 : *std::ranges::max_element(made.intervals));
  const bool full = run.times.size() >= most_spikes;
  const bool silent = run.times.empty() || duration - run.times.back() > stopped * longest;
  made.goes_on = full || !silent;
  // Four intervals at least: fewer are firing that is too slow for the run.
  made.decided = !made.goes_on || made.intervals.size() >= 4;
  return made;
}

/// Do the last two periods last as long as those of the cycle?
bool settles_to(const Firing& firing, const SpikingCycle& cycle) {
  const std::size_t n = cycle.spikes();
  if (firing.intervals.size() < 2 * n) return false;
  for (const std::size_t back : {n, 2 * n}) {
    double period = 0.0;
    for (std::size_t k = 0; k < n; ++k) period += firing.intervals[firing.intervals.size() - back + k];
    if (std::abs(period - cycle.period()) > same_period * cycle.period()) return false;
  }
  return true;
}

/// The runs of one place: beside its equilibria, then from resets, then from cycles of the diagram.
class Place {
 public:
  Place(const DrivenNeuron& at, Attractors expected, std::size_t max_spikes)
      : at_(at), expected_(std::move(expected)), max_spikes_(max_spikes) {
    const models::AdexParameters& p = at.neuron;
    input_.start = 0.0;
    input_.stop = std::max({3000.0, 30.0 * p.tau_w, 100.0 * p.C_m / p.g_L});
    input_.value = at.current;
    for (const Equilibrium& equilibrium : adex_equilibria(p, at.current))
      if (equilibrium.V < p.V_peak) rests_.push_back({equilibrium.V, equilibrium.w});
    for (const double w : typical_resets(at)) resets_.push_back(w);
    for (const SpikingCycle& cycle : expected_.cycles) resets_.push_back(cycle.w.front());
  }

  void add_tasks(std::vector<solvers::SpikeTask>& tasks) const {
    for (const std::array<double, 2>& rest : rests_)
      tasks.push_back({at_.neuron, {&input_, 1}, {rest[0] + beside * at_.neuron.Delta_T, rest[1]}, 1});
    for (const double w : resets_) tasks.push_back({at_.neuron, {&input_, 1}, {at_.neuron.V_r, w}, most_spikes});
  }
  std::size_t tasks() const { return rests_.size() + resets_.size(); }

  SettledState judge(std::span<const solvers::SpikeRun> runs) const {
    SettledState state;
    state.decided = true;
    state.rate = 0.0;
    for (std::size_t k = 0; k < rests_.size(); ++k) judge_rest(runs[k], rests_[k], state);
    Agreement firing = Agreement::agrees;
    for (std::size_t k = 0; k < resets_.size(); ++k) {
      const Firing run = firing_of(runs[rests_.size() + k], input_.stop);
      if (!run.decided) state.decided = false;
      if (run.decided && run.goes_on && state.firing == Regime::rest) describe(run, state);
      const std::size_t searched = resets_.size() - expected_.cycles.size();
      const Agreement found = k < searched ? compare(run) : confirm(run, expected_.cycles[k - searched]);
      firing = std::max(firing, found);
    }
    if (!state.decided || !expected_.certain)
      state.agreement = Agreement::undecided;
    else
      state.agreement = state.rest != expected_.rest ? Agreement::rest_differs : firing;
    if (!state.rest && state.firing == Regime::rest) state.decided = false;
    return state;
  }

 private:
  void judge_rest(const solvers::SpikeRun& run, const std::array<double, 2>& rest, SettledState& state) const {
    const double distance = std::abs(run.final_state[0] - rest[0]);
    const bool stays = run.status == solvers::RunStatus::done && run.times.empty();
    if (stays && distance < 0.5 * beside * at_.neuron.Delta_T)
      state.rest = true;
    else if (stays && distance < at_.neuron.Delta_T)
      state.decided = false;  // neither back nor gone
  }

  static void describe(const Firing& run, SettledState& state) {
    state.firing = ephys::classify_settled(run.intervals, run.w_after);
    // Over whole periods, so that a burst is not cut.
    const auto period = static_cast<std::size_t>(ephys::settled_period(run.w_after));
    const std::size_t late = period > 0 ? period : (run.intervals.size() + 1) / 2;
    double sum = 0.0;
    for (std::size_t k = run.intervals.size() - late; k < run.intervals.size(); ++k) sum += run.intervals[k];
    state.rate = 1000.0 * static_cast<double>(late) / sum;
  }

  /// What a run has found must be in the diagram.
  Agreement compare(const Firing& run) const {
    if (!run.decided) return Agreement::undecided;
    if (!run.goes_on) return Agreement::agrees;
    for (const SpikingCycle& cycle : expected_.cycles)
      if (settles_to(run, cycle)) return Agreement::agrees;
    // As tight as the simulation allows: what drifts away from an unstable cycle repeats almost, too.
    constexpr double settled = 1e-5;
    constexpr int longest = 16;
    const auto period = static_cast<std::size_t>(ephys::settled_period(run.w_after, longest, settled));
    return period == 0 || period > max_spikes_ ? Agreement::undecided : Agreement::cycle_missed;
  }

  /// What the diagram has must last.
  static Agreement confirm(const Firing& run, const SpikingCycle& cycle) {
    if (run.decided && run.goes_on && settles_to(run, cycle)) return Agreement::agrees;
    return !run.decided || std::abs(cycle.multiplier()) > slow ? Agreement::undecided : Agreement::cycle_not_reached;
  }

  DrivenNeuron at_;
  Attractors expected_;
  std::size_t max_spikes_;
  models::InputSegment input_{};
  std::vector<std::array<double, 2>> rests_;
  std::vector<double> resets_;
};

}  // namespace

std::string_view to_string(Agreement agreement) {
  switch (agreement) {
    case Agreement::agrees:
      return "agrees";
    case Agreement::undecided:
      return "undecided";
    case Agreement::rest_differs:
      return "rest_differs";
    case Agreement::cycle_missed:
      return "cycle_missed";
    case Agreement::cycle_not_reached:
      return "cycle_not_reached";
  }
  throw InternalError("no such agreement");
}

Attractors attractors_at(const NeuronPath& path, const Diagram& diagram, double place) {
  Attractors found;
  for (std::size_t number = 0; number < diagram.branches.size(); ++number) {
    const DiagramBranch& branch = diagram.branches[number];
    for (std::size_t i = 0; i + 1 < branch.points.size(); ++i) {
      if (!straddles(branch, i, place)) continue;
      if (branch.kind == BranchKind::equilibria) {
        const std::optional<bool> stable = stable_between(diagram, number, i, place);
        found.rest = found.rest || stable.value_or(false);
        found.certain = found.certain && stable.has_value();
        continue;
      }
      Expected<SpikingCycle> cycle = cycle_between(path, branch, i, place);
      if (cycle && std::abs(cycle->multiplier()) < 1.0) found.cycles.push_back(std::move(*cycle));
      if (!cycle && (branch.points[i].stable || branch.points[i + 1].stable)) found.certain = false;
    }
  }
  return found;
}

Regime SettledState::regime() const {
  if (firing == Regime::rest) return Regime::rest;
  return rest ? Regime::rest_and_spiking : firing;
}

std::vector<SettledState> settled_states(const NeuronPath& path, const Diagram& diagram, std::size_t max_spikes,
                                         std::span<const double> places, solvers::SpikeIntegrator& integrator) {
  std::vector<Place> made;
  for (const double place : places) made.emplace_back(path.at(place), attractors_at(path, diagram, place), max_spikes);
  std::vector<solvers::SpikeTask> tasks;
  for (const Place& place : made) place.add_tasks(tasks);
  const std::vector<solvers::SpikeRun> runs = integrator.run(tasks);
  std::vector<SettledState> states;
  std::size_t first = 0;
  for (const Place& place : made) {
    states.push_back(place.judge(std::span(runs).subspan(first, place.tasks())));
    first += place.tasks();
  }
  return states;
}

}  // namespace modscape::dynamics
