// SPDX-License-Identifier: Apache-2.0
// Fills the lists of events of one population for one epoch, some neurons at a time: few enough that their lists and
// states stay in the cache until they have been advanced.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "models/network_model.hpp"
#include "network/arrivals.hpp"
#include "network/connectivity.hpp"
#include "network/partition.hpp"
#include "network/poisson.hpp"
#include "solvers/event_lists.hpp"

namespace modscape::network {

/// Some synapses onto the population have delays of their own: their rows are in the order of delays, not of targets.
bool has_delays(const models::NetworkModel& model, std::size_t population);

class Delivery {
 public:
  static constexpr std::size_t neurons_at_once = 2048;  ///< with 16 events each, a quarter of a megabyte

  /// All but the seed is kept.
  Delivery(const models::NetworkModel& model, const std::vector<Connectivity>& connectivity, const Partition& partition,
           std::uint64_t seed);

  /// The rates of background from now on are those at `now` (ticks), for epochs of `length` ticks.
  void set_rates(std::int64_t now, std::int64_t length);
  /// An epoch of `length` ticks from `now` for this population. `arrivals` are all that may arrive in it.
  void begin(std::size_t population, std::span<const Arrival> arrivals, std::int64_t now, std::int64_t length);
  /// The events at `count` neurons more, up to `at_once`, into `lists`.
  void next(std::size_t count, solvers::EventLists& lists);
  /// How many neurons to take at a time.
  std::size_t at_once() const noexcept { return at_once_; }
  std::int64_t delivered() const noexcept { return delivered_; }  ///< events so far

 private:
  // A row on its way: synapses before `from` have been delivered.
  struct Passing {
    Connectivity::Row row;
    std::size_t from, to;
    std::int64_t tick;  // of arrival; of synapses with delays of their own: of the spike
    std::uint32_t port;
    float weight;  // of all synapses, or what theirs are multiplied with
  };
  void deliver(Passing& p, solvers::EventLists& lists) const;
  void deliver_background(std::size_t number, solvers::EventLists& lists);

  const models::NetworkModel* model_;
  const std::vector<Connectivity>* connectivity_;
  const Partition* partition_;
  std::uint64_t seed_;
  std::vector<bool> whole_;   // a population gets all its events at once
  std::vector<bool> sorted_;  // and they come in order of arrival
  std::vector<PoissonCount> background_counts_;
  // Of the epoch and population:
  std::size_t population_ = 0, at_once_ = 0, first_ = 0, last_ = 0;  // the neurons in work
  std::int64_t now_ = 0, length_ = 0;
  std::vector<Passing> passing_;
  std::vector<RowBuffer> rows_;  // of procedural projections
  std::vector<RandomBlock> words_;
  std::int64_t delivered_ = 0;
};

}  // namespace modscape::network
