// SPDX-License-Identifier: Apache-2.0
// What each rule promises, and that the parts of several ranks are the whole of one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "network/connectivity.hpp"
#include "solvers/adex_synaptic.hpp"
#include "support/small_network.hpp"

namespace modscape::network {
namespace {

using models::ConnectionRule;
using models::NetworkModel;
using models::Projection;
using test_support::constant;

struct Synapse {
  std::int64_t source, target;
  float weight;
  std::int64_t delay;
  auto operator<=>(const Synapse&) const = default;
};

NetworkModel two_populations(std::int64_t from, std::int64_t to) {
  NetworkModel m;
  m.populations = {test_support::cortical_population("A", from, 2, 0),
                   test_support::cortical_population("B", to, 2, 0)};
  return m;
}

std::vector<Synapse> part(const NetworkModel& m, std::size_t projection, int rank, int ranks, std::uint64_t seed = 7) {
  const Partition partition(m, rank, ranks);
  const Connectivity c(m, projection, partition, seed);
  std::vector<Synapse> synapses;
  const Projection& p = m.projections[projection];
  for (std::int64_t source = 0; source < m.populations[p.from].size; ++source) {
    const Connectivity::Row row = c.row(source);
    for (std::size_t k = 0; k < row.size; ++k)
      synapses.push_back({source, partition.owned(p.to).first + row.targets[k],
                          row.weights != nullptr ? row.weights[k] : c.constant_weight(),
                          row.delays != nullptr ? delay_unit * row.delays[k] : c.constant_delay()});
  }
  EXPECT_EQ(synapses.size(), c.synapses());
  return synapses;
}

std::map<std::int64_t, int> indegrees(const std::vector<Synapse>& synapses) {
  std::map<std::int64_t, int> count;
  for (const Synapse& s : synapses) ++count[s.target];
  return count;
}

TEST(Connectivity, IsTheSameOnAnyNumberOfRanks) {
  const NetworkModel m = test_support::small_network();
  for (std::size_t p = 0; p < m.projections.size(); ++p) {
    std::vector<Synapse> whole = part(m, p, 0, 1);
    std::ranges::sort(whole);
    for (const int ranks : {2, 3, 7}) {
      std::vector<Synapse> all;
      for (int rank = 0; rank < ranks; ++rank) std::ranges::copy(part(m, p, rank, ranks), std::back_inserter(all));
      std::ranges::sort(all);
      EXPECT_EQ(all, whole) << "projection " << p << ", " << ranks << " ranks";
    }
    EXPECT_NE(part(m, p, 0, 1, 8), part(m, p, 0, 1, 7)) << "the seed has no influence on projection " << p;
  }
}

TEST(Connectivity, FixedIndegree) {
  NetworkModel m = two_populations(50, 200);
  m.projections = {test_support::projection(0, 1, 0, ConnectionRule::fixed_indegree, 1, 1)};
  m.projections[0].indegree = 40;
  const auto with_multapses = part(m, 0, 0, 1);
  for (const auto& [target, count] : indegrees(with_multapses)) EXPECT_EQ(count, 40);
  EXPECT_LT(std::set(with_multapses.begin(), with_multapses.end()).size(), with_multapses.size());
  m.projections[0].multapses = false;
  const auto without = part(m, 0, 0, 1);
  EXPECT_EQ(without.size(), 200U * 40U);
  EXPECT_EQ(std::set(without.begin(), without.end()).size(), without.size());
}

TEST(Connectivity, SourcesOfAFixedIndegreeAreUniform) {
  NetworkModel m = two_populations(20, 5000);
  m.projections = {test_support::projection(0, 1, 0, ConnectionRule::fixed_indegree, 1, 1)};
  m.projections[0].indegree = 10;
  std::map<std::int64_t, double> count;
  for (const Synapse& s : part(m, 0, 0, 1)) ++count[s.source];
  double chi2 = 0.0;
  for (std::int64_t source = 0; source < 20; ++source) chi2 += std::pow(count[source] - 2500.0, 2) / 2500.0;
  EXPECT_LT(chi2, 43.8);  // 19 degrees of freedom, one in a thousand
  EXPECT_GT(chi2, 5.4);
}

TEST(Connectivity, NoAutapses) {
  NetworkModel m = two_populations(30, 1);
  for (const ConnectionRule rule : {ConnectionRule::fixed_indegree, ConnectionRule::fixed_probability,
                                    ConnectionRule::all_to_all, ConnectionRule::one_to_one}) {
    m.projections = {test_support::projection(0, 0, 0, rule, 1, 1)};
    m.projections[0].indegree = 100;
    m.projections[0].probability = 0.9;
    const auto self = [](const Synapse& s) { return s.source == s.target; };
    EXPECT_TRUE(std::ranges::any_of(part(m, 0, 0, 1), self));
    m.projections[0].autapses = false;
    EXPECT_TRUE(std::ranges::none_of(part(m, 0, 0, 1), self));
  }
}

TEST(Connectivity, FixedProbability) {
  NetworkModel m = two_populations(300, 400);
  m.projections = {test_support::projection(0, 1, 0, ConnectionRule::fixed_probability, 1, 1)};
  for (const double probability : {0.0, 0.02, 0.5, 1.0}) {
    m.projections[0].probability = probability;
    const auto synapses = part(m, 0, 0, 1);
    EXPECT_EQ(std::set(synapses.begin(), synapses.end()).size(), synapses.size());
    const double pairs = 300.0 * 400.0, sd = std::sqrt(pairs * probability * (1 - probability));
    EXPECT_NEAR(static_cast<double>(synapses.size()), pairs * probability, 4 * sd);
    // In-degrees are binomial: their variance is that, not zero.
    if (probability != 0.5) continue;
    double variance = 0.0;
    for (const auto& [target, count] : indegrees(synapses)) variance += std::pow(count - 150.0, 2) / 400.0;
    EXPECT_NEAR(variance, 75.0, 5 * 75.0 * std::sqrt(2.0 / 400.0));
  }
}

TEST(Connectivity, OneToOneAndAllToAll) {
  NetworkModel m = two_populations(4, 4);
  m.projections = {test_support::projection(0, 1, 0, ConnectionRule::one_to_one, 1, 1),
                   test_support::projection(0, 1, 0, ConnectionRule::all_to_all, 1, 1)};
  const auto pairs = part(m, 0, 0, 1);
  ASSERT_EQ(pairs.size(), 4U);
  for (const Synapse& s : pairs) EXPECT_EQ(s.source, s.target);
  EXPECT_EQ(part(m, 1, 0, 1).size(), 16U);
}

TEST(Connectivity, ListedEdgesKeepTheirWeightsAndDelays) {
  NetworkModel m = two_populations(3, 3);
  m.projections = {test_support::projection(0, 1, 0, ConnectionRule::explicit_edges, 2.0, 1.0)};
  m.projections[0].edges = {{0, 2, NAN, NAN}, {2, 0, 5.0, 3.0}, {0, 1, 4.0, NAN}};
  const auto one_ms = static_cast<std::int64_t>(solvers::ticks_per_ms);
  EXPECT_THAT(part(m, 0, 0, 1),
              testing::UnorderedElementsAre(Synapse{0, 2, 2.0F, one_ms}, Synapse{2, 0, 5.0F, 3 * one_ms},
                                            Synapse{0, 1, 4.0F, one_ms}));
}

TEST(Connectivity, RowsAscendByDelayAndStayWithinTheBounds) {
  const NetworkModel m = test_support::small_network();
  const Partition partition(m, 0, 1);
  const Connectivity c(m, 0, partition, 7);
  const auto near = [](std::int64_t ticks, double ms) {
    EXPECT_NEAR(static_cast<double>(ticks) / solvers::ticks_per_ms, ms, 1e-6);
  };
  near(c.shortest_delay(), 1.0);
  near(c.longest_delay(), 4.0);
  double sum = 0.0, squares = 0.0;
  for (std::int64_t source = 0; source < 80; ++source) {
    const Connectivity::Row row = c.row(source);
    EXPECT_TRUE(std::is_sorted(row.delays, row.delays + row.size));
    for (std::size_t k = 0; k < row.size; ++k) {
      EXPECT_GE(delay_unit * row.delays[k], c.shortest_delay());
      EXPECT_LE(delay_unit * row.delays[k], c.longest_delay());
      EXPECT_TRUE(row.weights[k] >= 3.0F && row.weights[k] <= 7.0F);
      const double delay = static_cast<double>(delay_unit * row.delays[k]) / solvers::ticks_per_ms;
      sum += delay;
      squares += delay * delay;
    }
  }
  const auto n = static_cast<double>(c.synapses());
  EXPECT_NEAR(sum / n, 2.5, 5 * 0.5 / std::sqrt(n));
  EXPECT_NEAR(std::sqrt(squares / n - sum / n * sum / n), 0.5, 0.03);
}

TEST(Connectivity, FourBytesPerSynapseAtConstantWeightAndDelay) {
  NetworkModel m = two_populations(1000, 1000);
  m.projections = {test_support::projection(0, 1, 0, ConnectionRule::fixed_indegree, 1, 1)};
  m.projections[0].indegree = 100;
  const Connectivity c(m, 0, Partition(m, 0, 1), 7);
  EXPECT_LT(static_cast<double>(c.bytes()) / static_cast<double>(c.synapses()), 4.2);
}

}  // namespace
}  // namespace modscape::network
