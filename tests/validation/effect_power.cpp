// SPDX-License-Identifier: Apache-2.0
// Known effects over many seeds: how often the true family stands, how often its interval holds the truth, and how
// often each other family is rejected. The table is printed and kept in effect_power.md.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "support/effect_truth.hpp"

namespace modscape {
namespace {

constexpr std::uint64_t seeds = 10;
const std::vector<std::string> truths{"none", "E_L", "V_T", "g_L", "b"};

struct Count {
  int stands = 0, covered = 0;
  std::map<std::string, int> rejected;
};

Count counted(const parallel::Communicator& world, const std::string& family) {
  Count count;
  const test_support::TrueEffect truth = test_support::true_effect(family);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const std::string path = fmt::format("power_{}_{}.h5", family, seed);
    const config::Job job = test_support::job_of(test_support::effect_study(truth, seed), path);
    EXPECT_EQ(study::run_study(world, job, path, {.force = true, .only_effects = true}), study::StudyOutcome::done);
    const test_support::FoundEffects effects(path);
    for (const std::string& other : effects.families()) count.rejected[other] += effects.rejected(other) ? 1 : 0;
    count.stands += effects.rejected(family) ? 0 : 1;
    if (family != "none") count.covered += effects.covers(family, truth.size) ? 1 : 0;
  }
  return count;
}

TEST(EffectPower, TheTruthStandsAndIsCovered) {
  const parallel::Communicator world = parallel::Communicator::world();
  std::string table, head = "| truth \\ rejected |";
  for (const std::string& truth : truths) {
    const Count count = counted(world, truth);
    if (table.empty()) {
      for (const auto& [family, n] : count.rejected) head += " " + family + " |";
      head += " truth stands | interval holds it |\n|---|";
      for (std::size_t k = 0; k < count.rejected.size() + 2; ++k) head += "---|";
      table = "\n";
    }
    table += "| " + truth + " |";
    for (const auto& [family, n] : count.rejected) table += fmt::format(" {} |", n);
    table += fmt::format(" {} | {} |\n", count.stands, truth == "none" ? "" : fmt::format("{}", count.covered));
    EXPECT_GE(count.stands, static_cast<int>(seeds) - 1) << truth;
    if (truth != "none") {
      EXPECT_GE(count.covered, static_cast<int>(seeds) - 2) << truth;
      EXPECT_GE(count.rejected.at("none"), static_cast<int>(seeds) - 1) << truth;
    }
  }
  if (!world.is_root()) return;
  fmt::print("{}{}", head, table);
  std::ofstream("effect_power.md") << head << table;
}

}  // namespace
}  // namespace modscape
