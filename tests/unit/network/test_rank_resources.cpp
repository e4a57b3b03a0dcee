// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "network/connectivity.hpp"
#include "network/rank_resources.hpp"
#include "support/small_network.hpp"

namespace modscape::network {
namespace {

TEST(RankResources, AgreeWithWhatIsBuilt) {
  const models::NetworkModel m = test_support::small_network();
  const std::vector<double> rates{5.0, 20.0, 25.0};
  for (const int ranks : {1, 4}) {
    double synapses = 0.0, bytes = 0.0;
    for (int rank = 0; rank < ranks; ++rank)
      for (std::size_t p = 0; p < m.projections.size(); ++p) {
        const Connectivity c(m, p, Partition(m, rank, ranks), 1);
        synapses += static_cast<double>(c.synapses()) / ranks;
        bytes += static_cast<double>(c.bytes()) / ranks;
      }
    const RankResources r = rank_resources(m, ranks, rates);
    EXPECT_EQ(r.neurons, 100.0 / ranks);
    EXPECT_NEAR(r.synapses, synapses, 5 * std::sqrt(2000 * 0.3));  // of which 20 * 100 pairs are drawn at 0.3
    EXPECT_NEAR(r.synapse_bytes + r.index_bytes, bytes, 0.05 * bytes);
  }
}

TEST(RankResources, OfAKnownNetwork) {
  using models::ConnectionRule;
  models::NetworkModel m;
  m.populations = {test_support::cortical_population("E", 1000, 2.0, 60.0),
                   test_support::poisson_population("ext", 500, 10.0)};
  m.projections = {test_support::projection(0, 0, 0, ConnectionRule::fixed_indegree, 1.0, 1.0),
                   test_support::projection(1, 0, 0, ConnectionRule::all_to_all, 1.0, 2.0)};
  m.projections[0].indegree = 100;
  m.projections[1].weight = {models::Distribution::Kind::uniform, 1.0, 0.0, 0.5, 1.5};
  const RankResources r = rank_resources(m, 10, std::vector<double>{4.0, 10.0});
  EXPECT_EQ(r.synapses, 100.0 * (100 + 500));
  EXPECT_EQ(r.synapse_bytes, 100.0 * (100 * 4 + 500 * 8));
  EXPECT_NEAR(r.index_bytes, (4.0 + 0.25) * 1500, 1.0);  // all but e^-10 of the sources have a synapse here
  EXPECT_EQ(r.epochs, 1000.0);                           // the shortest delay is 1 ms
  EXPECT_NEAR(r.sent, 5.0 * 400 + 16.0 * 1000, 1.0);     // neighbours among those that fire: a byte beside the tick
  EXPECT_EQ(r.received, 10 * r.sent);
  const RankResources alone = rank_resources(m, 1, std::vector<double>{4.0, 10.0});
  EXPECT_EQ(alone.sent, 0.0);
  EXPECT_EQ(alone.received, 0.0);
}

}  // namespace
}  // namespace modscape::network
