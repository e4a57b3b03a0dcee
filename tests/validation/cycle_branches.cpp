// SPDX-License-Identifier: Apache-2.0
// Branches of spiking cycles against published points, each confirmed by a second method: simulation of the loss of
// stability, or the homoclinic orbit's manifolds. One rank: PETSc needs MPI. Numbers: an independent integration (SciPy
// DOP853 with V as the independent variable on the upstroke, rtol 1e-12); AUTO-07p agrees to its print.
//   LC-1  1-cycles along V_r          MAP-3  period doublings    MAP-4  their dependence on V_peak
//   BI-1  lower end of firing         NM-4 .. NM-6  neuromodulated paths: scaling, switching, period doubling
#include <gmock/gmock.h>

#include "dynamics/cycle_branch.hpp"
#include "support/adex_sets.hpp"

namespace modscape::dynamics {
namespace {
using models::AdexParameters;
using test_support::adex_set;
using testing::ElementsAre;
using testing::IsEmpty;

AdexParameters touboul_brette(double V_peak) {
  return {281, 30, -70.6, -50.4, 2, 4, 80, 40, -52, V_peak, 0};
}
constexpr double low_peak = -50.4 + 5 * 2.0;

SpikingCycle settled(const DrivenNeuron& at, double parameter, double w = 200.0) {
  SettledFiring firing = settle(at, w);
  EXPECT_EQ(firing.outcome, Settled::cycle);
  firing.cycle.parameter = parameter;
  return firing.cycle;
}

std::vector<CycleLabel> labels(const CycleBranch& branch) {
  std::vector<CycleLabel> names;
  for (const CycleSpecialPoint& special : branch.special) names.push_back(special.label);
  return names;
}

/// Along V_r from -52 mV up to `high`.
struct AlongReset {
  explicit AlongReset(double V_peak) : path(NeuronPath::of_parameter({touboul_brette(V_peak), 800.0}, "V_r")) {}
  CycleBranch to(double high) const { return follow_cycles(path, settled(path.at(-52.0), -52.0), 1, -60.0, high); }
  NeuronPath path;
};

struct OneCycle {
  double V_r, w, period, multiplier;
};

void expect_cycles(double V_peak, const std::vector<OneCycle>& published) {
  const AlongReset along(V_peak);
  for (const OneCycle& expected : published) {
    const CycleBranch branch = along.to(expected.V_r + (expected.V_r == -52.0 ? 1e-9 : 0.0));
    ASSERT_EQ(branch.end, CurveEnd::bound) << branch.reason;
    EXPECT_THAT(branch.special, IsEmpty());
    const SpikingCycle& last = expected.V_r == -52.0 ? branch.cycles.front() : branch.cycles.back();
    EXPECT_NEAR(last.w[0], expected.w, 1e-7) << expected.V_r;
    EXPECT_NEAR(last.period(), expected.period, 1e-7) << expected.V_r;
    if (expected.multiplier != 0.0) {
      EXPECT_NEAR(last.multiplier(), expected.multiplier, 1e-7) << expected.V_r;
    }
  }
}

TEST(Lc1, OneCyclesAlongTheReset) {
  expect_cycles(low_peak, {{-52, 253.26570443, 25.551750146, 0.0693973},
                           {-50, 271.94606167, 22.659546282, -0.2308553},
                           {-49, 293.42687234, 19.895501177, -0.7525320},
                           {-48.8, 299.98660611, 19.165617059, -0.9410621}});
  expect_cycles(0.0, {{-52, 253.18892618, 25.600885642, 0.0},
                      {-50, 271.86351730, 22.699692750, 0.0},
                      {-49, 293.34903144, 19.926819987, 0.0},
                      {-48.8, 299.91082902, 19.194749822, 0.0}});
}

TEST(Map3, PeriodDoublingOfTheOneCycle) {
  const AlongReset along(0.0);
  const CycleBranch branch = along.to(-48.5);
  ASSERT_THAT(labels(branch), ElementsAre(CycleLabel::period_doubling));  // and no mark where the multiplier passes 0
  const CycleSpecialPoint& first = branch.special[0];
  EXPECT_NEAR(first.cycle.parameter, -48.739782142, 1e-7);
  EXPECT_NEAR(first.cycle.w[0], 302.0964463, 1e-7);
  EXPECT_NEAR(first.cycle.multiplier(), -1.0, 1e-10);
  // Loss of stability, simulated.
  const double V_r = first.cycle.parameter;
  EXPECT_EQ(settled(along.path.at(V_r - 0.002), 0).spikes(), 1U);
  EXPECT_EQ(settled(along.path.at(V_r + 0.002), 0).spikes(), 2U);

  // The doubled cycle, away from there and back into it.
  const CycleBranch doubled = follow_cycles_from(along.path, doubled_cycle(along.path, first), -60.0, -47.9);
  ASSERT_THAT(labels(doubled), testing::Contains(CycleLabel::period_doubling));
  const auto& second = *std::ranges::find_if(
      doubled.special, [](const CycleSpecialPoint& p) { return p.label == CycleLabel::period_doubling; });
  EXPECT_EQ(settled(along.path.at(second.cycle.parameter - 0.002), 0).spikes(), 2U);
  EXPECT_EQ(settled(along.path.at(second.cycle.parameter + 0.002), 0).spikes(), 4U);
  CurvePoint back = doubled.points[5];
  for (double& component : back.tangent) component = -component;
  const CycleBranch home = follow_cycles_from(along.path, back, -60.0, -47.9);
  ASSERT_THAT(labels(home), ElementsAre(CycleLabel::period_halving));
  EXPECT_EQ(home.end, CurveEnd::problem);
  EXPECT_NEAR(home.special[0].cycle.parameter, V_r, 1e-7);
}

TEST(Map4, PeriodDoublingDependsOnThePeak) {
  double last = 0.0;
  for (const auto& [V_peak, published] : {std::pair{low_peak, -48.745268355},
                                          {-50.4 + 10 * 2.0, -48.739807051},
                                          {0.0, -48.739782142},
                                          {20.0, -48.739782142}}) {
    const CycleBranch branch = AlongReset(V_peak).to(-48.6);
    ASSERT_THAT(labels(branch), ElementsAre(CycleLabel::period_doubling));
    EXPECT_NEAR(branch.special[0].cycle.parameter, published, 1e-8);
    if (last != 0.0) {
      EXPECT_GT(branch.special[0].cycle.parameter, last - 1e-8);
    }
    last = branch.special[0].cycle.parameter;
  }
}

NeuronPath along_current(std::string_view id) {
  return NeuronPath::of_parameter({adex_set(id).parameters, adex_set(id).current}, "current");
}

/// The stable cycle at a current, with its parameter.
SpikingCycle firing_at(const NeuronPath& path, double current) {
  return settled(path.at(current), current, 100.0);
}

struct End {
  std::string_view id;
  double from, published;
};
void PrintTo(const End& end, std::ostream* out) {
  *out << end.id;
}

class Bi1 : public testing::TestWithParam<End> {};

TEST_P(Bi1, FiringEndsInAHomoclinicOrbit) {
  const auto& [id, from, published] = GetParam();
  const NeuronPath path = along_current(id);
  const CycleBranch branch = follow_cycles(path, firing_at(path, from), -1, -100.0, 1000.0);
  ASSERT_THAT(labels(branch), ElementsAre(CycleLabel::homoclinic)) << branch.reason;  // nothing else is on the way
  EXPECT_EQ(branch.end, CurveEnd::problem);
  const CycleSpecialPoint& end = branch.special.back();
  EXPECT_NEAR(end.cycle.parameter, published, 1e-3);
  EXPECT_TRUE(end.rests_beyond);
  // Simulated from the cycle next to the end: it fires above for good, rests below.
  const double w = branch.cycles.back().w[0];
  EXPECT_EQ(settle(path.at(end.cycle.parameter + 2e-4), w).outcome, Settled::cycle);
  EXPECT_EQ(settle(path.at(end.cycle.parameter - 2e-4), w).outcome, Settled::rests);
  // Bistable: rest is stable there too.
  const auto equilibria = adex_equilibria(adex_set(id).parameters, end.cycle.parameter);
  ASSERT_FALSE(equilibria.empty());
  EXPECT_TRUE(equilibria.front().stable());
}

// h: a quasi-static decrease gave 0.4102, where the period passes 3.3 s; the orbit is there further down, with longer
// periods (LongPeriodsAreNoRest).
INSTANTIATE_TEST_SUITE_P(Naud2008, Bi1,
                         testing::Values(End{"b", 256.4, 256.0864}, End{"d", 80.0, 76.2226}, End{"h", 5.0, 0.40818}),
                         [](const auto& instance) { return std::string(instance.param.id); });

TEST(Bi1Set, LongPeriodsAreNoRest) {
  const NeuronPath path = along_current("h");
  for (const auto& [current, period] : {std::pair{0.4102, 3296.214}, {0.4085, 4163.572}}) {
    const CycleBranch branch = follow_cycles(path, firing_at(path, 5.0), -1, current, 1000.0);
    ASSERT_EQ(branch.end, CurveEnd::bound);
    EXPECT_NEAR(branch.cycles.back().period(), period, 1e-3);
    solvers::CvodeOptions options;
    options.rtol = 1e-13;
    const auto input = models::input_segments(models::step_protocol(current, 2.5 * period));
    const models::Adex model(path.at(current).neuron);
    const solvers::SpikeRun run = solvers::CvodeIntegrator(2).run(
        model, input, std::array{model.parameters().V_r, branch.cycles.back().w[0]}, options);
    ASSERT_EQ(run.times.size(), 2U);
    EXPECT_NEAR(run.times[0], period, 1e-2);
  }
}

// NM-4: the current of set b from 300 to 600 pA scales the rate; no switch.
TEST(Nm4, ScalingMeetsNoSpecialPoint) {
  const NeuronPath path = along_current("b");
  const SpikingCycle start = firing_at(path, 300.0);
  EXPECT_NEAR(start.period(), 293.095094, 1e-6);
  for (const auto& [current, period] : {std::pair{400.0, 120.587755}, {500.0, 75.908992}, {600.0, 55.419130}}) {
    const CycleBranch branch = follow_cycles(path, start, 1, 300.0, current);
    EXPECT_THAT(branch.special, IsEmpty());
    EXPECT_NEAR(branch.cycles.back().period(), period, 1e-6);
    if (current == 600.0) {
      EXPECT_NEAR(branch.cycles.back().multiplier(), 0.204595, 1e-6);
    }
  }
}

// NM-5: from 256.0 to 256.4 pA it switches: firing begins (downwards: ends) below where rest ends.
TEST(Nm5, SwitchingMeetsTheThreePointsInOrder) {
  const NeuronPath path = along_current("b");
  const CycleBranch down = follow_cycles(path, firing_at(path, 256.4), -1, 256.0, 256.4);
  ASSERT_THAT(labels(down), ElementsAre(CycleLabel::homoclinic));
  const AdexLandmarks rest = adex_landmarks(adex_set("b").parameters);
  EXPECT_NEAR(down.special[0].cycle.parameter, 256.0864, 1e-4);
  EXPECT_NEAR(rest.I_H, 256.180549, 1e-6);
  EXPECT_NEAR(rest.I_SN, 256.316219, 1e-6);
}

// Set h at 160 pA: an unstable 5-cycle within a stable 10-cycle.
TEST(SetH, TenCycleComesFromTheFiveCyclesPeriodDoubling) {
  const NeuronPath path = along_current("h");
  const SpikingCycle ten = firing_at(path, 160.0);
  ASSERT_EQ(ten.spikes(), 10U);
  EXPECT_NEAR(ten.period(), 196.18812864, 1e-7);
  EXPECT_NEAR(ten.multiplier(), -0.45384676, 1e-7);
  std::vector<double> guess;
  for (std::size_t k = 0; k < 5; ++k) guess.push_back(0.5 * (ten.w[k] + ten.w[k + 5]));
  Expected<SpikingCycle> five = refine_cycle(path.at(160.0), guess);
  ASSERT_TRUE(five);
  EXPECT_NEAR(five->period(), 98.13872143, 1e-7);
  EXPECT_NEAR(five->multiplier(), -1.3235046, 1e-7);
  // Both branches meet: the 10-cycle's end is the 5-cycle's period doubling.
  five->parameter = 160.0;
  const CycleBranch fives = follow_cycles(path, *five, 1, 100.0, 200.0);
  const CycleBranch tens = follow_cycles(path, ten, 1, 100.0, 200.0);
  ASSERT_FALSE(fives.special.empty());
  ASSERT_FALSE(tens.special.empty());
  ASSERT_EQ(fives.special.front().label, CycleLabel::period_doubling);
  ASSERT_EQ(tens.special.back().label, CycleLabel::period_halving);
  EXPECT_NEAR(tens.special.back().cycle.parameter, fives.special.front().cycle.parameter, 1e-7);
}

TEST(SetsDAndF, FireInBurstsOfTwoAndFour) {
  EXPECT_THAT(spikes_per_burst(firing_at(along_current("d"), 210.0).intervals), ElementsAre(2));
  EXPECT_THAT(spikes_per_burst(firing_at(along_current("f"), 110.0).intervals), ElementsAre(4));
}

// Every label along the current from each set's own, and no other.
struct Diagram {
  std::string_view id;
  std::vector<std::pair<CycleLabel, double>> up, down;
};
void PrintTo(const Diagram& diagram, std::ostream* out) {
  *out << diagram.id;
}

class Diagrams : public testing::TestWithParam<Diagram> {};

TEST_P(Diagrams, HaveNoFalseLabel) {
  const Diagram& diagram = GetParam();
  const NeuronPath path = along_current(diagram.id);
  const double current = adex_set(diagram.id).current;
  const SpikingCycle start = firing_at(path, current);
  for (const int direction : {1, -1}) {
    const auto& expected = direction == 1 ? diagram.up : diagram.down;
    const CycleBranch branch = follow_cycles(path, start, direction, -300.0, current + 300.0);
    ASSERT_EQ(branch.special.size(), expected.size()) << direction;
    for (std::size_t k = 0; k < expected.size(); ++k) {
      EXPECT_EQ(branch.special[k].label, expected[k].first);
      // Where an interval becomes short the map may be as steep as 1e6 (canards), and the place as much less sharp.
      const double within = expected[k].first == CycleLabel::spike_adding ? 1e-5 : 1e-6;
      EXPECT_NEAR(branch.special[k].cycle.parameter, expected[k].second, within);
    }
    // By simulation, on both sides of what a stable cycle meets first.
    if (expected.empty()) continue;
    const CycleSpecialPoint& first = branch.special.front();
    const double near = 0.002 * std::abs(first.cycle.parameter) * direction, w = branch.cycles[first.after].w[0];
    const SettledFiring before = settle(path.at(first.cycle.parameter - near), w),
                        after = settle(path.at(first.cycle.parameter + near), w);
    ASSERT_EQ(before.outcome, Settled::cycle);
    EXPECT_EQ(before.cycle.spikes(), start.spikes());
    EXPECT_TRUE(after.outcome != Settled::cycle || after.cycle.spikes() != start.spikes() ||
                std::abs(after.cycle.w[0] - before.cycle.w[0]) > 1.0);
  }
}

using enum CycleLabel;
INSTANTIATE_TEST_SUITE_P(
    Naud2008, Diagrams,
    testing::Values(Diagram{"a", {}, {{saddle_node_homoclinic, 220.375717}}},
                    Diagram{"b", {}, {{homoclinic, 256.086398}}}, Diagram{"c", {}, {{homoclinic, 140.143688}}},
                    Diagram{"d", {{period_doubling, 458.407269}}, {{fold, 93.690092}, {spike_adding, 93.693190}}},
                    Diagram{"e", {}, {{homoclinic, 21.476073}}},
                    Diagram{"f", {{fold, 143.894996}, {fold, 88.482686}}, {{fold, 88.482686}, {fold, 143.894996}}},
                    Diagram{
                        "h",
                        {{period_halving, 160.987896}},
                        {{period_doubling, 159.623068}, {period_doubling, 136.494423}, {period_halving, 135.359394}}},
                    Diagram{"BG2005", {}, {{homoclinic, 627.002305}}}),
    [](const auto& instance) { return std::string(instance.param.id); });

// A restart from any stored point finds the rest of the branch again; both ways.
TEST(Restart, FromAStoredPointGivesTheSameSpecialPoint) {
  const AlongReset along(0.0);
  const CycleBranch branch = along.to(-48.5);
  const CycleBranch again = follow_cycles_from(along.path, branch.points[branch.points.size() / 2], -60.0, -48.5);
  ASSERT_THAT(labels(again), ElementsAre(CycleLabel::period_doubling));
  EXPECT_NEAR(again.special[0].cycle.parameter, branch.special[0].cycle.parameter, 1e-10);
  CurvePoint back = again.points.back();
  for (double& component : back.tangent) component = -component;
  const CycleBranch returned = follow_cycles_from(along.path, back, -52.0, -40.0);
  ASSERT_EQ(returned.end, CurveEnd::bound);
  EXPECT_NEAR(returned.cycles.back().w[0], branch.cycles.front().w[0], 1e-8);
}

}  // namespace
}  // namespace modscape::dynamics
