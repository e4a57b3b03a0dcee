// SPDX-License-Identifier: Apache-2.0
// Counter-based random numbers: Philox4x64-10 (Salmon et al. 2011, SC'11) keyed by (seed, purpose) and counted by
// (item, step). A draw depends on nothing else, so results do not depend on ranks, chunks or order. No std::
// distributions: they differ between standard libraries.
#pragma once
#include <array>
#include <cstdint>
#include <span>

namespace modscape {

/// What a stream of numbers is for: two purposes never share a number.
enum class Purpose : std::uint64_t {
  noise_current = 1,
  scramble,
  resample,
  proposal,
  population,
  split_half,
  null_data,
  synthetic,
  pilot,
  predictive,
  permutation,
  jitter,
  refinement,
  verification,
  discrepancy,
  effect,
  connectivity,
  synapse,
  neuron_parameter,
  initial_state,
  background,
  poisson_source,
  position
};

/// Uniform in (0, 1) from one word.
inline double uniform_of(std::uint64_t word) {
  return (static_cast<double>(word >> 12U) + 0.5) * 0x1p-52;
}

class CounterRng {
 public:
  CounterRng(std::uint64_t seed, Purpose purpose, std::uint64_t item) : seed_(seed), purpose_(purpose), item_(item) {}
  std::uint64_t bits(std::uint64_t step) const;
  /// Uniform in (0, 1): never 0 and never 1.
  double uniform(std::uint64_t step) const;
  /// Standard normal by inversion of the cumulative distribution.
  double normal(std::uint64_t step) const;

 private:
  std::uint64_t seed_;
  Purpose purpose_;
  std::uint64_t item_;
};

/// Consecutive words of one item and `series` (an epoch, say), for those who need many: all four words of each block.
/// Shares no number with CounterRng.
class RandomWords {
 public:
  RandomWords(std::uint64_t seed, Purpose purpose, std::uint64_t item, std::uint64_t series = 0)
      : seed_(seed), purpose_(purpose), item_(item), series_(series) {}
  std::uint64_t next() {
    if (used_ == words_.size()) refill();
    return words_[used_++];
  }
  /// Uniform in (0, 1).
  double uniform() { return uniform_of(next()); }
  /// Uniform in 0 ... n - 1, n > 0; no value is favoured by more than n 2^-64.
  std::uint64_t below(std::uint64_t n) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((Wide{next()} * n) >> 64U);
  }

 private:
  void refill();

  std::uint64_t seed_;
  Purpose purpose_;
  std::uint64_t item_, series_, block_ = 0;
  unsigned used_ = 4;
  std::array<std::uint64_t, 4> words_{};
};

/// The first four words of RandomWords(seed, purpose, item + i, series) into blocks[i], many at once: several times as
/// fast as one by one.
using RandomBlock = std::array<std::uint64_t, 4>;
void first_words(std::uint64_t seed, Purpose purpose, std::uint64_t item, std::uint64_t series,
                 std::span<RandomBlock> blocks);
/// Quantile function and cumulative distribution of the standard normal; relative accuracy 1e-13 or better.
double normal_quantile(double probability);
double normal_cdf(double x);

}  // namespace modscape
