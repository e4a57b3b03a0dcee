// SPDX-License-Identifier: Apache-2.0
#include <Random123/philox.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/rng.hpp"

namespace modscape {
namespace {
using Philox = r123::Philox4x64;

constexpr auto zero_purpose = static_cast<Purpose>(0);

// Random123 1.14, tests/kat_vectors, "philox4x64 10".
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(Philox{}({{0, 0, 0, 0}}, {{0, 0}}),
            (Philox::ctr_type{{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b}}));
  constexpr std::uint64_t ones = ~std::uint64_t{0};
  EXPECT_EQ(Philox{}({{ones, ones, ones, ones}}, {{ones, ones}}),
            (Philox::ctr_type{{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0}}));
}

TEST(CounterRng, IsThatGenerator) {
  EXPECT_EQ(CounterRng(0, zero_purpose, 0).bits(0), 0x16554d9eca36314cU);
  const auto block = Philox{}({{7, 9, 0, 0}}, {{42, static_cast<std::uint64_t>(Purpose::proposal)}});
  EXPECT_EQ(CounterRng(42, Purpose::proposal, 7).bits(9), block[0]);
}

TEST(CounterRng, EveryKeyPartMatters) {
  const std::uint64_t reference = CounterRng(1, Purpose::resample, 2).bits(3);
  EXPECT_NE(reference, CounterRng(2, Purpose::resample, 2).bits(3));
  EXPECT_NE(reference, CounterRng(1, Purpose::proposal, 2).bits(3));
  EXPECT_NE(reference, CounterRng(1, Purpose::resample, 3).bits(3));
  EXPECT_NE(reference, CounterRng(1, Purpose::resample, 2).bits(4));
  EXPECT_EQ(reference, CounterRng(1, Purpose::resample, 2).bits(3));
}

TEST(CounterRng, UniformIsNeverZeroOrOneAndHasItsMoments) {
  constexpr int n = 200000;
  const CounterRng rng(1, Purpose::synthetic, 0);
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double u = rng.uniform(static_cast<std::uint64_t>(i));
    ASSERT_GT(u, 0.0);
    ASSERT_LT(u, 1.0);
    sum += u;
    squares += u * u;
  }
  EXPECT_NEAR(sum / n, 1.0 / 2, 5 * std::sqrt(1.0 / 12 / n));  // five standard errors
  EXPECT_NEAR(squares / n, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / n));
}

TEST(CounterRng, NormalHasItsMoments) {
  constexpr int n = 100000;
  const CounterRng rng(1, Purpose::synthetic, 1);
  double sum = 0, squares = 0, fourth = 0, lagged = 0, before = 0;
  for (int i = 0; i < n; ++i) {
    const double x = rng.normal(static_cast<std::uint64_t>(i));
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
    lagged += x * before;
    before = x;
  }
  EXPECT_NEAR(sum / n, 0.0, 5 * std::sqrt(1.0 / n));
  EXPECT_NEAR(squares / n, 1.0, 5 * std::sqrt(2.0 / n));
  EXPECT_NEAR(fourth / n, 3.0, 5 * std::sqrt(96.0 / n));
  EXPECT_NEAR(lagged / n, 0.0, 5 * std::sqrt(1.0 / n));
}

// The outermost values uniform() can give: (0 + 1/2) 2^-52 and (2^52 - 1 + 1/2) 2^-52.
TEST(NormalQuantile, IsFiniteAtTheEndsOfTheUniform) {
  EXPECT_TRUE(std::isfinite(normal_quantile(0x1p-53)));
  EXPECT_TRUE(std::isfinite(normal_quantile(1.0 - 0x1p-53)));
}

// Abramowitz & Stegun, table 26.1, with the digits of R's qnorm.
TEST(NormalQuantile, KnownValues) {
  EXPECT_DOUBLE_EQ(normal_quantile(0.5), 0.0);
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-14);
  EXPECT_NEAR(normal_quantile(1e-10), -6.361340902404056, 1e-12);
}

TEST(NormalCdf, InvertsTheQuantile) {
  for (const double p : {1e-12, 1e-3, 0.2, 0.5, 0.9, 0.999})
    EXPECT_NEAR(normal_cdf(normal_quantile(p)) / p, 1.0, 1e-12);
}

}  // namespace
}  // namespace modscape
