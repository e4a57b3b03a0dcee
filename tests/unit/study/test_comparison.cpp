// SPDX-License-Identifier: Apache-2.0
// From tables of models to populations, reduction and the attributes of a verdict.
#include "study/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "ephys/regime.hpp"
#include "fit/reduction.hpp"
#include "fit/split_half.hpp"
#include "study/model_analysis.hpp"
#include "support/study_job.hpp"
#include "support/study_points.hpp"

namespace modscape::study {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;

const models::AdexParameters& neuron = test_support::small_study_neuron;

config::StudyJob small_job() {
  config::StudyJob job = test_support::small_study();
  job.draws = 8;
  return job;
}

class Comparison : public testing::Test {
 protected:
  /// A models table of `job.accepted` rows: numbered rheobases, and regimes rest up to a row-dependent current.
  io::RowBlock model_rows(std::size_t condition) {
    const io::LiveTable& table = plan.models[condition];
    io::RowBlock block(table, 0, table.rows);
    for (std::int64_t row = 0; row < table.rows; ++row) {
      const double x = static_cast<double>(row);
      models::AdexParameters p = neuron;
      p.C_m += x;
      p.b += x * x;
      for (const auto& spec : models::adex_table())
        block.f64(row, column_index(table, std::string(spec.name)))[0] = p.*spec.member;
      block.f64(row, column_index(table, "rheobase"))[0] = 100.0 + x;
      block.f64(row, column_index(table, "gain"))[0] = 0.1 + 0.01 * x;
      for (const std::string& name : held_out_feature_names())
        for (double& value : block.f64(row, column_index(table, name)))
          value = std::sin(x + static_cast<double>(name.size()));
      const auto regimes = block.i32(row, column_index(table, "regime_asymptotic"));
      for (std::size_t k = 0; k < regimes.size(); ++k)
        regimes[k] = static_cast<std::int32_t>(k < 2 ? ephys::Regime::rest : ephys::Regime::tonic);
      block.set_status(row, row == 4 ? io::RowStatus::cost_limit : io::RowStatus::done);
    }
    return block;
  }
  config::StudyJob job = small_job();
  Plan plan = make_plan(job);
};

TEST_F(Comparison, ModelsAreReadBackWithoutTheFailedOnes) {
  io::RowBlock rows = model_rows(0);
  const ModelSet set = read_models(plan.models[0], rows);
  ASSERT_EQ(set.neurons.size(), 11U);
  EXPECT_EQ(set.neurons[3].b, 69.0);
  EXPECT_EQ(set.neurons[4].b, 85.0);  // row 4 failed
  EXPECT_EQ(set.population.rheobase[4], 105.0);
  EXPECT_EQ(set.population.regime_string[0], "rest|tonic");
  EXPECT_EQ(set.held_out_features[0].size(), held_out_feature_names().size());
}

TEST_F(Comparison, ConditionsAreFoundByName) {
  EXPECT_EQ(condition_index(job, "control"), 0U);
  EXPECT_EQ(condition_index(job, "modulated"), 1U);
  EXPECT_THROW(condition_index(job, "other"), InternalError);
}

// Weights of the halves over the null draws: likelihood of the half over the tempered likelihood of the whole.
TEST_F(Comparison, HalvesAreWeightedByTheirOwnData) {
  Sampler sampler(job, plan);
  const std::vector<double> z = exploration_points(job, plan);
  io::RowBlock rows = test_support::computed_points(plan, plan.exploration, z);
  sampler.add_exploration(z, rows);
  NullSet null;
  null.source = sampler.accepted(0, null_temper);
  for (const std::size_t i : null.source) {
    null.population.rheobase.push_back(sampler.result(i).rheobase);
    null.population.gain.push_back(0.1);
    null.population.regime_string.push_back("rest|tonic");
  }
  io::RowBlock models = model_rows(0);
  const dynamics::ConditionDraws draws = condition_draws(read_models(plan.models[0], models), null, sampler, job, 0);
  EXPECT_EQ(draws.ess, sampler.weights(0).ess);
  ASSERT_EQ(draws.halves.size(), 100U);
  const auto [first, second] =
      fit::split_target(job.curves[0], job.rheobases[0], {}, job.correlation_length, job.seed, 17);
  for (const auto& [half, weights] :
       {std::pair{first, draws.halves[17].first}, std::pair{second, draws.halves[17].second}}) {
    EXPECT_NEAR(std::accumulate(weights.begin(), weights.end(), 0.0), 1.0, 1e-12);
    const auto log_weight = [&](std::size_t i) {
      return sampler.log_likelihood(half, null.source[i]) - 0.5 * sampler.log_likelihood(0, null.source[i]);
    };
    const auto best = static_cast<std::size_t>(std::ranges::max_element(weights) - weights.begin());
    for (std::size_t i = 0; i < weights.size(); ++i)
      EXPECT_NEAR(weights[i] / weights[best], std::exp(log_weight(i) - log_weight(best)), 1e-9);
  }
}

// One cell, or so few that a half is one, have no halves to compare.
TEST_F(Comparison, FewCellsHaveNoHalves) {
  Sampler sampler(job, plan);
  const std::vector<double> z = exploration_points(job, plan);
  io::RowBlock rows = test_support::computed_points(plan, plan.exploration, z);
  sampler.add_exploration(z, rows);
  config::StudyJob few = job, single = job;
  few.curves[0].cells = 3;
  single.fit_mode = "single_cell";
  EXPECT_TRUE(condition_draws({}, {}, sampler, few, 0).halves.empty());
  EXPECT_TRUE(condition_draws({}, {}, sampler, single, 0).halves.empty());
}

TEST_F(Comparison, ReductionIsThatOfTheStackedModels) {
  io::RowBlock first = model_rows(0), second = model_rows(1);
  const std::vector<ModelSet> sets{read_models(plan.models[0], first), read_models(plan.models[1], second)};
  io::write_tree_file("reduction.h5", true, {}, [&](io::TreeWriter& out) { write_reduction(sets, job, out); });
  const io::TreeReader file("reduction.h5");
  const std::size_t columns = fit::gauge_free_names().size() + held_out_feature_names().size();
  EXPECT_THAT(file.shape("/scores"), ElementsAre(22, columns));
  const std::vector<double> explained = file.f64("/explained");
  EXPECT_NEAR(std::accumulate(explained.begin(), explained.end(), 0.0), 1.0, 1e-12);
  // The same models under two names do not separate.
  EXPECT_LT(file.number("/control_to_modulated", "silhouette"), 0.05);
  EXPECT_EQ(file.f64("/control_to_modulated/silhouette_null").size(), 40U);
}

TEST_F(Comparison, ModelsWithoutAFeatureAreLeftOutOfTheReduction) {
  io::RowBlock rows = model_rows(0);
  ModelSet set = read_models(plan.models[0], rows);
  set.held_out_features[2][0] = NAN;
  io::write_tree_file("reduction.h5", true, {}, [&](io::TreeWriter& out) { write_reduction({set, set}, job, out); });
  EXPECT_THAT(io::TreeReader("reduction.h5").shape("/condition_index"), ElementsAre(20));
}

TEST_F(Comparison, TooFewModelsHaveNoComponents) {
  io::write_tree_file("reduction.h5", true, {}, [&](io::TreeWriter& out) { write_reduction({{}, {}}, job, out); });
  EXPECT_THAT(io::TreeReader("reduction.h5").attribute("/", "empty"), HasSubstr("fewer models"));
}

// A condition all of whose models failed: the verdict says so, and can be written.
TEST_F(Comparison, AVerdictWithoutModelsCanBeWritten) {
  const dynamics::VerdictCriterion criterion;
  const dynamics::Verdict verdict = dynamics::compare_conditions({}, {}, criterion);
  io::write_tree_file("verdict.h5", true, {},
                      [&](io::TreeWriter& out) { write_verdict(verdict, criterion, job, out); });
  const io::TreeReader file("verdict.h5");
  EXPECT_EQ(file.attribute("/", "verdict"), "undetermined");
  EXPECT_EQ(file.number("/", "p_undetermined"), 1.0);
}

// 2 spikes at the rheobase, 12 at 100 pA above it, in 500 ms: 0.2 Hz/pA.
TEST(ModelAnalysis, GainOverHundredPicoamperes) {
  const fit::FiCurveModel curve(std::vector{100.0, 200.0}, std::vector{2.0, 12.0}, 100.0, 2.0);
  EXPECT_NEAR(fi_gain(curve, 100.0, 500.0), 0.2, 1e-12);
  const fit::FiCurveModel falling(std::vector{100.0, 200.0}, std::vector{5.0, 1.0}, 100.0, 5.0);
  EXPECT_EQ(fi_gain(falling, 100.0, 500.0), 1e-4);  // so that ratios exist
}

// 1/(g_L + a) = R_in and E_L as stated, spike times as before.
TEST(ModelAnalysis, GaugeByInputResistance) {
  const config::Gauge gauge{-80.0, NAN, 150.0, "measured"};
  const models::AdexParameters p = in_gauge(neuron, gauge);
  EXPECT_NEAR(1e3 / (p.g_L + p.a), 150.0, 1e-10);
  EXPECT_NEAR(p.E_L, -80.0, 1e-10);
  EXPECT_EQ(p.b, neuron.b);
  const auto before = test_support::run_ensemble(neuron, 250.0, 500.0, {neuron.E_L, 0.0}),
             after = test_support::run_ensemble(p, 250.0, 500.0, {p.E_L, 0.0});
  ASSERT_GT(before.times.size(), 3U);
  ASSERT_EQ(before.times.size(), after.times.size());
  EXPECT_NEAR(before.times.back(), after.times.back(), 1e-2);
  EXPECT_EQ(in_gauge(neuron, {-85.0, -45.0, NAN, ""}), neuron);
}

}  // namespace
}  // namespace modscape::study
