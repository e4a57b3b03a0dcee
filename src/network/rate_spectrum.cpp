// SPDX-License-Identifier: Apache-2.0
#include "network/rate_spectrum.hpp"

#include <cmath>
#include <complex>
#include <kissfft/kissfft.hh>
#include <numbers>
#include <numeric>

namespace modscape::network {
namespace {

constexpr std::size_t shortest_window = 64, longest_window = 1024;
constexpr double ms_per_s = 1000.0;

}  // namespace

std::size_t RateSpectrum::window_for(std::int64_t bins) {
  for (std::size_t window = longest_window; window >= shortest_window; window /= 2)
    if (4 * static_cast<std::int64_t>(window) <= bins) return window;
  return 0;
}

void RateSpectrum::add(std::int64_t count) {
  if (window_ == 0) return;
  counts_.push_back(static_cast<double>(count));
  if (counts_.size() < window_) return;
  add_window();
  counts_.erase(counts_.begin(), counts_.begin() + static_cast<std::ptrdiff_t>(window_ / 2));
}

void RateSpectrum::add_window() {
  const auto n = static_cast<double>(window_);
  const double mean = std::accumulate(counts_.begin(), counts_.end(), 0.0) / n;
  std::vector<double> tapered(window_);
  double squares = 0.0;
  for (std::size_t k = 0; k < window_; ++k) {
    const double taper = 0.5 - 0.5 * std::cos(2.0 * std::numbers::pi * static_cast<double>(k) / n);
    tapered[k] = taper * (counts_[k] - mean);
    squares += taper * taper;
  }
  const std::size_t half = window_ / 2;
  std::vector<std::complex<double>> transform(half);
  kissfft<double>(half, false).transform_real(tapered.data(), transform.data());  // the last one: imaginary part of [0]
  const double first = transform[0].real(), last = transform[0].imag();
  sums_[0] += first * first / squares;
  for (std::size_t k = 1; k < half; ++k) sums_[k] += std::norm(transform[k]) / squares;
  sums_[half] += last * last / squares;
  ++windows_;
}

std::vector<double> RateSpectrum::frequencies() const {
  std::vector<double> frequencies;
  if (window_ == 0) return frequencies;
  for (std::size_t k = 0; k <= window_ / 2; ++k)
    frequencies.push_back(static_cast<double>(k) / (static_cast<double>(window_) * bin) * ms_per_s);
  return frequencies;
}

std::vector<double> RateSpectrum::power(std::int64_t size) const {
  if (window_ == 0) return {};
  if (windows_ == 0) return std::vector<double>(sums_.size(), NAN);
  const double seconds = bin / ms_per_s, neurons = static_cast<double>(size);
  std::vector<double> power;
  for (const double sum : sums_) power.push_back(sum / static_cast<double>(windows_) / (neurons * neurons * seconds));
  return power;
}

}  // namespace modscape::network
