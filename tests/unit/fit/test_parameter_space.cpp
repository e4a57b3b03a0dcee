// SPDX-License-Identifier: Apache-2.0
#include "fit/parameter_space.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/rng.hpp"
#include "sweep/design.hpp"

namespace modscape::fit {
namespace {
using config::Range;
using config::Scale;

models::AdexParameters base_neuron() {
  models::AdexParameters p = models::adex_table().defaults();
  p.E_L = -77.0;
  return p;
}

const std::vector<Range> ranges{{"g_L", 2.0, 12.0, Scale::linear}, {"tau_w", 10.0, 1000.0, Scale::log}};

TEST(ParameterSpace, MedianAndBounds) {
  const ParameterSpace space(ranges, base_neuron(), true);
  ASSERT_EQ(space.size(), 3U);
  const std::vector<double> middle = space.values(std::vector{0.0, 0.0, 0.0});
  EXPECT_DOUBLE_EQ(middle[0], 7.0);
  EXPECT_DOUBLE_EQ(middle[1], 100.0);                   // geometric mean
  EXPECT_DOUBLE_EQ(middle[2], std::sqrt(5.0 * 150.0));  // of the offset spread
  const std::vector<double> low = space.values(std::vector{-40.0, -40.0, -40.0}),
                            high = space.values(std::vector{40.0, 40.0, 40.0});
  for (std::size_t d = 0; d < 3; ++d) {
    EXPECT_DOUBLE_EQ(low[d], space.ranges()[d].lower);
    EXPECT_DOUBLE_EQ(high[d], space.ranges()[d].upper);
  }
}

TEST(ParameterSpace, RoundTrip) {
  const ParameterSpace space(ranges, base_neuron(), true);
  for (const double z : {-3.0, -1.2, 0.3, 2.5}) {
    const std::vector<double> values = space.values(std::vector{z, -z, 0.5 * z});
    EXPECT_NEAR(normal_quantile(sweep::to_unit(space.ranges()[0], values[0])), z, 1e-10);
    EXPECT_NEAR(normal_quantile(sweep::to_unit(space.ranges()[1], values[1])), -z, 1e-10);
    EXPECT_NEAR(normal_quantile(sweep::to_unit(space.ranges()[2], values[2])), 0.5 * z, 1e-10);
  }
}

// A standard normal z gives the declared prior: uniform, or uniform in the logarithm. The share of draws below a value
// follows the prior's distribution function within Kolmogorov's 99.9 % bound (1.95/sqrt(n)).
TEST(ParameterSpace, PriorIsTheDeclaredOne) {
  const ParameterSpace space(ranges, base_neuron(), false);
  constexpr std::size_t n = 4000;
  std::vector<double> linear, logarithmic;
  const CounterRng rng(3, Purpose::synthetic, 0);
  for (std::uint64_t i = 0; i < n; ++i) {
    const std::vector<double> values = space.values(std::vector{rng.normal(2 * i), rng.normal(2 * i + 1)});
    linear.push_back(values[0]);
    logarithmic.push_back(values[1]);
  }
  std::ranges::sort(linear);
  std::ranges::sort(logarithmic);
  const double bound = 1.95 / std::sqrt(static_cast<double>(n));
  for (std::size_t i = 0; i < n; ++i) {
    const double empirical = static_cast<double>(i) / n;
    EXPECT_NEAR((linear[i] - 2.0) / 10.0, empirical, bound);
    EXPECT_NEAR(std::log10(logarithmic[i] / 10.0) / 2.0, empirical, bound);
  }
}

TEST(ParameterSpace, NeuronTakesTheSampledValuesAndKeepsTheRest) {
  const ParameterSpace space(ranges, base_neuron(), true);
  const std::vector<double> values{3.5, 42.0, 17.0};
  models::AdexParameters expected = base_neuron();
  expected.g_L = 3.5;
  expected.tau_w = 42.0;
  EXPECT_EQ(space.neuron(values), expected);
  EXPECT_EQ(space.offset_sd(values), 17.0);
  EXPECT_EQ(space.base(), base_neuron());
}

TEST(ParameterSpace, WithoutOffsetThereIsNoSpread) {
  const ParameterSpace space(ranges, base_neuron(), false);
  EXPECT_EQ(space.size(), 2U);
  EXPECT_EQ(space.offset_sd(std::vector{3.5, 42.0}), 0.0);
  EXPECT_EQ(offset_range().lower, 5.0);
  EXPECT_EQ(offset_range().upper, 150.0);
  EXPECT_EQ(offset_range().scale, Scale::log);
}

TEST(ParameterSpace, UnitAndNormalCoordinatesAgree) {
  const ParameterSpace space(ranges, base_neuron(), false);
  const double z = 0.7;
  EXPECT_EQ(space.values(std::vector{z, z}), space.values_from_unit(std::vector{normal_cdf(z), normal_cdf(z)}));
}

}  // namespace
}  // namespace modscape::fit
