// SPDX-License-Identifier: Apache-2.0
// Continuation and the integrations it is made of: run it with `scripts/bench continue`. One JSON object per line
// (name, value, unit, accuracy, ranks, simd); benchmarks/README.md keeps the figures.
//   spike.ensemble.1      us per spike of 10 s of set b of Naud et al. 2008, at a worst spike time error below 2e-4 ms
//   spike.ensemble.64     the same in 64 neurons at a time
//   spike.map             us per spike of the adaptation map with its derivatives
//   equilibrium.point     ms per point of a branch of equilibria, with eigenvalues, special points located
//   cycle.point           ms per point of a branch of spiking cycles, with multiplier, labels and ends looked for
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <vector>

#include "dynamics/adex_equilibria.hpp"
#include "dynamics/cycle_branch.hpp"
#include "dynamics/equilibria.hpp"
#include "dynamics/family_field.hpp"
#include "models/protocol.hpp"
#include "parallel/communicator.hpp"
#include "solvers/adex_ensemble.hpp"

namespace {
using namespace modscape;
using namespace modscape::dynamics;

double seconds_of(const std::function<void()>& action) {
  std::vector<double> seconds;
  for (int repeat = 0; repeat < 7; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    action();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::ranges::sort(seconds);
  return seconds[seconds.size() / 2];
}

void report(const char* name, double value, const char* unit, const std::string& accuracy) {
  fmt::print(
      "{{\"name\": \"{}\", \"value\": {:.4g}, \"unit\": \"{}\", \"accuracy\": \"{}\", \"ranks\": 1, \"simd\": "
      "\"{}\"}}\n",
      name, value, unit, accuracy, solvers::simd_target());
  std::fflush(stdout);
}

const DrivenNeuron set_b{{200, 12, -70, -50, 2, 2, 60, 300, -58, 0, 0}, 500.0};
constexpr double duration = 10000.0;  // ms

/// Spike times from V = E_L, w = 0, errors of rounding.
std::vector<double> reference_times() {
  const SpikeMapOptions exact{.tolerance = 1e-16, .max_steps = 20000};
  NextSpike spike = first_spike(set_b, set_b.neuron.E_L, 0.0, exact);
  std::vector<double> times;
  double time = spike.interval;
  while (time < duration) {
    times.push_back(time);
    spike = next_spike(set_b, no_change(), spike.w, exact);
    time += spike.interval;
  }
  return times;
}

double worst_error(const std::vector<double>& times, const std::vector<double>& reference) {
  if (times.size() != reference.size()) return INFINITY;
  double worst = 0.0;
  for (std::size_t k = 0; k < times.size(); ++k) worst = std::max(worst, std::abs(times[k] - reference[k]));
  return worst;
}

void spikes() {
  const std::vector<double> reference = reference_times();
  const auto input = models::input_segments(models::step_protocol(set_b.current, duration));
  const solvers::SpikeTask task{set_b.neuron, input, models::Adex(set_b.neuron).initial_state()};
  for (const std::size_t neurons : {std::size_t{1}, std::size_t{64}}) {
    const std::vector<solvers::SpikeTask> tasks(neurons, task);
    // The tolerance bounds every interval; the loosest whose errors add up to less than 2e-4 ms.
    double tolerance = 1e-2, error = INFINITY;
    std::vector<solvers::SpikeRun> runs;
    for (; error > 2e-4; tolerance *= 0.5) {
      runs = solvers::AdexEnsemble(tolerance).run(tasks);
      error = worst_error(runs.front().times, reference);
    }
    solvers::AdexEnsemble integrator(2.0 * tolerance);
    const double seconds = seconds_of([&] { runs = integrator.run(tasks); });
    report(neurons == 1 ? "spike.ensemble.1" : "spike.ensemble.64",
           1e6 * seconds / static_cast<double>(neurons * reference.size()), "us per spike",
           fmt::format("worst spike {:.1e} ms", error));
  }
  std::vector<double> times;
  DrivenNeuron change = no_change();
  change.current = 1.0;
  const double seconds = seconds_of([&] {
    NextSpike spike = first_spike(set_b, set_b.neuron.E_L, 0.0);
    times.clear();
    for (double time = spike.interval; time < duration; time += spike.interval) {
      times.push_back(time);
      spike = next_spike(set_b, change, spike.w);
    }
  });
  report("spike.map", 1e6 * seconds / static_cast<double>(times.size()), "us per spike",
         fmt::format("worst spike {:.1e} ms", worst_error(times, reference)));
}

/// Set b along the current through its Hopf point and its fold, and back above the fold's potential.
void equilibria() {
  const NeuronPath path = NeuronPath::of_parameter({set_b.neuron, 0.0}, "current");
  const FamilyField field(NeuronFamily(path), {{"I", "I", Unit::pA, 0.0, -1e6, 1e6, false, "current", {}, {}}});
  BranchOptions options{{}, -200.0, 600.0};
  options.curve.max_step = 0.5;
  options.curve.step = 0.05;
  options.curve.lower = {-120.0, -INFINITY, options.lower};
  options.curve.upper = {0.0, INFINITY, options.upper};
  const Equilibrium start = adex_equilibria(set_b.neuron, 0.0).front();
  EquilibriumBranch branch;
  const double seconds =
      seconds_of([&] { branch = equilibrium_branch(field, {0.0}, 0, std::vector{start.V, start.w}, options); });
  double worst = 0.0;
  for (const EquilibriumPoint& point : branch.points)
    worst = std::max(worst, std::abs(equilibrium_current(set_b.neuron, point.curve.x[0]) - point.curve.x[2]));
  const AdexLandmarks known = adex_landmarks(set_b.neuron);
  double special = branch.special.size() == 2 ? 0.0 : INFINITY;
  for (const SpecialPoint& point : branch.special)
    special = std::max(special, std::abs(point.p[0] - (point.kind == SpecialKind::hopf ? known.I_H : known.I_SN)));
  report("equilibrium.point", 1e3 * seconds / static_cast<double>(branch.points.size()), "ms per point",
         fmt::format("{:.0e} pA, Hopf and fold {:.0e} pA, {} points", worst, special, branch.points.size()));
}

/// The 1-cycle of Touboul & Brette 2008's set along V_r, with its period doubling.
void cycles() {
  const DrivenNeuron base{{281, 30, -70.6, -50.4, 2, 4, 80, 40, -52, 0, 0}, 800.0};
  const NeuronPath path = NeuronPath::of_parameter(base, "V_r");
  SettledFiring firing = settle(base, 250.0);
  firing.cycle.parameter = base.neuron.V_r;
  CurveOptions options;
  options.max_step = options.step = 2.5e-3;
  CycleBranch branch;
  const double seconds = seconds_of([&] { branch = follow_cycles(path, firing.cycle, 1, -60.0, -48.8, options); });
  const double error = std::abs(branch.cycles.back().w[0] - 299.91082902);
  report("cycle.point", 1e3 * seconds / static_cast<double>(branch.points.size()), "ms per point",
         fmt::format("{:.0e} pA, {} points", error, branch.points.size()));
}

}  // namespace

int main(int argc, char** argv) {
  const parallel::Session session(&argc, &argv);
  spikes();
  equilibria();
  cycles();
}
