// SPDX-License-Identifier: Apache-2.0
// Rules that decide about every pair by itself: the synapses of any source onto the neurons of this rank can be drawn
// at any time, and come out the same on any number of ranks. Who is connected is keyed by (seed, projection, source,
// block of targets): a rank draws the blocks in which it has neurons. Weight and delay are keyed by the pair.
#pragma once
#include <cstdint>
#include <limits>
#include <vector>

#include "models/network_model.hpp"
#include "network/partition.hpp"
#include "network/synapse_values.hpp"

namespace modscape::network {

/// Synapses of one source: targets are places among this rank's neurons of the target population, ascending. Weights
/// and delays are empty where all have the same.
struct RowBuffer {
  std::vector<std::uint32_t> targets;
  std::vector<float> weights;
  std::vector<std::uint32_t> delays;  ///< units of delay_unit
};

/// Delays of single synapses that matter, in units of delay_unit: first <= delay < last.
struct DelayWindow {
  std::int64_t first = 0, last = std::numeric_limits<std::int64_t>::max();
  /// Delays of at least `earliest` and less than `latest` ticks, both >= 0.
  static DelayWindow of_ticks(std::int64_t earliest, std::int64_t latest) {
    return {(earliest + delay_unit - 1) / delay_unit, (latest + delay_unit - 1) / delay_unit};
  }
};

class PairwiseRows {
 public:
  PairwiseRows(const models::NetworkModel& model, std::size_t projection, const Partition& partition,
               const SynapseValues& values, std::uint64_t seed);

  /// The row of the source at this place of its population; of its synapses with delays of their own, those
  /// within the window.
  void draw(std::int64_t source, const DelayWindow& window, RowBuffer& into) const;
  std::uint64_t bytes() const noexcept;

 private:
  struct Box {  // that holds all targets of a block
    models::Position lowest, highest;
  };
  struct Row;  // being drawn
  void draw_blocks(Row& row) const;
  template <class Act>
  void each_candidate(RandomWords& words, std::int64_t block, double per_log, Act&& act) const;
  void connect(Row& row, std::int64_t target, double distance) const;
  double least_distance(models::Position from, const Box& box) const;

  models::Projection projection_;
  SynapseValues values_;
  models::Population from_;
  std::size_t number_;  // of the projection
  std::uint64_t seed_;
  std::int64_t first_source_;  // gid
  std::int64_t targets_;       // of all ranks
  parallel::BlockRange own_;
  double per_log_;  // 1 / log(1 - probability)
  std::int64_t first_block_ = 0;
  std::size_t blocks_ = 0;                   // in which this rank has neurons
  std::vector<models::Position> positions_;  // of this rank's targets
  std::vector<Box> boxes_;
};

}  // namespace modscape::network
