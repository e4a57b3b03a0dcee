// SPDX-License-Identifier: Apache-2.0
// Synapses that are drawn again are those that would have been stored.
#include <gtest/gtest.h>

#include "support/synapse_list.hpp"

namespace modscape::network {
namespace {

using models::ConnectionRule;
using models::NetworkModel;
using Kind = models::Distribution::Kind;

NetworkModel network(ConnectionRule rule, bool own_values) {
  NetworkModel m = test_support::two_populations(1100, 1100);
  for (models::Population& p : m.populations) p.sheet = {models::Sheet::Layout::random, 1.0, 1.0, true};
  m.projections = {test_support::projection(0, 1, 0, rule, 1.0, 1.5)};
  m.projections[0].probability = 0.1;
  m.projections[0].kernel.length = 0.2;
  if (!own_values) return m;
  m.projections[0].weight = {Kind::normal, 5.0, 1.0, 0.0, 10.0};
  m.projections[0].delay = {Kind::normal, 2.0, 0.5};
  m.projections[0].kernel.velocity = 0.5;
  return m;
}

TEST(Procedural, TheSameSynapsesAsStored) {
  for (const ConnectionRule rule : {ConnectionRule::fixed_probability, ConnectionRule::distance,
                                    ConnectionRule::one_to_one, ConnectionRule::all_to_all})
    for (const bool own_values : {false, true}) {
      NetworkModel m = network(rule, own_values);
      if (rule == ConnectionRule::all_to_all) m.populations[0].size = 50;
      const auto stored = test_support::parts(m, 0, 1);
      m.projections[0].procedural = true;
      EXPECT_EQ(test_support::parts(m, 0, 1), stored) << static_cast<int>(rule);
      EXPECT_EQ(test_support::parts(m, 0, 3), stored) << static_cast<int>(rule);
    }
}

// An epoch asks for the synapses that arrive in it: the windows of all epochs make the row.
TEST(Procedural, WindowsOfDelays) {
  NetworkModel stored = network(ConnectionRule::distance, true), drawn = stored;
  drawn.projections[0].procedural = true;
  const Partition partition(stored, 1, 2);
  const Connectivity a(stored, 0, partition, 7), b(drawn, 0, partition, 7);
  EXPECT_EQ(a.longest_delay(), b.longest_delay());
  RowBuffer buffer;
  for (std::int64_t source = 0; source < 1100; source += 50) {
    std::size_t found = 0;
    const std::int64_t epoch = a.shortest_delay() * 3 / 5;
    for (std::int64_t start = 0; start <= a.longest_delay(); start += epoch) {
      const DelayWindow window = DelayWindow::of_ticks(start, start + epoch);
      std::vector<std::pair<std::uint32_t, std::uint32_t>> left, right;
      for (const auto& [connectivity, list] : {std::pair(&a, &left), std::pair(&b, &right)}) {
        const Connectivity::Row row = connectivity->row(source, buffer, window);
        for (std::size_t k = 0; k < row.size; ++k) {
          const std::int64_t delay = delay_unit * row.delays[k];
          EXPECT_TRUE(delay >= start && delay < start + epoch);
          list->emplace_back(row.delays[k], row.targets[k]);
        }
      }
      std::ranges::sort(right);
      EXPECT_EQ(left, right);
      found += left.size();
    }
    EXPECT_EQ(found, a.row(source, buffer).size);
    EXPECT_GT(found, 0U);
  }
}

TEST(Procedural, TakesNoMemoryPerSynapse) {
  NetworkModel m = network(ConnectionRule::fixed_probability, true);
  m.projections[0].procedural = true;
  EXPECT_EQ(Connectivity(m, 0, Partition(m, 0, 1), 7).bytes(), 0U);
  EXPECT_EQ(expected_bytes(m, m.projections[0], 1).total(), 0.0);
  m = network(ConnectionRule::distance, true);
  m.projections[0].procedural = true;
  EXPECT_LT(Connectivity(m, 0, Partition(m, 0, 1), 7).bytes(), 17U * 1100U);
}

// What --dry-run says about stored ones is what they take.
TEST(Procedural, ExpectedMemoryOfStoredSynapses) {
  for (const int ranks : {1, 40})
    for (const bool own_values : {false, true}) {
      const NetworkModel m = network(ConnectionRule::distance, own_values);
      const auto taken = static_cast<double>(Connectivity(m, 0, Partition(m, 0, ranks), 7).bytes());
      EXPECT_NEAR(expected_bytes(m, m.projections[0], ranks).total() / taken, 1.0, 0.15) << ranks;
    }
}

}  // namespace
}  // namespace modscape::network
