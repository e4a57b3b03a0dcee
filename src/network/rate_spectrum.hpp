// SPDX-License-Identifier: Apache-2.0
// Power spectrum of the rate of a population by Welch's method (1967, IEEE Trans. Audio Electroacoust. 15:70), while
// the spikes come: windows that overlap by half, each without its mean and under Hann's taper.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace modscape::network {

class RateSpectrum {
 public:
  static constexpr double bin = 1.0;  ///< ms, of the counts
  /// Bins of a window in a run of `bins`: the largest power of two of which four fit (seven windows), between 64 and
  /// 1024; 0 if the run is shorter, and there is no spectrum.
  static std::size_t window_for(std::int64_t bins);

  RateSpectrum() = default;  ///< to be read from a checkpoint
  explicit RateSpectrum(std::size_t window) : window_(window), sums_(window / 2 + 1, 0.0) {}

  /// Spikes of all neurons in the next bin.
  void add(std::int64_t count);
  std::int64_t windows() const noexcept { return windows_; }
  /// Hz, window / 2 + 1 of them from 0; empty without a spectrum.
  std::vector<double> frequencies() const;
  /// Two-sided density of the mean rate of `size` neurons, Hz^2/Hz; that of independent Poisson neurons is flat, their
  /// rate over their number. NaN before the first window is full.
  std::vector<double> power(std::int64_t size) const;

  template <class A>
  void serialize(A& ar, unsigned) {
    ar & window_ & windows_ & counts_ & sums_;
  }

 private:
  void add_window();
  std::size_t window_ = 0;
  std::int64_t windows_ = 0;
  std::vector<double> counts_;  // of the window that fills
  std::vector<double> sums_;    // over windows, of the periodograms of the counts
};

}  // namespace modscape::network
