// SPDX-License-Identifier: Apache-2.0
#include "study/verdict_results.hpp"

#include <algorithm>
#include <cmath>

#include "dynamics/excitability.hpp"
#include "study/code_column.hpp"

namespace modscape::study {
namespace {

// Weights that turn paths of a condition to itself given half the evidence into paths from one half of its cells to the
// other.
std::vector<double> half_weights(const FollowedPaths& null, const fit::FiTarget& whole, const fit::FiTarget& first,
                                 const fit::FiTarget& second, const config::StudyJob& job, const Plan& plan) {
  const auto likelihood = [&](const fit::FiTarget& target, const PointResult& result) {
    return log_likelihood(target, result, plan, fit_mode(job));
  };
  std::vector<double> weights;
  double largest = -INFINITY;
  for (std::size_t i = 0; i < null.from.size(); ++i) {
    weights.push_back(likelihood(first, null.from[i]) + likelihood(second, null.to[i]) -
                      null_temper * (likelihood(whole, null.from[i]) + likelihood(whole, null.to[i])));
    largest = std::max(largest, weights.back());
  }
  double sum = 0.0;
  for (double& w : weights) sum += w = std::exp(w - largest);
  for (double& w : weights) w /= sum;
  return weights;
}

double median_of(std::vector<double> values) {
  std::erase_if(values, [](double x) { return !std::isfinite(x); });
  if (values.empty()) return NAN;
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void write_families(const std::vector<FamilyVerdict>& families, io::TreeWriter& out) {
  std::vector<std::string> names, verdicts, reasons;
  for (const FamilyVerdict& family : families) {
    names.push_back(family.family);
    verdicts.push_back(dynamics::to_string(family.verdict.verdict));
    reasons.push_back(family.verdict.reason);
  }
  out.label_axis("family", names, "Family of effects that the data leave standing");
  const std::vector<std::string> axis{"family"};
  out.dataset("family_verdict", verdicts, axis, "Its answer");
  out.dataset("family_reason", reasons, axis, "Why");
  const auto column = [&](const std::string& name, const std::string& unit, const std::string& text,
                          const auto& value) {
    std::vector<double> values;
    for (const FamilyVerdict& family : families) values.push_back(value(family));
    out.dataset(name, values, axis, unit, text);
  };
  using V = dynamics::Verdict;
  const auto of = [](double V::* member) {
    return [member](const FamilyVerdict& family) { return family.verdict.*member; };
  };
  column("p_switching", "1", "Probability of switching beyond the null", of(&V::p_switching));
  column("p_scaling", "1", "Probability of scaling beyond the null", of(&V::p_scaling));
  column("p_none", "1", "Probability of no effect of practical size", of(&V::p_none));
  column("p_undetermined", "1", "What is left", of(&V::p_undetermined));
  column("switching_share", "1", "Share of paths that change regime", of(&V::regime_distance));
  column("switching_p_value", "1", "Share of random halves with at least as large a share", of(&V::regime_p_value));
  column("null_switching_rate", "1", "Share of random halves that would be called switching",
         of(&V::null_switching_rate));
  column("latent_share", "1", "Share of paths that only enter or leave bistability: a latent switch",
         [](const FamilyVerdict& family) { return family.followed.latent; });
  column("undecided_share", "1", "Share of paths whose regimes cannot be told",
         [](const FamilyVerdict& family) { return family.followed.undecided; });
  column("critical_fraction", "1", "Median fraction of the effect from which on switching paths have switched",
         [](const FamilyVerdict& family) { return median_of(family.followed.critical); });
  column("shift", "pA", "Mean shift of the rheobase", of(&V::shift));
  column("shift_sd", "pA", "Its standard deviation over the paths", of(&V::shift_sd));
  column("shift_p_value", "1", "Share of random halves with at least as large a shift", of(&V::shift_p_value));
  column("gain_ratio", "1", "Median ratio of the gains", of(&V::gain_ratio));
  column("gain_ratio_low", "1", "2.5 % quantile", of(&V::gain_ratio_low));
  column("gain_ratio_high", "1", "97.5 % quantile", of(&V::gain_ratio_high));
  column("gain_p_value", "1", "Share of random halves with at least as large a change of gain", of(&V::gain_p_value));
  column("median_null_ess", "1", "Median effective number of paths of a random split", of(&V::median_null_ess));
  std::vector<double> null;
  for (const FamilyVerdict& family : families)
    null.insert(null.end(), family.verdict.null_regime_distance.begin(), family.verdict.null_regime_distance.end());
  const std::size_t splits = families.front().verdict.null_regime_distance.size();
  if (splits > 0) {
    out.axis("split", positions(splits), "1", "Random split of the first condition");
    out.dataset("null_switching_share", null, {"family", "split"}, "1",
                "Share of paths between random halves that change regime");
  }
  std::vector<double> shares;
  for (const FamilyVerdict& family : families)
    for (std::int32_t bit = 1; bit <= dynamics::changes_bistability; bit *= 2) {
      const auto& changes = family.followed.changes;
      const auto n = std::ranges::count_if(changes, [&](std::int32_t c) { return (c & bit) != 0; });
      shares.push_back(changes.empty() ? 0.0 : static_cast<double>(n) / static_cast<double>(changes.size()));
    }
  const auto& names_of_changes = dynamics::names_of_changes;
  out.label_axis("change", {names_of_changes.begin(), names_of_changes.end()},
                 "What may differ between the ends of a path");
  out.dataset("change_share", shares, {"family", "change"}, "1", "Share of paths in which it does");
}

}  // namespace

dynamics::PathDraws path_draws(const FollowedPaths& followed, const FollowedPaths& null, const Sampler& sampler,
                               const config::StudyJob& job, const Plan& plan, std::size_t pair, double ess) {
  dynamics::PathDraws draws{followed.paths, null.paths, ess, followed.undecided, {}};
  const std::size_t condition = condition_index(job, job.pairs[pair].from);
  if (null.from.empty() || !has_halves(job, condition)) return draws;
  for (std::uint64_t split = 0; split < split_count; ++split) {
    const auto [first, second] = halves_of(job, condition, split);
    draws.halves.push_back(half_weights(null, sampler.target(condition), first, second, job, plan));
  }
  return draws;
}

void write_path_verdict(const std::vector<FamilyVerdict>& families, const dynamics::Verdict& unpaired,
                        const dynamics::VerdictCriterion& criterion, const config::StudyJob& job, io::TreeWriter& out) {
  std::vector<std::string> names;
  std::vector<dynamics::Verdict> verdicts;
  for (const FamilyVerdict& family : families) {
    names.push_back(family.family);
    verdicts.push_back(family.verdict);
  }
  const dynamics::JointVerdict joint = dynamics::joint_verdict(names, verdicts, unpaired);
  out.attribute("/", "verdict", dynamics::to_string(joint.verdict));
  out.attribute("/", "reason", joint.reason);
  out.attribute("/", "criterion", dynamics::to_string_along_paths(criterion));
  out.attribute("/", "caveat", job.caveat);
  if (!families.empty()) write_families(families, out);
}

}  // namespace modscape::study
