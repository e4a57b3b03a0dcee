// SPDX-License-Identifier: Apache-2.0
// Does a condition switch the neuron to another regime, scale its response, do nothing, or can the data not tell?
// (docs/verdict.md)
//
// Models of two conditions are not paired, so the share of unpaired draws whose regime strings differ says nothing: it
// is large also between halves of one condition. What the data do bound is the least share of cells that must have
// changed regime whatever the pairing: the total variation distance between the two distributions of regime strings.
// It, the threshold shift and the gain ratio are compared with the same numbers for random halves of either condition.
//
// With a base model and an effect that were fitted to both conditions jointly (docs/effects.md) models are paired: each
// draw is a path that one neuron can be followed along, and the share of paths that change regime is a probability.
// Its null is the same for effects that lead from one random half of the first condition to the other. It holds for one
// family of effects; the answers of all families that the data leave standing must agree.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace modscape::dynamics {

/// What is compared of each model.
struct Population {
  std::vector<std::string> regime_string;
  std::vector<double> rheobase;  ///< pA
  std::vector<double> gain;      ///< Hz/pA
};

/// One condition: equally weighted posterior draws, and for its null a wider population with random halves as weights
/// over it.
struct ConditionDraws {
  Population posterior, wide;
  double ess = 0.0;  ///< effective sample size of the fit the draws come from
  std::vector<std::pair<std::vector<double>, std::vector<double>>> halves;  ///< normalised weights of `wide`
};

/// Paths from a base model to the modulated model, one entry each.
struct Paths {
  std::vector<double> switches;  ///< 1: the regime changes (dynamics/excitability.hpp), 0: it does not
  std::vector<double> shift;     ///< of the rheobase, pA
  std::vector<double> log_gain;  ///< ln of the ratio of the gains
};

/// One family of effects: equally weighted paths of its posterior; for its null a wider set, with weights over it that
/// make it the posterior of the effects between the halves of one random split of the first condition.
struct PathDraws {
  Paths posterior, wide;
  double ess = 0.0;        ///< effective sample size of the family's posterior
  double undecided = 0.0;  ///< share of the paths at whose ends the regimes could not be told
  std::vector<std::vector<double>> halves;
};

enum class VerdictClass { switching, scaling, none, undetermined };
std::string to_string(VerdictClass verdict);

/// What counts. Declared, printed and stored with every verdict.
struct VerdictCriterion {
  double significance = 0.05;        ///< one-sided, against the halves
  double practical_shift = 20.0;     ///< pA: smaller threshold shifts are no effect (one protocol step)
  double practical_gain = 1.25;      ///< gain ratios between 1/this and this are no effect
  double decision = 0.5;             ///< a class needs at least this probability
  double max_null_switching = 0.05;  ///< halves that would be called switching; more: undetermined
  double min_ess = 200.0;            ///< effective sample size of either fit; less: undetermined
  double min_null_ess = 20.0;        ///< median effective draws of a half; fewer: undetermined
  double min_path_ess = 50.0;        ///< effective sample size of a family of effects; less: undetermined
  double max_undecided = 0.1;        ///< share of paths whose regimes cannot be told; more: undetermined
};
std::string to_string(const VerdictCriterion& criterion);
/// The same for compare_along_paths(), with the limits of paths.
std::string to_string_along_paths(const VerdictCriterion& criterion);

struct Verdict {
  VerdictClass verdict = VerdictClass::undetermined;
  double p_switching = 0, p_scaling = 0, p_none = 0, p_undetermined = 1;
  double regime_distance = 0, regime_p_value = 1, null_switching_rate = 1, unpaired_switching = 0;
  double shift = 0, shift_sd = 0, shift_p_value = 1;               ///< pA
  double gain_ratio = 1, gain_ratio_low = 1, gain_ratio_high = 1;  ///< median and 95 % interval of the draws
  double log_gain_shift = 0, gain_p_value = 1;  ///< difference of the mean ln gains: what the null is of
  double median_null_ess = 0;
  std::string reason;  ///< one sentence
  std::vector<double> shift_draws, gain_ratio_draws;
  std::vector<double> null_regime_distance, null_shift, null_log_gain;  ///< one per half pair, both conditions
  std::vector<std::string> strings;
  std::vector<double> share_from, share_to;
};

/// Pure and deterministic: draw i of one condition is taken with draw i of the other (independent posteriors).
Verdict compare_conditions(const ConditionDraws& from, const ConditionDraws& to, const VerdictCriterion& criterion);

/// Of one family; regime_distance is the share of paths that switch. Pure.
Verdict compare_along_paths(const PathDraws& draws, const VerdictCriterion& criterion);

/// What families (with a verdict each) and the comparison without any family say together.
struct JointVerdict {
  VerdictClass verdict = VerdictClass::undetermined;
  std::string reason;
};
JointVerdict joint_verdict(const std::vector<std::string>& families, const std::vector<Verdict>& verdicts,
                           const Verdict& without_family);

}  // namespace modscape::dynamics
