// SPDX-License-Identifier: Apache-2.0
// Adaptive importance sampling on targets whose moments are known. The evidence follows from the weights w of the
// target and w0 of the prior: Z = L_i w0_i/w_i for every point i.
#include "fit/importance_sampler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "core/rng.hpp"
#include "fit/linear_algebra.hpp"
#include "sweep/sobol.hpp"

namespace modscape::fit {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
using LogLikelihood = std::function<double(std::span<const double>)>;

std::vector<double> prior_points(std::int64_t points, std::size_t dimensions, std::uint64_t seed = 7) {
  std::vector<double> z = sweep::sobol_points(points, dimensions, seed);
  for (double& x : z) x = normal_quantile(x);
  return z;
}

struct Sampled {
  SamplePool pool;
  std::vector<double> log_likelihood;
};

void evaluate(Sampled& run, const LogLikelihood& target) {
  for (std::size_t i = run.log_likelihood.size(); i < run.pool.size(); ++i)
    run.log_likelihood.push_back(target(run.pool.point(i)));
}

// As the study does it: exploration, then rounds of proposals for a tempered target.
Sampled sampled(const LogLikelihood& target, std::size_t dimensions, int rounds, std::uint64_t seed) {
  Sampled run{SamplePool(dimensions), {}};
  run.pool.add_prior(prior_points(1024, dimensions, seed));
  evaluate(run, target);
  for (std::uint64_t round = 0; round < static_cast<std::uint64_t>(rounds); ++round) {
    const double temper = largest_temper(run.pool, run.log_likelihood, 80.0);
    const Proposal proposal = make_proposal(run.pool, run.pool.weights(run.log_likelihood, temper), seed, round);
    std::vector<double> z;
    for (std::uint64_t i = 0; i < 512; ++i)
      for (const double x : draw(proposal, dimensions, seed, round, i)) z.push_back(x);
    run.pool.add(proposal, z);
    evaluate(run, target);
  }
  return run;
}

double expectation(const Sampled& run, const Weights& weights, const LogLikelihood& f) {
  double sum = 0.0;
  for (std::size_t i = 0; i < run.pool.size(); ++i) sum += weights.w[i] * f(run.pool.point(i));
  return sum;
}

// Monte-Carlo errors below are sd/sqrt(ESS); four of them, so that the fixed seeds are nothing special.
constexpr double errors = 4.0;

// Likelihood Normal(z; m, s): with the standard normal prior the posterior has precision 1 + 1/s^2, mean m/(1 + s^2),
// and the evidence is Normal(m; 0, 1 + s^2).
TEST(ImportanceSampler, NarrowGaussianInFourDimensions) {
  const std::vector<double> m{1.5, -1.0, 0.5, 2.0}, s{0.05, 0.2, 1.0, 0.1};
  const LogLikelihood target = [&](std::span<const double> z) {
    double sum = 0.0;
    for (std::size_t d = 0; d < 4; ++d)
      sum -= 0.5 * (z[d] - m[d]) * (z[d] - m[d]) / s[d] / s[d] + std::log(s[d]) + 0.5 * std::log(2.0 * M_PI);
    return sum;
  };
  double exact = 0.0;
  for (std::size_t d = 0; d < 4; ++d)
    exact -= 0.5 * m[d] * m[d] / (1.0 + s[d] * s[d]) + 0.5 * std::log(2.0 * M_PI * (1.0 + s[d] * s[d]));
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const Sampled run = sampled(target, 4, 6, seed);
    const Weights weights = run.pool.weights(run.log_likelihood);
    EXPECT_GT(weights.ess, 300.0);
    const double unit = errors / std::sqrt(weights.ess);
    for (std::size_t d = 0; d < 4; ++d) {
      const double mean = m[d] / (1.0 + s[d] * s[d]), variance = s[d] * s[d] / (1.0 + s[d] * s[d]);
      EXPECT_NEAR(expectation(run, weights, [&](auto z) { return z[d]; }), mean, unit * std::sqrt(variance));
      EXPECT_NEAR(expectation(run, weights, [&](auto z) { return (z[d] - mean) * (z[d] - mean); }), variance,
                  unit * variance * std::sqrt(2.0));
    }
    EXPECT_NEAR(run.pool.log_evidence(run.log_likelihood), exact, unit);
  }
}

// Strong correlation: L exp(-(z1 - z0)^2/2e^2); posterior covariance from the precision matrix.
TEST(ImportanceSampler, CovarianceOfACorrelatedTarget) {
  constexpr double e = 0.1;
  const Sampled run = sampled([](auto z) { return -0.5 * (z[1] - z[0]) * (z[1] - z[0]) / e / e; }, 2, 5, 5);
  const Weights weights = run.pool.weights(run.log_likelihood);
  // Precision [[1 + k, -k], [-k, 1 + k]], k = 1/e^2.
  const double k = 1.0 / e / e, determinant = 1.0 + 2.0 * k;
  const double unit = errors / std::sqrt(weights.ess);
  EXPECT_NEAR(expectation(run, weights, [](auto z) { return z[0] * z[0]; }), (1.0 + k) / determinant, unit);
  EXPECT_NEAR(expectation(run, weights, [](auto z) { return z[0] * z[1]; }), k / determinant, unit);
  EXPECT_NEAR(expectation(run, weights, [](auto z) { return (z[0] - z[1]) * (z[0] - z[1]); }), 2.0 / determinant,
              unit * 2.0 * std::sqrt(2.0) / determinant);
  EXPECT_NEAR(run.pool.log_evidence(run.log_likelihood), -0.5 * std::log(determinant), unit);
}

// Two modes of known weights (prior x equal likelihoods at +-2 with 3:1): no mode may be lost.
TEST(ImportanceSampler, TwoModesKeepTheirWeights) {
  constexpr double s = 0.15, centre = 2.0;
  const LogLikelihood target = [](auto z) {
    const double right = 3.0 * std::exp(-0.5 * (z[0] - centre) * (z[0] - centre) / s / s),
                 left = std::exp(-0.5 * (z[0] + centre) * (z[0] + centre) / s / s);
    return std::log(right + left + 1e-300) - 0.5 * z[1] * z[1];
  };
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const Sampled run = sampled(target, 2, 6, seed);
    const Weights weights = run.pool.weights(run.log_likelihood);
    const double unit = errors / std::sqrt(weights.ess);
    EXPECT_GT(weights.ess, 300.0);
    EXPECT_NEAR(expectation(run, weights, [](auto z) { return z[0] > 0.0 ? 1.0 : 0.0; }), 0.75,
                unit * std::sqrt(0.75 * 0.25));
    const double one = s * std::exp(-0.5 * centre * centre / (1.0 + s * s)) / std::sqrt(1.0 + s * s);
    EXPECT_NEAR(run.pool.log_evidence(run.log_likelihood), std::log(4.0 * one * std::sqrt(0.5)), unit);
  }
}

// A banana: z1 follows z0^2. The evidence and moments are one-dimensional integrals, here by the midpoint rule.
TEST(ImportanceSampler, Banana) {
  constexpr double s = 0.2;
  const LogLikelihood target = [](auto z) {
    const double bend = z[1] - (z[0] * z[0] - 1.0);
    return -0.5 * bend * bend / s / s;
  };
  // Given z0, z1 integrates in closed form: Normal(z0^2 - 1; 0, 1 + s^2) up to s sqrt(2 pi).
  double evidence = 0.0, second = 0.0;
  constexpr int steps = 20000;
  for (int i = 0; i < steps; ++i) {
    const double x = -6.0 + 12.0 * (i + 0.5) / steps, bend = x * x - 1.0;
    const double density = std::exp(-0.5 * x * x - 0.5 * bend * bend / (1.0 + s * s)) / std::sqrt(2.0 * M_PI) * s /
                           std::sqrt(1.0 + s * s) * 12.0 / steps;
    evidence += density;
    second += x * x * density;
  }
  const Sampled run = sampled(target, 2, 6, 11);
  const Weights weights = run.pool.weights(run.log_likelihood);
  const double unit = errors / std::sqrt(weights.ess);
  EXPECT_GT(weights.ess, 500.0);
  EXPECT_NEAR(run.pool.log_evidence(run.log_likelihood), std::log(evidence), unit);
  EXPECT_NEAR(expectation(run, weights, [](auto z) { return z[0]; }), 0.0, unit);
  EXPECT_NEAR(expectation(run, weights, [](auto z) { return z[0] * z[0]; }), second / evidence, unit);
}

TEST(ImportanceSampler, FlatLikelihoodLeavesThePriorAlone) {
  SamplePool pool(3);
  pool.add_prior(prior_points(256, 3));
  const Weights weights = pool.weights(std::vector<double>(256, -4.0));
  for (const double w : weights.w) EXPECT_NEAR(w, 1.0 / 256, 1e-15);
  EXPECT_NEAR(weights.ess, 256.0, 1e-9);
}

TEST(ImportanceSampler, WeightsAreNormalisedAndEssIsTheirs) {
  const Sampled run = sampled([](auto z) { return -20.0 * z[0] * z[0]; }, 2, 2, 4);
  const Weights weights = run.pool.weights(run.log_likelihood);
  EXPECT_NEAR(std::accumulate(weights.w.begin(), weights.w.end(), 0.0), 1.0, 1e-12);
  double squares = 0.0;
  for (const double w : weights.w) squares += w * w;
  EXPECT_NEAR(weights.ess, 1.0 / squares, 1e-9 * weights.ess);
}

// A constant added to the log likelihood changes nothing, however large.
TEST(ImportanceSampler, WeightsDoNotDependOnTheScaleOfTheLikelihood) {
  Sampled run = sampled([](auto z) { return -20.0 * z[0] * z[0]; }, 2, 1, 4);
  const Weights before = run.pool.weights(run.log_likelihood);
  for (double& x : run.log_likelihood) x -= 1e5;
  const Weights after = run.pool.weights(run.log_likelihood);
  for (std::size_t i = 0; i < before.w.size(); ++i) EXPECT_NEAR(after.w[i], before.w[i], 1e-9);
}

// The pool's state does not depend on how its points came in: together, or in parts as a resumed job reads them.
TEST(ImportanceSampler, PartsGiveTheSamePoolAsTheWhole) {
  const std::vector<double> z = prior_points(200, 2);
  const auto likelihood = [](std::span<const double> x) { return -3.0 * (x[0] - x[1]) * (x[0] - x[1]); };
  Sampled whole{SamplePool(2), {}}, parts{SamplePool(2), {}};
  whole.pool.add_prior(z);
  parts.pool.add_prior(std::span<const double>(z).first(60));
  parts.pool.add_prior(std::span<const double>(z).subspan(60));
  evaluate(whole, likelihood);
  evaluate(parts, likelihood);
  EXPECT_EQ(whole.pool.weights(whole.log_likelihood).w, parts.pool.weights(parts.log_likelihood).w);
}

// Any rank may make any draw, in any order.
TEST(ImportanceSampler, ADrawIsAFunctionOfItsIndex) {
  const Sampled run = sampled([](auto z) { return -2.0 * z[0] * z[0]; }, 2, 0, 4);
  const Proposal proposal = make_proposal(run.pool, run.pool.weights(run.log_likelihood), 3, 9);
  std::vector<std::vector<double>> forward, backward;
  for (std::uint64_t i = 0; i < 20; ++i) forward.push_back(draw(proposal, 2, 3, 9, i));
  for (std::uint64_t i = 20; i-- > 0;) backward.insert(backward.begin(), draw(proposal, 2, 3, 9, i));
  EXPECT_EQ(forward, backward);
  EXPECT_NE(draw(proposal, 2, 3, 10, 0), forward[0]);
  EXPECT_NE(draw(proposal, 2, 4, 9, 0), forward[0]);
  EXPECT_NE(forward[1], forward[0]);
}

// Distribution function of Student's t with 4 degrees of freedom.
double student_cdf(double x) {
  const double s = 1.0 + 0.25 * x * x;
  return 0.5 + 0.375 * x / std::sqrt(s) * (1.0 - x * x / s / 12.0);
}

// Along each coordinate a proposal is a mixture of t distributions; that the weights divide by the same density is
// what the next test shows.
TEST(ImportanceSampler, DrawsFollowTheProposal) {
  Sampled run = sampled([](auto z) { return -0.5 * z[0] * z[0]; }, 2, 0, 4);
  const Proposal proposal = make_proposal(run.pool, run.pool.weights(run.log_likelihood), 3, 9);
  constexpr std::uint64_t n = 20000;
  std::vector<std::vector<double>> draws;
  for (std::uint64_t i = 0; i < n; ++i) draws.push_back(draw(proposal, 2, 3, 9, i));
  const std::size_t count = proposal.centres.size() / 2;
  for (std::size_t d = 0; d < 2; ++d) {
    const double narrow = std::hypot(proposal.kernel[2 * d], proposal.kernel[2 * d + 1]);
    const double wide = std::hypot(proposal.wide[2 * d], proposal.wide[2 * d + 1]);
    for (const double x : {-4.0, -1.0, 0.0, 0.5, 2.0}) {
      double expected = wide_share * student_cdf((x - proposal.mean[d]) / wide);
      for (std::size_t c = 0; c < count; ++c)
        expected +=
            (1.0 - wide_share) / static_cast<double>(count) * student_cdf((x - proposal.centres[2 * c + d]) / narrow);
      const auto below = std::ranges::count_if(draws, [&](const auto& z) { return z[d] < x; });
      EXPECT_NEAR(static_cast<double>(below) / n, expected, errors * std::sqrt(expected * (1.0 - expected) / n)) << x;
    }
  }
}

// Density of Student's t with 4 degrees of freedom and the lower triangular factor L, two dimensions written out.
double student_density(const std::vector<double>& factor, double dx, double dy) {
  const double u = dx / factor[0], v = (dy - factor[2] * u) / factor[3];
  return std::pow(1.0 + 0.25 * (u * u + v * v), -3.0) / (2.0 * M_PI * factor[0] * factor[3]);
}

// Prior and one proposal: weights of the prior are its density over that of everything that was drawn.
TEST(ImportanceSampler, WeightsDivideByTheMixtureOfAllDraws) {
  const Sampled run = sampled([](auto z) { return -8.0 * (z[0] - z[1]) * (z[0] - z[1]); }, 2, 0, 4);
  const Proposal proposal = make_proposal(run.pool, run.pool.weights(run.log_likelihood), 3, 9);
  const std::vector<double> explored = prior_points(300, 2);
  std::vector<double> drawn, densities;
  for (std::uint64_t i = 0; i < 100; ++i)
    for (const double x : draw(proposal, 2, 3, 9, i)) drawn.push_back(x);
  SamplePool pool(2);
  pool.add_prior(explored);
  pool.add(proposal, drawn);
  double sum = 0.0;
  for (std::size_t i = 0; i < 400; ++i) {
    const double x = pool.point(i)[0], y = pool.point(i)[1];
    const double prior = std::exp(-0.5 * (x * x + y * y)) / (2.0 * M_PI);
    double narrow = 0.0;
    for (std::size_t c = 0; c < proposal.centres.size(); c += 2)
      narrow += student_density(proposal.kernel, x - proposal.centres[c], y - proposal.centres[c + 1]) * 2.0 /
                static_cast<double>(proposal.centres.size());
    const double wide = student_density(proposal.wide, x - proposal.mean[0], y - proposal.mean[1]);
    densities.push_back(prior / (0.75 * prior + 0.25 * ((1.0 - wide_share) * narrow + wide_share * wide)));
    sum += densities.back();
  }
  const Weights weights = pool.weights(std::vector<double>(400, 0.0));
  for (std::size_t i = 0; i < 400; ++i) EXPECT_NEAR(weights.w[i], densities[i] / sum, 1e-12);
}

TEST(ImportanceSampler, TemperIsTheLargestThatKeepsTheSampleSize) {
  SamplePool pool(1);
  pool.add_prior(prior_points(1000, 1));
  std::vector<double> sharp, flat(1000, 0.0);
  for (std::size_t i = 0; i < 1000; ++i) sharp.push_back(-5000.0 * pool.point(i)[0] * pool.point(i)[0]);
  const double temper = largest_temper(pool, sharp, 80.0);
  EXPECT_LT(temper, 1.0);
  EXPECT_NEAR(pool.weights(sharp, temper).ess, 80.0, 1.0);
  EXPECT_LT(pool.weights(sharp, 1.05 * temper).ess, 80.0);
  EXPECT_EQ(largest_temper(pool, flat, 80.0), 1.0);
}

TEST(ImportanceSampler, FlattenedWeightsHaveTheSampleSize) {
  Weights sharp{{0.97, 0.02, 0.009, 0.001, 0.0}, 0.0};
  double squares = 0.0;
  for (const double w : sharp.w) squares += w * w;
  sharp.ess = 1.0 / squares;
  const Weights flat = flattened(sharp, 3.0);
  EXPECT_NEAR(flat.ess, 3.0, 1e-6);
  EXPECT_NEAR(std::accumulate(flat.w.begin(), flat.w.end(), 0.0), 1.0, 1e-12);
  const double power = std::log(flat.w[0] / flat.w[1]) / std::log(sharp.w[0] / sharp.w[1]);
  EXPECT_LT(power, 1.0);
  EXPECT_NEAR(flat.w[1] / flat.w[2], std::pow(sharp.w[1] / sharp.w[2], power), 1e-9);
  EXPECT_EQ(flat.w[4], 0.0);
  EXPECT_EQ(flattened(sharp, 1.0).w, sharp.w);         // enough already
  EXPECT_NEAR(flattened(sharp, 80.0).ess, 4.0, 1e-6);  // more than there are
  EXPECT_EQ(flattened({{0.0, 0.0}, 0.0}, 80.0).ess, 0.0);
}

TEST(ImportanceSampler, ExcludedPointsHaveNoWeightAtAnyTemper) {
  SamplePool pool(1);
  pool.add_prior(prior_points(8, 1));
  std::vector<double> log_likelihood(8, -infinity);
  log_likelihood[2] = -1.0;
  log_likelihood[5] = -1.0;
  for (const double temper : {1.0, 0.5, 1e-9, 0.0}) {
    const Weights weights = pool.weights(log_likelihood, temper);
    EXPECT_THAT(weights.w, testing::ElementsAre(0, 0, 0.5, 0, 0, 0.5, 0, 0)) << temper;
    EXPECT_DOUBLE_EQ(weights.ess, 2.0);
  }
}

// Fewer usable points than the temper asks for: still a proposal, around the usable ones.
TEST(ImportanceSampler, FewUsablePointsStillMakeAProposal) {
  SamplePool pool(2);
  pool.add_prior(prior_points(64, 2));
  std::vector<double> log_likelihood(64, -infinity);
  for (const std::size_t i : {3U, 17U, 40U}) log_likelihood[i] = -static_cast<double>(i);
  const double temper = largest_temper(pool, log_likelihood, 80.0);
  const Proposal proposal = make_proposal(pool, pool.weights(log_likelihood, temper), 1, 0);
  for (const std::vector<double>& numbers : {proposal.centres, proposal.mean, proposal.kernel, proposal.wide})
    for (const double x : numbers) EXPECT_TRUE(std::isfinite(x));
  EXPECT_EQ(proposal.centres.size(), 200U);
}

TEST(ImportanceSampler, OnePointIsAProposalToo) {
  SamplePool pool(2);
  pool.add_prior(std::vector{0.3, -0.7});
  const std::vector<double> log_likelihood{-50.0};
  const Proposal proposal = make_proposal(pool, pool.weights(log_likelihood), 1, 0);
  const std::vector<double> z = draw(proposal, 2, 1, 0, 0);
  EXPECT_NEAR(z[0], 0.3, 0.1);
  EXPECT_NEAR(z[1], -0.7, 0.1);
}

TEST(ImportanceSampler, NothingUsableHasNoWeights) {
  SamplePool pool(1);
  pool.add_prior(prior_points(4, 1));
  const Weights weights = pool.weights(std::vector<double>(4, -infinity));
  EXPECT_THAT(weights.w, testing::Each(0.0));
  EXPECT_EQ(weights.ess, 0.0);
  EXPECT_TRUE(systematic_resample(weights.w, 10, 0.5).empty());
}

// Each point is taken floor or ceil of count x weight times, in pool order.
TEST(SystematicResample, TakesEachPointItsShare) {
  const std::vector<double> weights{0.05, 0.35, 0.0, 0.6};
  for (const double offset : {0.01, 0.3, 0.77, 0.999}) {
    const std::vector<std::size_t> chosen = systematic_resample(weights, 10, offset);
    ASSERT_EQ(chosen.size(), 10U);
    EXPECT_TRUE(std::ranges::is_sorted(chosen));
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const auto count = static_cast<double>(std::ranges::count(chosen, i));
      EXPECT_GE(count, std::floor(10 * weights[i] - 1e-9));
      EXPECT_LE(count, std::ceil(10 * weights[i] - 1e-9));
    }
  }
}

// Round-off in the sum of the weights leaves no place open, and gives none to a point without weight.
TEST(SystematicResample, RoundOffGoesToTheLastPointWithWeight) {
  const std::vector<double> weights{0.5, 0.5 - 1e-9, 0.0};
  EXPECT_THAT(systematic_resample(weights, 4, 1.0 - 1e-12), testing::ElementsAre(0, 0, 1, 1));
}

}  // namespace
}  // namespace modscape::fit
