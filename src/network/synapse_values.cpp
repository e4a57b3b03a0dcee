// SPDX-License-Identifier: Apache-2.0
#include "network/synapse_values.hpp"

#include <algorithm>
#include <cmath>

#include "network/draw.hpp"
#include "solvers/adex_synaptic.hpp"

namespace modscape::network {
namespace {

using models::Edge;
using solvers::in_ticks;
using Kind = models::Distribution::Kind;

constexpr double cut_at = 3.0;  // standard deviations

// With bounds whatever its kind.
models::Distribution cut_delays(models::Distribution d) {
  if (d.kind == Kind::constant) d.lower = d.upper = d.value;
  if (d.kind == Kind::normal) {
    d.lower = std::fmax(d.lower, d.value - cut_at * d.sd);  // fmax: a bound may be NaN
    d.upper = std::fmin(d.upper, d.value + cut_at * d.sd);
  }
  return d;
}

bool has_conduction(const models::Projection& p) {
  return p.rule == models::ConnectionRule::distance && !std::isnan(p.kernel.velocity);
}

}  // namespace

DelayBounds delay_bounds(const models::NetworkModel& model, const models::Projection& p) {
  const models::Distribution delays = cut_delays(p.delay);
  double shortest = delays.lower, longest = delays.upper;
  for (const Edge& edge : p.edges) {
    if (std::isnan(edge.delay)) continue;
    shortest = std::min(shortest, edge.delay);
    longest = std::max(longest, edge.delay);
  }
  if (has_conduction(p)) longest += p.kernel.longest_conduction(model.populations[p.from].sheet);
  return {in_ticks(shortest), in_ticks(longest)};
}

SynapseValues::SynapseValues(const models::NetworkModel& model, const models::Projection& p)
    : weights_(p.weight),
      delays_(cut_delays(p.delay)),
      has_weights_(p.weight.kind != Kind::constant ||
                   std::ranges::any_of(p.edges, [](const Edge& e) { return !std::isnan(e.weight); })),
      has_delays_(p.delay.kind != Kind::constant || has_conduction(p) ||
                  std::ranges::any_of(p.edges, [](const Edge& e) { return !std::isnan(e.delay); })),
      weight_(static_cast<float>(p.weight.value)),
      delay_(in_ticks(p.delay.value)),
      bounds_(delay_bounds(model, p)) {}

float SynapseValues::weight(RandomWords& words) const {
  return static_cast<float>(draw(weights_, words));
}

std::uint32_t SynapseValues::delay(RandomWords& words, double conduction) const {
  return stored(in_ticks(draw(delays_, words) + conduction));
}

std::uint32_t SynapseValues::stored(std::int64_t ticks) const {
  ticks = std::clamp(ticks, bounds_.shortest, bounds_.longest);
  return static_cast<std::uint32_t>(std::max(ticks, bounds_.shortest + delay_unit - 1) / delay_unit);
}

}  // namespace modscape::network
