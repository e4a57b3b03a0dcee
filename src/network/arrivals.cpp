// SPDX-License-Identifier: Apache-2.0
#include "network/arrivals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "solvers/adex_synaptic.hpp"

namespace modscape::network {

double transmit(const models::ShortTermPlasticity& p, std::int64_t tick, Terminal& t) {
  const auto left = [&](double tau) { return tau > 0.0 ? std::exp(-solvers::in_ms(tick - t.last) / tau) : 0.0; };
  if (t.last < 0) {
    t.u = p.U;
    t.R = 1.0;
  } else {
    t.R = 1.0 + (t.R - t.u * t.R - 1.0) * left(p.tau_rec);
    t.u = p.U + t.u * (1.0 - p.U) * left(p.tau_facil);
  }
  t.last = tick;
  return t.u * t.R;
}

Arrivals::Arrivals(const models::NetworkModel& model, const std::vector<Connectivity>& connectivity,
                   const Partition& partition, std::int64_t epoch_ticks)
    : model_(&model),
      connectivity_(&connectivity),
      partition_(&partition),
      epoch_ticks_(epoch_ticks),
      leaving_(model.populations.size()),
      gains_(model.projections.size(), 1.0) {
  for (std::size_t p = 0; p < model.projections.size(); ++p) {
    const models::Projection& projection = model.projections[p];
    leaving_[projection.from].push_back(p);
    longest_delay_ = std::max(longest_delay_, connectivity[p].longest_delay() + delay_unit);
    plasticity_.push_back(projection.short_term);
    const bool plastic = !std::isnan(projection.short_term.U);
    state_.terminals.emplace_back(plastic ? static_cast<std::size_t>(model.populations[projection.from].size) : 0);
  }
  // A spike at the end of an epoch arrives at most this many epochs later.
  const auto ring = static_cast<std::size_t>(longest_delay_ / epoch_ticks_ + 2);
  ring_.assign(ring, std::vector<std::vector<Arrival>>(model.populations.size()));
}

std::optional<OutOfBounds> Arrivals::set_parameters(const Modulators& modulators) {
  for (std::size_t p = 0; p < model_->projections.size(); ++p) {
    const models::Projection& projection = model_->projections[p];
    const std::size_t region = model_->populations[projection.to].region;
    const auto active = modulators.effects_on(std::span(&projection.name, 1), false, region);
    if (active.effects.empty()) continue;
    const auto value = [&](double base, std::string_view name) {
      return models::with_effects(base, name, active.effects);
    };
    const models::ShortTermPlasticity& base = projection.short_term;
    gains_[p] = value(1.0, "gain");
    plasticity_[p] = {value(base.U, "U"), value(base.tau_rec, "tau_rec"), value(base.tau_facil, "tau_facil")};
    const models::ShortTermPlasticity& now = plasticity_[p];
    const bool plastic = !std::isnan(base.U);
    // Written so that NaN is refused too.
    if (!(gains_[p] >= 0.0)) return OutOfBounds{p, fmt::format("gain = {:.4g} must not be negative", gains_[p])};
    if (!plastic) continue;
    if (!(now.U > 0.0 && now.U <= 1.0)) return OutOfBounds{p, fmt::format("U = {:.4g} must be in (0, 1]", now.U)};
    for (const auto& [name, tau] : {std::pair("tau_rec", now.tau_rec), std::pair("tau_facil", now.tau_facil)})
      if (!(tau >= 0.0)) return OutOfBounds{p, fmt::format("{} = {:.4g} ms must not be negative", name, tau)};
  }
  return std::nullopt;
}

void Arrivals::add(const Spike& spike, std::int64_t now) {
  const std::size_t from = partition_->population_of(spike.gid);
  const auto source = static_cast<std::uint32_t>(spike.gid - partition_->first_gid(from));
  for (const std::size_t p : leaving_[from]) {
    double efficacy = gains_[p];
    if (!state_.terminals[p].empty()) efficacy *= transmit(plasticity_[p], spike.tick, state_.terminals[p][source]);
    const Transmission transmission{spike.tick, static_cast<std::uint32_t>(p), source, static_cast<float>(efficacy)};
    enqueue(transmission, now);
    state_.in_flight.push_back(transmission);
  }
}

void Arrivals::enqueue(const Transmission& t, std::int64_t now) {
  const Connectivity& connectivity = (*connectivity_)[t.projection];
  const std::size_t to = model_->projections[t.projection].to;
  const std::int64_t first = (t.tick + connectivity.shortest_delay()) / epoch_ticks_;
  const auto put = [&](std::int64_t epoch, std::int64_t tick) {
    if (epoch >= now / epoch_ticks_)  // taken up from a state, it may have arrived
      of(epoch, to).push_back({tick, t.projection, t.source, t.efficacy});
  };
  if (!connectivity.has_delays()) {
    put(first, t.tick + connectivity.constant_delay());
    return;
  }
  const std::int64_t last = (t.tick + connectivity.longest_delay() + delay_unit) / epoch_ticks_;
  for (std::int64_t epoch = first; epoch <= last; ++epoch) put(epoch, t.tick);
}

void Arrivals::finish(std::int64_t epoch) {
  for (std::vector<Arrival>& done : ring_[static_cast<std::size_t>(epoch) % ring_.size()]) done.clear();
}

void Arrivals::forget(std::int64_t now) {
  std::erase_if(state_.in_flight, [&](const Transmission& t) { return t.tick + longest_delay_ < now; });
}

void Arrivals::restore(State state, std::int64_t now) {
  for (auto& epoch : ring_)
    for (std::vector<Arrival>& arrivals : epoch) arrivals.clear();
  state_ = std::move(state);
  for (const Transmission& transmission : state_.in_flight) enqueue(transmission, now);
}

}  // namespace modscape::network
