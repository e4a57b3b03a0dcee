// SPDX-License-Identifier: Apache-2.0
// Regimes along a path by continuation: the special points of published sets, what changes between two neurons, and the
// words confirmed by simulation.
#include "dynamics/excitability.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "dynamics/asymptotic.hpp"
#include "solvers/adex_ensemble.hpp"
#include "support/adex_sets.hpp"

namespace modscape::dynamics {
namespace {
using ephys::Regime;
using models::AdexParameters;

const AdexParameters adapting = test_support::adex_set("b").parameters;
const AdexParameters regular_bursting = test_support::adex_set("d").parameters;

RegimeSpans along_current(const AdexParameters& p, double from, double to) {
  return regime_spans(NeuronPath::of_parameter({p, 0.0}, "current"), {.from = from, .to = to});
}

TEST(Excitability, NM_AdaptingSwitchesBetween256And256_4) {
  const RegimeSpans spans = along_current(adapting, 256.0, 256.4);
  ASSERT_EQ(spans.size(), 3U);
  EXPECT_EQ(spans[0].settled.regime, Regime::rest);
  EXPECT_EQ(spans[1].settled.regime, Regime::rest_and_spiking);
  EXPECT_EQ(spans[2].settled.regime, Regime::tonic);
  EXPECT_EQ(spans[1].begins_with, PointKind::homoclinic);
  EXPECT_NEAR(spans[1].from, 256.0864, 1e-4);
  EXPECT_EQ(spans[2].begins_with, PointKind::hopf);
  EXPECT_NEAR(spans[2].from, 256.180549, 1e-5);
}

TEST(Excitability, NM_AdaptingScalesBetween300And600) {
  const RegimeSpans spans = along_current(adapting, 300.0, 600.0);
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0].settled, (SettledRegime{Regime::tonic, 1}));
}

TEST(Excitability, NM_ResetPotentialDoublesThePeriod) {
  // Touboul & Brette 2008: V_r from -50 to -48.5 mV.
  const AdexParameters p{281, 30, -70.6, -50.4, 2, 4, 80, 40, -50, 0, 0};
  const RegimeSpans spans = regime_spans(NeuronPath::of_parameter({p, 800.0}, "V_r"), {.from = -50.0, .to = -48.5});
  ASSERT_GE(spans.size(), 2U);
  EXPECT_EQ(spans[0].settled.spikes, 1);
  EXPECT_EQ(spans[1].settled.spikes, 2);
  EXPECT_EQ(spans[1].begins_with, PointKind::period_doubling);
  EXPECT_NEAR(spans[1].from, -48.739782, 1e-5);
}

// Every word of the spans is what a simulation settles to in their middle.
TEST(Excitability, WordsAgreeWithSimulation) {
  solvers::AdexEnsemble ensemble(1e-3);
  for (const AdexParameters& p : {adapting, regular_bursting}) {
    const Excitability found = excitability({p, 0.0}, {.from = 0.0, .to = 500.0, .least = 2.0});
    ASSERT_FALSE(found.spans.empty());
    std::vector<double> middles;
    for (const RegimeSpan& span : found.spans) middles.push_back(0.5 * (span.from + span.to));
    const AsymptoticTask task{p, middles};
    const std::vector<Regime> simulated = asymptotic_regimes({&task, 1}, ensemble, {10000.0, 400}).front();
    for (std::size_t i = 0; i < middles.size(); ++i)
      EXPECT_EQ(found.spans[i].settled.regime, simulated[i]) << "at " << middles[i] << " pA";
  }
}

TEST(Excitability, TheOffsetOfAModulatedNeuronIsAnInjectedCurrent) {
  const Excitability plain = excitability({adapting, 0.0}, {.from = 200.0, .to = 300.0}),
                     moved = excitability({adapting, 40.0}, {.from = 160.0, .to = 260.0});
  ASSERT_EQ(plain.spans.size(), moved.spans.size());
  for (std::size_t i = 1; i < plain.spans.size(); ++i)
    EXPECT_NEAR(plain.spans[i].from - 40.0, moved.spans[i].from, 1e-6);
  EXPECT_NEAR(plain.spans[1].from, 256.0864, 1e-4);
}

struct Change {
  AdexParameters from, to;
  std::int32_t expected;
};

TEST(Excitability, EachChangeIsNamed) {
  AdexParameters integrator = adapting;
  integrator.a = 0.0;
  integrator.b = 20.0;
  AdexParameters spontaneous = integrator, bursting = integrator, hopf = integrator, silent = integrator,
                 scaled = integrator;
  spontaneous.E_L = -50.0;  // above V_T - Delta_T: no stable rest
  bursting.V_r = -46.0;
  bursting.b = 100.0;
  hopf.a = 2.0;  // a/g_L beyond tau_m/tau_w
  silent.g_L = 60.0;
  scaled.E_L = -66.0;
  const SpanOptions currents{.from = 0.0, .to = 500.0, .least = 5.0};
  for (const auto& [from, to, expected] :
       {Change{integrator, integrator, no_change_of_regime}, Change{integrator, scaled, no_change_of_regime},
        Change{integrator, spontaneous, changes_spontaneous}, Change{spontaneous, integrator, changes_spontaneous},
        Change{integrator, bursting, changes_pattern}, Change{integrator, hopf, changes_onset},
        Change{integrator, silent, changes_excitable}}) {
    const Excitability a = excitability({from, 0.0}, currents), b = excitability({to, 0.0}, currents);
    ASSERT_FALSE(a.spans.empty());
    ASSERT_FALSE(b.spans.empty());
    EXPECT_EQ(regime_changes(a, b) & ~changes_bistability, expected)
        << to_string_of_changes(regime_changes(a, b)) << " instead of " << to_string_of_changes(expected);
  }
}

// A wider window in which rest and firing are both stable, and nothing else: no switch, but told.
TEST(Excitability, ABistableWindowIsALatentSwitch) {
  const AdexParameters narrow{200, 12, -70, -50, 2, 20, 0, 60, -49, 0, 0};
  AdexParameters wide = narrow;
  wide.V_r = -58.0;
  const SpanOptions currents{.from = 0.0, .to = 700.0, .least = 5.0};
  EXPECT_EQ(regime_changes(excitability({narrow, 0.0}, currents), excitability({wide, 0.0}, currents)),
            changes_bistability);
}

}  // namespace
}  // namespace modscape::dynamics
