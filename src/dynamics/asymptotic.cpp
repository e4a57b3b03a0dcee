// SPDX-License-Identifier: Apache-2.0
#include "dynamics/asymptotic.hpp"

#include <algorithm>

#include "dynamics/adex_equilibria.hpp"
#include "ephys/spike_features.hpp"

namespace modscape::dynamics {
namespace {

using ephys::Regime;

struct Settled {
  Regime regime = Regime::rest;
  std::array<double, 2> last_reset{};  // V, w after the last spike
};

// Firing that goes on to the end of the run (or to the spike limit).
Settled settle(const models::AdexParameters& p, const solvers::SpikeRun& run, const AsymptoticOptions& options) {
  Settled settled;
  if (run.times.empty()) return settled;
  settled.last_reset = {p.V_r, run.w_after.back()};
  const std::vector<double> isi = ephys::interspike_intervals(run.times);
  const bool full = run.times.size() >= options.max_spikes;
  const double longest = isi.empty() ? run.times.front() : *std::ranges::max_element(isi);
  const bool goes_on = full || options.duration - run.times.back() < 2.0 * longest;
  if (!goes_on || isi.size() < 3) return settled;
  settled.regime = ephys::classify_settled(isi, run.w_after);
  return settled;
}

bool rest_is_stable(const models::AdexParameters& p, double current) {
  const std::vector<Equilibrium> equilibria = adex_equilibria(p, current);
  return !equilibria.empty() && equilibria.front().stable();
}

}  // namespace

std::vector<std::vector<Regime>> asymptotic_regimes(std::span<const AsymptoticTask> tasks,
                                                    solvers::SpikeIntegrator& integrator,
                                                    const AsymptoticOptions& options) {
  std::vector<std::vector<Regime>> regimes;
  std::vector<std::array<double, 2>> start;
  std::vector<std::size_t> firing;  // on the downward branch
  for (const AsymptoticTask& task : tasks) {
    firing.push_back(regimes.size());
    regimes.emplace_back(task.currents.size(), Regime::rest);
    start.push_back(models::Adex(task.neuron).initial_state());
  }
  for (std::size_t step = 1; !firing.empty(); ++step) {  // from the highest current down, all neurons side by side
    std::erase_if(firing, [&](std::size_t m) { return tasks[m].currents.size() < step; });
    const auto current = [&](std::size_t m) { return tasks[m].currents[tasks[m].currents.size() - step]; };
    std::vector<models::InputSegment> inputs;
    for (const std::size_t m : firing) inputs.push_back({0.0, options.duration, current(m), 0.0});
    std::vector<solvers::SpikeTask> runs_wanted;
    for (std::size_t i = 0; i < firing.size(); ++i)
      runs_wanted.push_back({tasks[firing[i]].neuron, {&inputs[i], 1}, start[firing[i]], options.max_spikes});
    const std::vector<solvers::SpikeRun> runs = integrator.run(runs_wanted);
    std::vector<std::size_t> still;
    for (std::size_t i = 0; i < firing.size(); ++i) {
      const std::size_t m = firing[i];
      const models::AdexParameters& p = tasks[m].neuron;
      const Settled settled = settle(p, runs[i], options);
      // Below the end of the branch only rest is left. At the highest current it may not have begun yet.
      if (settled.regime != Regime::rest || step == 1) still.push_back(m);
      if (settled.regime == Regime::rest) continue;
      start[m] = settled.last_reset;
      regimes[m][tasks[m].currents.size() - step] =
          rest_is_stable(p, current(m)) ? Regime::rest_and_spiking : settled.regime;
    }
    firing = std::move(still);
  }
  return regimes;
}

}  // namespace modscape::dynamics
