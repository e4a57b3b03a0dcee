// SPDX-License-Identifier: Apache-2.0
// The adaptation map against closed forms and published cycles. Numbers: an independent integration (SciPy DOP853 with
// V as the independent variable on the upstroke, rtol 1e-12) of the sets of support/adex_sets.hpp.
//   FI-1   interval of the exponential integrate-and-fire neuron = its quadrature (Fourcaud-Trocme et al. 2003)
//   MAP-1  Phi'(w*) = 0 on the V nullcline (Touboul & Brette 2008)    MAP-2  multipliers of the eight patterns' cycles
//   LC-2   saltation: multipliers 1 and exp(int div f dt) V'_+/V'_-    CH-1   signs of Lyapunov exponents
#include <gmock/gmock.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/numeric/odeint.hpp>
#include <cmath>

#include "dynamics/rescaled_flow.hpp"
#include "dynamics/spiking_cycle.hpp"
#include "support/adex_sets.hpp"

namespace modscape::dynamics {
namespace {
using models::AdexParameters;
using test_support::adex_set;

// With its Vr = -48: Touboul & Brette 2008, bursting and chaos.
const AdexParameters touboul_brette{281, 30, -70.6, -50.4, 2, 4, 80, 40, -48, 0, 0};

NextSpike map(const AdexParameters& p, double current, double w) {
  return next_spike({p, current}, no_change(), w);
}

double slope_V(const AdexParameters& p, double current, double V, double w) {
  return (p.g_L * (p.Delta_T * std::exp((V - p.V_T) / p.Delta_T) - (V - p.E_L)) - w + current) / p.C_m;
}

TEST(Fi1, IntervalIsTheQuadrature) {
  const AdexParameters p{200, 10, -70, -50, 2, 0, 0, 100, -58, 0, 0};
  for (const auto& [current, published] :
       {std::pair{190.0, 108.0057404361}, {200.0, 70.2683902438}, {250.0, 29.2663029634}, {1000.0, 3.8126832652}}) {
    const double quadrature = boost::math::quadrature::gauss_kronrod<double, 61>::integrate(
        [&, I = current](double V) { return 1.0 / slope_V(p, I, V, 0.0); }, p.V_r, p.V_peak, 20, 1e-13);
    const NextSpike next = map(p, current, 0.0);
    EXPECT_NEAR(next.interval / quadrature, 1.0, 1e-12) << current;
    EXPECT_NEAR(next.interval / published, 1.0, 1e-9) << current;
    EXPECT_NEAR(next.w, 0.0, 1e-12);
  }
}

TEST(Map1, SlopeVanishesOnTheNullcline) {
  const AdexParameters& p = touboul_brette;
  const double nullcline = slope_V(p, 800.0, p.V_r, 0.0) * p.C_m;
  EXPECT_NEAR(nullcline, 321.2070153642, 1e-9);
  EXPECT_NEAR(map(p, 800, nullcline).w, 353.039527723, 1e-9);
  EXPECT_NEAR(map(p, 800, nullcline).dw_dw, 0.0, 1e-12);
  EXPECT_NEAR(map(p, 800, nullcline - 1).dw_dw, 0.042334, 5e-7);
  EXPECT_NEAR(map(p, 800, nullcline + 1).dw_dw, -0.0457324, 5e-8);
  EXPECT_NEAR(map(p, 800, nullcline + 20).dw_dw, -2.76026, 5e-6);
}

// exp(int div f dt) V'(V_r, w) / V'(V_peak, w_-), the overflowing factors combined in logarithms; by Dormand & Prince's
// method in the rescaled time.
double closed_form_slope(const AdexParameters& p, double current, double w, double w_end) {
  using State = std::array<double, 3>;  // V, w, int div f dt
  State state{p.V_r, w, 0.0};
  const auto rhs = [&](const State& s, State& ds, double) {
    const double e = std::exp((s[0] - p.V_T) / p.Delta_T), share = 1.0 / (1.0 + e);
    ds = {slope_V(p, current, s[0], s[1]) * share, (p.a * (s[0] - p.E_L) - s[1]) / p.tau_w * share,
          ((-p.g_L + p.g_L * e) / p.C_m - 1.0 / p.tau_w) * share};
  };
  namespace odeint = boost::numeric::odeint;
  auto stepper = odeint::make_dense_output(1e-13, 1e-13, odeint::runge_kutta_dopri5<State>());
  stepper.initialize(state, 0.0, 0.01);
  while (stepper.current_state()[0] < p.V_peak) stepper.do_step(rhs);
  double low = stepper.previous_time(), high = stepper.current_time();
  for (int i = 0; i < 100; ++i) {
    const double middle = 0.5 * (low + high);
    stepper.calc_state(middle, state);
    (state[0] < p.V_peak ? low : high) = middle;
  }
  const double from = slope_V(p, current, p.V_r, w), to = slope_V(p, current, p.V_peak, w_end);
  return std::copysign(std::exp(state[2] + std::log(std::abs(from)) - std::log(to)), from);
}

TEST(Map1, SlopeIsTheClosedForm) {
  for (const double w : {200.0, 310.0, 330.0, 360.0}) {
    const NextSpike next = map(touboul_brette, 800, w);
    EXPECT_NEAR(next.dw_dw, closed_form_slope(touboul_brette, 800, w, next.w - touboul_brette.b),
                1e-8 * (1.0 + std::abs(next.dw_dw)))
        << w;
  }
  AdexParameters high = touboul_brette;
  high.V_peak = 20.0;
  const NextSpike next = map(high, 800, 330.0);
  EXPECT_NEAR(next.dw_dw, closed_form_slope(high, 800, 330.0, next.w - high.b), 1e-8);
}

// In the order of firing.
struct PublishedCycle {
  std::string_view id;
  std::vector<double> w, intervals;
  double period, multiplier;
};

class Map2 : public testing::TestWithParam<PublishedCycle> {};

TEST_P(Map2, CycleHasItsMultiplier) {
  const PublishedCycle& published = GetParam();
  const DrivenNeuron at{adex_set(published.id).parameters, adex_set(published.id).current};
  std::vector<double> w = published.w;
  for (int round = 0; round < 40; ++round)
    for (double& here : w) here = map(at.neuron, at.current, &here == w.data() ? w.back() : (&here)[-1]).w;
  const Expected<SpikingCycle> cycle = orbit_of(at, w);
  ASSERT_TRUE(cycle);
  EXPECT_NEAR(cycle->multiplier(), published.multiplier, 1e-7);
  EXPECT_NEAR(cycle->period(), published.period, 1e-7);
  for (std::size_t k = 0; k < w.size(); ++k) {
    EXPECT_NEAR(w[k], published.w[k], 1e-7);
    EXPECT_NEAR(cycle->intervals[k], published.intervals[k], 1e-6);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Naud2008, Map2,
    testing::Values(PublishedCycle{"a", {39.95033588}, {9.585249047}, 9.585249047, 0.725533408},
                    PublishedCycle{"b", {304.70422935}, {75.908992303}, 75.908992303, 0.101130258},
                    PublishedCycle{"c", {370.95965286}, {63.952038336}, 63.952038336, -0.0100579977},
                    PublishedCycle{
                        "d", {204.2884249, 296.54805564}, {5.350921, 133.176116}, 138.527037009, -0.011777932},
                    PublishedCycle{"f",
                                   {-24.57090898, -0.76036829, 19.87278443, 31.81147639},
                                   {3.29135, 4.469145, 8.14584, 57.13684},
                                   73.043175018,
                                   0.0122751571},
                    PublishedCycle{"BG2005", {428.23340381}, {36.080951283}, 36.080951283, 0.463500963}),
    [](const auto& instance) { return std::string(instance.param.id); });

// Monodromy matrix over one interval at fixed time, times the saltation matrix of the reset.
TEST(Lc2, SaltationGivesTheTrivialMultiplierAndTheMapsSlope) {
  for (const std::string_view id : {"a", "b", "BG2005"}) {
    const AdexParameters& p = adex_set(id).parameters;
    const double current = adex_set(id).current;
    double w = adex_set(id).id == "a" ? 39.95033588 : id == "b" ? 304.70422935 : 428.23340381;
    for (int i = 0; i < 200; ++i) w = map(p, current, w).w;
    // Scaled variables: x = (V - V_T)/Delta_T, y as in rescaled_flow.hpp; time in C_m/g_L.
    const double unit_t = p.C_m / p.g_L, unit_w = p.g_L * p.Delta_T, offset = (p.V_T - p.E_L) / p.Delta_T;
    const double rho = unit_t / p.tau_w, alpha = rho * p.a / p.g_L;
    const FlowCoefficients c{rho, alpha, (alpha + rho) * offset - rho * current / unit_w};
    const double x_peak = (p.V_peak - p.V_T) / p.Delta_T;
    const FlowState reset{(p.V_r - p.V_T) / p.Delta_T, (w - current) / unit_w + offset, 0.0};
    FlowPoint point{reset, {{{1, 0, 0}, {0, 1, 0}}}};
    FlowSeries series(c, {});
    while (true) {
      series.expand(point);
      const double step = series.step(1e-15);
      if (series.at(step).state.x >= x_peak) {
        point = series.at(series.step_to(x_peak, 0.0, step));
        break;
      }
      point = series.at(step);
    }
    const auto in_time = [&](const FlowState& s) {
      const FlowState v = flow_velocity(c, s);
      return std::array{v.x / v.t, v.y / v.t};
    };
    const auto before = in_time(point.state), after = in_time(reset);
    std::array<std::array<double, 2>, 2> m{};  // S X
    for (std::size_t j = 0; j < 2; ++j) {
      const FlowState& tangent = point.tangent[j];
      const double dx = tangent.x - before[0] * tangent.t, dy = tangent.y - before[1] * tangent.t;
      m[0][j] = after[0] / before[0] * dx;
      m[1][j] = (after[1] - before[1]) / before[0] * dx + dy;
    }
    const double trace = m[0][0] + m[1][1], determinant = m[0][0] * m[1][1] - m[0][1] * m[1][0];
    const double root = std::sqrt(0.25 * trace * trace - determinant);
    EXPECT_NEAR(0.5 * trace + root, 1.0, 1e-8) << id;
    EXPECT_NEAR(0.5 * trace - root, map(p, current, w).dw_dw, 1e-8) << id;
    EXPECT_NEAR(0.5 * trace - root, closed_form_slope(p, current, w, w - p.b), 1e-8) << id;
  }
}

TEST(Ch1, LyapunovExponentsHaveTheirSigns) {
  for (const auto& [current, published] : {std::pair{160.0, -0.079}, {160.5, -0.128}, {165.0, 0.349}, {170.0, 0.347}}) {
    const DrivenNeuron at{adex_set("h").parameters, current};
    const Expected<double> exponent = lyapunov_exponent(at, 80.0, 1500, 1500);
    ASSERT_TRUE(exponent);
    EXPECT_EQ(*exponent > 0, published > 0) << current << ": " << *exponent;
    EXPECT_NEAR(*exponent, published, published > 0 ? 0.03 : 0.002) << current;
  }
}

}  // namespace
}  // namespace modscape::dynamics
