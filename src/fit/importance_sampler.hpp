// SPDX-License-Identifier: Apache-2.0
// Adaptive multiple importance sampling (Cornuet et al. 2012, Scand J Stat 39:798; population Monte Carlo): one pool of
// evaluated points serves every condition. A point's weight for a target is prior x likelihood / (mixture of all
// proposals it could have come from), so the exploration and every round of every condition are used, and no chain has
// to converge. Coordinates are z (see ParameterSpace): the exploration is a sample of the prior, Normal(0, 1) in each.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/rng.hpp"

namespace modscape::fit {

/// Mixture of equal Student t kernels (4 degrees of freedom) with a common scale around `centres`, plus a wide one
/// around their mean. Normal kernels would be lighter in the tails than the target: single points there then outweigh
/// all others (Cappe et al. 2008, Stat Comput 18:447).
struct Proposal {
  std::vector<double> centres;       ///< components x dimensions, row-major
  std::vector<double> mean;          ///< of the target it was made for
  std::vector<double> kernel, wide;  ///< lower Cholesky factors, row-major
  std::int64_t draws = 0;            ///< points drawn from it

  template <class Archive>
  void serialize(Archive& ar, unsigned) {
    ar & centres & mean & kernel & wide & draws;
  }
};

/// Share of a proposal's draws from the wide kernel.
inline constexpr double wide_share = 0.1;

/// Normalised weights and their effective sample size (sum w)^2 / sum w^2.
struct Weights {
  std::vector<double> w;
  double ess = 0.0;
};

class SamplePool {
 public:
  explicit SamplePool(std::size_t dimensions) : dimensions_(dimensions) {}
  std::size_t dimensions() const noexcept { return dimensions_; }
  std::size_t size() const noexcept { return log_mixture_.size(); }
  std::span<const double> point(std::size_t i) const { return {points_.data() + i * dimensions_, dimensions_}; }

  /// Adds points of the prior (z, row-major), or of a proposal, and brings the mixture density of every point up to
  /// date.
  void add_prior(std::span<const double> points);
  void add(const Proposal& proposal, std::span<const double> points);

  /// Weights for prior x exp(temper * log_likelihood); -infinity excludes a point.
  Weights weights(std::span<const double> log_likelihood, double temper = 1.0) const;

  /// ln of the integral of prior x likelihood; its standard error is about sqrt(1/ESS - 1/size()). -infinity if no
  /// point has any likelihood.
  double log_evidence(std::span<const double> log_likelihood) const;

 private:
  void update_mixture();
  std::size_t dimensions_;
  std::vector<double> points_;
  std::int64_t prior_draws_ = 0;
  std::vector<Proposal> proposals_;
  std::vector<std::vector<double>> log_density_;  // per proposal, of every point
  std::vector<double> log_prior_, log_mixture_;
};

/// The largest exponent <= 1 whose tempered weights still have `wanted_ess`, by bisection.
double largest_temper(const SamplePool& pool, std::span<const double> log_likelihood, double wanted_ess);

/// The weights to the largest power <= 1 that has `wanted_ess`: on the way from where the pool's points lie to where
/// they should lie. Unlike a tempered likelihood it needs no points of the prior.
Weights flattened(const Weights& weights, double wanted_ess);

/// A proposal for the target that the weights stand for: centres resampled systematically and jittered.
Proposal make_proposal(const SamplePool& pool, const Weights& weights, std::uint64_t seed, std::uint64_t item);

/// Draw `index` of a proposal in n dimensions: a pure function of (seed, item, index).
std::vector<double> draw(const Proposal& proposal, std::size_t n, std::uint64_t seed, std::uint64_t item,
                         std::uint64_t index);

/// Indices of `count` points resampled systematically by weight, in pool order.
std::vector<std::size_t> systematic_resample(std::span<const double> weights, std::size_t count, double offset);

/// The same in random order: equally weighted draws, of which any part is again a sample.
std::vector<std::size_t> shuffled_resample(std::span<const double> weights, std::size_t count, const CounterRng& rng);

}  // namespace modscape::fit
