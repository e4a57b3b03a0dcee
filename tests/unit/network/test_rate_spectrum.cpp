// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/rng.hpp"
#include "network/poisson.hpp"
#include "network/rate_spectrum.hpp"

namespace modscape::network {
namespace {

constexpr std::int64_t size = 200;
constexpr std::size_t window = 1024;
// Windows under Hann's taper that overlap by half are worth this share of as many independent ones.
constexpr double worth = 1.0 / (1.0 + 2.0 / 36.0);

/// Spectrum of Poisson counts with this mean in every bin, relative to the mean over time.
template <class Mean>
std::vector<double> relative(std::int64_t bins, double mean, Mean&& in_bin, std::int64_t* windows = nullptr) {
  RateSpectrum spectrum(window);
  const CounterRng rng(2, Purpose::synthetic, 0);
  for (std::int64_t k = 0; k < bins; ++k)
    spectrum.add(PoissonCount(in_bin(static_cast<double>(k) + 0.5))(rng.uniform(static_cast<std::uint64_t>(k))));
  if (windows != nullptr) *windows = spectrum.windows();
  std::vector<double> power = spectrum.power(size);
  const double rate = mean / (1e-3 * RateSpectrum::bin) / static_cast<double>(size);
  for (double& p : power) p /= rate / static_cast<double>(size);
  return power;
}

TEST(RateSpectrum, OfPoissonNeuronsIsFlatAtTheirRateOverTheirNumber) {
  const std::int64_t bins = 100 * 1024;
  std::int64_t windows = 0;
  const std::vector<double> power = relative(bins, 4.0, [](double) { return 4.0; }, &windows);
  ASSERT_EQ(power.size(), window / 2 + 1);
  EXPECT_EQ(windows, 2 * bins / static_cast<std::int64_t>(window) - 1);
  const double mean = std::accumulate(power.begin() + 2, power.end() - 1, 0.0) / static_cast<double>(power.size() - 3);
  // The mean over frequencies is the variance over the mean of counts: sd sqrt((2 + 1/4) / bins).
  EXPECT_NEAR(mean, 1.0, 5 * std::sqrt(2.25 / static_cast<double>(bins)));
  const double sd = 1.0 / std::sqrt(static_cast<double>(windows) * worth);
  for (std::size_t k = 2; k + 1 < power.size(); ++k) EXPECT_NEAR(power[k], 1.0, 5.5 * sd) << k;
}

TEST(RateSpectrum, OfAModulatedRateHasThePeakOfItsModulation) {
  const std::size_t bin = 41;  // 40.04 Hz
  const double mean = 4.0, depth = 0.5, turn = 2 * std::numbers::pi * static_cast<double>(bin) / window;
  std::int64_t windows = 0;
  const std::vector<double> power =
      relative(100 * 1024, mean, [&](double t) { return mean * (1.0 + depth * std::sin(turn * t)); }, &windows);
  // |sum of taper * depth * mean * sin|^2 over the sum of squared tapers (3/8 of the window) and the mean, plus white.
  const double signal = depth * depth * mean * window / 6.0;
  const double sd = std::sqrt((1.0 + 2.0 * signal) / (static_cast<double>(windows) * worth));
  EXPECT_NEAR(power[bin], 1.0 + signal, 5 * sd);
  EXPECT_NEAR(power[bin - 1], 1.0 + signal / 4, 5 * sd);  // Hann's neighbours have half the amplitude
  EXPECT_NEAR(power[bin + 1], 1.0 + signal / 4, 5 * sd);
  EXPECT_EQ(std::ranges::max_element(power) - power.begin(), static_cast<std::ptrdiff_t>(bin));
  EXPECT_NEAR(RateSpectrum(window).frequencies()[bin], 40.0390625, 1e-9);
}

TEST(RateSpectrum, OfAKnownSignalToRounding) {
  RateSpectrum spectrum(64);
  for (int k = 0; k < 64; ++k) spectrum.add(10 + (k % 2 == 0 ? 1 : -1) + (k % 4 < 2 ? 3 : -3));
  // The alternating part has amplitude 1 at 500 Hz, the square wave 3 * sqrt 2 at 250 Hz; taper: sum 32, squares 24.
  const std::vector<double> power = spectrum.power(1);
  EXPECT_NEAR(power[32], 32.0 * 32.0 / 24.0 * 1e3, 1e-6);
  EXPECT_NEAR(power[16], 9.0 * 2.0 * 16.0 * 16.0 / 24.0 * 1e3, 1e-6);
  EXPECT_NEAR(power[31], 16.0 * 16.0 / 24.0 * 1e3, 1e-6);
  EXPECT_NEAR(power[8], 0.0, 1e-6);
  EXPECT_NEAR(power[0], 0.0, 1e-6);
  EXPECT_NEAR(spectrum.power(10)[32], power[32] / 100.0, 1e-9);
}

TEST(RateSpectrum, ChoosesWindowsOfWhichSevenFit) {
  EXPECT_EQ(RateSpectrum::window_for(100000), 1024U);
  EXPECT_EQ(RateSpectrum::window_for(4096), 1024U);
  EXPECT_EQ(RateSpectrum::window_for(4095), 512U);
  EXPECT_EQ(RateSpectrum::window_for(256), 64U);
  EXPECT_EQ(RateSpectrum::window_for(255), 0U);
  RateSpectrum shortest(64), none(0);
  for (int k = 0; k < 256; ++k) {
    shortest.add(1);
    none.add(1);
  }
  EXPECT_EQ(shortest.windows(), 7);
  EXPECT_EQ(none.windows(), 0);
  EXPECT_TRUE(none.power(1).empty());
  EXPECT_TRUE(none.frequencies().empty());
}

}  // namespace
}  // namespace modscape::network
