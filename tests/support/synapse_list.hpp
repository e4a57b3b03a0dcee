// SPDX-License-Identifier: Apache-2.0
// The synapses of a projection one by one.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <compare>
#include <vector>

#include "network/connectivity.hpp"
#include "support/small_network.hpp"

namespace modscape::test_support {

struct Synapse {
  std::int64_t source, target;
  float weight;
  std::int64_t delay;  // ticks
  auto operator<=>(const Synapse&) const = default;
};

/// A (population 0) and B (1).
inline models::NetworkModel two_populations(std::int64_t from, std::int64_t to) {
  models::NetworkModel m;
  m.populations = {cortical_population("A", from, 2, 0), cortical_population("B", to, 2, 0)};
  return m;
}

/// Those onto the neurons of one rank, by source.
inline std::vector<Synapse> part(const models::NetworkModel& m, std::size_t projection, int rank, int ranks,
                                 std::uint64_t seed = 7) {
  const network::Partition partition(m, rank, ranks);
  const network::Connectivity c(m, projection, partition, seed);
  std::vector<Synapse> synapses;
  const models::Projection& p = m.projections[projection];
  network::RowBuffer buffer;
  for (std::int64_t source = 0; source < m.populations[p.from].size; ++source) {
    const network::Connectivity::Row row = c.row(source, buffer);
    for (std::size_t k = 0; k < row.size; ++k)
      synapses.push_back({source, partition.owned(p.to).first + row.targets[k],
                          row.weights != nullptr ? row.weights[k] : c.constant_weight(),
                          row.delays != nullptr ? network::delay_unit * row.delays[k] : c.constant_delay()});
  }
  EXPECT_EQ(c.synapses(), p.procedural ? 0 : synapses.size());
  return synapses;
}

/// Those of all ranks, sorted.
inline std::vector<Synapse> parts(const models::NetworkModel& m, std::size_t projection, int ranks,
                                  std::uint64_t seed = 7) {
  std::vector<Synapse> all;
  for (int rank = 0; rank < ranks; ++rank)
    std::ranges::copy(part(m, projection, rank, ranks, seed), std::back_inserter(all));
  std::ranges::sort(all);
  return all;
}

}  // namespace modscape::test_support
