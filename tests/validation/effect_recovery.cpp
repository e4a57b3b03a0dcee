// SPDX-License-Identifier: Apache-2.0
// Known effects on synthetic cells are recovered: the true family is not rejected and its interval holds the truth;
// families that cannot explain the data are rejected; where nothing changed, no effect is the simplest that is kept.
// One seed each here; effect_power.cpp counts over many.
#include <gtest/gtest.h>

#include "support/effect_truth.hpp"

namespace modscape {
namespace {
using test_support::FoundEffects;
using test_support::TrueEffect;

FoundEffects found(const std::string& family, const std::string& path) {
  const parallel::Communicator world = parallel::Communicator::world();
  const TrueEffect truth = test_support::true_effect(family);
  const config::Job job = test_support::job_of(test_support::effect_study(truth, 5), "effect_recovery_" + family);
  EXPECT_EQ(study::run_study(world, job, path, {.force = true, .only_effects = true}), study::StudyOutcome::done);
  return FoundEffects(path);
}

TEST(EffectRecovery, AShiftOfTheRestingPotential) {
  const FoundEffects effects = found("E_L", "shift.h5");
  EXPECT_EQ(effects.judgement("E_L"), "kept");
  EXPECT_TRUE(effects.covers("E_L", 18.0));
  for (const char* wrong : {"none", "C_m", "b", "V_r"}) EXPECT_TRUE(effects.rejected(wrong)) << wrong;
}

TEST(EffectRecovery, NothingIsTheSimplestExplanationOfNothing) {
  const FoundEffects effects = found("none", "none.h5");
  EXPECT_EQ(effects.judgement("none"), "kept");
  for (const std::string& family : effects.families()) {
    if (family == "none") continue;
    EXPECT_NE(effects.judgement(family), "kept") << family;
  }
}

}  // namespace
}  // namespace modscape
