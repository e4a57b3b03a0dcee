// SPDX-License-Identifier: Apache-2.0
#include "network/modulators.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/special_functions/lambert_w.hpp>
#include <cmath>

#include "solvers/adex_synaptic.hpp"

namespace modscape::network {
namespace {

using models::Modulator;
using models::Receptor;
using solvers::in_ms;
using solvers::in_ticks;

constexpr double ms_per_s = 1000.0;

bool has_uptake(const Modulator& modulator) {
  return !std::isnan(modulator.uptake_Vmax);
}

// w with w e^w = sign e^log_argument; far beyond the range of double arguments by Newton's method on w + ln w.
double lambert_w(double sign, double log_argument) {
  constexpr double large = 600.0;
  if (log_argument < large) return boost::math::lambert_w0(sign * std::exp(log_argument));
  double w = log_argument - std::log(log_argument);
  for (int i = 0; i < 4; ++i) w -= (w + std::log(w) - log_argument) / (1.0 + 1.0 / w);
  return w;
}

// The time over which a concentration changes much (ms).
double time_scale(const Modulator& modulator) {
  if (has_uptake(modulator)) return modulator.uptake_Km / modulator.uptake_Vmax * ms_per_s;
  return std::isnan(modulator.clearance_tau) ? INFINITY : modulator.clearance_tau;
}

}  // namespace

double cleared(const Modulator& modulator, double c, double tonic, double dt) {
  const double above = c - tonic;
  if (above == 0.0) return tonic;
  if (!has_uptake(modulator))
    return std::isnan(modulator.clearance_tau) ? tonic : tonic + above * std::exp(-dt / modulator.clearance_tau);
  // (Km + c) dc/dt = -k (c - tonic) with k = Vmax Km/(Km + tonic); z = c - tonic in units of Km + tonic.
  const double unit = modulator.uptake_Km + tonic, z = above / unit;
  const double k = modulator.uptake_Vmax / ms_per_s * modulator.uptake_Km / unit;
  return tonic + unit * lambert_w(z < 0.0 ? -1.0 : 1.0, std::log(std::abs(z)) + z - k * dt / unit);
}

Modulators::Modulators(const models::NetworkModel& model, const Partition& partition) : model_(&model) {
  const models::NetworkModulation& network = model.modulation;
  const models::Modulation& m = network.modulation;
  receptors_.resize(m.modulators.size());
  const auto modulator_of = [&](const Receptor& receptor) {
    std::size_t i = 0;
    while (m.modulators[i].name != receptor.modulator) ++i;
    return i;
  };
  for (std::size_t r = 0; r < m.receptors.size(); ++r) receptors_[modulator_of(m.receptors[r])].push_back(r);
  for (const models::Effect& effect : m.effects) {
    std::size_t r = 0;
    while (m.receptors[r].name != effect.receptor) ++r;
    receptor_of_effect_.push_back(r);
  }
  for (const models::Release& release : network.releases)
    gid_ranges_.emplace_back(partition.first_gid(release.from), partition.first_gid(release.from + 1));

  for (const Modulator& modulator : m.modulators) state_.tonic.insert(state_.tonic.end(), regions(), modulator.tonic);
  state_.concentrations = state_.tonic;
  for (const models::Dose& dose : network.doses)  // those from the start on have settled
    if (in_ticks(dose.time) == 0)
      for (const std::size_t region : dose.regions) {
        const std::size_t i = dose.modulator * regions() + region;
        state_.tonic[i] = state_.concentrations[i] = dose.tonic;
      }
  state_.occupancies.resize(m.receptors.size() * regions());
  for (std::size_t i = 0; i < m.modulators.size(); ++i)
    for (const std::size_t r : receptors_[i])
      for (std::size_t region = 0; region < regions(); ++region)
        state_.occupancies[r * regions() + region] = models::occupancy(m.receptors[r], concentration(i, region));
  for (std::size_t i = 0; i < m.modulators.size(); ++i)
    for (const Jump& jump : jumps_of(i, -1, 0, {})) apply(i, jump);
  state_.acting = state_.occupancies;
}

std::vector<std::int64_t> Modulators::changes() const {
  std::vector<std::int64_t> ticks;
  for (const models::Dose& dose : model_->modulation.doses) ticks.push_back(in_ticks(dose.time));
  for (const models::Pulse& pulse : model_->modulation.pulses)
    for (const double time : pulse.times) ticks.push_back(in_ticks(time));
  std::ranges::sort(ticks);
  return ticks;
}

// In (after, end]; of the same tick doses come first, then pulses, then releases.
std::vector<Modulators::Jump> Modulators::jumps_of(std::size_t modulator, std::int64_t after, std::int64_t end,
                                                   std::span<const Spike> spikes) const {
  const models::NetworkModulation& network = model_->modulation;
  std::vector<Jump> jumps;
  const auto add = [&](double time, double amount, bool dose, const std::vector<std::size_t>& where) {
    const std::int64_t tick = in_ticks(time);
    if (tick > after && tick <= end) jumps.push_back({tick, amount, dose, &where});
  };
  for (const models::Dose& dose : network.doses)
    if (dose.modulator == modulator) add(dose.time, dose.tonic, true, dose.regions);
  for (const models::Pulse& pulse : network.pulses)
    if (pulse.modulator == modulator)
      for (const double time : pulse.times) add(time, pulse.amount, false, pulse.regions);
  for (std::size_t i = 0; i < network.releases.size(); ++i) {
    const models::Release& release = network.releases[i];
    if (release.modulator != modulator) continue;
    for (const Spike& spike : spikes)
      if (spike.gid >= gid_ranges_[i].first && spike.gid < gid_ranges_[i].second)
        jumps.push_back({spike.tick, release.amount, false, &release.regions});
  }
  std::ranges::stable_sort(jumps, {}, &Jump::tick);
  return jumps;
}

void Modulators::apply(std::size_t modulator, const Jump& jump) {
  for (const std::size_t region : *jump.regions) {
    const std::size_t i = modulator * regions() + region;
    if (jump.dose)
      state_.tonic[i] = jump.amount;
    else
      state_.concentrations[i] += jump.amount;
    relax(state_, modulator, region, 0.0);  // what nothing clears is at the tonic level at once
  }
}

void Modulators::relax(State& state, std::size_t modulator, std::size_t region, double dt) const {
  using Gauss = boost::math::quadrature::gauss<double, 7>;
  const models::Modulation& m = model_->modulation.modulation;
  const Modulator& what = m.modulators[modulator];
  double& c = state.concentrations[modulator * regions() + region];
  const double tonic = state.tonic[modulator * regions() + region];
  double longest = time_scale(what);
  for (const std::size_t r : receptors_[modulator])
    if (!std::isnan(m.receptors[r].tau)) longest = std::min(longest, m.receptors[r].tau);
  const int parts = std::max(1, static_cast<int>(std::ceil(std::min(2.0 * dt / longest, 1e3))));
  const double h = dt / parts;
  for (int part = 0; part < parts; ++part) {
    const double before = c;
    c = cleared(what, before, tonic, h);
    for (const std::size_t r : receptors_[modulator]) {
      const Receptor& receptor = m.receptors[r];
      double& occupied = state.occupancies[r * regions() + region];
      if (std::isnan(receptor.tau)) {
        occupied = models::occupancy(receptor, c);
      } else if (h == 0.0) {
        continue;
      } else if (before == c) {
        const double settled = models::occupancy(receptor, c);
        occupied = settled + (occupied - settled) * std::exp(-h / receptor.tau);
      } else {
        const auto kernel = [&](double t) {
          return models::occupancy(receptor, cleared(what, before, tonic, t)) * std::exp((t - h) / receptor.tau) /
                 receptor.tau;
        };
        occupied = occupied * std::exp(-h / receptor.tau) + Gauss::integrate(kernel, 0.0, h);
      }
    }
  }
}

void Modulators::advance(std::int64_t end, std::span<const Spike> spikes) {
  for (std::size_t i = 0; i < receptors_.size(); ++i) {
    std::int64_t now = state_.now;
    const auto move = [&](std::int64_t to) {
      if (to <= now) return;
      for (std::size_t region = 0; region < regions(); ++region) relax(state_, i, region, in_ms(to - now));
      now = to;
    };
    for (const Jump& jump : jumps_of(i, state_.now, end, spikes)) {
      move(jump.tick);
      apply(i, jump);
    }
    move(end);
  }
  state_.now = end;
}

bool Modulators::act(std::int64_t length) {
  State ahead = state_;
  for (std::size_t i = 0; i < receptors_.size(); ++i)
    for (std::size_t region = 0; region < regions(); ++region) relax(ahead, i, region, 0.5 * in_ms(length));
  const bool same = ahead.occupancies == state_.acting;
  state_.acting = std::move(ahead.occupancies);
  return !same;
}

Modulators::ActiveEffects Modulators::effects_on(std::span<const std::string> names, bool unnamed,
                                                 std::size_t region) const {
  const models::Modulation& m = model_->modulation.modulation;
  ActiveEffects active;
  for (std::size_t i = 0; i < m.effects.size(); ++i) {
    const models::Effect& effect = m.effects[i];
    if (effect.on.empty() ? !unnamed : std::ranges::find(names, effect.on) == names.end()) continue;
    const std::size_t r = receptor_of_effect_[i];
    const double weight = models::effect_weight_at(effect, m.receptors[r], state_.acting[r * regions() + region]);
    active.effects.push_back({&effect, weight});
    active.receptors.push_back(r);
  }
  return active;
}

}  // namespace modscape::network
