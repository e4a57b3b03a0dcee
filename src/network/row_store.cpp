// SPDX-License-Identifier: Apache-2.0
#include "network/row_store.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "network/draw.hpp"
#include "solvers/adex_synaptic.hpp"

namespace modscape::network {
namespace {

using models::Edge;
using models::Projection;

template <class T>
void reserve(std::vector<T>& values, double expected) {
  constexpr double slack = 6.0;  // standard deviations
  values.reserve(static_cast<std::size_t>(expected + slack * std::sqrt(expected) + 16.0));
}

// Gives back what growing left over, where that is worth a copy.
template <class T>
void fit(std::vector<T>& values) {
  if (values.capacity() > values.size() + values.size() / 16) values.shrink_to_fit();
}

/// Puts values[first ... first + order.size()) into this order.
template <class T>
void reorder(std::vector<T>& values, std::uint64_t first, const std::vector<std::uint64_t>& order,
             std::vector<T>& before) {
  if (values.empty()) return;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(first);
  before.assign(at, at + static_cast<std::ptrdiff_t>(order.size()));
  for (std::size_t i = 0; i < order.size(); ++i) values[first + i] = before[order[i] & 0xffffffffU];
}

void sort_rows_by_delay(RowStore& store, std::int64_t sources) {
  if (store.delays.empty()) return;
  std::vector<std::uint64_t> order;  // delay << 32 | place in the row: equal delays keep their order
  std::vector<std::uint32_t> words;
  std::vector<float> weights;
  for (std::int64_t source = 0; source < sources; ++source) {
    const auto [first, last] = store.index(source);
    order.clear();
    for (std::uint64_t k = first; k < last; ++k) order.push_back(std::uint64_t{store.delays[k]} << 32U | (k - first));
    std::ranges::sort(order);
    reorder(store.targets, first, order, words);
    reorder(store.delays, first, order, words);
    reorder(store.weights, first, order, weights);
  }
}

/// Makes the index and room for so many synapses per source; afterwards `counts` holds the number of synapses before
/// those of each source.
std::vector<std::uint64_t> make_room(RowStore& store, const std::vector<std::uint32_t>& counts,
                                     const SynapseValues& values) {
  std::vector<std::uint64_t> place(counts.size());
  for (std::size_t source = 0; source < counts.size(); ++source) {
    place[source] = store.index.size();
    store.index.add(static_cast<std::int64_t>(source), counts[source]);
  }
  store.index.finish();
  store.targets.resize(store.index.size());
  if (values.has_weights()) store.weights.resize(store.index.size());
  if (values.has_delays()) store.delays.resize(store.index.size());
  return place;
}

/// Sources of one target, in the order of the draws.
class IndegreeDraws {
 public:
  IndegreeDraws(const Projection& projection, std::int64_t sources)
      : projection_(&projection),
        sources_(static_cast<std::uint64_t>(sources)),
        taken_(projection.multapses ? 0 : static_cast<std::size_t>(sources)) {}

  template <class Act>
  void each(std::int64_t target, RandomWords words, Act&& act) {
    const bool without_self = projection_->from == projection_->to && !projection_->autapses;
    drawn_.clear();
    for (std::int64_t k = 0; k < projection_->indegree;) {
      const auto source = static_cast<std::uint32_t>(words.below(sources_));
      if (without_self && source == target) continue;
      if (!taken_.empty()) {
        if (taken_[source]) continue;
        taken_[source] = true;
        drawn_.push_back(source);
      }
      act(source);
      ++k;
    }
    for (const std::uint32_t source : drawn_) taken_[source] = false;
  }

 private:
  const Projection* projection_;
  std::uint64_t sources_;
  std::vector<bool> taken_;
  std::vector<std::uint32_t> drawn_;
};

/// Numbers the synapses that are added and goes through them almost in the order of their sources: so close that the
/// ends of the rows they go to stay in the cache.
class SourceBuckets {
 public:
  explicit SourceBuckets(std::int64_t sources) {
    while ((sources - 1) >> shift_ >= most_) ++shift_;
    starts_.resize(static_cast<std::size_t>((sources - 1) >> shift_) + 2);
  }
  void clear() { sources_.clear(); }
  void add(std::uint32_t source) { sources_.push_back(source); }

  /// act(source, number) for all of them; those of one source in the order they came.
  template <class Act>
  void each(Act&& act) {
    std::ranges::fill(starts_, 0U);
    for (const std::uint32_t source : sources_) ++starts_[(source >> shift_) + 1];
    std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
    sorted_.resize(sources_.size());
    for (std::uint32_t number = 0; number < sources_.size(); ++number)
      sorted_[starts_[sources_[number] >> shift_]++] = {sources_[number], number};
    for (const auto& [source, number] : sorted_) act(source, number);
  }

 private:
  static constexpr std::int64_t most_ = 512;
  unsigned shift_ = 0;
  std::vector<std::uint32_t> sources_, starts_;  // starts_: of each bucket
  struct Entry {
    std::uint32_t source, number;
  };
  std::vector<Entry> sorted_;
};
constexpr std::int64_t synapses_at_once = 1 << 20;

}  // namespace

std::uint64_t RowStore::bytes() const noexcept {
  return index.bytes() + targets.capacity() * sizeof(targets[0]) + weights.capacity() * sizeof(weights[0]) +
         delays.capacity() * sizeof(delays[0]);
}

RowStore store_pairwise(const PairwiseRows& rows, std::int64_t sources, const SynapseValues& values, double expected) {
  RowStore store(sources);
  reserve(store.targets, expected);
  if (values.has_weights()) reserve(store.weights, expected);
  if (values.has_delays()) reserve(store.delays, expected);
  RowBuffer row;
  for (std::int64_t source = 0; source < sources; ++source) {
    rows.draw(source, {}, row);
    store.index.add(source, row.targets.size());
    store.targets.insert(store.targets.end(), row.targets.begin(), row.targets.end());
    store.weights.insert(store.weights.end(), row.weights.begin(), row.weights.end());
    store.delays.insert(store.delays.end(), row.delays.begin(), row.delays.end());
  }
  store.index.finish();
  fit(store.targets);
  fit(store.weights);
  fit(store.delays);
  sort_rows_by_delay(store, sources);
  return store;
}

RowStore store_edges(const Projection& projection, std::int64_t sources, parallel::BlockRange own,
                     const SynapseValues& values) {
  const auto here = [&](const Edge& edge) { return edge.target >= own.first && edge.target < own.last; };
  RowStore store(sources);
  std::vector<std::uint32_t> counts(static_cast<std::size_t>(sources));
  for (const Edge& edge : projection.edges)
    if (here(edge)) ++counts[static_cast<std::size_t>(edge.source)];
  std::vector<std::uint64_t> next = make_room(store, counts, values);
  std::vector<std::size_t> order;  // by target, as all rows are
  for (std::size_t i = 0; i < projection.edges.size(); ++i)
    if (here(projection.edges[i])) order.push_back(i);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return projection.edges[i].target; });
  for (const std::size_t i : order) {
    const Edge& edge = projection.edges[i];
    const std::uint64_t place = next[static_cast<std::size_t>(edge.source)]++;
    store.targets[place] = static_cast<std::uint32_t>(edge.target - own.first);
    if (values.has_weights())
      store.weights[place] = std::isnan(edge.weight) ? values.constant_weight() : static_cast<float>(edge.weight);
    if (values.has_delays())
      store.delays[place] =
          values.stored(std::isnan(edge.delay) ? values.constant_delay() : solvers::in_ticks(edge.delay));
  }
  sort_rows_by_delay(store, sources);
  return store;
}

RowStore store_indegree(const Projection& projection, std::size_t number, std::int64_t sources,
                        std::int64_t first_target, parallel::BlockRange own, const SynapseValues& values,
                        std::uint64_t seed) {
  IndegreeDraws draws(projection, sources);
  const auto words_of = [&](Purpose purpose, std::int64_t target) {
    return RandomWords(seed, purpose, stream_of(number, first_target + target));
  };
  RowStore store(sources);
  std::vector<std::uint32_t> counts(static_cast<std::size_t>(sources));
  for (std::int64_t target = own.first; target < own.last; ++target)
    draws.each(target, words_of(Purpose::connectivity, target), [&](std::uint32_t source) { ++counts[source]; });
  std::vector<std::uint64_t> next = make_room(store, counts, values);

  // Some targets at a time: their synapses are drawn in the order of targets and go to their rows in the order of
  // sources.
  SourceBuckets buckets(sources);
  std::vector<float> weights;
  std::vector<std::uint32_t> delays;
  const std::int64_t at_once = std::max<std::int64_t>(1, synapses_at_once / projection.indegree);
  for (std::int64_t first = own.first; first < own.last; first += at_once) {
    const std::int64_t last = std::min(first + at_once, own.last);
    buckets.clear();
    weights.clear();
    delays.clear();
    for (std::int64_t target = first; target < last; ++target) {
      RandomWords words = words_of(Purpose::synapse, target);
      draws.each(target, words_of(Purpose::connectivity, target), [&](std::uint32_t source) {
        buckets.add(source);
        if (values.has_weights()) weights.push_back(values.weight(words));
        if (values.has_delays()) delays.push_back(values.delay(words));
      });
    }
    const auto first_place = static_cast<std::uint32_t>(first - own.first);
    const auto indegree = static_cast<std::uint32_t>(projection.indegree);
    buckets.each([&](std::uint32_t source, std::uint32_t synapse) {
      const std::uint64_t place = next[source]++;
      store.targets[place] = first_place + synapse / indegree;
      if (!weights.empty()) store.weights[place] = weights[synapse];
      if (!delays.empty()) store.delays[place] = delays[synapse];
    });
  }
  sort_rows_by_delay(store, sources);
  return store;
}

}  // namespace modscape::network
