// SPDX-License-Identifier: Apache-2.0
// The numbers of a fit against direct sums over a small pool.
#include "study/fit_summary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <numeric>

#include "support/study_job.hpp"
#include "support/study_points.hpp"

namespace modscape::study {
namespace {

const models::AdexParameters truth{110, 4, -85, -45, 2.0, 0.2, 60, 100, -60, 0, 2};

config::StudyJob small_job() {
  const test_support::CellProtocol protocol{test_support::current_steps(100, 260, 40), 500.0, 12, 30.0};
  const test_support::Recording recording = test_support::record_cells(truth, protocol, "control", 3, 0);
  config::StudyJob job = test_support::study_of(recording, recording);
  job.points = 256;
  job.rounds = 1;
  job.draws = 64;
  job.accepted = 64;
  return job;
}

class FitSummaryTest : public testing::Test {
 protected:
  FitSummaryTest() { sampler = sampler_of(job); }
  /// The exploration of small_job(), computed once.
  io::RowBlock exploration() const {
    static const io::RowBlock rows =
        test_support::computed_points(plan, plan.exploration, exploration_points(job, plan));
    return rows;
  }
  std::unique_ptr<Sampler> sampler_of(const config::StudyJob& of) const {
    auto made = std::make_unique<Sampler>(of, plan);
    io::RowBlock rows = exploration();
    made->add_exploration(exploration_points(job, plan), rows);
    return made;
  }
  config::StudyJob job = small_job();
  Plan plan = make_plan(job);
  std::unique_ptr<Sampler> sampler;
};

TEST_F(FitSummaryTest, MomentsAreWeightedSums) {
  const FitSummary summary = summarise_fit(*sampler, plan, job, 0);
  const fit::Weights weights = sampler->weights(0);
  EXPECT_EQ(summary.ess, weights.ess);
  for (std::size_t d = 0; d < plan.space.size(); ++d) {
    double mean = 0.0, variance = 0.0;
    for (std::size_t i = 0; i < weights.w.size(); ++i)
      mean += weights.w[i] * plan.space.values(sampler->pool().point(i))[d];
    for (std::size_t i = 0; i < weights.w.size(); ++i)
      variance += weights.w[i] * std::pow(plan.space.values(sampler->pool().point(i))[d] - mean, 2);
    EXPECT_NEAR(summary.posterior_mean[d], mean, 1e-9 * std::abs(mean));
    EXPECT_NEAR(summary.posterior_sd[d], std::sqrt(variance), 1e-6 * (1.0 + std::abs(mean)));
  }
  for (std::size_t k = 0; k < job.curves[0].currents.size(); ++k) {
    double mean = 0.0;
    for (std::size_t i = 0; i < weights.w.size(); ++i)
      if (weights.w[i] > 0.0) mean += weights.w[i] * sampler->predicted(sampler->target(0), i)[k];
    EXPECT_NEAR(summary.predicted_mean[k], mean, 1e-9);
  }
}

// Uniform in a range: width/sqrt(12), within what 256 Sobol points can tell.
TEST_F(FitSummaryTest, PriorSpreadIsThatOfTheRanges) {
  const FitSummary summary = summarise_fit(*sampler, plan, job, 0);
  for (std::size_t d = 0; d < plan.space.size(); ++d) {
    const config::Range& range = plan.space.ranges()[d];
    if (range.scale != config::Scale::linear) continue;
    EXPECT_NEAR(summary.prior_sd[d] / ((range.upper - range.lower) / std::sqrt(12.0)), 1.0, 0.02) << range.name;
  }
  EXPECT_LT(summary.combination_sd, summary.combination_prior_sd);
}

TEST_F(FitSummaryTest, BandsAreOrderedAndThePredictiveIsWider) {
  const FitSummary summary = summarise_fit(*sampler, plan, job, 0);
  for (std::size_t k = 0; k < job.curves[0].currents.size(); ++k) {
    for (int b = 0; b < 3; ++b) EXPECT_LE(summary.band[b][k], summary.band[b + 1][k]);
    EXPECT_LE(summary.predictive[0][k], summary.band[0][k]);
    EXPECT_GE(summary.predictive[1][k], summary.band[3][k]);
    EXPECT_GE(summary.predictive[0][k], 0.0);
  }
}

TEST_F(FitSummaryTest, SharesWithinTheStandardError) {
  const FitSummary summary = summarise_fit(*sampler, plan, job, 0);
  const fit::FiTarget& target = sampler->target(0);
  double one = 0.0, two = 0.0;
  for (std::size_t k = 0; k < target.mean.size(); ++k) {
    const double z = std::abs(summary.predicted_mean[k] - target.mean[k]) / target.sd[k];
    one += z <= 1.0 ? 1.0 / static_cast<double>(target.mean.size()) : 0.0;
    two += z <= 2.0 ? 1.0 / static_cast<double>(target.mean.size()) : 0.0;
  }
  EXPECT_NEAR(summary.within_1_sem, one, 1e-12);
  EXPECT_NEAR(summary.within_2_sem, two, 1e-12);
}

// Eigenvalues: stiffest first, their sum the trace of the posterior covariance in prior-normal coordinates.
TEST_F(FitSummaryTest, SpectrumIsThatOfTheCovariance) {
  const FitSummary summary = summarise_fit(*sampler, plan, job, 0);
  const fit::Weights weights = sampler->weights(0);
  const std::size_t n = plan.space.size();
  ASSERT_EQ(summary.spectrum.size(), n);
  EXPECT_TRUE(std::ranges::is_sorted(summary.spectrum));
  double trace = 0.0;
  std::vector<double> along(weights.w.size(), 0.0);
  for (std::size_t d = 0; d < n; ++d) {
    double mean = 0.0, second = 0.0;
    for (std::size_t i = 0; i < weights.w.size(); ++i) {
      const double z = sampler->pool().point(i)[d];
      mean += weights.w[i] * z;
      second += weights.w[i] * z * z;
      along[i] += summary.directions[d] * z;
    }
    trace += second - mean * mean;
  }
  EXPECT_NEAR(std::accumulate(summary.spectrum.begin(), summary.spectrum.end(), 0.0), trace, 1e-10);
  double mean = 0.0, variance = 0.0;
  for (std::size_t i = 0; i < along.size(); ++i) mean += weights.w[i] * along[i];
  for (std::size_t i = 0; i < along.size(); ++i) variance += weights.w[i] * (along[i] - mean) * (along[i] - mean);
  EXPECT_NEAR(summary.spectrum[0], variance, 1e-10);
}

TEST_F(FitSummaryTest, AcceptedModelsFollowTheWeights) {
  const std::vector<double> weights = sampler->weights(0).w;
  const std::vector<std::size_t> accepted = sampler->accepted(0);
  ASSERT_EQ(accepted.size(), 64U);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto count = static_cast<double>(std::ranges::count(accepted, i));
    EXPECT_GE(count, std::floor(64 * weights[i] - 1e-9));
    EXPECT_LE(count, std::ceil(64 * weights[i] + 1e-9));
  }
  EXPECT_FALSE(std::ranges::is_sorted(accepted));  // pool order would pair the conditions
  EXPECT_EQ(accepted, sampler->accepted(0));
  EXPECT_NE(accepted, sampler->accepted(1));  // the same data, another order
}

// Rheobases that alternate between two far places are no normal population around one model.
TEST_F(FitSummaryTest, RheobasesAreCheckedAgainstTheirDistribution) {
  EXPECT_GT(summarise_fit(*sampler, plan, job, 0).rheobase_p_value, 0.05);
  config::StudyJob odd = job;
  for (std::size_t i = 0; i < 40; ++i) odd.rheobases[0].push_back(i % 2 ? 100.0 : 260.0);
  EXPECT_LT(summarise_fit(*sampler_of(odd), plan, odd, 0).rheobase_p_value, 0.05);
  odd.rheobases[0] = {100.0};
  EXPECT_TRUE(std::isnan(summarise_fit(*sampler_of(odd), plan, odd, 0).rheobase_p_value));
}

TEST_F(FitSummaryTest, FailedRowsAreNoModels) {
  io::RowBlock rows = exploration();
  const std::vector<double> before = sampler->weights(0).w;
  const auto heaviest = std::ranges::max_element(before) - before.begin();
  rows.set_status(heaviest, io::RowStatus::cost_limit);
  Sampler without(job, plan);
  without.add_exploration(exploration_points(job, plan), rows);
  EXPECT_EQ(without.weights(0).w[static_cast<std::size_t>(heaviest)], 0.0);
}

// The state follows from the tables, so that a resumed job continues with the same proposals.
TEST_F(FitSummaryTest, ProposalsFollowFromTheTables) {
  const std::unique_ptr<Sampler> again = sampler_of(job);
  const fit::Proposal one = sampler->propose(0, 0), two = again->propose(0, 0);
  EXPECT_EQ(one.centres, two.centres);
  EXPECT_EQ(one.kernel, two.kernel);
  EXPECT_EQ(sampler->draw(one, 0, 0), again->draw(two, 0, 0));
  EXPECT_NE(sampler->draw(one, 0, 0), sampler->draw(one, 1, 0));  // another condition, other draws
}

}  // namespace
}  // namespace modscape::study
