// SPDX-License-Identifier: Apache-2.0
// The likelihood of docs/likelihood.md, by hand.
#include "fit/likelihood.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace modscape::fit {
namespace {
using testing::ElementsAre;

config::FiCurve curve_of(std::vector<double> mean, std::vector<double> sem, int cells) {
  config::FiCurve curve;
  curve.condition = "control";
  curve.cells = cells;
  for (std::size_t k = 0; k < mean.size(); ++k) curve.currents.push_back(20.0 * static_cast<double>(k + 1));
  curve.mean = std::move(mean);
  curve.sem = std::move(sem);
  return curve;
}

// Two currents 20 pA apart, correlation rho = exp(-20/length): the bivariate normal written out.
TEST(Likelihood, TwoCorrelatedResidualsByHand) {
  const FiTarget target = make_target(curve_of({4, 7}, {0.5, 2}, 4), {}, {}, 40.0);
  const double rho = std::exp(-0.5), u = (5.0 - 4.0) / 0.5, v = (6.0 - 7.0) / 2.0;
  const double expected = -0.5 * (u * u - 2.0 * rho * u * v + v * v) / (1.0 - rho * rho);
  EXPECT_NEAR(fi_log_likelihood(target, std::vector{5.0, 6.0}), expected, 1e-12);
}

// Three equal currents apart: a first-order process, so the joint density is a product of transitions.
TEST(Likelihood, CorrelationFallsExponentiallyWithTheDistance) {
  const FiTarget target = make_target(curve_of({1, 2, 3, 4}, {1, 2, 0.5, 1.5}, 9), {}, {}, 30.0);
  const std::vector<double> predicted{1.5, 1.0, 3.25, 7.0}, sd{1, 2, 0.5, 1.5};
  const double rho = std::exp(-20.0 / 30.0);
  double previous = 0.0, expected = 0.0;
  for (std::size_t k = 0; k < 4; ++k) {
    const double z = (predicted[k] - target.mean[k]) / sd[k];
    expected -= k == 0 ? 0.5 * z * z : 0.5 * (z - rho * previous) * (z - rho * previous) / (1.0 - rho * rho);
    previous = z;
  }
  EXPECT_NEAR(fi_log_likelihood(target, predicted), expected, 1e-12);
}

TEST(Likelihood, ShortLengthMeansIndependentResiduals) {
  const FiTarget target = make_target(curve_of({1, 2, 3}, {1, 2, 0.5}, 9), {}, {}, 1e-3);
  EXPECT_NEAR(fi_log_likelihood(target, std::vector{2.0, 4.0, 4.0}), -0.5 * (1.0 + 1.0 + 4.0), 1e-12);
}

TEST(Likelihood, PerfectPredictionIsTheMaximum) {
  const FiTarget target = make_target(curve_of({0, 2, 3}, {0, 2, 0.5}, 9), {}, {}, 20.0);
  EXPECT_EQ(fi_log_likelihood(target, target.mean), 0.0);
}

// A mean of n whole numbers is known to half a count over sqrt(n) at best.
TEST(Likelihood, FloorOfTheSem) {
  const FiTarget target = make_target(curve_of({1, 2, 3, 4}, {0.1, 0.124, 0.126, 3}, 16), {}, {}, 20.0);
  EXPECT_THAT(target.sd, ElementsAre(0.125, 0.125, 0.126, 3));
  EXPECT_THAT(target.sem, ElementsAre(0.1, 0.124, 0.126, 3));  // as published
}

TEST(Likelihood, ZeroSemCountsOneSidedWhereNoCellFired) {
  const FiTarget target = make_target(curve_of({0, 0, 2}, {0, 0.4, 0}, 4), {}, {}, 20.0);  // floor 0.25
  EXPECT_THAT(target.one_sided, ElementsAre(0, 2));
  EXPECT_THAT(target.correlated, ElementsAre(1));
  EXPECT_NEAR(fi_log_likelihood(target, std::vector{0.5, 0.0, 2.0}), -0.5 * 4.0, 1e-12);
  EXPECT_EQ(fi_log_likelihood(target, std::vector{-0.5, 0.0, 2.0}), 0.0);  // fewer than none is no evidence
  // Where all cells fired alike both sides count.
  EXPECT_NEAR(fi_log_likelihood(target, std::vector{0.0, 0.0, 1.5}), -0.5 * 4.0, 1e-12);
  EXPECT_NEAR(fi_log_likelihood(target, std::vector{0.0, 0.0, 2.5}), -0.5 * 4.0, 1e-12);
}

// One cell has no SEM: every current counts with half a spike, independently.
TEST(Likelihood, SingleCellWithoutSem) {
  const FiTarget target = make_target(curve_of({0, 3}, {NAN, NAN}, 1), {}, {}, 20.0);
  EXPECT_THAT(target.sd, ElementsAre(0.5, 0.5));
  EXPECT_NEAR(fi_log_likelihood(target, std::vector{1.0, 2.0}), -0.5 * (4.0 + 4.0), 1e-12);
}

TEST(Likelihood, HeldOutCurrentsTakeNoPart) {
  const config::FiCurve curve = curve_of({0, 2, 3, 5}, {0, 1, 1, 1}, 9);
  const FiTarget target = make_target(curve, {}, std::vector{20.0, 60.0}, 20.0);
  EXPECT_THAT(target.held_out, ElementsAre(0, 2));
  EXPECT_THAT(target.correlated, ElementsAre(1, 3));
  const double value = fi_log_likelihood(target, std::vector{0.0, 2.5, 3.0, 4.0});
  EXPECT_EQ(fi_log_likelihood(target, std::vector{9.0, 2.5, -50.0, 4.0}), value);
  EXPECT_NE(fi_log_likelihood(target, std::vector{0.0, 2.6, 3.0, 4.0}), value);
  // What is left is 40 pA apart.
  const double rho = std::exp(-2.0);
  EXPECT_NEAR(value, -0.5 * (0.25 + 2.0 * rho * 0.5 + 1.0) / (1.0 - rho * rho), 1e-12);
}

// Counts in another unit, or the currents moved: the same likelihood.
TEST(Likelihood, InvariantUnderScaleAndShift) {
  const config::FiCurve curve = curve_of({1, 2, 4}, {0.6, 0.7, 1.1}, 16);
  config::FiCurve scaled = curve, moved = curve;
  for (double& x : scaled.mean) x *= 10.0;
  for (double& x : scaled.sem) x *= 10.0;
  for (double& x : moved.currents) x += 300.0;
  const double value = fi_log_likelihood(make_target(curve, {}, {}, 20.0), std::vector{1.5, 2.5, 3.0});
  EXPECT_NEAR(fi_log_likelihood(make_target(scaled, {}, {}, 20.0), std::vector{15.0, 25.0, 30.0}), value, 1e-12);
  EXPECT_NEAR(fi_log_likelihood(make_target(moved, {}, {}, 20.0), std::vector{1.5, 2.5, 3.0}), value, 1e-12);
}

// Rheobases 80, 100, 120 and 140 on a grid of 20 pA: centre 110 - 10, variance 2000/3; Student t with 3 degrees of
// freedom.
TEST(Location, StudentTByHand) {
  const FiTarget target = make_target(curve_of({0, 1}, {0, 0.5}, 4), std::vector{80.0, 100.0, 120.0, 140.0}, {}, 20.0);
  const double standard_error = std::sqrt(2000.0 / 3.0 / 4.0);
  for (const double r : {100.0, 90.0, 130.0, 300.0}) {
    const double t = (r - 100.0) / standard_error;
    EXPECT_NEAR(location_log_likelihood(target, r), -2.0 * std::log(1.0 + t * t / 3.0), 1e-12) << r;
  }
  EXPECT_EQ(location_log_likelihood(target, NAN), -INFINITY);
}

TEST(Location, InvariantUnderShiftScaleAndOrder) {
  const config::FiCurve curve = curve_of({0, 1}, {0, 0.5}, 3);
  config::FiCurve coarse = curve;
  coarse.currents = {40, 80};
  const double value = location_log_likelihood(make_target(curve, std::vector{80.0, 120.0, 160.0}, {}, 20), 97.0);
  EXPECT_NEAR(location_log_likelihood(make_target(curve, std::vector{165.0, 85.0, 125.0}, {}, 20), 102.0), value,
              1e-12);
  EXPECT_NEAR(location_log_likelihood(make_target(coarse, std::vector{160.0, 240.0, 320.0}, {}, 20), 194.0), value,
              1e-12);
}

// Cells that agree on the grid are known to one interval: variance step^2/12.
TEST(Location, EqualRheobasesHaveTheSpreadOfTheGrid) {
  const FiTarget target = make_target(curve_of({0, 1}, {0, 0.5}, 3), std::vector{100.0, 100.0, 100.0}, {}, 20.0);
  const double t = (95.0 - 90.0) / std::sqrt(400.0 / 12.0 / 3.0);
  EXPECT_NEAR(location_log_likelihood(target, 95.0), -1.5 * std::log(1.0 + t * t / 2.0), 1e-12);
}

TEST(Location, NothingIsKnownFromFewerThanTwoCells) {
  for (const std::vector<double>& cells : {std::vector<double>{}, std::vector{100.0}})
    EXPECT_EQ(location_log_likelihood(make_target(curve_of({0, 1}, {0, 0.5}, 3), cells, {}, 20.0), NAN), 0.0);
}

// The levodopa study's case: more rheobases than cells of the f-I curve, some of them where none of those fired.
TEST(Target, CellsThatCannotBeInTheCurveAreLeftOut) {
  const config::FiCurve curve = curve_of({0, 0, 0, 1}, {0, 0, 0, 0.5}, 3);  // the first spikes at 80 pA
  const FiTarget target = make_target(curve, std::vector{40.0, 80.0, 60.0, 100.0, 120.0}, {}, 20.0);
  EXPECT_THAT(target.fi_rheobases, ElementsAre(80, 100, 120));
  EXPECT_THAT(target.rheobases, ElementsAre(40, 80, 60, 100, 120));
  // Not more rheobases than cells, or too few left: all of them.
  EXPECT_EQ(make_target(curve, std::vector{40.0, 80.0, 100.0}, {}, 20.0).fi_rheobases.size(), 3U);
  EXPECT_EQ(make_target(curve, std::vector{20.0, 40.0, 80.0, 100.0}, {}, 20.0).fi_rheobases.size(), 4U);
}

TEST(PredictedMeans, ByModeAndByWhatIsKnown) {
  const std::vector<double> currents{20, 40, 60}, counts{0, 2, 6};
  const FiCurveModel model(currents, counts, 30.0, 1.0);
  const config::FiCurve curve = curve_of({0, 1, 3}, {0, 0.5, 0.5}, 3);
  const FiTarget plain = make_target(curve, {}, {}, 20.0),
                 cells = make_target(curve, std::vector{40.0, 60.0}, {}, 20.0);
  EXPECT_EQ(predicted_means(plain, model, 50.0, FitMode::single_cell), counts);
  const std::vector<double> offset = predicted_means(plain, model, 50.0, FitMode::population),
                            measured = predicted_means(cells, model, 50.0, FitMode::population);
  for (std::size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(offset[k], model.mean_count(currents[k], 50.0));
    EXPECT_EQ(measured[k], model.mean_over_cells(currents[k], cells.fi_rheobases, 20.0));
  }
}

}  // namespace
}  // namespace modscape::fit
