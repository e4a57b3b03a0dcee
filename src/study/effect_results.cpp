// SPDX-License-Identifier: Apache-2.0
#include "study/effect_results.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "study/code_column.hpp"

namespace modscape::study {
namespace {

// One number of one family's effect, with its weighted posterior.
struct EffectSize {
  std::size_t family, number;
  std::string name, unit, rule;
  bool has_factor;  // the parameter is positive throughout its range
  std::vector<double> sizes, factors;
};

struct Interval {
  double median = NAN, low = NAN, high = NAN;
};

Interval interval(const std::vector<double>& values, const std::vector<double>& weights) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
  const auto quantile = [&](double probability) {
    double below = 0.0;
    for (const std::size_t i : order) {
      below += weights[i];
      if (below >= probability) return values[i];
    }
    return values[order.back()];
  };
  return {quantile(0.5), quantile(0.025), quantile(0.975)};
}

std::vector<EffectSize> declared_sizes(const Plan& plan) {
  using Meaning = fit::EffectCoordinate::Meaning;
  std::vector<EffectSize> sizes;
  for (std::size_t f = 0; f < plan.families.size(); ++f)
    for (std::size_t d = 0; d < plan.families[f].coordinates.size(); ++d) {
      const auto& [meaning, range] = plan.families[f].coordinates[d];
      const auto* row = models::adex_table().find(range.name);
      EffectSize size{f, d, range.name, row != nullptr ? std::string(symbol(row->unit)) : "mV", "shift", false, {}, {}};
      if (meaning == Meaning::total_conductance) size.name = "g";
      if (meaning == Meaning::total_conductance || meaning == Meaning::reversal) size.rule = "conductance";
      size.has_factor = meaning == Meaning::value && range.lower >= 0.0;
      sizes.push_back(std::move(size));
    }
  return sizes;
}

void fill(EffectSize& size, const EffectDraw& draw) {
  if (size.rule == "conductance") {
    const models::Effect& effect = draw.effects.front();
    size.sizes.push_back(size.name == "g" ? effect.size : effect.E_rev);
    size.factors.push_back(NAN);
    return;
  }
  const models::Effect& effect = draw.effects[size.number];
  const double before = draw.base.*models::adex_table().find(effect.parameter)->member;
  size.sizes.push_back(effect.size);
  size.factors.push_back(1.0 + effect.size / before);
}

void write_families(const EffectSearch& search, const Plan& plan, std::span<const fit::FamilyFit> fits,
                    std::span<const fit::Judgement> judgements, io::TreeWriter& out) {
  std::vector<std::string> names, judged;
  std::vector<std::int32_t> dimensions;
  std::vector<double> evidence, error, difference, p, p_from, p_to, ess;
  double best = -INFINITY;
  for (const fit::FamilyFit& family : fits) best = std::max(best, family.log_evidence);
  for (std::size_t f = 0; f < fits.size(); ++f) {
    names.push_back(plan.families[f].name);
    judged.push_back(fit::to_string(judgements[f]));
    dimensions.push_back(static_cast<std::int32_t>(fits[f].dimensions));
    evidence.push_back(fits[f].log_evidence);
    error.push_back(fits[f].log_evidence_error);
    difference.push_back(fits[f].log_evidence - best);
    p.push_back(fits[f].p_value);
    p_from.push_back(fits[f].p_value_from);
    p_to.push_back(fits[f].p_value_to);
    ess.push_back(fits[f].ess);
  }
  const std::vector<std::string> axis{"family"};
  out.label_axis("family", names, "Family of effects");
  out.dataset("judgement", judged, axis, "What the criterion says of the family");
  out.dataset("numbers", dimensions, axis, "1", "Numbers that describe the effect");
  out.dataset("log_evidence", evidence, axis, "1", "ln of the evidence of both conditions, up to a constant");
  out.dataset("log_evidence_error", error, axis, "1", "Monte-Carlo standard error of log_evidence");
  out.dataset("log_evidence_difference", difference, axis, "1", "log_evidence less that of the best family");
  out.dataset("p_value", p, axis, "1", "Posterior predictive p of both conditions together");
  out.dataset("p_value_from", p_from, axis, "1", "Posterior predictive p of the first condition");
  out.dataset("p_value_to", p_to, axis, "1", "Posterior predictive p of the second condition");
  out.dataset("ess", ess, axis, "1", "Effective sample size");
  const fit::FamilyFit separate = search.separate_fits();
  out.attribute("/", "separate_log_evidence_difference", separate.log_evidence - best);
  out.attribute("/", "separate_log_evidence_error", separate.log_evidence_error);
  out.attribute("/", "separate_p_value", separate.p_value);
}

void write_sizes(const EffectSearch& search, const Plan& plan, io::TreeWriter& out) {
  std::vector<EffectSize> sizes = declared_sizes(plan);
  if (sizes.empty()) return;
  std::vector<std::string> labels, parameters, units, rules;
  std::vector<std::int32_t> families;
  std::vector<double> columns[7];
  for (EffectSize& size : sizes) {
    const std::vector<double> weights = search.weights(size.family);
    for (std::size_t i = 0; i < weights.size(); ++i) fill(size, search.draw_at(size.family, i));
    const Interval of_size = interval(size.sizes, weights),
                   of_factor = size.has_factor ? interval(size.factors, weights) : Interval{};
    const std::string& family = plan.families[size.family].name;
    labels.push_back(family == size.name ? family : family + ": " + size.name);
    parameters.push_back(size.name);
    units.push_back(size.unit);
    rules.push_back(size.rule);
    families.push_back(static_cast<std::int32_t>(size.family));
    const double row[] = {of_size.median,
                          of_size.low,
                          of_size.high,
                          of_factor.median,
                          of_factor.low,
                          of_factor.high,
                          search.edge_share(size.family, size.number)};
    for (std::size_t c = 0; c < std::size(row); ++c) columns[c].push_back(row[c]);
  }
  const std::vector<std::string> axis{"effect"};
  out.label_axis("effect", labels, "Numbers of the effects, family by family");
  out.dataset("effect_family", families, axis, "1", "Position on the axis family");
  out.dataset("effect_parameter", parameters, axis, "What is moved");
  out.dataset("effect_unit", units, axis, "Unit of effect_median, effect_low and effect_high");
  out.dataset("effect_rule", rules, axis, "Rule of the effect (docs/job-files.md, [[effect]])");
  const char* const names[] = {"effect_median", "effect_low",  "effect_high", "factor_median",
                               "factor_low",    "factor_high", "edge_share"};
  const char* const texts[] = {
      "Posterior median of the shift, of g or of E_rev; see effect_unit",
      "2.5 % quantile",
      "97.5 % quantile",
      "The same change as a factor; NaN where the parameter may be negative",
      "2.5 % quantile",
      "97.5 % quantile",
      "Posterior probability of the outer 5 % of the prior: far above 0.05, the range decides"};
  for (std::size_t c = 0; c < std::size(columns); ++c) out.dataset(names[c], columns[c], axis, "1", texts[c]);
}

void write_draws(const EffectSearch& search, const Plan& plan, std::size_t family, std::int64_t count,
                 io::TreeWriter& out) {
  const std::string group = "draws/" + plan.families[family].name;
  std::vector<EffectDraw> draws;
  for (const std::size_t point : search.draw_points(family, static_cast<std::size_t>(count)))
    draws.push_back(search.draw_at(family, point));
  std::vector<double> base, modulated, offset, sizes, reversal, from, to;
  for (const EffectDraw& draw : draws) {
    for (const auto& row : models::adex_table()) {
      base.push_back(draw.base.*row.member);
      modulated.push_back(draw.modulated.parameters.*row.member);
    }
    offset.push_back(draw.modulated.current_offset);
    for (const models::Effect& effect : draw.effects) {
      sizes.push_back(effect.size);
      reversal.push_back(effect.E_rev);
    }
    from.push_back(draw.rheobase_from);
    to.push_back(draw.rheobase_to);
  }
  out.axis(group + "/draw", positions(draws.size()), "1", "Equally weighted draw of base model and effect together");
  out.dataset(group + "/base", base, {"draw", "parameter"}, "1", "Parameters in the first condition, in their units");
  out.dataset(group + "/modulated", modulated, {"draw", "parameter"}, "1",
              "Parameters in the second condition, in their units");
  out.dataset(group + "/current_offset", offset, {"draw"}, "pA", "Added to every current of the second condition");
  out.dataset(group + "/rheobase_from", from, {"draw"}, "pA", "Rheobase in the first condition");
  out.dataset(group + "/rheobase_to", to, {"draw"}, "pA", "Rheobase in the second condition");
  if (sizes.empty()) return;
  std::vector<std::string> moved;
  for (const models::Effect& effect : draws.front().effects)
    moved.push_back(effect.rule == models::EffectRule::conductance ? "conductance" : effect.parameter);
  out.label_axis(group + "/moved", moved, "What the effects act on");
  out.dataset(group + "/size", sizes, {"draw", "moved"}, "1", "Shift in the parameter's unit, or conductance in nS");
  if (moved.front() == "conductance")
    out.dataset(group + "/E_rev", reversal, {"draw", "moved"}, "mV", "Reversal potential of the conductance");
}

}  // namespace

void write_effects(const EffectSearch& search, const config::StudyJob& job, const Plan& plan, io::TreeWriter& out) {
  const fit::EffectCriterion criterion;
  const std::vector<fit::FamilyFit> fits = search.fits();
  const std::vector<fit::Judgement> judgements = fit::judge(fits, criterion);
  out.attribute("/", "criterion", fit::to_string(criterion));
  out.attribute("/", "caveat", job.caveat);
  write_families(search, plan, fits, judgements, out);
  write_sizes(search, plan, out);
  std::vector<std::string> parameters;
  for (const auto& row : models::adex_table()) parameters.emplace_back(row.name);
  out.label_axis("parameter", parameters, "Parameter of the neuron");
  for (std::size_t f = 0; f < judgements.size(); ++f)
    if (judgements[f] == fit::Judgement::kept) write_draws(search, plan, f, job.accepted, out);
}

}  // namespace modscape::study
