// SPDX-License-Identifier: Apache-2.0
// What each rule promises, and that the parts of several ranks are the whole of one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "network/connectivity.hpp"
#include "solvers/adex_synaptic.hpp"
#include "support/synapse_list.hpp"

namespace modscape::network {
namespace {

using models::ConnectionRule;
using models::NetworkModel;
using models::Projection;
using test_support::part;
using test_support::parts;
using test_support::Synapse;
using test_support::two_populations;

std::map<std::int64_t, int> indegrees(const std::vector<Synapse>& synapses) {
  std::map<std::int64_t, int> count;
  for (const Synapse& s : synapses) ++count[s.target];
  return count;
}

TEST(Connectivity, IsTheSameOnAnyNumberOfRanks) {
  const NetworkModel m = test_support::small_network();
  for (std::size_t p = 0; p < m.projections.size(); ++p) {
    const std::vector<Synapse> whole = parts(m, p, 1);
    for (const int ranks : {2, 3, 7}) EXPECT_EQ(parts(m, p, ranks), whole) << "projection " << p << ", " << ranks;
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

// Networks of earlier versions stay the same: target by target, each with a stream of its own.
TEST(Connectivity, DrawsOfAFixedIndegree) {
  for (const bool multapses : {true, false}) {
    NetworkModel m = two_populations(3000, 600);
    m.projections = {test_support::projection(0, 1, 0, ConnectionRule::one_to_one, 1, 1),
                     test_support::projection(0, 1, 0, ConnectionRule::fixed_indegree, 1, 1)};
    m.projections[1].indegree = 2000;  // more synapses than are sorted at once
    m.projections[1].multapses = multapses;
    m.projections[1].weight = {models::Distribution::Kind::uniform, 5.0, 0.0, 3.0, 7.0};
    std::vector<Synapse> expected;
    for (std::int64_t target = 0; target < 600; ++target) {
      const std::uint64_t stream = std::uint64_t{1} << 40U | static_cast<std::uint64_t>(3000 + target);
      RandomWords who(7, Purpose::connectivity, stream), what(7, Purpose::synapse, stream);
      std::vector<bool> taken(3000);
      for (int k = 0; k < 2000;) {
        const auto source = static_cast<std::int64_t>(who.below(3000));
        if (!multapses && taken[static_cast<std::size_t>(source)]) continue;
        taken[static_cast<std::size_t>(source)] = true;
        const double weight = 3.0 + 4.0 * what.uniform();
        expected.push_back({source, target, static_cast<float>(weight), std::int64_t{1} << 28U});
        ++k;
      }
    }
    std::ranges::stable_sort(expected, {}, [](const Synapse& s) { return s.source; });
    EXPECT_EQ(part(m, 1, 0, 1), expected);
  }
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

// Over several blocks of targets: both degrees are binomial, and ends of blocks are like any other place.
TEST(Connectivity, DegreesOfAFixedProbabilityAreBinomial) {
  constexpr std::int64_t sources = 400, targets = 3000;
  constexpr double probability = 0.05;
  NetworkModel m = two_populations(sources, targets);
  m.projections = {test_support::projection(0, 1, 0, ConnectionRule::fixed_probability, 1, 1)};
  m.projections[0].probability = probability;
  std::vector<double> in(targets), out(sources);
  for (const Synapse& s : part(m, 0, 0, 1)) {
    ++in[static_cast<std::size_t>(s.target)];
    ++out[static_cast<std::size_t>(s.source)];
  }
  const auto expect_binomial = [](const std::vector<double>& degrees, double trials) {
    const auto n = static_cast<double>(degrees.size());
    const double mean = trials * probability, variance = mean * (1 - probability);
    double sum = 0.0, squares = 0.0;
    for (const double degree : degrees) {
      sum += degree;
      squares += (degree - mean) * (degree - mean);
    }
    EXPECT_NEAR(sum / n, mean, 4 * std::sqrt(variance / n));
    EXPECT_NEAR(squares / n, variance, 4 * variance * std::sqrt(2.0 / n));
  };
  expect_binomial(in, sources);
  expect_binomial(out, targets);
  for (const std::int64_t edge : {1024, 2048}) {
    double near = 0.0;
    for (std::int64_t target = edge - 16; target < edge + 16; ++target) near += in[static_cast<std::size_t>(target)];
    EXPECT_NEAR(near, 32 * 20.0, 4 * std::sqrt(32 * 19.0));
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
  RowBuffer buffer;
  for (std::int64_t source = 0; source < 80; ++source) {
    const Connectivity::Row row = c.row(source, buffer);
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
