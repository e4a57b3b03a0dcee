// SPDX-License-Identifier: Apache-2.0
// Effects in closed form: as stated where they were measured, none at the reference, saturating with the receptor.
#include "models/modulation.hpp"

#include <gtest/gtest.h>

#include "models/protocol.hpp"

namespace modscape::models {
namespace {

const AdexParameters base{110, 5, -85, -45, 2, 1.5, 40, 100, -60, 0, 2};

Effect effect(EffectRule rule, const std::string& parameter, double size, double E_rev = NAN) {
  Effect e;
  e.receptor = "D1";
  e.rule = rule;
  e.parameter = parameter;
  e.size = size;
  e.E_rev = E_rev;
  e.measured_at = 10.0;
  e.reference = 0.02;
  return e;
}

Modulation dopamine(std::vector<Effect> effects) {
  Modulation modulation;
  modulation.modulators = {{"dopamine"}};
  modulation.receptors = {{"D1", "dopamine", 1.0, 2.0}};
  modulation.effects = std::move(effects);
  return modulation;
}

ModulatedNeuron at(const Modulation& modulation, double dose, const std::string& cell_type = {}) {
  return modulated(base, modulation, std::vector{dose}, cell_type);
}

TEST(Occupancy, HillFunction) {
  const Receptor receptor{"D1", "dopamine", 2.0, 1.5};
  EXPECT_EQ(occupancy(receptor, 0.0), 0.0);
  EXPECT_DOUBLE_EQ(occupancy(receptor, 2.0), 0.5);
  EXPECT_DOUBLE_EQ(occupancy(receptor, 8.0), std::pow(8.0, 1.5) / (std::pow(8.0, 1.5) + std::pow(2.0, 1.5)));
  EXPECT_NEAR(occupancy(receptor, 1e6), 1.0, 1e-8);
}

TEST(Weight, FromTheReferenceToWhereItWasMeasured) {
  const Receptor receptor{"D1", "dopamine", 1.0, 2.0};
  const Effect e = effect(EffectRule::shift, "V_T", 1.0);
  EXPECT_EQ(effect_weight(e, receptor, 0.02), 0.0);
  EXPECT_EQ(effect_weight(e, receptor, 10.0), 1.0);
  const auto h = [](double c) { return c * c / (c * c + 1.0); };
  EXPECT_NEAR(effect_weight(e, receptor, 1.0), (0.5 - h(0.02)) / (h(10) - h(0.02)), 1e-14);
  EXPECT_NEAR(effect_weight(e, receptor, 1e9), (1.0 - h(0.02)) / (h(10) - h(0.02)), 1e-12);  // saturates
  EXPECT_LT(effect_weight(e, receptor, 0.0), 0.0);
}

TEST(Modulated, NothingAtTheReference) {
  const Modulation all = dopamine({effect(EffectRule::shift, "V_T", -3.0), effect(EffectRule::scale, "b", 0.5),
                                   effect(EffectRule::conductance, "", -2.0, -90.0)});
  const ModulatedNeuron neuron = at(all, 0.02);
  EXPECT_EQ(neuron.parameters, base);  // bit for bit
  EXPECT_EQ(neuron.current_offset, 0.0);
  EXPECT_EQ(neuron.rest(), (std::array{-85.0, 0.0}));
}

TEST(Modulated, AsStatedWhereItWasMeasured) {
  EXPECT_DOUBLE_EQ(at(dopamine({effect(EffectRule::shift, "V_T", -3.0)}), 10.0).parameters.V_T, -48.0);
  EXPECT_DOUBLE_EQ(at(dopamine({effect(EffectRule::scale, "b", 0.25)}), 10.0).parameters.b, 10.0);
  const ModulatedNeuron leaky = at(dopamine({effect(EffectRule::conductance, "", -2.0, -90.0)}), 10.0);
  EXPECT_DOUBLE_EQ(leaky.parameters.g_L, 3.0);
  EXPECT_DOUBLE_EQ(leaky.parameters.E_L, (5.0 * -85.0 + -2.0 * -90.0) / 3.0);
  EXPECT_NEAR(leaky.current_offset, -1.5 * (leaky.parameters.E_L - -85.0), 1e-12);
}

TEST(Modulated, EffectsTogether) {
  const std::vector<Effect> effects{effect(EffectRule::scale, "b", 0.5), effect(EffectRule::scale, "b", 0.8),
                                    effect(EffectRule::shift, "b", 7.0), effect(EffectRule::conductance, "", 1.0, 0.0),
                                    effect(EffectRule::conductance, "", 4.0, -90.0)};
  const ModulatedNeuron neuron = at(dopamine(effects), 10.0);
  EXPECT_DOUBLE_EQ(neuron.parameters.b, 40.0 * 0.4 + 7.0);
  EXPECT_DOUBLE_EQ(neuron.parameters.g_L, 10.0);
  EXPECT_DOUBLE_EQ(neuron.parameters.E_L, (5.0 * -85.0 + 4.0 * -90.0) / 10.0);
}

// A shifted E_L takes the reference of the w equation along; only a conductance moves the leak alone.
TEST(Modulated, TheReferenceOfWIsTheNeuronsOwn) {
  EXPECT_EQ(at(dopamine({effect(EffectRule::shift, "E_L", 4.0)}), 10.0).current_offset, 0.0);
}

TEST(Modulated, OtherCellTypesAreLeftAlone) {
  Effect on = effect(EffectRule::shift, "V_T", -3.0);
  on.on = "dSPN";
  EXPECT_EQ(at(dopamine({on}), 10.0, "iSPN").parameters, base);
  EXPECT_DOUBLE_EQ(at(dopamine({on}), 10.0, "dSPN").parameters.V_T, -48.0);
}

// The plain neuron against the equations with E_w and the conductance written out, side by side through spikes, resets
// and holds: both integrated by the same small Euler steps, so that they differ by rounding only.
TEST(Modulated, TheOffsetIsExactlyTheOtherReferenceOfW) {
  const double g = -2.0, E_rev = -90.0, E_w = base.E_L;
  const ModulatedNeuron neuron = at(dopamine({effect(EffectRule::conductance, "", g, E_rev)}), 10.0);
  const Adex plain(neuron.parameters);
  std::array<double, 2> y = neuron.rest(), dy{};
  double V = y[0], w = y[1] - neuron.current_offset;
  constexpr double dt = 1e-3, current = 250.0;
  int spikes = 0;
  for (double t = 0.0; t < 300.0; t += dt) {
    plain.rhs(current + neuron.current_offset, y, dy);
    const double dV = (base.g_L * (base.Delta_T * std::exp((V - base.V_T) / base.Delta_T) - (V - base.E_L)) +
                       // The exponential belongs to the modulated leak in the plain neuron.
                       g * (base.Delta_T * std::exp((V - base.V_T) / base.Delta_T) - (V - E_rev)) - w + current) /
                      base.C_m;
    const double dw = (base.a * (V - E_w) - w) / base.tau_w;
    for (int k = 0; k < 2; ++k) y[static_cast<std::size_t>(k)] += dt * dy[static_cast<std::size_t>(k)];
    V += dt * dV;
    w += dt * dw;
    if (plain.event(y) >= 0.0 || V >= base.V_peak) {
      ++spikes;
      plain.reset(y);
      plain.hold(y, base.t_ref);
      V = base.V_r;
      const double target = base.a * (base.V_r - E_w);
      w = target + (w + base.b - target) * std::exp(-base.t_ref / base.tau_w);
    }
    ASSERT_NEAR(y[0], V, 1e-4 * (1.0 + std::abs(dV))) << t;
    ASSERT_NEAR(y[1], w + neuron.current_offset, 1e-6) << t;
  }
  EXPECT_GT(spikes, 3);
}

// Rest of the linear part: both derivatives vanish but for the exponential.
TEST(Modulated, Rest) {
  const ModulatedNeuron neuron = at(dopamine({effect(EffectRule::conductance, "", 3.0, -20.0)}), 10.0);
  const std::array<double, 2> rest = neuron.rest();
  std::array<double, 2> dy{};
  AdexParameters linear = neuron.parameters;
  linear.V_T = 1e3;
  Adex(linear).rhs(neuron.current_offset, rest, dy);
  EXPECT_NEAR(dy[0], 0.0, 1e-12);
  EXPECT_NEAR(dy[1], 0.0, 1e-12);
}

}  // namespace
}  // namespace modscape::models
