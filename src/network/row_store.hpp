// SPDX-License-Identifier: Apache-2.0
// Stored synapses in rows by source, and how each kind of rule fills them.
#pragma once
#include <cstdint>
#include <vector>

#include "models/network_model.hpp"
#include "network/pairwise_rows.hpp"
#include "network/source_index.hpp"

namespace modscape::network {

/// Rows ascend by delay if synapses have delays of their own.
struct RowStore {
  explicit RowStore(std::int64_t sources) : index(sources) {}
  SourceIndex index;
  std::vector<std::uint32_t> targets;  ///< places among this rank's neurons of the target population
  std::vector<float> weights;          ///< empty: all have the same
  std::vector<std::uint32_t> delays;   ///< units of delay_unit; empty: all have the same
  std::uint64_t bytes() const noexcept;
};

/// `expected`: about how many synapses this rank gets.
RowStore store_pairwise(const PairwiseRows& rows, std::int64_t sources, const SynapseValues& values, double expected);
RowStore store_edges(const models::Projection& projection, std::int64_t sources, parallel::BlockRange own,
                     const SynapseValues& values);
/// `first_target`: gid of the first neuron of the target population; `number`: of the projection.
RowStore store_indegree(const models::Projection& projection, std::size_t number, std::int64_t sources,
                        std::int64_t first_target, parallel::BlockRange own, const SynapseValues& values,
                        std::uint64_t seed);

}  // namespace modscape::network
