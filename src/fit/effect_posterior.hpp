// SPDX-License-Identifier: Apache-2.0
// How well a family of effects explains two conditions at once, and which families the data leave standing
// (docs/effects.md). Points of a family's pool are standard-normal coordinates of a base model followed by those of an
// effect; the likelihood is the product of both conditions'.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "core/rng.hpp"
#include "fit/effect_families.hpp"
#include "fit/importance_sampler.hpp"
#include "fit/likelihood.hpp"

namespace modscape::fit {

/// Where a family's search begins: base models from the pool of the fit to the first condition, the effect from its
/// prior.
Proposal first_proposal(const SamplePool& base_pool, std::span<const double> log_likelihood_from,
                        std::size_t effect_dimensions, std::uint64_t seed, std::uint64_t item);

/// What -2 log likelihood would be if a model were true: chi-squared for correlated means, one-sided squares, and the
/// location's term of Student's t. `replicates` values of each target, by Philox. The same for every model, so a
/// posterior predictive check needs no further simulation.
class DiscrepancyNull {
 public:
  DiscrepancyNull(std::span<const FiTarget> targets, std::uint64_t seed);
  /// Share of replicated data whose discrepancy is at least this large.
  double p_value(double discrepancy) const;

 private:
  std::vector<double> sorted_;
};

/// A family's posterior in numbers. p values are posterior predictive: of both conditions together, and of each.
struct FamilyFit {
  std::size_t dimensions = 0;  ///< numbers of the effect
  double log_evidence = NAN, log_evidence_error = NAN, ess = 0.0;
  double p_value = NAN, p_value_from = NAN, p_value_to = NAN;
};

/// The nulls of a pair of conditions.
struct PairNull {
  PairNull(const FiTarget& from, const FiTarget& to, std::uint64_t seed);
  DiscrepancyNull both, from, to;
};

FamilyFit summarise_family(const SamplePool& pool, std::span<const double> log_likelihood_from,
                           std::span<const double> log_likelihood_to, std::size_t dimensions, const PairNull& null);

/// A family is rejected if it cannot produce such data (misfit), or if another one explains them so much better that
/// any reasonable prior odds are outweighed.
struct EffectCriterion {
  double p_value = 0.05;    ///< least posterior predictive p of both conditions together
  double log_odds = 5.0;    ///< largest difference of the log evidence to the best family's: odds of 150 to 1
  double least_ess = 50.0;  ///< below it a family's numbers are not relied upon
};
std::string to_string(const EffectCriterion& criterion);

/// `kept`: of what is not rejected, the families with the fewest numbers.
enum class Judgement { kept, not_rejected, misfit, outweighed, undecided };
std::string to_string(Judgement judgement);

/// One per family.
std::vector<Judgement> judge(std::span<const FamilyFit> families, const EffectCriterion& criterion);

}  // namespace modscape::fit
