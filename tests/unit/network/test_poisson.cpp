// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "core/rng.hpp"
#include "network/poisson.hpp"

namespace modscape::network {
namespace {

double probability(double mean, int k) {
  return std::exp(k * std::log(mean) - mean - std::lgamma(k + 1.0));
}

TEST(PoissonCount, InvertsTheCumulativeDistribution) {
  for (const double mean : {0.004, 0.9, 3.0, 40.0, 15000.0}) {
    const PoissonCount count(mean);
    double below = 0.0;
    const int first = std::max(0, static_cast<int>(mean - 4 * std::sqrt(mean)));
    for (int k = 0; k < first; ++k) below += probability(mean, k);
    for (int k = first; k <= mean + 4 * std::sqrt(mean); ++k) {
      const double p = probability(mean, k);
      EXPECT_EQ(count(below + 0.5 * p), static_cast<std::uint32_t>(k)) << "mean " << mean;
      below += p;
    }
  }
}

TEST(PoissonCount, OfNothingIsZero) {
  EXPECT_EQ(PoissonCount(0.0)(0.999999), 0U);
}

TEST(PoissonCount, ExtremeDrawsStayFinite) {
  const PoissonCount count(3.0);
  EXPECT_EQ(count(1e-300), 0U);
  EXPECT_LT(count(std::nextafter(1.0, 0.0)), 60U);
}

TEST(PoissonCount, MeanAndVarianceOfDraws) {
  const PoissonCount count(2.5);
  RandomWords words(1, Purpose::synthetic, 0);
  const int n = 200000;
  double sum = 0.0, squares = 0.0;
  for (int i = 0; i < n; ++i) {
    const double k = count(words.uniform());
    sum += k;
    squares += k * k;
  }
  const double mean = sum / n;
  EXPECT_NEAR(mean, 2.5, 5 * std::sqrt(2.5 / n));
  EXPECT_NEAR(squares / n - mean * mean, 2.5, 0.05);
}

}  // namespace
}  // namespace modscape::network
