// SPDX-License-Identifier: Apache-2.0
#include "study/plan.hpp"

#include "solvers/adex_ensemble.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "study/code_column.hpp"
#include "study/path_analysis.hpp"
#include "study/regime_column.hpp"

namespace modscape::study {
namespace {

double smallest_step(const std::vector<double>& currents) {
  double step = currents.size() > 1 ? currents[1] - currents[0] : 20.0;
  for (std::size_t k = 1; k < currents.size(); ++k) step = std::min(step, currents[k] - currents[k - 1]);
  return step;
}

std::vector<double> all_currents(const config::StudyJob& job) {
  std::vector<double> currents;
  for (const config::FiCurve& curve : job.curves)
    currents.insert(currents.end(), curve.currents.begin(), curve.currents.end());
  std::ranges::sort(currents);
  const auto repeated = std::ranges::unique(currents);
  currents.erase(repeated.begin(), repeated.end());
  return currents;
}

io::Column column(std::string name, std::string units, std::string text, std::vector<std::string> axes = {}) {
  return {std::move(name), io::ColumnType::f64, std::move(units), std::move(text), std::move(axes), {}};
}
io::Column code(std::string name, std::string text, std::vector<std::string> axes = {},
                std::map<std::string, std::string> meanings = {}) {
  return {std::move(name), io::ColumnType::i32, "1", std::move(text), std::move(axes), std::move(meanings)};
}

io::Column parameter_column(const std::string& name) {
  if (const auto* row = models::adex_table().find(name))
    return column(name, std::string(symbol(row->unit)), std::string(row->text));
  return column(name, "pA", "Standard deviation of the per-cell current offset");
}

io::LiveTable point_table(const Plan& plan, std::string path, std::string text, std::int64_t rows) {
  io::LiveTable table;
  table.path = std::move(path);
  table.text = std::move(text);
  table.rows = rows;
  table.axes = {{"current", "pA", "Step current", plan.grid.currents}};
  for (const config::Range& range : plan.space.ranges()) table.columns.push_back(parameter_column(range.name));
  table.columns.push_back(column("counts", "1", "Spikes per step from rest", {"current"}));
  table.columns.push_back(column("rheobase", "pA", "Lowest step current that fires, bisected"));
  table.columns.push_back(column("count_at_rheobase", "1", "Spikes just above the rheobase"));
  table.columns.push_back(code("spontaneous", "Fires without input (1) or not (0)"));
  return table;
}

io::LiveTable model_table(const Plan& plan, const config::ConditionJob& condition, std::int64_t rows) {
  io::LiveTable table;
  table.path = "/models/" + condition.name;
  table.text = "Accepted models of condition " + condition.name;
  table.rows = rows;
  table.axes = {{"data_current", "pA", "Step current of the data", plan.data_currents},
                {"regime_current", "pA", "Constant current", plan.regime_currents}};
  for (const auto& row : models::adex_table()) table.columns.push_back(parameter_column(std::string(row.name)));
  const std::vector<std::string> data{"data_current"};
  for (io::Column next :
       {column("source_index", "1", "Position in the pool: exploration, then rounds"),
        column("V_SN", "mV", "Saddle-node, closed form"),
        column("I_SN", "pA", "Saddle-node, closed form"),
        column("V_H", "mV", "Hopf point, closed form"),
        column("I_H", "pA", "Hopf point, closed form"),
        column("landmark_error", "pA", "Largest difference between closed form and numerical location of I_SN and I_H"),
        code("onset_class", "1 saddle-node, 2 Hopf, 3 rest is never stable"),
        code("resonance", "0 integrator, 1 mixed, 2 resonator"),
        column("rheobase_step", "pA", "Lowest data current that fires"),
        column("rheobase", "pA", "Lowest step current that fires, bisected"),
        column("gain", "Hz/pA", "Slope of the f-I curve over 100 pA above the rheobase"),
        code("spontaneous", "Fires without input (1) or not (0)"),
        column("counts", "1", "Spikes per step (CVODE)", data),
        column("population_mean", "1", "Predicted mean count of the cells", data),
        column("time_to_first_spike", "ms", "Time to the first spike", data),
        column("first_ISI", "ms", "First interspike interval", data),
        column("last_ISI", "ms", "Last interspike interval", data),
        column("adaptation_index2", "1", "eFEL adaptation_index2", data),
        column("ISI_CV", "1", "Coefficient of variation of the intervals", data),
        code("regime_on_protocol", "Regime during the step", data, regime_meanings()),
        code("regime_asymptotic", "Regime the neuron settles to", {"regime_current"}, regime_meanings()),
        column("cvode_time_difference", "ms", "Largest spike-time difference between the ensemble kernel and CVODE"),
        code("cvode_count_difference", "Largest difference in spike count between the ensemble kernel and CVODE")})
    table.columns.push_back(std::move(next));
  return table;
}

io::LiveTable null_table(const Plan& plan, const config::ConditionJob& condition, std::int64_t rows) {
  io::LiveTable table;
  table.path = "/null/" + condition.name;
  table.text = "Models of condition " + condition.name +
               " given half the evidence (likelihood to the power 1/2), for the null of verdicts";
  table.rows = rows;
  table.axes = {{"regime_current", "pA", "Constant current", plan.regime_currents}};
  table.columns = {column("source_index", "1", "Position in the pool: exploration, then rounds"),
                   column("rheobase", "pA", "Lowest step current that fires, bisected"),
                   column("gain", "Hz/pA", "Slope of the f-I curve over 100 pA above the rheobase"),
                   code("regime_asymptotic", "Regime the neuron settles to", {"regime_current"}, regime_meanings())};
  return table;
}

io::LiveTable effect_table(const Plan& plan, std::string path, std::string text, std::int64_t rows) {
  io::LiveTable table;
  table.path = std::move(path);
  table.text = std::move(text);
  table.rows = rows;
  table.columns.push_back(code("family", "Family of effects", {}, family_meanings(plan)));
  for (const config::Range& range : plan.space.ranges()) table.columns.push_back(parameter_column(range.name));
  for (std::size_t d = 0; d < effect_numbers; ++d)
    table.columns.push_back(
        column(fmt::format("effect_{}", d + 1), "1",
               "Number of the effect, in its own unit (docs/effects.md); NaN: the family has fewer"));
  for (io::Column next : {column("rheobase_from", "pA", "Lowest step current that fires the base model, bisected"),
                          column("rheobase_to", "pA", "The same of the modulated model"),
                          column("log_likelihood_from", "1", "Log likelihood of the first condition"),
                          column("log_likelihood_to", "1", "Log likelihood of the second condition")})
    table.columns.push_back(std::move(next));
  return table;
}

// Points of a round of the null's search, in those of a family of the search itself: as many as most pairs keep.
constexpr std::int64_t null_search_size = 4;

io::LiveTable path_table(const Plan& plan, std::string path, std::string text, std::int64_t rows) {
  io::LiveTable table;
  table.path = std::move(path);
  table.text = std::move(text);
  table.rows = rows;
  add_path_columns(plan, table);
  return table;
}

}  // namespace

std::map<std::string, std::string> family_meanings(const Plan& plan) {
  const auto name = [&](int code) { return plan.families[static_cast<std::size_t>(code)].name; };
  return {{"family_names", code_meanings(static_cast<int>(plan.families.size()), name)}};
}

std::string pair_name(const config::PairJob& pair) {
  return pair.from + "_to_" + pair.to;
}

EffectColumns effect_columns(const Plan& plan) {
  const std::size_t effect = 1 + plan.space.size(), next = effect + effect_numbers;
  return {0, 1, effect, next, next + 1, next + 2, next + 3};
}

Plan make_plan(const config::StudyJob& job) {
  const bool population = job.fit_mode == "population";
  const bool any_without_rheobases =
      std::ranges::any_of(job.rheobases, [](const auto& list) { return list.size() < 2; }) || job.rheobases.empty();
  Plan plan{fit::ParameterSpace(job.ranges, job.neuron, population && any_without_rheobases),
            {},
            all_currents(job),
            {},
            {},
            {},
            {},
            {},
            {},
            {},
            {},
            {},
            {},
            {}};
  const double step = smallest_step(plan.data_currents), first = plan.data_currents.front();
  const int below = static_cast<int>(std::ceil((first - job.min_current) / step - 1e-9));
  for (int k = -below; first + k * step < job.max_current + 0.5 * step; ++k)
    plan.grid.currents.push_back(first + k * step);
  plan.grid.duration = job.step_duration;
  // From no input upwards: a regime at hyperpolarising currents says nothing about spontaneous activity.
  plan.regime_currents.push_back(0.0);
  for (const double current : plan.grid.currents)
    if (current > 0.0) plan.regime_currents.push_back(current);
  plan.ensemble.limits.max_rhs = job.integrator.max_rhs;

  plan.exploration = point_table(plan, "/exploration", "Sobol points of the prior", job.points);
  for (const config::ConditionJob& condition : job.conditions) {
    std::vector<io::LiveTable> tables;
    for (std::int64_t r = 0; r < job.rounds; ++r)
      tables.push_back(point_table(plan, fmt::format("/refinement/{}/round_{}", condition.name, r),
                                   fmt::format("Refinement round {} of condition {}", r, condition.name), job.draws));
    plan.rounds.push_back(std::move(tables));
    plan.models.push_back(model_table(plan, condition, job.accepted));
    plan.null_models.push_back(null_table(plan, condition, job.accepted));
  }
  if (!job.effect.wanted) return plan;
  plan.families = fit::effect_families(plan.space, job.effect.voltage_shift, job.effect.pairs);
  for (const config::PairJob& pair : job.pairs) {
    const std::string name = pair_name(pair);
    std::vector<io::LiveTable> tables, null_tables;
    for (std::int64_t r = 0; r < job.effect.rounds; ++r) {
      tables.push_back(
          effect_table(plan, fmt::format("/effect_rounds/{}/round_{}", name, r),
                       fmt::format("Base models and effects tried for {} -> {}, round {}", pair.from, pair.to, r),
                       static_cast<std::int64_t>(plan.families.size()) * job.effect.draws));
      null_tables.push_back(effect_table(
          plan, fmt::format("/effect_null/{}/round_{}", name, r),
          fmt::format("The same from {} to itself given half the evidence, for the null, round {}", pair.from, r),
          null_search_size * job.effect.draws));
    }
    plan.effect_rounds.push_back(std::move(tables));
    plan.effect_null_rounds.push_back(std::move(null_tables));
    plan.paths.push_back(path_table(plan, "/paths/" + name,
                                    fmt::format("Paths from {} to {}, followed by continuation", pair.from, pair.to),
                                    job.effect.paths));
    plan.null_paths.push_back(path_table(plan, "/null_paths/" + name,
                                         fmt::format("Paths from {} to itself given half the evidence", pair.from),
                                         job.effect.paths));
  }
  return plan;
}

std::vector<io::LiveTable> Plan::tables() const {
  std::vector<io::LiveTable> all{exploration};
  for (const auto& of_condition : rounds) all.insert(all.end(), of_condition.begin(), of_condition.end());
  all.insert(all.end(), models.begin(), models.end());
  all.insert(all.end(), null_models.begin(), null_models.end());
  for (const auto* search : {&effect_rounds, &effect_null_rounds})
    for (const auto& of_pair : *search) all.insert(all.end(), of_pair.begin(), of_pair.end());
  all.insert(all.end(), paths.begin(), paths.end());
  all.insert(all.end(), null_paths.begin(), null_paths.end());
  return all;
}

io::FileLayout Plan::layout(const config::Job& job) const {
  return {job.study.title, job.resolved, job.hash, tables(), {}, job.earlier_hashes, solvers::simd_class()};
}

std::int64_t Plan::bytes() const {
  std::int64_t total = 0;
  for (const io::LiveTable& table : tables()) {
    const io::RowBlock one(table, 0, 1);
    std::int64_t row = 5;  // status and crc
    for (std::size_t c = 0; c < table.columns.size(); ++c) row += static_cast<std::int64_t>(one.column_bytes(c).size());
    total += row * table.rows;
  }
  return total;
}

PointColumns point_columns(const Plan& plan) {
  const std::size_t n = plan.space.size();
  return {n, n + 1, n + 2, n + 3};
}

std::size_t column_index(const io::LiveTable& table, const std::string& name) {
  for (std::size_t c = 0; c < table.columns.size(); ++c)
    if (table.columns[c].name == name) return c;
  throw InternalError("table " + table.path + " has no column " + name);
}

}  // namespace modscape::study
