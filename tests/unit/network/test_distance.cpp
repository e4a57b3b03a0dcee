// SPDX-License-Identifier: Apache-2.0
// Projections on sheets: who is connected and with which delay, against closed forms over all pairs.
#include <gtest/gtest.h>

#include <cmath>

#include "solvers/adex_synaptic.hpp"
#include "support/synapse_list.hpp"

namespace modscape::network {
namespace {

using models::ConnectionRule;
using models::NetworkModel;
using models::Position;
using models::Sheet;
using test_support::part;
using test_support::parts;
using test_support::Synapse;
using Layout = Sheet::Layout;
using Shape = models::DistanceKernel::Shape;

constexpr std::uint64_t seed = 7;

NetworkModel sheets(std::int64_t from, std::int64_t to, bool periodic, models::DistanceKernel kernel) {
  NetworkModel m = test_support::two_populations(from, to);
  m.populations[0].sheet = {Layout::random, 1.0, 0.8, periodic};
  m.populations[1].sheet = {Layout::grid, 1.0, 0.8, periodic};
  m.projections = {test_support::projection(0, 1, 0, ConnectionRule::distance, 1.0, 1.0)};
  m.projections[0].probability = 0.6;
  m.projections[0].kernel = kernel;
  return m;
}

std::vector<Position> positions(const NetworkModel& m, std::size_t population) {
  const models::Population& p = m.populations[population];
  std::vector<Position> all;
  for (std::int64_t i = 0; i < p.size; ++i)
    all.push_back(models::position(p.sheet, p.size, i, Partition(m, 0, 1).first_gid(population) + i, seed));
  return all;
}

// Pairs in bins of their distance: chi-square of the connected ones against p(d), and no pair twice.
void expect_kernel(const NetworkModel& m, double (*p)(double)) {
  const auto from = positions(m, 0), to = positions(m, 1);
  constexpr std::size_t bins = 20;
  std::vector<double> connected(bins), mean(bins), variance(bins);
  const double width = models::longest_distance(m.populations[0].sheet) / bins * 1.000001;
  const auto distance = [&](std::size_t a, std::size_t b) {
    return models::distance(m.populations[0].sheet, from[a], to[b]);
  };
  for (std::size_t a = 0; a < from.size(); ++a)
    for (std::size_t b = 0; b < to.size(); ++b) {
      const double d = distance(a, b), probability = p(d);
      mean[static_cast<std::size_t>(d / width)] += probability;
      variance[static_cast<std::size_t>(d / width)] += probability * (1.0 - probability);
    }
  const std::vector<Synapse> synapses = parts(m, 0, 1, seed);
  for (const Synapse& s : synapses)
    ++connected[static_cast<std::size_t>(
        distance(static_cast<std::size_t>(s.source), static_cast<std::size_t>(s.target)) / width)];
  EXPECT_EQ(std::ranges::adjacent_find(synapses), synapses.end());
  double chi2 = 0.0, used = 0.0;
  for (std::size_t i = 0; i < bins; ++i) {
    if (variance[i] < 5.0) {
      EXPECT_LE(connected[i], 25.0);
      continue;
    }
    chi2 += std::pow(connected[i] - mean[i], 2) / variance[i];
    ++used;
  }
  EXPECT_GT(used, 5.0);
  EXPECT_LT(chi2, used + 4 * std::sqrt(2 * used));
  EXPECT_GT(chi2, used - 3 * std::sqrt(2 * used));
}

TEST(Distance, ProbabilityFallsAsTheKernelDoes) {
  for (const bool periodic : {false, true}) {
    expect_kernel(sheets(300, 2500, periodic, {Shape::gaussian, 0.15}),
                  [](double d) { return 0.6 * std::exp(-d * d / (2 * 0.15 * 0.15)); });
    expect_kernel(sheets(300, 2500, periodic, {Shape::exponential, 0.1, 0.4}),
                  [](double d) { return d > 0.4 ? 0.0 : 0.6 * std::exp(-d / 0.1); });
  }
}

TEST(Distance, AsManySynapsesAsExpected) {
  for (const bool periodic : {false, true}) {
    NetworkModel m = sheets(1000, 1500, periodic, {Shape::gaussian, 0.2});
    m.populations[1].sheet.layout = Layout::random;
    // Pairs share neurons, so the count varies more than a binomial one: within 5 %.
    const double expected = expected_synapses(m, m.projections[0]);
    EXPECT_NEAR(static_cast<double>(part(m, 0, 0, 1).size()), expected, 0.05 * expected);
  }
}

TEST(Distance, SheetsWithoutBordersConnectAcrossThem) {
  NetworkModel m = sheets(100, 2500, true, {Shape::gaussian, 0.05});
  const auto from = positions(m, 0), to = positions(m, 1);
  const auto across = [&](const Synapse& s) {
    return std::fabs(from[static_cast<std::size_t>(s.source)].x - to[static_cast<std::size_t>(s.target)].x) > 0.8;
  };
  EXPECT_GT(std::ranges::count_if(part(m, 0, 0, 1), across), 0);
  m.populations[0].sheet.periodic = m.populations[1].sheet.periodic = false;
  EXPECT_EQ(std::ranges::count_if(part(m, 0, 0, 1), across), 0);
}

TEST(Distance, DelaysAreLongerByTheTimeOfConduction) {
  NetworkModel m = sheets(100, 2500, true, {Shape::exponential, 0.2, NAN, 0.3});
  const auto from = positions(m, 0), to = positions(m, 1);
  const auto conduction = [&](const Synapse& s) {
    return models::distance(m.populations[0].sheet, from[static_cast<std::size_t>(s.source)],
                            to[static_cast<std::size_t>(s.target)]) /
           0.3;
  };
  const auto check = [&](double shortest, double longest) {
    const DelayBounds bounds = delay_bounds(m, m.projections[0]);
    EXPECT_EQ(bounds.shortest, solvers::in_ticks(shortest));
    EXPECT_EQ(bounds.longest, solvers::in_ticks(longest + std::hypot(0.5, 0.4) / 0.3));
    double sum = 0.0;
    const std::vector<Synapse> synapses = part(m, 0, 0, 1);
    for (const Synapse& s : synapses) {
      const double base = solvers::in_ms(s.delay) - conduction(s);
      EXPECT_TRUE(s.delay >= bounds.shortest && s.delay <= bounds.longest);
      ASSERT_TRUE(base >= shortest - 2e-6 && base <= longest + 2e-6) << base;
      sum += base;
    }
    const auto n = static_cast<double>(synapses.size());
    EXPECT_NEAR(sum / n, 0.5 * (shortest + longest), 4 * (longest - shortest) / std::sqrt(12 * n) + 1e-6);
    EXPECT_GT(n, 1000.0);
  };
  check(1.0, 1.0);
  m.projections[0].delay = {models::Distribution::Kind::uniform, 1.0, 0.0, 0.5, 1.5};
  check(0.5, 1.5);
}

TEST(Distance, IsTheSameOnAnyNumberOfRanks) {
  using Kind = models::Distribution::Kind;
  NetworkModel m = sheets(100, 3001, true, {Shape::gaussian, 0.2, NAN, 0.3});
  m.projections[0].delay = {Kind::normal, 2.0, 0.3};
  m.projections[0].weight = {Kind::uniform, 1.0, 0.0, 0.5, 1.5};
  const std::vector<Synapse> whole = parts(m, 0, 1);
  EXPECT_GT(whole.size(), 5000U);
  for (const int ranks : {2, 3, 11}) EXPECT_EQ(parts(m, 0, ranks), whole) << ranks;
  EXPECT_NE(parts(m, 0, 1, 8), whole);
}

TEST(Distance, Autapses) {
  NetworkModel m = sheets(50, 1, true, {Shape::gaussian, 0.2});
  m.projections[0].to = 0;
  m.projections[0].probability = 1.0;
  const auto selves = [&] {
    return std::ranges::count_if(part(m, 0, 0, 1), [](const Synapse& s) { return s.source == s.target; });
  };
  EXPECT_EQ(selves(), 50);
  m.projections[0].autapses = false;
  EXPECT_EQ(selves(), 0);
}

}  // namespace
}  // namespace modscape::network
