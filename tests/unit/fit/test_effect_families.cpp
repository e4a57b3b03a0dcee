// SPDX-License-Identifier: Apache-2.0
// Families of effects: which there are, what they do to a neuron, and the equivalences docs/effects.md claims.
#include "fit/effect_families.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/rng.hpp"
#include "support/ensemble.hpp"

namespace modscape::fit {
namespace {
using models::AdexParameters;
using models::EffectRule;
using testing::ElementsAre;

//                       C_m  g_L E_L  V_T  Delta_T a  b  tau_w V_r V_peak t_ref
const AdexParameters base{100, 5, -85, -45, 2, 0.5, 40, 120, -58, 0, 2};

ParameterSpace space() {
  return {config::default_ranges(), base, false};
}

EffectFamily family(const std::string& name) {
  for (const EffectFamily& one : effect_families(space(), 25.0, true))
    if (one.name == name) return one;
  throw InternalError("no family " + name);
}

models::ModulatedNeuron applied(const std::string& name, const std::vector<double>& values, double fraction = 1.0) {
  return with_effects(base, effects_of(family(name), base, values), fraction);
}

std::vector<std::string> names(const ParameterSpace& of, bool with_pairs) {
  std::vector<std::string> all;
  for (const EffectFamily& one : effect_families(of, 25.0, with_pairs)) all.push_back(one.name);
  return all;
}

void expect_same(const AdexParameters& a, const AdexParameters& b) {
  for (const auto& row : models::adex_table()) EXPECT_NEAR(a.*row.member, b.*row.member, 1e-12) << row.name;
}

TEST(EffectFamilies, EverySampledParameterAndTheGauge) {
  EXPECT_THAT(names(space(), false),
              ElementsAre("none", "C_m", "g_L", "E_L", "V_T", "Delta_T", "a", "b", "tau_w", "V_r", "conductance"));
}

TEST(EffectFamilies, PairsWithoutThoseThatAreTheSame) {
  const std::vector<std::string> all = names(space(), true);
  EXPECT_EQ(all.size(), 11U + 9U * 8U / 2U - 2U);
  EXPECT_THAT(all, testing::IsSupersetOf({"E_L+V_T", "C_m+V_r", "a+b"}));
  EXPECT_THAT(all, testing::Not(testing::Contains(testing::AnyOf("E_L+V_r", "V_T+V_r"))));
}

TEST(EffectFamilies, OnlyWhatIsSampledIsMoved) {
  const ParameterSpace few({{"b", 0, 400, config::Scale::linear}}, base, true);
  EXPECT_THAT(names(few, false), ElementsAre("none", "E_L", "V_T", "b"));
}

TEST(EffectFamilies, ValuesFollowThePrior) {
  EXPECT_NEAR(effect_values(family("b"), std::vector{0.0}).front(), 200.0, 1e-9);
  EXPECT_NEAR(effect_values(family("g_L"), std::vector{0.0}).front(), std::sqrt(1.5 * 8.0), 1e-9);  // logarithmic
  EXPECT_NEAR(effect_values(family("E_L"), std::vector{normal_quantile(0.9)}).front(), 20.0, 1e-9);
  EXPECT_THAT(effect_values(family("conductance"), std::vector{0.0, 0.0}),
              ElementsAre(testing::DoubleNear(std::sqrt(12.0), 1e-9), testing::DoubleNear(-50.0, 1e-9)));
}

TEST(EffectFamilies, NoEffectIsTheBase) {
  const models::ModulatedNeuron neuron = applied("none", {});
  EXPECT_EQ(neuron.parameters, base);
  EXPECT_EQ(neuron.current_offset, 0.0);
}

TEST(EffectFamilies, ASampledParameterTakesTheValue) {
  AdexParameters expected = base;
  expected.b = 300.0;
  expected.V_r = -50.0;
  expect_same(applied("b+V_r", {300.0, -50.0}).parameters, expected);
  expected.b = 40.0 + 0.25 * 260.0;
  expected.V_r = -58.0 + 0.25 * 8.0;
  expect_same(applied("b+V_r", {300.0, -50.0}, 0.25).parameters, expected);
}

TEST(EffectFamilies, VoltagesOfTheGaugeAreShifted) {
  AdexParameters expected = base;
  expected.E_L = -79.0;
  expected.V_T = -48.0;
  expect_same(applied("E_L+V_T", {6.0, -3.0}).parameters, expected);
}

// As models/modulation has it for a dose at which the effect was measured, and the definition by hand.
TEST(EffectFamilies, AConductanceIsThatOfModulation) {
  const models::ModulatedNeuron neuron = applied("conductance", {7.0, -90.0});
  models::Modulation modulation{{{"m"}}, {{"R", "m", 1.0}}, {}};
  models::Effect effect;
  effect.receptor = "R";
  effect.rule = EffectRule::conductance;
  effect.size = 2.0;
  effect.E_rev = -90.0;
  effect.measured_at = 10.0;
  modulation.effects.push_back(effect);
  const models::ModulatedNeuron expected = models::modulated(base, modulation, std::vector{10.0});
  expect_same(neuron.parameters, expected.parameters);
  EXPECT_DOUBLE_EQ(neuron.current_offset, expected.current_offset);
  EXPECT_NEAR(neuron.parameters.g_L, 7.0, 1e-12);
  EXPECT_NEAR(neuron.parameters.E_L, (5.0 * -85.0 + 2.0 * -90.0) / 7.0, 1e-12);
  EXPECT_NEAR(neuron.current_offset, -0.5 * (neuron.parameters.E_L + 85.0), 1e-12);
}

// A shift and a factor are the same family: the same end, and the same neurons on the way.
TEST(EffectFamilies, AFactorIsAShiftAlongTheSamePath) {
  models::Effect factor;
  factor.rule = EffectRule::scale;
  factor.parameter = "g_L";
  factor.size = 1.5;
  const std::vector<models::Effect> shift = effects_of(family("g_L"), base, std::vector{7.5});
  for (const double fraction : {0.0, 0.3, 1.0})
    expect_same(with_effects(base, {&factor, 1}, fraction).parameters, with_effects(base, shift, fraction).parameters);
}

// What makes E_L+V_r and V_T+V_r superfluous: a shift of E_L and V_T together is one of V_r (and V_peak) the other way.
TEST(EffectFamilies, VoltagesActThroughTheirDifferences) {
  const AdexParameters a = applied("E_L+V_T", {6.0, 6.0}).parameters;
  AdexParameters b = applied("V_r", {base.V_r - 6.0}).parameters;
  b.V_peak -= 6.0;
  for (const double current : {150.0, 250.0, 400.0}) {
    const auto first = test_support::run_ensemble(a, current, 500.0, {a.E_L, 0.0}).times;
    const auto second = test_support::run_ensemble(b, current, 500.0, {b.E_L, 0.0}).times;
    ASSERT_EQ(first.size(), second.size());
    for (std::size_t i = 0; i < first.size(); ++i) EXPECT_NEAR(first[i], second[i], 1e-6);
  }
}

TEST(EffectFamilies, AnEffectFollowsTheVoltageScale) {
  constexpr double alpha = 0.6, beta = -12.0;
  for (const auto& [name, values] :
       std::vector<std::pair<std::string, std::vector<double>>>{{"g_L+E_L", {3.0, 5.0}},
                                                                {"C_m+Delta_T", {200.0, 4.0}},
                                                                {"b+tau_w", {90.0, 300.0}},
                                                                {"conductance", {7.0, -20.0}}}) {
    std::vector<models::Effect> effects = effects_of(family(name), base, values);
    const models::ModulatedNeuron before = with_effects(base, effects);
    for (models::Effect& effect : effects) effect = regauged(effect, alpha, beta);
    const models::ModulatedNeuron after = with_effects(models::regauged(base, alpha, beta), effects);
    expect_same(after.parameters, models::regauged(before.parameters, alpha, beta));
    EXPECT_NEAR(after.current_offset, before.current_offset, 1e-12) << name;
  }
}

}  // namespace
}  // namespace modscape::fit
