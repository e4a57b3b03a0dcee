// SPDX-License-Identifier: Apache-2.0
// The synapses of one projection onto the neurons of this rank, in rows by source: stored, or drawn again whenever they
// are asked for. Every rank draws the synapses of its own targets from numbers keyed by projection and neurons, so the
// network is the same on any number of ranks and nothing is sent.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "models/network_model.hpp"
#include "network/pairwise_rows.hpp"
#include "network/partition.hpp"
#include "network/row_store.hpp"

namespace modscape::network {

class Connectivity {
 public:
  Connectivity(const models::NetworkModel& model, std::size_t projection, const Partition& partition,
               std::uint64_t seed);

  struct Row {
    const std::uint32_t* targets;  ///< places among this rank's neurons of the target population
    const float* weights;          ///< null: all weigh constant_weight()
    const std::uint32_t* delays;   ///< units of `delay_unit`; null: all constant_delay()
    std::size_t size;
  };
  /// Of the source at this place of its population, ascending by (delay, target); of a procedural projection by target.
  /// Of synapses with delays of their own, those within the window. What is drawn goes into `buffer`; the row is valid
  /// until that changes.
  Row row(std::int64_t source, RowBuffer& buffer, const DelayWindow& window = {}) const {
    return stored_ ? stored_row(source, window) : drawn_row(source, buffer, window);
  }
  bool has_delays() const noexcept { return values_.has_delays(); }  ///< of single synapses, on any rank
  float constant_weight() const noexcept { return values_.constant_weight(); }
  // In ticks:
  std::int64_t constant_delay() const noexcept { return values_.constant_delay(); }
  std::int64_t shortest_delay() const noexcept { return values_.bounds().shortest; }
  std::int64_t longest_delay() const noexcept { return values_.bounds().longest; }
  std::uint64_t synapses() const noexcept { return stored_ ? stored_->targets.size() : 0; }  ///< stored
  /// Memory held, index included.
  std::uint64_t bytes() const noexcept { return stored_ ? stored_->bytes() : drawn_->bytes(); }

 private:
  Row stored_row(std::int64_t source, const DelayWindow& window) const;
  Row drawn_row(std::int64_t source, RowBuffer& buffer, const DelayWindow& window) const;

  SynapseValues values_;
  std::optional<RowStore> stored_;       // or
  std::unique_ptr<PairwiseRows> drawn_;  // of a procedural projection
};

/// Synapses of the projection on all ranks: their mean number.
double expected_synapses(const models::NetworkModel& model, const models::Projection& projection);
/// Memory of the projection on each of `ranks` ranks.
struct ProjectionBytes {
  double synapses;  ///< targets, weights and delays
  double index;     ///< where the synapses of each source begin; of procedural projections what they are drawn from
  double total() const { return synapses + index; }
};
ProjectionBytes expected_bytes(const models::NetworkModel& model, const models::Projection& projection, double ranks);

}  // namespace modscape::network
