// SPDX-License-Identifier: Apache-2.0
#include "dynamics/asymptotic.hpp"

#include <algorithm>
#include <numeric>

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

std::vector<std::vector<Regime>> asymptotic_regimes(std::span<const models::AdexParameters> neurons,
                                                    std::span<const double> currents,
                                                    solvers::SpikeIntegrator& integrator,
                                                    const AsymptoticOptions& options) {
  std::vector<std::vector<Regime>> regimes(neurons.size(), std::vector<Regime>(currents.size(), Regime::rest));
  std::vector<std::array<double, 2>> start;
  for (const models::AdexParameters& p : neurons) start.push_back(models::Adex(p).initial_state());
  std::vector<std::size_t> firing(neurons.size());  // on the downward branch
  std::iota(firing.begin(), firing.end(), std::size_t{0});
  for (std::size_t k = currents.size(); k-- > 0;) {
    const models::InputSegment input{0.0, options.duration, currents[k], 0.0};
    std::vector<solvers::SpikeTask> tasks;
    for (const std::size_t m : firing) tasks.push_back({neurons[m], {&input, 1}, start[m], options.max_spikes});
    const std::vector<solvers::SpikeRun> runs = integrator.run(tasks);
    std::vector<std::size_t> still;
    for (std::size_t i = 0; i < firing.size(); ++i) {
      const std::size_t m = firing[i];
      const Settled settled = settle(neurons[m], runs[i], options);
      // Below the end of the branch only rest is left. At the highest current it may not have begun yet.
      if (settled.regime != Regime::rest || k + 1 == currents.size()) still.push_back(m);
      if (settled.regime == Regime::rest) continue;
      start[m] = settled.last_reset;
      regimes[m][k] = rest_is_stable(neurons[m], currents[k]) ? Regime::rest_and_spiking : settled.regime;
    }
    firing = std::move(still);
  }
  return regimes;
}

}  // namespace modscape::dynamics
