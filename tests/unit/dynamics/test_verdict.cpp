// SPDX-License-Identifier: Apache-2.0
// Verdicts of hand-made populations. A population is made of blocks of equal draws, so that every statistic is known
// exactly; a half of it is one block with uniform weights.
#include "dynamics/verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/rng.hpp"

namespace modscape::dynamics {
namespace {
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pointwise;

constexpr std::size_t block_size = 25;

struct Block {
  std::string regimes = "rest|tonic";
  double rheobase = 100.0, gain = 0.2;
};
using Halves = std::vector<std::pair<std::size_t, std::size_t>>;  // blocks of the wide population

Population population_of(const std::vector<Block>& blocks) {
  Population population;
  for (const Block& block : blocks)
    for (std::size_t i = 0; i < block_size; ++i) {
      population.regime_string.push_back(block.regimes);
      population.rheobase.push_back(block.rheobase);
      population.gain.push_back(block.gain);
    }
  return population;
}

std::vector<double> weights_on(std::size_t block, std::size_t blocks) {
  std::vector<double> weights(blocks * block_size, 0.0);
  for (std::size_t i = 0; i < block_size; ++i) weights[block * block_size + i] = 1.0 / block_size;
  return weights;
}

ConditionDraws condition_of(const std::vector<Block>& posterior, const std::vector<Block>& wide, const Halves& halves) {
  ConditionDraws draws{population_of(posterior), population_of(wide), 1000.0, {}};
  for (const auto& [first, second] : halves)
    draws.halves.emplace_back(weights_on(first, wide.size()), weights_on(second, wide.size()));
  return draws;
}

// Twenty halves that hardly differ: shifts of +-2 pA, no other regime.
ConditionDraws quiet(const std::vector<Block>& posterior) {
  Halves halves;
  for (std::size_t i = 0; i < 20; ++i) halves.emplace_back(i % 2, 1 - i % 2);
  return condition_of(posterior, {Block{}, {"rest|tonic", 102.0, 0.202}}, halves);
}

const std::vector<Block> usual(4);

std::vector<Block> some_bursting(std::size_t bursting) {
  std::vector<Block> blocks(10);
  for (std::size_t i = 0; i < bursting; ++i) blocks[i].regimes = "rest|bursting";
  return blocks;
}

double sum_of(const Verdict& v) {
  return v.p_switching + v.p_scaling + v.p_none + v.p_undetermined;
}

TEST(Verdict, Switching) {
  const Verdict v = compare_conditions(quiet(usual), quiet(some_bursting(8)), {});
  EXPECT_EQ(v.verdict, VerdictClass::switching) << v.reason;
  EXPECT_NEAR(v.regime_distance, 0.8, 1e-12);
  EXPECT_NEAR(v.p_switching, 0.8, 1e-12);  // the halves have one regime
  EXPECT_NEAR(v.p_none, 0.2, 1e-12);
  EXPECT_THAT(v.reason, HasSubstr("80 %"));
}

TEST(Verdict, ScalingByThreshold) {
  const std::vector<Block> moved(4, {"rest|tonic", 40.0, 0.2});
  const Verdict v = compare_conditions(quiet(usual), quiet(moved), {});
  EXPECT_EQ(v.verdict, VerdictClass::scaling) << v.reason;
  EXPECT_NEAR(v.shift, -60.0, 1e-12);
  EXPECT_NEAR(v.shift_sd, 0.0, 1e-12);
  EXPECT_NEAR(v.gain_ratio, 1.0, 1e-12);
  EXPECT_NEAR(v.p_scaling, 1.0, 1e-12);
  EXPECT_EQ(v.regime_distance, 0.0);
}

TEST(Verdict, ScalingByGain) {
  for (const double gain : {0.2 * 1.4, 0.2 / 1.4}) {
    const Verdict v = compare_conditions(quiet(usual), quiet({{"rest|tonic", 100.0, gain}}), {});
    EXPECT_EQ(v.verdict, VerdictClass::scaling) << v.reason;
    EXPECT_NEAR(v.gain_ratio, gain / 0.2, 1e-12);
    EXPECT_EQ(v.gain_ratio_low, v.gain_ratio_high);
  }
}

TEST(Verdict, NoneIsNoEffectOfPracticalSize) {
  const Verdict same = compare_conditions(quiet(usual), quiet(usual), {});
  EXPECT_EQ(same.verdict, VerdictClass::none) << same.reason;
  EXPECT_NEAR(same.p_none, 1.0, 1e-12);
  // At the limits, which are no effect: one protocol step, a gain ratio of 1.25.
  const Verdict limit = compare_conditions(quiet(usual), quiet({{"rest|tonic", 120.0, 0.2 * 1.2499}}), {});
  EXPECT_NEAR(limit.p_none, 1.0, 1e-12);
  const Verdict beyond = compare_conditions(quiet(usual), quiet({{"rest|tonic", 120.1, 0.2}}), {});
  EXPECT_NEAR(beyond.p_none, 0.0, 1e-12);
}

// Small but certain: beyond chance, of no practical size. Neither none nor scaling.
TEST(Verdict, SignificantButSmallIsUndetermined) {
  const Verdict v = compare_conditions(quiet(usual), quiet({{"rest|tonic", 110.0, 0.2}}), {});
  EXPECT_EQ(v.verdict, VerdictClass::undetermined);
  EXPECT_THAT(v.reason, HasSubstr("no class reaches"));
}

// Large but no larger than between halves of one condition.
TEST(Verdict, AnEffectThatHalvesShowTooIsNoScaling) {
  const std::vector<Block> wide{{"rest|tonic", 100.0, 0.2}, {"rest|tonic", 160.0, 0.2}};
  Halves halves;
  for (std::size_t i = 0; i < 20; ++i) halves.emplace_back(i % 2, 1 - i % 2);
  const Verdict v = compare_conditions(condition_of(usual, wide, halves),
                                       condition_of({{"rest|tonic", 40.0, 0.2}}, wide, halves), {});
  EXPECT_EQ(v.verdict, VerdictClass::undetermined);
  EXPECT_EQ(v.p_scaling, 0.0);
  EXPECT_EQ(v.shift_p_value, 1.0);
  EXPECT_NEAR(v.p_undetermined, 1.0, 1e-12);
}

// Two regimes in every half, in halves apart: the same distance in the null takes the switch away.
TEST(Verdict, ADistanceThatHalvesShowTooIsNoSwitch) {
  const std::vector<Block> wide{{"rest|tonic"}, {"rest|bursting"}};
  const ConditionDraws from = condition_of(some_bursting(0), wide, Halves(20, {0, 1})),
                       to = condition_of(some_bursting(10), wide, Halves(20, {0, 1}));
  const Verdict v = compare_conditions(from, to, {});
  EXPECT_NEAR(v.regime_distance, 1.0, 1e-12);
  EXPECT_EQ(v.p_switching, 0.0);
  EXPECT_EQ(v.regime_p_value, 1.0);
  EXPECT_NE(v.verdict, VerdictClass::switching);
}

// One half in four would be called switching: the method cannot tell here.
TEST(Verdict, HalvesCalledSwitchingMakeItUndetermined) {
  const std::vector<Block> wide{{"rest|tonic"}, {"rest|bursting"}};
  Halves halves(20, {0, 0});
  for (std::size_t i = 0; i < 5; ++i) halves[i] = {0, 1};
  const Verdict v = compare_conditions(condition_of(some_bursting(0), wide, halves),
                                       condition_of(some_bursting(10), wide, halves), {});
  EXPECT_NEAR(v.null_switching_rate, 0.25, 1e-12);
  EXPECT_NEAR(v.p_switching, 1.0, 1e-12);  // (1 - 0.25)/(1 - 0.25)
  EXPECT_EQ(v.verdict, VerdictClass::undetermined);
  EXPECT_THAT(v.reason, HasSubstr("25 % of random halves"));
}

// The part of the distance that halves show on average is taken off.
TEST(Verdict, MeanDistanceOfTheNullIsTakenOff) {
  const std::vector<Block> wide{{"rest|tonic"}, {"rest|bursting"}};
  ConditionDraws from = condition_of(some_bursting(0), wide, {}), to = condition_of(some_bursting(6), wide, {});
  // Halves with shares 0.4 and 0.6 of bursting: distance 0.2.
  std::vector<double> first(2 * block_size, 0.6 / block_size), second(2 * block_size, 0.4 / block_size);
  for (std::size_t i = block_size; i < 2 * block_size; ++i) {
    first[i] = 0.4 / block_size;
    second[i] = 0.6 / block_size;
  }
  for (ConditionDraws* condition : {&from, &to}) condition->halves.assign(30, {first, second});
  const Verdict v = compare_conditions(from, to, {});
  EXPECT_NEAR(v.null_regime_distance.front(), 0.2, 1e-12);
  EXPECT_NEAR(v.p_switching, (0.6 - 0.2) / 0.8, 1e-12);
  EXPECT_NEAR(v.regime_p_value, 1.0 / 61.0, 1e-12);
}

TEST(Verdict, FitsThatRestOnTooFewDrawsDecideNothing) {
  ConditionDraws poor = quiet(some_bursting(8));
  poor.ess = 150.0;
  for (const Verdict& v : {compare_conditions(quiet(usual), poor, {}), compare_conditions(poor, quiet(usual), {})}) {
    EXPECT_EQ(v.verdict, VerdictClass::undetermined);
    EXPECT_THAT(v.reason, HasSubstr("effective sample size of 150, less than the 200"));
  }
  VerdictCriterion content;
  content.min_ess = 150.0;
  EXPECT_EQ(compare_conditions(quiet(usual), poor, content).verdict, VerdictClass::switching);
}

TEST(Verdict, HalvesThatKeepTooFewDrawsDecideNothing) {
  VerdictCriterion strict;
  strict.min_null_ess = block_size + 1.0;
  const Verdict v = compare_conditions(quiet(usual), quiet(some_bursting(8)), strict);
  EXPECT_NEAR(v.median_null_ess, block_size, 1e-9);
  EXPECT_EQ(v.verdict, VerdictClass::undetermined);
  EXPECT_THAT(v.reason, HasSubstr("25 effective draws"));
}

TEST(Verdict, WithoutHalvesThereIsNoVerdict) {
  const Verdict v = compare_conditions(condition_of(usual, usual, {}), condition_of(some_bursting(10), usual, {}), {});
  EXPECT_EQ(v.verdict, VerdictClass::undetermined);
  EXPECT_THAT(v.reason, HasSubstr("no random halves"));
  EXPECT_EQ(v.regime_p_value, 1.0);
  EXPECT_NEAR(sum_of(v), 1.0, 1e-12);
}

TEST(Verdict, WithoutModelsThereIsNoVerdict) {
  for (const Verdict& v :
       {compare_conditions(quiet({}), quiet(usual), {}), compare_conditions(quiet(usual), quiet({}), {}),
        compare_conditions(quiet({}), quiet({}), {})}) {
    EXPECT_EQ(v.verdict, VerdictClass::undetermined);
    EXPECT_THAT(v.reason, HasSubstr("no model"));
    EXPECT_EQ(v.p_undetermined, 1.0);
    EXPECT_TRUE(v.shift_draws.empty());
  }
}

// 40 halves, none as large: 1/41 and never 0; one as large: 2/41. Signs do not count.
TEST(Verdict, PValuesAreCountsOfTheNull) {
  Halves halves(20, {0, 0});
  const std::vector<Block> wide{Block{}, {"rest|tonic", 160.0, 0.2}};
  const std::vector<Block> moved{{"rest|tonic", 40.0, 0.2}};
  EXPECT_NEAR(
      compare_conditions(condition_of(usual, wide, halves), condition_of(moved, wide, halves), {}).shift_p_value,
      1.0 / 41.0, 1e-12);
  Halves one = halves;
  one[7] = {0, 1};  // +60 against the observed -60
  const Verdict v = compare_conditions(condition_of(usual, wide, one), condition_of(moved, wide, halves), {});
  EXPECT_NEAR(v.shift_p_value, 2.0 / 41.0, 1e-12);
  EXPECT_EQ(v.gain_p_value, 1.0);  // no change of gain: every half is as large
  EXPECT_EQ(v.null_shift.size(), 40U);
  EXPECT_NEAR(v.null_shift[7], 60.0, 1e-12);
}

// Two tests of one effect: 2/41 is significant for one of them, 4/41 is not for the pair.
TEST(Verdict, TwoTestsShareTheSignificance) {
  const std::vector<Block> wide{Block{}, {"rest|tonic", 160.0, 0.2}};
  const std::vector<Block> moved{{"rest|tonic", 40.0, 0.2}};
  Halves none(20, {0, 0}), one = none;
  one[7] = {0, 1};
  EXPECT_EQ(compare_conditions(condition_of(usual, wide, none), condition_of(moved, wide, none), {}).verdict,
            VerdictClass::scaling);  // 2/41 = 0.049
  EXPECT_EQ(compare_conditions(condition_of(usual, wide, one), condition_of(moved, wide, none), {}).verdict,
            VerdictClass::undetermined);
}

TEST(Verdict, SharesAndDistanceByHand) {
  const std::vector<Block> from{{"rest|tonic"}, {"rest|tonic"}, {"rest|bursting"}, {"tonic"}},
      to{{"rest|tonic"}, {"rest|rest+spiking|tonic"}, {"tonic"}, {"tonic"}};
  const Verdict v = compare_conditions(quiet(from), quiet(to), {});
  EXPECT_THAT(v.strings, ElementsAre("rest|bursting", "rest|rest+spiking|tonic", "rest|tonic", "tonic"));
  EXPECT_THAT(v.share_from, Pointwise(DoubleNear(1e-12), {0.25, 0.0, 0.5, 0.25}));
  EXPECT_THAT(v.share_to, Pointwise(DoubleNear(1e-12), {0.0, 0.25, 0.25, 0.5}));
  EXPECT_NEAR(v.regime_distance, 0.5, 1e-12);
  EXPECT_NEAR(v.unpaired_switching, 0.5, 1e-12);  // blocks 2 and 3 as paired by position
}

TEST(Verdict, MomentsOfTheDraws) {
  const std::vector<Block> from{{"rest|tonic", 100, 0.2}, {"rest|tonic", 120, 0.4}},
      to{{"rest|tonic", 60, 0.4}, {"rest|tonic", 140, 0.4}};
  const Verdict v = compare_conditions(quiet(from), quiet(to), {});
  EXPECT_NEAR(v.shift, -10.0, 1e-12);
  EXPECT_NEAR(v.shift_sd, 30.0, 1e-12);  // -40 and +20
  EXPECT_EQ(v.shift_draws.size(), 2 * block_size);
  EXPECT_NEAR(v.gain_ratio_low, 1.0, 1e-12);
  EXPECT_NEAR(v.gain_ratio_high, 2.0, 1e-12);
  // Pairs of draws beyond 20 pA or 1.25: all but (120, 0.4) -> (140, 0.4).
  EXPECT_NEAR(1.0 - v.p_none / (1.0 - v.p_switching), 0.75, 1e-12);
}

TEST(Verdict, TheOtherWayRound) {
  const ConditionDraws a = quiet(some_bursting(3)), b = quiet({{"rest|tonic", 130.0, 0.3}, {"tonic", 40.0, 0.1}});
  const Verdict ab = compare_conditions(a, b, {}), ba = compare_conditions(b, a, {});
  EXPECT_NEAR(ab.regime_distance, ba.regime_distance, 1e-12);
  EXPECT_NEAR(ab.shift, -ba.shift, 1e-12);
  EXPECT_NEAR(ab.p_switching, ba.p_switching, 1e-12);
  EXPECT_NEAR(ab.p_scaling, ba.p_scaling, 1e-12);
  EXPECT_EQ(ab.shift_p_value, ba.shift_p_value);
  EXPECT_EQ(ab.verdict, ba.verdict);
}

// Whatever the populations and halves: probabilities are probabilities, p-values lie in [1/(n+1), 1].
TEST(Verdict, ProbabilitiesSumToOne) {
  const std::vector<std::string> strings{"rest|tonic", "rest|bursting", "tonic"};
  for (std::uint64_t item = 0; item < 60; ++item) {
    const CounterRng rng(4, Purpose::synthetic, item);
    std::uint64_t step = 0;
    const auto blocks = [&](std::size_t count) {
      std::vector<Block> made;
      for (std::size_t i = 0; i < count; ++i) {
        const std::string& regimes = strings[rng.bits(step++) % (1 + item % 3)];
        const double rheobase = 100.0 + 30.0 * rng.normal(step++);
        made.push_back({regimes, rheobase, 0.2 * std::exp(0.3 * rng.normal(step++))});
      }
      return made;
    };
    const auto condition = [&] {
      const std::vector<Block> posterior = blocks(3), wide = blocks(4);
      Halves halves;
      for (int i = 0; i < 10; ++i, step += 2) halves.emplace_back(rng.bits(step) % 4, rng.bits(step + 1) % 4);
      return condition_of(posterior, wide, halves);
    };
    const ConditionDraws from = condition(), to = condition();
    const Verdict v = compare_conditions(from, to, {});
    EXPECT_NEAR(sum_of(v), 1.0, 1e-12) << item;
    for (const double p : {v.p_switching, v.p_scaling, v.p_none, v.p_undetermined}) {
      EXPECT_GE(p, 0.0) << item;
      EXPECT_LE(p, 1.0 + 1e-12) << item;
    }
    for (const double p : {v.regime_p_value, v.shift_p_value, v.gain_p_value}) {
      EXPECT_GE(p, 1.0 / 21.0) << item;
      EXPECT_LE(p, 1.0) << item;
    }
    EXPECT_FALSE(v.reason.empty());
  }
}

TEST(Verdict, NamesAndCriterionAreWords) {
  EXPECT_EQ(to_string(VerdictClass::switching), "switching");
  EXPECT_EQ(to_string(VerdictClass::scaling), "scaling");
  EXPECT_EQ(to_string(VerdictClass::none), "none");
  EXPECT_EQ(to_string(VerdictClass::undetermined), "undetermined");
  VerdictCriterion criterion;
  criterion.practical_shift = 33.0;
  EXPECT_THAT(to_string(criterion), HasSubstr("beyond 33 pA"));
  EXPECT_THAT(to_string_along_paths(criterion), HasSubstr("beyond 33 pA"));
  EXPECT_THAT(to_string_along_paths(criterion), HasSubstr("below 50 of the family or 20 of a half, or more than 0.1 of "
                                                          "the paths whose regimes cannot be told"));
}

// Along paths: 40 of one family; its null 40 with two splits' weights each on 20 of them.
PathDraws paths_of(double switching, double shift, double log_gain, double null_switching = 0.0) {
  constexpr std::size_t n = 40;
  PathDraws draws;
  draws.ess = 500.0;
  for (std::size_t i = 0; i < n; ++i) {
    const double place = (static_cast<double>(i) + 0.5) / n, sign = i % 2 == 0 ? 1.0 : -1.0;
    draws.posterior.switches.push_back(place < switching ? 1.0 : 0.0);
    draws.posterior.shift.push_back(shift);
    draws.posterior.log_gain.push_back(log_gain);
    draws.wide.switches.push_back(place < null_switching ? 1.0 : 0.0);
    draws.wide.shift.push_back(2.0 * sign);
    draws.wide.log_gain.push_back(0.01 * sign);
  }
  for (std::size_t split = 0; split < 40; ++split) {
    std::vector<double> weights(n, 1.0 / n);
    weights[split] += 0.5 / n;  // no two splits alike
    weights[(split + 1) % n] -= 0.5 / n;
    draws.halves.push_back(weights);
  }
  return draws;
}

TEST(PathVerdict, EachClass) {
  const Verdict switching = compare_along_paths(paths_of(0.9, -50.0, 0.0), {});
  EXPECT_EQ(switching.verdict, VerdictClass::switching) << switching.reason;
  EXPECT_NEAR(switching.p_switching, 0.9, 1e-12);
  EXPECT_THAT(switching.reason, HasSubstr("90 %"));
  const Verdict scaling = compare_along_paths(paths_of(0.1, -50.0, 0.0), {});
  EXPECT_EQ(scaling.verdict, VerdictClass::scaling) << scaling.reason;
  EXPECT_NEAR(scaling.p_scaling, 0.9, 1e-12);
  EXPECT_NEAR(scaling.shift, -50.0, 1e-12);
  const Verdict gain = compare_along_paths(paths_of(0.0, 0.0, 0.5), {});
  EXPECT_EQ(gain.verdict, VerdictClass::scaling) << gain.reason;
  EXPECT_NEAR(gain.gain_ratio, std::exp(0.5), 1e-12);
  const Verdict none = compare_along_paths(paths_of(0.0, 0.0, 0.0), {});
  EXPECT_EQ(none.verdict, VerdictClass::none) << none.reason;
  for (const Verdict& v : {switching, scaling, gain, none}) EXPECT_NEAR(sum_of(v), 1.0, 1e-12);
}

// Where random halves of one condition switch as often, switching says nothing.
TEST(PathVerdict, SwitchingThatTheNullHasToo) {
  const Verdict v = compare_along_paths(paths_of(0.6, -50.0, 0.0, 0.6), {});
  EXPECT_NE(v.verdict, VerdictClass::switching);
  EXPECT_NEAR(v.p_switching, 0.0, 0.02);
}

TEST(PathVerdict, WhatMakesItUndetermined) {
  PathDraws few = paths_of(0.9, -50.0, 0.0), undecided = few, without = few, thin = few;
  few.ess = 20.0;
  undecided.undecided = 0.3;
  without.halves.clear();
  for (std::vector<double>& weights : thin.halves) {
    std::ranges::fill(weights, 0.0);
    weights[0] = weights[1] = 0.5;
  }
  for (const auto& [draws, words] : {std::pair{few, "effective sample size of 20"},
                                     {undecided, "30 % of the paths"},
                                     {without, "no random halves"},
                                     {thin, "only 2 effective"},
                                     {PathDraws{}, "no path"}}) {
    const Verdict v = compare_along_paths(draws, {});
    EXPECT_EQ(v.verdict, VerdictClass::undetermined);
    EXPECT_THAT(v.reason, HasSubstr(words));
  }
}

TEST(JointVerdict, FamiliesMustAgree) {
  Verdict scaling, switching, unclear;
  scaling.verdict = VerdictClass::scaling;
  switching.verdict = VerdictClass::switching;
  const JointVerdict same = joint_verdict({"E_L", "g_L"}, {scaling, scaling}, unclear);
  EXPECT_EQ(same.verdict, VerdictClass::scaling);
  EXPECT_EQ(same.reason, "scaling under E_L, g_L");
  const JointVerdict split = joint_verdict({"E_L", "a", "g_L"}, {scaling, switching, scaling}, scaling);
  EXPECT_EQ(split.verdict, VerdictClass::undetermined);
  EXPECT_THAT(split.reason, HasSubstr("scaling under E_L, g_L; switching under a"));
  EXPECT_EQ(joint_verdict({"E_L"}, {scaling}, switching).verdict, VerdictClass::undetermined);
  EXPECT_EQ(joint_verdict({}, {}, scaling).verdict, VerdictClass::undetermined);
}

}  // namespace
}  // namespace modscape::dynamics
