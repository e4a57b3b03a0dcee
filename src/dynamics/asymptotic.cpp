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

// Firing that goes on to the end of the run (or to the spike limit), started from a state right after a reset or at
// rest.
Settled settle(const models::AdexParameters& p, double current, std::array<double, 2> initial,
               const AsymptoticOptions& options) {
  solvers::KernelOptions kernel = options.kernel;
  kernel.max_spikes = options.max_spikes;
  const solvers::SpikeRun run = solvers::run_adex(p, current, options.duration, initial, kernel);
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

std::vector<Regime> asymptotic_regimes(const models::AdexParameters& p, std::span<const double> currents,
                                       const AsymptoticOptions& options) {
  std::vector<Regime> regimes(currents.size(), Regime::rest);
  std::array<double, 2> start{p.E_L, 0.0};
  bool firing = true;  // on the downward branch
  for (std::size_t k = currents.size(); k-- > 0;) {
    const bool rest = rest_is_stable(p, currents[k]);
    Settled settled;
    if (firing) settled = settle(p, currents[k], start, options);
    if (settled.regime != Regime::rest)
      start = settled.last_reset;
    else if (k + 1 < currents.size())
      firing = false;  // the branch has ended; below it only rest is left
    regimes[k] = settled.regime == Regime::rest ? Regime::rest : rest ? Regime::rest_and_spiking : settled.regime;
  }
  return regimes;
}

}  // namespace modscape::dynamics
