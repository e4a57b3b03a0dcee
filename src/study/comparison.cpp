// SPDX-License-Identifier: Apache-2.0
#include "study/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ephys/regime.hpp"
#include "fit/reduction.hpp"

namespace modscape::study {
namespace {

constexpr int silhouette_splits = 40;
constexpr std::size_t plane = 2;  // components the silhouettes are taken in: the plane that is drawn

// Weights that turn draws of the tempered posterior into draws given half the data.
std::vector<double> half_weights(const fit::FiTarget& half, const Sampler& sampler, std::size_t condition,
                                 const std::vector<std::size_t>& source) {
  std::vector<double> weights;
  double largest = -1e300;
  for (const std::size_t i : source) {
    weights.push_back(sampler.log_likelihood(half, i) - null_temper * sampler.log_likelihood(condition, i));
    largest = std::max(largest, weights.back());
  }
  double sum = 0.0;
  for (double& w : weights) sum += w = std::exp(w - largest);
  for (double& w : weights) w /= sum;
  return weights;
}

std::vector<double> indices(std::size_t n) {
  std::vector<double> values(n);
  std::iota(values.begin(), values.end(), 0.0);
  return values;
}

bool finite(const std::vector<double>& values) {
  return std::ranges::all_of(values, [](double x) { return std::isfinite(x); });
}

struct Stack {
  std::vector<double> data;
  std::vector<int> condition;
};

Stack stack_variables(const std::vector<ModelSet>& sets) {
  Stack stack;
  for (std::size_t c = 0; c < sets.size(); ++c)
    for (std::size_t i = 0; i < sets[c].neurons.size(); ++i) {
      std::vector<double> row = fit::gauge_free(sets[c].neurons[i]);
      row.insert(row.end(), sets[c].held_out_features[i].begin(), sets[c].held_out_features[i].end());
      if (!finite(row)) continue;
      stack.data.insert(stack.data.end(), row.begin(), row.end());
      stack.condition.push_back(static_cast<int>(c));
    }
  return stack;
}

std::vector<double> plane_of(const fit::Pca& pca, const Stack& stack, std::size_t columns,
                             std::initializer_list<std::size_t> conditions) {
  std::vector<double> points;
  for (std::size_t r = 0; r < stack.condition.size(); ++r)
    if (std::ranges::find(conditions, static_cast<std::size_t>(stack.condition[r])) != conditions.end())
      for (std::size_t d = 0; d < plane; ++d) points.push_back(pca.scores[r * columns + d]);
  return points;
}

void write_pair_silhouette(const fit::Pca& pca, const Stack& stack, std::size_t columns, const config::StudyJob& job,
                           const config::PairJob& pair, io::TreeWriter& out) {
  const std::size_t from = condition_index(job, pair.from), to = condition_index(job, pair.to);
  std::vector<int> labels;
  for (const int c : stack.condition)
    if (static_cast<std::size_t>(c) == from || static_cast<std::size_t>(c) == to)
      labels.push_back(static_cast<std::size_t>(c) == to ? 1 : 0);
  const std::string group = pair_name(pair);
  const std::vector<double> null =
      fit::silhouette_null(plane_of(pca, stack, columns, {from}), plane, silhouette_splits, job.seed);
  out.axis(group + "/split", indices(null.size()), "1", "Random halves of the first condition");
  out.dataset(group + "/silhouette_null", null, {"split"}, "1",
              "Mean silhouette of two random halves of the first condition");
  out.attribute(group, "silhouette", fit::silhouette(plane_of(pca, stack, columns, {from, to}), plane, labels));
}

void add_to(dynamics::Population& population, const io::LiveTable& table, io::RowBlock& rows, std::int64_t row) {
  std::vector<ephys::Regime> along;
  for (const std::int32_t code : rows.i32(row, column_index(table, "regime_asymptotic")))
    along.push_back(static_cast<ephys::Regime>(code));
  population.regime_string.push_back(ephys::regime_string(along));
  population.rheobase.push_back(rows.f64(row, column_index(table, "rheobase"))[0]);
  population.gain.push_back(rows.f64(row, column_index(table, "gain"))[0]);
}

}  // namespace

std::vector<std::string> held_out_feature_names() {
  return {"time_to_first_spike", "adaptation_index2", "ISI_CV"};
}

ModelSet read_models(const io::LiveTable& table, io::RowBlock& rows) {
  ModelSet set;
  for (std::int64_t row = 0; row < rows.count(); ++row) {
    if (rows.status(row) != io::RowStatus::done) continue;
    models::AdexParameters neuron;
    for (const auto& spec : models::adex_table())
      neuron.*spec.member = rows.f64(row, column_index(table, std::string(spec.name)))[0];
    set.neurons.push_back(neuron);
    add_to(set.population, table, rows, row);
    std::vector<double> features;
    for (const std::string& name : held_out_feature_names())
      features.push_back(rows.f64(row, column_index(table, name)).back());
    set.held_out_features.push_back(std::move(features));
  }
  return set;
}

NullSet read_null(const io::LiveTable& table, io::RowBlock& rows) {
  NullSet set;
  for (std::int64_t row = 0; row < rows.count(); ++row) {
    if (rows.status(row) != io::RowStatus::done) continue;
    add_to(set.population, table, rows, row);
    set.source.push_back(static_cast<std::size_t>(rows.f64(row, column_index(table, "source_index"))[0]));
  }
  return set;
}

dynamics::ConditionDraws condition_draws(const ModelSet& models, const NullSet& null, const Sampler& sampler,
                                         const config::StudyJob& job, std::size_t condition) {
  dynamics::ConditionDraws draws{models.population, null.population, sampler.weights(condition).ess, {}};
  if (!has_halves(job, condition)) return draws;
  for (std::uint64_t s = 0; s < split_count; ++s) {
    const auto [first, second] = halves_of(job, condition, s);
    draws.halves.emplace_back(half_weights(first, sampler, condition, null.source),
                              half_weights(second, sampler, condition, null.source));
  }
  return draws;
}

void write_reduction(const std::vector<ModelSet>& sets, const config::StudyJob& job, io::TreeWriter& out) {
  std::vector<std::string> names = fit::gauge_free_names(), conditions;
  for (const std::string& name : held_out_feature_names()) names.push_back(name);
  for (const config::ConditionJob& condition : job.conditions) conditions.push_back(condition.name);
  const std::size_t columns = names.size();
  const Stack stack = stack_variables(sets);
  out.attribute("/", "caveat", job.caveat);
  out.label_axis("variable", names,
                 "Gauge-free parameters (ln of ms and pA) and features no data constrain, at the highest data current");
  out.label_axis("condition", conditions, "Condition");
  out.axis("model", indices(stack.condition.size()), "1", "Accepted model whose features all exist");
  std::vector<std::int32_t> index(stack.condition.begin(), stack.condition.end());
  out.dataset("condition_index", index, {"model"}, "1", "Position in condition_label");
  if (stack.condition.size() <= columns) {
    out.attribute("/", "empty", "fewer models than variables: no components");
    return;
  }
  const fit::Pca pca = fit::principal_components(stack.data, columns);
  std::vector<double> components(columns);
  std::iota(components.begin(), components.end(), 1.0);
  out.axis("component", components, "1", "Principal component");
  out.dataset("loadings", pca.loadings, {"component", "variable"}, "1", "Loadings on the standardised variables");
  out.dataset("explained", pca.variance, {"component"}, "1", "Share of the variance");
  out.dataset("scores", pca.scores, {"model", "component"}, "1", "Scores");
  for (const config::PairJob& pair : job.pairs) write_pair_silhouette(pca, stack, columns, job, pair, out);
}

void write_verdict(const dynamics::Verdict& v, const dynamics::VerdictCriterion& criterion, const config::StudyJob& job,
                   io::TreeWriter& out) {
  out.attribute("/", "verdict", dynamics::to_string(v.verdict));
  out.attribute("/", "reason", v.reason);
  out.attribute("/", "criterion", dynamics::to_string(criterion));
  out.attribute("/", "caveat", job.caveat);
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, double>>{{"p_switching", v.p_switching},
                                                   {"p_scaling", v.p_scaling},
                                                   {"p_none", v.p_none},
                                                   {"p_undetermined", v.p_undetermined},
                                                   {"regime_distance", v.regime_distance},
                                                   {"regime_p_value", v.regime_p_value},
                                                   {"null_switching_rate", v.null_switching_rate},
                                                   {"unpaired_switching", v.unpaired_switching},
                                                   {"shift", v.shift},
                                                   {"shift_sd", v.shift_sd},
                                                   {"shift_p_value", v.shift_p_value},
                                                   {"gain_ratio", v.gain_ratio},
                                                   {"gain_ratio_low", v.gain_ratio_low},
                                                   {"gain_ratio_high", v.gain_ratio_high},
                                                   {"log_gain_shift", v.log_gain_shift},
                                                   {"gain_p_value", v.gain_p_value},
                                                   {"median_null_ess", v.median_null_ess}})
    out.attribute("/", name, value);
  out.axis("draw", indices(v.shift_draws.size()), "1", "Pair of independent posterior draws");
  out.dataset("shift_draws", v.shift_draws, {"draw"}, "pA", "Shift of the rheobase");
  out.dataset("gain_ratio_draws", v.gain_ratio_draws, {"draw"}, "1", "Ratio of the gains");
  out.label_axis("string", v.strings, "Regimes along the current");
  out.dataset("share_from", v.share_from, {"string"}, "1", "Share of the first condition's models");
  out.dataset("share_to", v.share_to, {"string"}, "1", "Share of the second condition's models");
  if (v.null_shift.empty()) return;
  out.axis("split", indices(v.null_shift.size()), "1", "Random halves, first condition then second");
  out.dataset("null_regime_distance", v.null_regime_distance, {"split"}, "1",
              "Total variation between the halves' regime strings");
  out.dataset("null_shift", v.null_shift, {"split"}, "pA", "Shift of the mean rheobase between the halves");
  out.dataset("null_log_gain", v.null_log_gain, {"split"}, "1", "Shift of the mean ln gain between the halves");
}

}  // namespace modscape::study
