// SPDX-License-Identifier: Apache-2.0
#include "network/connectivity.hpp"

#include <algorithm>
#include <cmath>

namespace modscape::network {

using models::ConnectionRule;

Connectivity::Connectivity(const models::NetworkModel& model, std::size_t projection, const Partition& partition,
                           std::uint64_t seed)
    : values_(model, model.projections[projection]) {
  const models::Projection& p = model.projections[projection];
  const std::int64_t sources = model.populations[p.from].size;
  const parallel::BlockRange own = partition.owned(p.to);
  if (models::is_pairwise(p.rule)) {
    auto rows = std::make_unique<PairwiseRows>(model, projection, partition, values_, seed);
    if (p.procedural) {
      drawn_ = std::move(rows);
      return;
    }
    const double share = static_cast<double>(own.last - own.first) / static_cast<double>(model.populations[p.to].size);
    stored_ = store_pairwise(*rows, sources, values_, expected_synapses(model, p) * share);
  } else if (p.rule == ConnectionRule::fixed_indegree) {
    stored_ = store_indegree(p, projection, sources, partition.first_gid(p.to), own, values_, seed);
  } else {
    stored_ = store_edges(p, sources, own, values_);
  }
}

Connectivity::Row Connectivity::stored_row(std::int64_t source, const DelayWindow& window) const {
  auto [first, last] = stored_->index(source);
  if (!stored_->delays.empty()) {
    const auto at = [&](std::uint64_t place) { return stored_->delays.begin() + static_cast<std::ptrdiff_t>(place); };
    const auto before = [](std::int64_t end) { return [end](std::uint32_t delay) { return delay < end; }; };
    const auto from = std::partition_point(at(first), at(last), before(window.first));
    const auto to = std::partition_point(from, at(last), before(window.last));
    first = static_cast<std::uint64_t>(from - stored_->delays.begin());
    last = static_cast<std::uint64_t>(to - stored_->delays.begin());
  }
  return {stored_->targets.data() + first, stored_->weights.empty() ? nullptr : stored_->weights.data() + first,
          stored_->delays.empty() ? nullptr : stored_->delays.data() + first, static_cast<std::size_t>(last - first)};
}

Connectivity::Row Connectivity::drawn_row(std::int64_t source, RowBuffer& buffer, const DelayWindow& window) const {
  drawn_->draw(source, window, buffer);
  return {buffer.targets.data(), values_.has_weights() ? buffer.weights.data() : nullptr,
          values_.has_delays() ? buffer.delays.data() : nullptr, buffer.targets.size()};
}

double expected_synapses(const models::NetworkModel& model, const models::Projection& p) {
  const auto sources = static_cast<double>(model.populations[p.from].size);
  const auto targets = static_cast<double>(model.populations[p.to].size);
  switch (p.rule) {
    case ConnectionRule::fixed_indegree:
      return targets * static_cast<double>(p.indegree);
    case ConnectionRule::fixed_probability:
      return targets * sources * p.probability;
    case ConnectionRule::distance:
      return targets * sources * p.probability * models::mean_over_pairs(p.kernel, model.populations[p.from].sheet);
    case ConnectionRule::one_to_one:
      return targets;
    case ConnectionRule::all_to_all:
      return targets * sources;
    case ConnectionRule::explicit_edges:
      return static_cast<double>(p.edges.size());
  }
  return 0.0;
}

ProjectionBytes expected_bytes(const models::NetworkModel& model, const models::Projection& p, double ranks) {
  const double targets = static_cast<double>(model.populations[p.to].size) / ranks;
  if (p.procedural) return {0.0, p.rule == ConnectionRule::distance ? targets * sizeof(models::Position) : 0.0};
  const SynapseValues values(model, p);
  const double synapses = expected_synapses(model, p) / ranks;
  const auto sources = static_cast<double>(model.populations[p.from].size);
  const double rows = sources * -std::expm1(-synapses / sources);  // sources with a synapse here
  constexpr double index_bit = 0.25, offset = 4.0, each = 4.0;     // bytes
  return {synapses * each * (1.0 + (values.has_weights() ? 1.0 : 0.0) + (values.has_delays() ? 1.0 : 0.0)),
          index_bit * sources + offset * rows};
}

}  // namespace modscape::network
