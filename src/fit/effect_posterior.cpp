// SPDX-License-Identifier: Apache-2.0
#include "fit/effect_posterior.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace modscape::fit {
namespace {

constexpr std::size_t replicates = 20000;
constexpr double first_temper = 0.5;  // wider than the fit to one condition: the other one may want other base models
constexpr double first_ess = 80.0;
constexpr double prior_kernel = 0.5, prior_wide = 1.2;  // of the standard normal prior of an effect

// The block-diagonal matrix of `lower` (n x n) and `extra` times the identity.
std::vector<double> extended(const std::vector<double>& lower, std::size_t n, std::size_t more, double extra) {
  const std::size_t total = n + more;
  std::vector<double> matrix(total * total, 0.0);
  for (std::size_t r = 0; r < n; ++r)
    for (std::size_t c = 0; c <= r; ++c) matrix[r * total + c] = lower[r * n + c];
  for (std::size_t d = n; d < total; ++d) matrix[d * total + d] = extra;
  return matrix;
}

// -2 log likelihood of data drawn from the model itself.
double replicate(const FiTarget& target, const CounterRng& rng, std::uint64_t& step) {
  double sum = 0.0;
  for (std::size_t k = 0; k < target.correlated.size(); ++k) {
    const double x = rng.normal(step++);
    sum += x * x;
  }
  for (const std::size_t k : target.one_sided) {
    const double x = rng.normal(step++), counted = target.mean[k] == 0.0 ? std::max(x, 0.0) : x;
    sum += counted * counted;
  }
  if (target.rheobases.size() < 2) return sum;
  const auto n = static_cast<double>(target.rheobases.size());
  const double numerator = rng.normal(step++);
  double chi_squared = 0.0;
  for (std::size_t k = 1; k < target.rheobases.size(); ++k) {
    const double x = rng.normal(step++);
    chi_squared += x * x;
  }
  return sum + n * std::log1p(numerator * numerator / chi_squared);  // t^2/(n - 1)
}

}  // namespace

Proposal first_proposal(const SamplePool& base_pool, std::span<const double> log_likelihood_from,
                        std::size_t effect_dimensions, std::uint64_t seed, std::uint64_t item) {
  const std::size_t n = base_pool.dimensions();
  const double temper = std::min(first_temper, largest_temper(base_pool, log_likelihood_from, first_ess));
  const Proposal base = make_proposal(base_pool, base_pool.weights(log_likelihood_from, temper), seed, item);
  Proposal joint = base;
  joint.mean.resize(n + effect_dimensions, 0.0);
  joint.kernel = extended(base.kernel, n, effect_dimensions, prior_kernel);
  joint.wide = extended(base.wide, n, effect_dimensions, prior_wide);
  joint.centres.clear();
  const CounterRng rng(seed, Purpose::effect, item);
  for (std::size_t c = 0; c < base.centres.size() / n; ++c) {
    joint.centres.insert(joint.centres.end(), base.centres.begin() + static_cast<std::ptrdiff_t>(c * n),
                         base.centres.begin() + static_cast<std::ptrdiff_t>((c + 1) * n));
    for (std::size_t d = 0; d < effect_dimensions; ++d) joint.centres.push_back(rng.normal(c * effect_dimensions + d));
  }
  return joint;
}

DiscrepancyNull::DiscrepancyNull(std::span<const FiTarget> targets, std::uint64_t seed) {
  for (std::uint64_t i = 0; i < replicates; ++i) {
    const CounterRng rng(seed, Purpose::discrepancy, i);
    std::uint64_t step = 0;
    double sum = 0.0;
    for (const FiTarget& target : targets) sum += replicate(target, rng, step);
    sorted_.push_back(sum);
  }
  std::ranges::sort(sorted_);
}

double DiscrepancyNull::p_value(double discrepancy) const {
  const auto below = std::ranges::lower_bound(sorted_, discrepancy) - sorted_.begin();
  return 1.0 - static_cast<double>(below) / static_cast<double>(sorted_.size());
}

PairNull::PairNull(const FiTarget& from_target, const FiTarget& to_target, std::uint64_t seed)
    : both(std::vector<FiTarget>{from_target, to_target}, seed),
      from({&from_target, 1}, seed),
      to({&to_target, 1}, seed) {}

FamilyFit summarise_family(const SamplePool& pool, std::span<const double> log_likelihood_from,
                           std::span<const double> log_likelihood_to, std::size_t dimensions, const PairNull& null) {
  std::vector<double> sum(pool.size());
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] = log_likelihood_from[i] + log_likelihood_to[i];
  const Weights weights = pool.weights(sum);
  FamilyFit fit;
  fit.dimensions = dimensions;
  fit.ess = weights.ess;
  fit.p_value = fit.p_value_from = fit.p_value_to = 0.0;
  if (weights.ess == 0.0) {
    fit.log_evidence = -std::numeric_limits<double>::infinity();
    return fit;
  }
  fit.log_evidence = pool.log_evidence(sum);
  fit.log_evidence_error = std::sqrt(std::max(0.0, 1.0 / weights.ess - 1.0 / static_cast<double>(pool.size())));
  for (std::size_t i = 0; i < sum.size(); ++i) {
    if (weights.w[i] == 0.0) continue;
    fit.p_value += weights.w[i] * null.both.p_value(-2.0 * sum[i]);
    fit.p_value_from += weights.w[i] * null.from.p_value(-2.0 * log_likelihood_from[i]);
    fit.p_value_to += weights.w[i] * null.to.p_value(-2.0 * log_likelihood_to[i]);
  }
  return fit;
}

std::string to_string(const EffectCriterion& c) {
  return fmt::format(
      "rejected: posterior predictive p of both conditions together below {:g} (misfit), or ln evidence more than {:g} "
      "below the best family's (outweighed); undecided: effective sample size below {:g}, and ten times the evidence "
      "would not be outweighed; kept: of the families that are not rejected, those with the fewest numbers",
      c.p_value, c.log_odds, c.least_ess);
}

std::string to_string(Judgement judgement) {
  switch (judgement) {
    case Judgement::kept:
      return "kept";
    case Judgement::not_rejected:
      return "not rejected";
    case Judgement::misfit:
      return "rejected: misfit";
    case Judgement::outweighed:
      return "rejected: outweighed";
    case Judgement::undecided:
      return "undecided";
  }
  return "?";
}

namespace {

Judgement judgement_of(const FamilyFit& family, double below_best, const EffectCriterion& criterion) {
  // Few points that count more often miss some of the evidence than find too much; none say nothing.
  if (family.ess < criterion.least_ess)
    return family.ess > 0.0 && below_best > criterion.log_odds + std::numbers::ln10 ? Judgement::outweighed
                                                                                    : Judgement::undecided;
  if (family.p_value < criterion.p_value) return Judgement::misfit;
  return below_best > criterion.log_odds ? Judgement::outweighed : Judgement::not_rejected;
}

}  // namespace

std::vector<Judgement> judge(std::span<const FamilyFit> families, const EffectCriterion& criterion) {
  double best = -std::numeric_limits<double>::infinity();
  for (const FamilyFit& family : families) best = std::max(best, family.log_evidence);
  std::vector<Judgement> judgements;
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  for (const FamilyFit& family : families) {
    judgements.push_back(judgement_of(family, best - family.log_evidence, criterion));
    if (judgements.back() == Judgement::not_rejected) fewest = std::min(fewest, family.dimensions);
  }
  for (std::size_t f = 0; f < families.size(); ++f)
    if (judgements[f] == Judgement::not_rejected && families[f].dimensions == fewest) judgements[f] = Judgement::kept;
  return judgements;
}

}  // namespace modscape::fit
