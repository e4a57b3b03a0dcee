// SPDX-License-Identifier: Apache-2.0
#include "fit/importance_sampler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "fit/linear_algebra.hpp"

namespace modscape::fit {
namespace {

constexpr std::size_t components = 100;
constexpr unsigned degrees = 4;           // of freedom of every kernel
constexpr double kernel_scale = 0.45;     // of the weighted standard deviation (a t of 4 degrees is sqrt 2 wider)
constexpr double centre_shrinkage = 0.8;  // of a centre's distance to the mean
constexpr double wide_scale = 1.2;        // of the weighted standard deviation

double log_standard_normal(std::span<const double> z) {
  double sum = 0.0;
  for (const double x : z) sum += x * x;
  return -0.5 * sum - 0.5 * static_cast<double>(z.size()) * std::log(2.0 * std::numbers::pi);
}

double log_determinant(std::span<const double> lower, std::size_t n) {
  double sum = 0.0;
  for (std::size_t i = 0; i < n; ++i) sum += std::log(lower[i * n + i]);
  return sum;
}

// Density of the multivariate t with `degrees` degrees of freedom and unit scale, without its constant.
double heavy_tail(double squared_distance, std::size_t n) {
  const double x = 1.0 / std::sqrt(1.0 + squared_distance / degrees);
  double power = 1.0;
  for (std::size_t d = 0; d < n + degrees; ++d) power *= x;
  return power;
}

double heavy_tail_constant(std::size_t n) {
  const double nu = degrees, dimensions = static_cast<double>(n);
  return std::exp(std::lgamma(0.5 * (nu + dimensions)) - std::lgamma(0.5 * nu) -
                  0.5 * dimensions * std::log(nu * std::numbers::pi));
}

// What every evaluation of a proposal's density needs: its centres whitened by the kernel's factor, and heights.
struct Prepared {
  std::vector<double> centres;
  double constant, narrow_height, wide_height;
};

Prepared prepared(const Proposal& proposal, std::size_t n) {
  Prepared ready{{},
                 heavy_tail_constant(n),
                 std::exp(-log_determinant(proposal.kernel, n)),
                 std::exp(-log_determinant(proposal.wide, n))};
  for (std::size_t c = 0; c < proposal.centres.size(); c += n) {
    const std::vector<double> y = solve_lower(proposal.kernel, std::span<const double>(proposal.centres).subspan(c, n));
    ready.centres.insert(ready.centres.end(), y.begin(), y.end());
  }
  return ready;
}

double log_density(const Proposal& proposal, const Prepared& ready, std::span<const double> z) {
  const std::size_t n = z.size();
  const std::vector<double> y = solve_lower(proposal.kernel, z);
  double sum = 0.0;
  for (std::size_t c = 0; c < ready.centres.size(); c += n) {
    double distance = 0.0;
    for (std::size_t d = 0; d < n; ++d) distance += (y[d] - ready.centres[c + d]) * (y[d] - ready.centres[c + d]);
    sum += heavy_tail(distance, n);
  }
  const double narrow = sum / static_cast<double>(ready.centres.size() / n) * ready.narrow_height;
  std::vector<double> centred(z.begin(), z.end());
  for (std::size_t d = 0; d < n; ++d) centred[d] -= proposal.mean[d];
  double distance = 0.0;
  for (const double x : solve_lower(proposal.wide, centred)) distance += x * x;
  const double wide = heavy_tail(distance, n) * ready.wide_height;
  return std::log(ready.constant * ((1.0 - wide_share) * narrow + wide_share * wide));
}

double log_add(double a, double b) {
  const double high = std::max(a, b), low = std::min(a, b);
  return low == -std::numeric_limits<double>::infinity() ? high : high + std::log1p(std::exp(low - high));
}

std::vector<double> scaled(std::vector<double> matrix, double factor) {
  for (double& x : matrix) x *= factor;
  return matrix;
}

}  // namespace

void SamplePool::add_prior(std::span<const double> points) {
  points_.insert(points_.end(), points.begin(), points.end());
  prior_draws_ += static_cast<std::int64_t>(points.size() / dimensions_);
  update_mixture();
}

void SamplePool::add(const Proposal& proposal, std::span<const double> points) {
  points_.insert(points_.end(), points.begin(), points.end());
  proposals_.push_back(proposal);
  proposals_.back().draws = static_cast<std::int64_t>(points.size() / dimensions_);
  log_density_.emplace_back();
  update_mixture();
}

void SamplePool::update_mixture() {
  const std::size_t count = points_.size() / dimensions_;
  for (std::size_t i = log_prior_.size(); i < count; ++i) log_prior_.push_back(log_standard_normal(point(i)));
  for (std::size_t q = 0; q < proposals_.size(); ++q) {
    if (log_density_[q].size() == count) continue;
    const Prepared ready = prepared(proposals_[q], dimensions_);
    for (std::size_t i = log_density_[q].size(); i < count; ++i)
      log_density_[q].push_back(log_density(proposals_[q], ready, point(i)));
  }
  const auto total = static_cast<double>(count);
  log_mixture_.assign(count, 0.0);
  for (std::size_t i = 0; i < count; ++i) {
    double sum = prior_draws_ > 0 ? std::log(static_cast<double>(prior_draws_) / total) + log_prior_[i]
                                  : -std::numeric_limits<double>::infinity();
    for (std::size_t q = 0; q < proposals_.size(); ++q)
      sum = log_add(sum, std::log(static_cast<double>(proposals_[q].draws) / total) + log_density_[q][i]);
    log_mixture_[i] = sum;
  }
}

Weights SamplePool::weights(std::span<const double> log_likelihood, double temper) const {
  Weights result;
  result.w.resize(size());
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < size(); ++i) {
    // Excluded at any temper: 0 * -infinity would be NaN.
    const bool excluded = log_likelihood[i] == -std::numeric_limits<double>::infinity();
    result.w[i] = excluded ? log_likelihood[i] : temper * log_likelihood[i] + log_prior_[i] - log_mixture_[i];
    largest = std::max(largest, result.w[i]);
  }
  if (!std::isfinite(largest)) {
    result.w.assign(size(), 0.0);
    return result;
  }
  double sum = 0.0, squares = 0.0;
  for (double& w : result.w) sum += w = std::exp(w - largest);
  for (double& w : result.w) {
    w /= sum;
    squares += w * w;
  }
  result.ess = 1.0 / squares;
  return result;
}

double SamplePool::log_evidence(std::span<const double> log_likelihood) const {
  double sum = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < size(); ++i)
    if (std::isfinite(log_likelihood[i])) sum = log_add(sum, log_likelihood[i] + log_prior_[i] - log_mixture_[i]);
  return sum - std::log(static_cast<double>(size()));
}

double largest_temper(const SamplePool& pool, std::span<const double> log_likelihood, double wanted_ess) {
  if (pool.weights(log_likelihood, 1.0).ess >= wanted_ess) return 1.0;
  double low = 0.0, high = 1.0;
  for (int i = 0; i < 30; ++i) {
    const double middle = 0.5 * (low + high);
    (pool.weights(log_likelihood, middle).ess >= wanted_ess ? low : high) = middle;
  }
  return low;
}

Weights flattened(const Weights& weights, double wanted_ess) {
  const auto to_power = [&](double power) {
    Weights result{weights.w, 0.0};
    double sum = 0.0, squares = 0.0;
    for (double& w : result.w) sum += w = w > 0.0 ? std::pow(w, power) : 0.0;
    for (double& w : result.w) {
      w /= sum;
      squares += w * w;
    }
    result.ess = 1.0 / squares;
    return result;
  };
  if (weights.ess >= wanted_ess || weights.ess == 0.0) return weights;
  double low = 0.0, high = 1.0;
  for (int i = 0; i < 30; ++i) {
    const double middle = 0.5 * (low + high);
    (to_power(middle).ess >= wanted_ess ? low : high) = middle;
  }
  return to_power(low);
}

std::vector<std::size_t> systematic_resample(std::span<const double> weights, std::size_t count, double offset) {
  std::vector<std::size_t> chosen;
  double cumulative = 0.0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    cumulative += weights[i];
    while (chosen.size() < count &&
           (static_cast<double>(chosen.size()) + offset) / static_cast<double>(count) < cumulative)
      chosen.push_back(i);
  }
  // Round-off may leave the last place open: it belongs to the last point that has any weight.
  if (!weights.empty()) {
    const auto last = std::find_if(weights.rbegin(), weights.rend(), [](double w) { return w > 0.0; });
    while (last != weights.rend() && chosen.size() < count)
      chosen.push_back(static_cast<std::size_t>(weights.rend() - last) - 1);
  }
  return chosen;
}

std::vector<std::size_t> shuffled_resample(std::span<const double> weights, std::size_t count, const CounterRng& rng) {
  const std::vector<std::size_t> chosen = systematic_resample(weights, count, rng.uniform(0));
  std::vector<std::size_t> order(chosen.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return rng.bits(1 + i); });
  std::vector<std::size_t> shuffled;
  for (const std::size_t i : order) shuffled.push_back(chosen[i]);
  return shuffled;
}

Proposal make_proposal(const SamplePool& pool, const Weights& weights, std::uint64_t seed, std::uint64_t item) {
  const std::size_t n = pool.dimensions();
  Proposal proposal;
  proposal.mean.assign(n, 0.0);
  for (std::size_t i = 0; i < pool.size(); ++i)
    for (std::size_t d = 0; d < n; ++d) proposal.mean[d] += weights.w[i] * pool.point(i)[d];
  std::vector<double> covariance(n * n, 0.0);
  for (std::size_t i = 0; i < pool.size(); ++i) {
    if (weights.w[i] == 0.0) continue;
    for (std::size_t r = 0; r < n; ++r)
      for (std::size_t c = 0; c < n; ++c)
        covariance[r * n + c] +=
            weights.w[i] * (pool.point(i)[r] - proposal.mean[r]) * (pool.point(i)[c] - proposal.mean[c]);
  }
  // A floor keeps a direction open that few points happen to span.
  for (std::size_t d = 0; d < n; ++d) covariance[d * n + d] += 1e-4;
  proposal.kernel = cholesky(scaled(covariance, kernel_scale * kernel_scale), n);
  proposal.wide = cholesky(scaled(covariance, wide_scale * wide_scale), n);
  const CounterRng rng(seed, Purpose::resample, item);
  std::uint64_t step = 1;
  for (const std::size_t i : systematic_resample(weights.w, components, rng.uniform(0))) {
    // Not on the point itself, where the proposal's density would be high because the point had a large weight: that
    // biases its new weight downwards. Drawn in towards the mean, so that centres and kernels together have the spread
    // of the target (Liu & West 2001).
    std::vector<double> noise(n);
    for (double& x : noise) x = rng.normal(step++);
    for (std::size_t d = 0; d < n; ++d) {
      double centre = proposal.mean[d] + centre_shrinkage * (pool.point(i)[d] - proposal.mean[d]);
      for (std::size_t k = 0; k <= d; ++k) centre += proposal.kernel[d * n + k] * noise[k];
      proposal.centres.push_back(centre);
    }
  }
  return proposal;
}

std::vector<double> draw(const Proposal& proposal, std::size_t n, std::uint64_t seed, std::uint64_t item,
                         std::uint64_t index) {
  const CounterRng rng(seed, Purpose::proposal, (item << 32U) + index);
  std::vector<double> noise(n);
  // Student t: a normal over the square root of an independent chi-squared/degrees; with 4 degrees that is a sum of two
  // exponentials.
  static_assert(degrees == 4);
  const double chi_squared = -2.0 * std::log(rng.uniform(2 + n) * rng.uniform(3 + n));
  for (std::size_t d = 0; d < n; ++d) noise[d] = rng.normal(2 + d) * std::sqrt(degrees / chi_squared);
  const bool wide = rng.uniform(0) < wide_share;
  const std::size_t count = proposal.centres.size() / n;
  const auto component = std::min(static_cast<std::size_t>(rng.uniform(1) * static_cast<double>(count)), count - 1);
  std::vector<double> z(n);
  for (std::size_t d = 0; d < n; ++d) {
    z[d] = wide ? proposal.mean[d] : proposal.centres[component * n + d];
    for (std::size_t k = 0; k <= d; ++k) z[d] += (wide ? proposal.wide : proposal.kernel)[d * n + k] * noise[k];
  }
  return z;
}

}  // namespace modscape::fit
