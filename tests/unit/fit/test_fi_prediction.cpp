// SPDX-License-Identifier: Apache-2.0
// f-I rows of single neurons, and the mean curve of a population of shifted ones against brute-force averages.
#include "fit/fi_prediction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/rng.hpp"
#include "support/synthetic_cells.hpp"

namespace modscape::fit {
namespace {

//                                   C_m  g_L E_L  V_T  Delta_T a  b  tau_w V_r V_peak t_ref
const models::AdexParameters neuron{100, 5, -75, -45, 2, 0.2, 40, 120, -58, 0, 2};

FiProtocol protocol(double first, double last, double step) {
  return {test_support::current_steps(first, last, step), 500.0};
}

FiRow compute_fi_row(const models::AdexParameters& p, const FiProtocol& steps, const solvers::CostLimits& limits = {}) {
  solvers::AdexEnsemble ensemble(1e-4, limits);
  const models::ModulatedNeuron unmodulated{p};
  return compute_fi_rows({&unmodulated, 1}, steps, ensemble).front();
}

bool fires(const models::AdexParameters& p, double current, double duration = 500.0) {
  return !test_support::run_ensemble(p, current, duration, {p.E_L, 0.0}).times.empty();
}

TEST(FiRow, CountsAreThoseOfSingleRuns) {
  const FiProtocol steps = protocol(0, 300, 20);
  const FiRow row = compute_fi_row(neuron, steps);
  EXPECT_EQ(row.status, solvers::RunStatus::done);
  for (std::size_t k = 0; k < steps.currents.size(); ++k) {
    const auto run = test_support::run_ensemble(neuron, steps.currents[k], 500.0, {neuron.E_L, 0.0});
    EXPECT_EQ(row.counts[k], static_cast<double>(run.times.size()));
    if (run.times.empty())
      EXPECT_TRUE(std::isnan(row.latency[k]));
    else
      EXPECT_EQ(row.latency[k], run.times.front());
  }
  EXPECT_FALSE(row.spontaneous);
}

// Brute force: the first current of a fine scan that fires lies within the width of the last bisection.
TEST(FiRow, RheobaseIsWhereAFineScanFindsIt) {
  for (const double g_L : {3.0, 5.0, 8.0}) {
    models::AdexParameters p = neuron;
    p.g_L = g_L;
    const FiRow row = compute_fi_row(p, protocol(0, 400, 20));
    const double width = 20.0 / 64.0;
    double scanned = 0.0;
    while (!fires(p, scanned)) scanned += width / 4.0;
    EXPECT_GE(row.rheobase, scanned - width / 4.0);
    EXPECT_LE(row.rheobase, scanned + width);
    EXPECT_TRUE(fires(p, row.rheobase));
    EXPECT_FALSE(fires(p, row.rheobase - width));
    EXPECT_EQ(row.count_at_rheobase,
              static_cast<double>(test_support::run_ensemble(p, row.rheobase, 500.0, {p.E_L, 0.0}).times.size()));
  }
}

// Under a long step and with slow, weak adaptation the rheobase is the saddle-node's: (g_L + a)(V_T - Delta_T + Delta_T
// ln(1 + a/g_L) - E_L) with a = 0: g_L (V_T - Delta_T - E_L).
TEST(FiRow, RheobaseOfALongStepIsTheSaddleNode) {
  models::AdexParameters p = neuron;
  p.a = 0.0;
  const double saddle_node = p.g_L * (p.V_T - p.Delta_T - p.E_L);  // 140 pA
  FiProtocol steps = protocol(100, 160, 2);
  steps.duration = 5000.0;
  const FiRow row = compute_fi_row(p, steps);
  EXPECT_GT(row.rheobase, saddle_node);
  EXPECT_LT(row.rheobase, saddle_node + 0.2);  // passage past the ghost takes 5 s at 0.03 pA
}

TEST(FiRow, SilentNeuronHasNoRheobase) {
  const FiRow row = compute_fi_row(neuron, protocol(0, 60, 20));
  EXPECT_TRUE(std::isnan(row.rheobase));
  EXPECT_TRUE(std::isnan(row.count_at_rheobase));
  EXPECT_THAT(row.counts, testing::Each(0.0));
}

// A neuron that fires at the first current and below it: the same rheobase as on a grid that begins lower.
TEST(FiRow, RheobaseBelowTheGrid) {
  models::AdexParameters p = neuron;
  p.E_L = -40.0;
  const FiRow high = compute_fi_row(p, protocol(40, 200, 20)), low = compute_fi_row(p, protocol(-400, 200, 20));
  EXPECT_TRUE(high.spontaneous);
  EXPECT_LT(low.rheobase, 0.0);
  EXPECT_NEAR(high.rheobase, low.rheobase, 5.0);  // the interval doubles on the way down
}

TEST(FiRow, AFailedRunNamesItself) {
  const FiRow row = compute_fi_row(neuron, protocol(0, 300, 20), {.max_rhs = 50});
  EXPECT_EQ(row.status, solvers::RunStatus::cost_limit);
  EXPECT_TRUE(std::isnan(row.rheobase));
}

class Curve : public testing::Test {
 protected:
  std::vector<double> currents{0, 20, 40, 60, 80, 100}, counts{0, 0, 3, 5, 9, 10};
  double rheobase = 31.25, at_rheobase = 2;
  FiCurveModel curve{currents, counts, rheobase, at_rheobase};
};

TEST_F(Curve, ExactAtTheGrid) {
  for (std::size_t k = 0; k < currents.size(); ++k) EXPECT_EQ(curve.count(currents[k]), counts[k]);
  EXPECT_EQ(curve.count(rheobase), at_rheobase);
}

TEST_F(Curve, ZeroBelowLinearBetweenLastSlopeBeyond) {
  EXPECT_EQ(curve.count(31.249), 0.0);
  EXPECT_EQ(curve.count(-1000), 0.0);
  EXPECT_DOUBLE_EQ(curve.count(35.625), 2.5);
  EXPECT_DOUBLE_EQ(curve.count(50), 4.0);
  EXPECT_DOUBLE_EQ(curve.count(140), 12.0);  // slope 1/20
}

TEST_F(Curve, SilentModelGivesNothing) {
  const FiCurveModel silent(currents, std::vector<double>(6, 0.0), NAN, NAN);
  EXPECT_EQ(silent.count(1e6), 0.0);
  EXPECT_EQ(silent.mean_count(50, 30), 0.0);
  EXPECT_EQ(silent.mean_over_cells(50, std::vector{40.0}, 20), 0.0);
}

// Only the rheobase is known: the curve is a step.
TEST_F(Curve, SinglePointIsAStep) {
  const FiCurveModel step(std::vector{80.0, 100.0}, std::vector{0.0, 1.0}, 100.0, 1.0);
  EXPECT_EQ(step.count(500), 1.0);
  EXPECT_NEAR(step.mean_count(110, 10), normal_cdf(1.0), 1e-15);
}

// E[N(I - delta)] by the midpoint rule over +-9 standard deviations.
TEST_F(Curve, MeanOverNormalOffsetsIsTheIntegral) {
  for (const double sd : {2.0, 15.0, 60.0})
    for (const double I : {-20.0, 20.0, 31.25, 55.0, 100.0, 150.0}) {
      constexpr int steps = 90000;
      double sum = 0.0;
      for (int i = 0; i < steps; ++i) {
        const double z = -9.0 + 18.0 * (i + 0.5) / steps;
        sum += curve.count(I - sd * z) * std::exp(-0.5 * z * z);
      }
      const double expected = sum * 18.0 / steps / std::sqrt(2.0 * M_PI);
      EXPECT_NEAR(curve.mean_count(I, sd), expected, 3e-4) << I << " " << sd;  // one cell of the rule at the jump
    }
}

TEST_F(Curve, NoOffsetIsTheCurveItself) {
  for (const double I : {10.0, 31.25, 47.0, 130.0}) EXPECT_EQ(curve.mean_count(I, 0.0), curve.count(I));
  EXPECT_NEAR(curve.mean_count(50, 1e-6), 4.0, 1e-9);
}

// A cell of rheobase r is the curve shifted by something uniform in (r - step, r] minus the model's rheobase.
TEST_F(Curve, MeanOverCellsIsTheAverageOfShiftedCurves) {
  const std::vector<double> rheobases{20, 40, 40, 100};
  for (const double I : {-5.0, 10.0, 33.0, 60.0, 110.0, 180.0}) {
    constexpr int steps = 20000;
    double sum = 0.0;
    for (const double r : rheobases)
      for (int i = 0; i < steps; ++i) {
        const double true_rheobase = r - 20.0 * (i + 0.5) / steps;
        sum += curve.count(I - (true_rheobase - rheobase));
      }
    EXPECT_NEAR(curve.mean_over_cells(I, rheobases, 20.0), sum / steps / 4.0, 3e-4) << I;
  }
}

TEST_F(Curve, NoCellFiresBelowItsInterval) {
  EXPECT_EQ(curve.mean_over_cells(20.0, std::vector{40.0}, 20.0), 0.0);
  EXPECT_GT(curve.mean_over_cells(21.0, std::vector{40.0}, 20.0), 0.0);
  EXPECT_GE(curve.mean_over_cells(40.0, std::vector{40.0}, 20.0), at_rheobase);
}

// Shifting the cells and the current together changes nothing.
TEST_F(Curve, MeanOverCellsIsInvariantUnderAShift) {
  const std::vector<double> cells{40, 60, 80}, shifted{47, 67, 87};
  for (const double I : {30.0, 55.0, 90.0})
    EXPECT_NEAR(curve.mean_over_cells(I, cells, 20), curve.mean_over_cells(I + 7, shifted, 20), 1e-12);
}

}  // namespace
}  // namespace modscape::fit
