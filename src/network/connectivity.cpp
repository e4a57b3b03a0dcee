// SPDX-License-Identifier: Apache-2.0
#include "network/connectivity.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_set>

#include "network/draw.hpp"
#include "solvers/adex_synaptic.hpp"

namespace modscape::network {
namespace {

using models::ConnectionRule;
using solvers::in_ticks;

constexpr double cut_at = 3.0;  // standard deviations

// With bounds whatever its kind.
models::Distribution cut_delays(models::Distribution d) {
  using Kind = models::Distribution::Kind;
  if (d.kind == Kind::constant) d.lower = d.upper = d.value;
  if (d.kind == Kind::normal) {
    d.lower = std::fmax(d.lower, d.value - cut_at * d.sd);  // fmax: a bound may be NaN
    d.upper = std::fmin(d.upper, d.value + cut_at * d.sd);
  }
  return d;
}

/// Calls act(source) for every synapse of one target, in the order of the draws.
template <class Act>
void each_source(const models::Projection& p, std::int64_t sources, std::int64_t target, bool same_population,
                 RandomWords& words, Act&& act) {
  const auto allowed = [&](std::int64_t source) { return p.autapses || !same_population || source != target; };
  switch (p.rule) {
    case ConnectionRule::fixed_indegree: {
      std::unordered_set<std::int64_t> taken;
      for (std::int64_t k = 0; k < p.indegree;) {
        const auto source = static_cast<std::int64_t>(words.below(static_cast<std::uint64_t>(sources)));
        if (!allowed(source) || (!p.multapses && !taken.insert(source).second)) continue;
        act(source);
        ++k;
      }
      break;
    }
    case ConnectionRule::fixed_probability: {
      if (p.probability <= 0.0) break;
      // Gaps between connected sources are geometric.
      const double log_miss = std::log1p(-p.probability);
      std::int64_t source = -1;
      for (;;) {
        const double gap = p.probability >= 1.0 ? 0.0 : std::floor(std::log(words.uniform()) / log_miss);
        if (gap >= static_cast<double>(sources - source - 1)) break;
        source += 1 + static_cast<std::int64_t>(gap);
        if (allowed(source)) act(source);
      }
      break;
    }
    case ConnectionRule::one_to_one:
      if (allowed(target)) act(target);
      break;
    case ConnectionRule::all_to_all:
      for (std::int64_t source = 0; source < sources; ++source)
        if (allowed(source)) act(source);
      break;
    case ConnectionRule::explicit_edges:
      break;
  }
}

}  // namespace

DelayBounds delay_bounds(const models::Projection& p) {
  const models::Distribution delays = cut_delays(p.delay);
  double shortest = delays.lower, longest = delays.upper;
  for (const models::Edge& edge : p.edges) {
    if (std::isnan(edge.delay)) continue;
    shortest = std::min(shortest, edge.delay);
    longest = std::max(longest, edge.delay);
  }
  return {in_ticks(shortest), in_ticks(longest)};
}

Connectivity::Connectivity(const models::NetworkModel& model, std::size_t projection, const Partition& partition,
                           std::uint64_t seed) {
  using Kind = models::Distribution::Kind;
  const models::Projection& p = model.projections[projection];
  const std::int64_t sources = model.populations[p.from].size;
  const parallel::BlockRange own = partition.owned(p.to);
  const DelayBounds bounds = delay_bounds(p);
  const models::Distribution delays = cut_delays(p.delay);
  weight_ = static_cast<float>(p.weight.value);
  delay_ = in_ticks(p.delay.value);
  shortest_ = bounds.shortest;
  longest_ = bounds.longest;
  const auto edge_differs = [](double value) { return !std::isnan(value); };
  const bool own_weights = p.weight.kind != Kind::constant ||
                           std::ranges::any_of(p.edges, [&](const models::Edge& e) { return edge_differs(e.weight); });
  const bool own_delays = p.delay.kind != Kind::constant ||
                          std::ranges::any_of(p.edges, [&](const models::Edge& e) { return edge_differs(e.delay); });

  has_delays_ = own_delays;

  // act(source, target, weight, delay) for every synapse onto this rank; called twice, with the same draws.
  const auto each_synapse = [&](bool values, auto&& act) {
    if (p.rule == ConnectionRule::explicit_edges) {
      for (const models::Edge& edge : p.edges)
        if (edge.target >= own.first && edge.target < own.last)
          act(edge.source, static_cast<std::uint32_t>(edge.target - own.first),
              edge_differs(edge.weight) ? static_cast<float>(edge.weight) : weight_,
              edge_differs(edge.delay) ? in_ticks(edge.delay) : delay_);
      return;
    }
    for (std::int64_t target = own.first; target < own.last; ++target) {
      const std::uint64_t stream = stream_of(projection, partition.first_gid(p.to) + target);
      RandomWords who(seed, Purpose::connectivity, stream), what(seed, Purpose::synapse, stream);
      each_source(p, sources, target, p.from == p.to, who, [&](std::int64_t source) {
        float weight = weight_;
        std::int64_t delay = delay_;
        if (values && own_weights) weight = static_cast<float>(draw(p.weight, what));
        if (values && own_delays) delay = std::clamp(in_ticks(draw(delays, what)), shortest_, longest_);
        act(source, static_cast<std::uint32_t>(target - own.first), weight, delay);
      });
    }
  };

  offsets_.assign(static_cast<std::size_t>(sources) + 1, 0);
  each_synapse(false, [&](std::int64_t source, std::uint32_t, float, std::int64_t) {
    ++offsets_[static_cast<std::size_t>(source) + 1];
  });
  std::partial_sum(offsets_.begin(), offsets_.end(), offsets_.begin());
  targets_.resize(offsets_.back());
  if (own_weights) weights_.resize(offsets_.back());
  if (own_delays) delays_.resize(offsets_.back());
  each_synapse(true, [&](std::int64_t source, std::uint32_t target, float weight, std::int64_t delay) {
    const std::uint64_t place = offsets_[static_cast<std::size_t>(source)]++;
    targets_[place] = target;
    if (own_weights) weights_[place] = weight;
    if (own_delays)
      delays_[place] = static_cast<std::uint32_t>(std::max(delay, shortest_ + delay_unit - 1) / delay_unit);
  });
  std::copy_backward(offsets_.begin(), offsets_.end() - 1, offsets_.end());
  offsets_.front() = 0;
  if (!own_delays) return;

  std::vector<std::size_t> order;
  for (std::size_t source = 0; source + 1 < offsets_.size(); ++source) {
    const std::uint64_t first = offsets_[source], size = offsets_[source + 1] - first;
    order.resize(size);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return delays_[first + i]; });
    const auto reorder = [&](auto& values) {
      if (values.empty()) return;
      const auto at = values.begin() + static_cast<std::ptrdiff_t>(first);
      const std::vector<typename std::decay_t<decltype(values)>::value_type> old(
          at, at + static_cast<std::ptrdiff_t>(size));
      for (std::size_t i = 0; i < size; ++i) values[first + i] = old[order[i]];
    };
    reorder(targets_);
    reorder(weights_);
    reorder(delays_);
  }
}

std::uint64_t Connectivity::bytes() const noexcept {
  return offsets_.capacity() * sizeof(offsets_[0]) + targets_.capacity() * sizeof(targets_[0]) +
         weights_.capacity() * sizeof(float) + delays_.capacity() * sizeof(delays_[0]);
}

}  // namespace modscape::network
