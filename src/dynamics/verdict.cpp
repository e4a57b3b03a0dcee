// SPDX-License-Identifier: Apache-2.0
#include "dynamics/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace modscape::dynamics {
namespace {

using Shares = std::map<std::string, double>;

constexpr double round_off = 1e-9;  // of sums of weights, which make equal statistics differ in the last digits

Shares shares(const Population& draws, const std::vector<double>& weights) {
  Shares result;
  for (std::size_t i = 0; i < weights.size(); ++i) result[draws.regime_string[i]] += weights[i];
  return result;
}

double total_variation(const Shares& a, const Shares& b) {
  Shares difference = a;
  for (const auto& [text, share] : b) difference[text] -= share;
  double sum = 0.0;
  for (const auto& [text, share] : difference) sum += std::abs(share);
  return std::min(1.0, 0.5 * sum);  // shares sum to one but for rounding
}

double mean(const std::vector<double>& values, const std::vector<double>& weights) {
  double sum = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += weights[i] * values[i];
  return sum;
}

double mean_log(const std::vector<double>& values, const std::vector<double>& weights) {
  double sum = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += weights[i] * std::log(values[i]);
  return sum;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0.0;
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// Share of the null at least as large as the observed value; +1 counts the observation itself (Davison & Hinkley
// 1997, 4.11).
double p_value(const std::vector<double>& null, double observed) {
  double count = 1.0;
  for (const double x : null) count += std::abs(x) >= std::abs(observed) - round_off ? 1.0 : 0.0;
  return count / (static_cast<double>(null.size()) + 1.0);
}

double quantile(std::vector<double> values, double probability) {
  std::ranges::sort(values);
  return values[std::min(values.size() - 1,
                         static_cast<std::size_t>(probability * static_cast<double>(values.size())))];
}

std::vector<double> uniform(std::size_t n) {
  return std::vector<double>(n, 1.0 / static_cast<double>(n));
}

bool is_effect(double shift, double log_gain, const VerdictCriterion& criterion) {
  return std::abs(shift) > criterion.practical_shift || std::abs(log_gain) > std::log(criterion.practical_gain);
}

// Probability, over weighted pairs of draws, that the shift or the gain ratio is beyond what is of practical
// importance.
double probability_of_effect(const Population& from, const std::vector<double>& w_from, const Population& to,
                             const std::vector<double>& w_to, const VerdictCriterion& criterion) {
  double effect = 0.0;
  for (std::size_t i = 0; i < w_from.size(); ++i) {
    if (w_from[i] < 1e-9) continue;
    for (std::size_t k = 0; k < w_to.size(); ++k) {
      if (is_effect(to.rheobase[k] - from.rheobase[i], std::log(to.gain[k] / from.gain[i]), criterion))
        effect += w_from[i] * w_to[k];
    }
  }
  return std::min(1.0, effect);  // weights sum to one but for rounding
}

std::vector<double> beyond_practical(const Paths& paths, const VerdictCriterion& criterion) {
  std::vector<double> effects;
  for (std::size_t i = 0; i < paths.shift.size(); ++i)
    effects.push_back(is_effect(paths.shift[i], paths.log_gain[i], criterion) ? 1.0 : 0.0);
  return effects;
}

double effective_draws(const std::vector<double>& weights) {
  double squares = 0.0;
  for (const double w : weights) squares += w * w;
  return squares > 0.0 ? 1.0 / squares : 0.0;
}

struct Null {
  std::vector<double> ess, effect;
};

// The same statistics for the halves of one condition, appended.
void add_null(const ConditionDraws& condition, const VerdictCriterion& criterion, Verdict& verdict, Null& null) {
  const Population& draws = condition.wide;
  for (const auto& [first, second] : condition.halves) {
    verdict.null_regime_distance.push_back(total_variation(shares(draws, first), shares(draws, second)));
    verdict.null_shift.push_back(mean(draws.rheobase, second) - mean(draws.rheobase, first));
    verdict.null_log_gain.push_back(mean_log(draws.gain, second) - mean_log(draws.gain, first));
    null.ess.push_back(std::min(effective_draws(first), effective_draws(second)));
    // The pairwise probability is quadratic in the draws: a quarter of the halves is plenty for its mean.
    if (null.ess.size() % 4 == 1) null.effect.push_back(probability_of_effect(draws, first, draws, second, criterion));
  }
}

// Location and spread of the draws of shift and gain ratio; `shift`: their mean, or a better estimate of it.
void describe_effect(double shift, Verdict& verdict) {
  verdict.shift = shift;
  double squares = 0.0;
  for (const double draw : verdict.shift_draws) squares += (draw - shift) * (draw - shift);
  verdict.shift_sd = std::sqrt(squares / static_cast<double>(verdict.shift_draws.size()));
  verdict.gain_ratio = median(verdict.gain_ratio_draws);
  verdict.gain_ratio_low = quantile(verdict.gain_ratio_draws, 0.025);
  verdict.gain_ratio_high = quantile(verdict.gain_ratio_draws, 0.975);
}

void describe_draws(const Population& from, const Population& to, Verdict& verdict) {
  const std::size_t n = std::min(from.rheobase.size(), to.rheobase.size());
  double differing = 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    verdict.shift_draws.push_back(to.rheobase[i] - from.rheobase[i]);
    verdict.gain_ratio_draws.push_back(to.gain[i] / from.gain[i]);
    differing += to.regime_string[i] != from.regime_string[i] ? 1.0 : 0.0;
  }
  verdict.unpaired_switching = differing / static_cast<double>(n);
  describe_effect(mean(to.rheobase, uniform(to.rheobase.size())) - mean(from.rheobase, uniform(from.rheobase.size())),
                  verdict);
}

double null_mean(const std::vector<double>& values) {
  return values.empty() ? 1.0 : mean(values, uniform(values.size()));
}

// The share of `value` that goes beyond its null, of what could: 0 where the null already takes everything.
double beyond(double value, double null) {
  return null < 1.0 - round_off ? std::max(0.0, (value - null) / (1.0 - null)) : 0.0;
}

// Splits the probability that is left after switching between scaling, none and "cannot tell"; the part of an effect
// that halves of one condition show as well cannot be told from sampling.
void share_probabilities(double effect, double null_effect, double null_distance, Verdict& v) {
  v.p_switching = beyond(v.regime_distance, null_distance);
  const double rest = 1.0 - v.p_switching;
  v.p_scaling = rest * beyond(effect, null_effect);
  v.p_none = rest * std::max(0.0, 1.0 - effect);  // shares of draws add up to one but for rounding
  v.p_undetermined = std::max(0.0, 1.0 - v.p_switching - v.p_scaling - v.p_none);
}

// p values and probabilities, once the numbers of the draws and of the halves are there.
void weigh(double effect, const Null& null, const VerdictCriterion& criterion, Verdict& v) {
  v.median_null_ess = median(null.ess);
  const double null_distance = null_mean(v.null_regime_distance);
  const auto called = std::ranges::count_if(v.null_regime_distance,
                                            [&](double d) { return beyond(d, null_distance) >= criterion.decision; });
  if (!v.null_regime_distance.empty())
    v.null_switching_rate = static_cast<double>(called) / static_cast<double>(v.null_regime_distance.size());
  v.regime_p_value = p_value(v.null_regime_distance, v.regime_distance);
  v.shift_p_value = p_value(v.null_shift, v.shift);
  v.gain_p_value = p_value(v.null_log_gain, v.log_gain_shift);
  share_probabilities(effect, null_mean(null.effect), null_distance, v);
}

void decide(const VerdictCriterion& c, double ess, double least_ess, const std::string& switching, Verdict& v) {
  const double effect_p = std::min(1.0, 2.0 * std::min(v.shift_p_value, v.gain_p_value));  // two tests
  v.verdict = VerdictClass::undetermined;
  if (ess < least_ess) {
    v.reason = fmt::format("a fit rests on an effective sample size of {:.0f}, less than the {:.0f} asked for", ess,
                           least_ess);
  } else if (v.null_regime_distance.empty()) {
    v.reason = "there are no random halves to compare with";
  } else if (v.median_null_ess < c.min_null_ess) {
    v.reason = fmt::format("the halves keep only {:.0f} effective draws, too few for a null", v.median_null_ess);
  } else if (v.null_switching_rate > c.max_null_switching) {
    v.reason = fmt::format("{:.0f} % of random halves of one condition would be called switching",
                           100 * v.null_switching_rate);
  } else if (v.p_switching >= c.decision && v.regime_p_value < c.significance) {
    v.verdict = VerdictClass::switching;
    v.reason = fmt::format("{} {:.0f} %", switching, 100 * v.regime_distance);
  } else if (v.p_scaling >= c.decision && effect_p < c.significance) {
    v.verdict = VerdictClass::scaling;
    v.reason = fmt::format("threshold shift {:+.0f} pA, gain ratio {:.2f}, same regimes", v.shift, v.gain_ratio);
  } else if (v.p_none >= c.decision && effect_p >= c.significance) {
    v.verdict = VerdictClass::none;
    v.reason = "no effect of practical size";
  } else {
    v.reason = fmt::format("no class reaches probability {:.2f} beyond what halves of one condition show (p = {:.2f})",
                           c.decision, effect_p);
  }
}

// What must change for switching, and what makes too little evidence, differ between the two comparisons.
std::string criterion_text(const VerdictCriterion& c, std::string_view changed, std::string_view too_little) {
  return fmt::format(
      "switching: at least {} {} beyond the mean of random halves, p < {}; scaling: probability at least {} of a "
      "threshold shift beyond {} pA or a gain ratio beyond {}, p < {} (two tests); none: probability at least {} of "
      "neither; otherwise, or if more than {} of the halves would be called switching, or with {}, undetermined",
      c.decision, changed, c.significance, c.decision, c.practical_shift, c.practical_gain, c.significance, c.decision,
      c.max_null_switching, too_little);
}

}  // namespace

std::string to_string(VerdictClass verdict) {
  constexpr std::array<const char*, 4> names{"switching", "scaling", "none", "undetermined"};
  return names[static_cast<std::size_t>(verdict)];
}

std::string to_string(const VerdictCriterion& c) {
  return criterion_text(
      c, "of the cells must have changed regime string",
      fmt::format("an effective sample size below {} of a fit or {} of a half", c.min_ess, c.min_null_ess));
}

std::string to_string_along_paths(const VerdictCriterion& c) {
  return criterion_text(
      c, "of the paths must change regime",
      fmt::format("an effective sample size below {} of the family or {} of a half, or more than {} of the paths whose "
                  "regimes cannot be told",
                  c.min_path_ess, c.min_null_ess, c.max_undecided));
}

Verdict compare_conditions(const ConditionDraws& from_condition, const ConditionDraws& to_condition,
                           const VerdictCriterion& criterion) {
  const Population &from = from_condition.posterior, &to = to_condition.posterior;
  Verdict v;
  if (from.rheobase.empty() || to.rheobase.empty()) {
    v.reason = "a condition has no model that could be computed";
    return v;
  }
  const std::vector<double> w_from = uniform(from.rheobase.size()), w_to = uniform(to.rheobase.size());
  const Shares s_from = shares(from, w_from), s_to = shares(to, w_to);
  v.regime_distance = total_variation(s_from, s_to);
  Shares all = s_from;
  all.insert(s_to.begin(), s_to.end());
  for (const auto& [text, share] : all) {
    v.strings.push_back(text);
    v.share_from.push_back(s_from.contains(text) ? s_from.at(text) : 0.0);
    v.share_to.push_back(s_to.contains(text) ? s_to.at(text) : 0.0);
  }
  describe_draws(from, to, v);

  Null null;
  add_null(from_condition, criterion, v, null);
  add_null(to_condition, criterion, v, null);
  v.log_gain_shift = mean_log(to.gain, w_to) - mean_log(from.gain, w_from);
  weigh(probability_of_effect(from, w_from, to, w_to, criterion), null, criterion, v);
  decide(criterion, std::min(from_condition.ess, to_condition.ess), criterion.min_ess,
         "least share of cells that must have changed regime:", v);
  return v;
}

Verdict compare_along_paths(const PathDraws& draws, const VerdictCriterion& criterion) {
  const Paths& paths = draws.posterior;
  Verdict v;
  if (paths.switches.empty()) {
    v.reason = "no path could be followed";
    return v;
  }
  const std::vector<double> equal = uniform(paths.switches.size());
  v.regime_distance = mean(paths.switches, equal);
  v.unpaired_switching = NAN;  // they are paired
  v.shift_draws = paths.shift;
  for (const double x : paths.log_gain) v.gain_ratio_draws.push_back(std::exp(x));
  describe_effect(mean(paths.shift, equal), v);
  v.log_gain_shift = mean(paths.log_gain, equal);

  Null null;
  const std::vector<double> effects = beyond_practical(draws.wide, criterion);
  for (const std::vector<double>& weights : draws.halves) {
    v.null_regime_distance.push_back(mean(draws.wide.switches, weights));
    v.null_shift.push_back(mean(draws.wide.shift, weights));
    v.null_log_gain.push_back(mean(draws.wide.log_gain, weights));
    null.ess.push_back(effective_draws(weights));
    null.effect.push_back(std::min(1.0, mean(effects, weights)));
  }
  const double effect = mean(beyond_practical(paths, criterion), equal);
  weigh(effect, null, criterion, v);
  if (draws.undecided > criterion.max_undecided) {
    v.reason = fmt::format("the regimes of {:.0f} % of the paths cannot be told", 100 * draws.undecided);
    return v;
  }
  decide(criterion, draws.ess, criterion.min_path_ess, "share of paths that change regime:", v);
  return v;
}

JointVerdict joint_verdict(const std::vector<std::string>& families, const std::vector<Verdict>& verdicts,
                           const Verdict& without_family) {
  if (families.empty())
    return {VerdictClass::undetermined, "no family of effects could be kept (rejected or undecided)"};
  std::map<std::string, std::string> who;  // by what they say
  for (std::size_t f = 0; f < families.size(); ++f) {
    std::string& names = who[to_string(verdicts[f].verdict)];
    names += (names.empty() ? "" : ", ") + families[f];
  }
  std::string said;
  for (const auto& [verdict, names] : who)
    said += fmt::format("{}{} under {}", said.empty() ? "" : "; ", verdict, names);
  if (who.size() > 1) return {VerdictClass::undetermined, "families of effects disagree: " + said};
  const VerdictClass common = verdicts.front().verdict;
  // The comparison without any family has little power; what it does find must not contradict.
  const bool contradicted = without_family.verdict == VerdictClass::switching && common != VerdictClass::switching;
  if (contradicted) return {VerdictClass::undetermined, said + ", but without any family of effects: switching"};
  return {common, said};
}

}  // namespace modscape::dynamics
