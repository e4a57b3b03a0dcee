// SPDX-License-Identifier: Apache-2.0
// What published sets settle to. Set b of Naud et al. 2008 (Biol Cybern 99:335) fires repetitively down to 256.0864 pA
// (the homoclinic end of the spiking cycle), while rest is stable up to the Hopf point at 256.1805 pA.
#include <gtest/gtest.h>

#include <vector>

#include "dynamics/adex_equilibria.hpp"
#include "dynamics/asymptotic.hpp"
#include "support/adex_sets.hpp"

namespace modscape::dynamics {
namespace {
using ephys::Regime;
using test_support::adex_set;

std::vector<Regime> asymptotic_regimes(const models::AdexParameters& p, const std::vector<double>& currents,
                                       const AsymptoticOptions& options = {}, double tolerance = 1e-4) {
  solvers::AdexEnsemble ensemble(tolerance);
  const AsymptoticTask task{p, currents};
  return dynamics::asymptotic_regimes({&task, 1}, ensemble, options).front();
}

std::vector<double> grid(double low, double high, std::size_t count) {
  std::vector<double> currents;
  for (std::size_t k = 0; k < count; ++k)
    currents.push_back(low + (high - low) * static_cast<double>(k) / static_cast<double>(count - 1));
  return currents;
}

TEST(Asymptotic, BistableWindowOfSetB) {
  constexpr double homoclinic = 256.0864, hopf = 256.1805, doubt = 1e-3;
  const std::vector<double> currents = grid(256.08, 256.19, 221);  // a branch is lost if a step leaves its basin
  AsymptoticOptions options;
  options.duration = 20'000.0;  // intervals grow without bound towards the homoclinic end, where they pass 2.5 s
  options.max_spikes = 12;
  const std::vector<Regime> regimes = asymptotic_regimes(adex_set("b").parameters, currents, options, 1e-6);
  int both = 0;
  for (std::size_t k = 0; k < currents.size(); ++k) {
    const double I = currents[k];
    if (std::abs(I - homoclinic) < doubt || std::abs(I - hopf) < doubt) continue;
    const Regime expected = I < homoclinic ? Regime::rest : I < hopf ? Regime::rest_and_spiking : Regime::tonic;
    EXPECT_EQ(regimes[k], expected) << I;
    both += regimes[k] == Regime::rest_and_spiking ? 1 : 0;
  }
  EXPECT_GE(both, 180);
  EXPECT_EQ(ephys::regime_string(regimes), "rest|rest+spiking|tonic");
}

TEST(Asymptotic, SetDBurstsAtItsCurrent) {
  const std::vector<Regime> regimes = asymptotic_regimes(adex_set("d").parameters, std::vector{0.0, 70.0, 210.0});
  EXPECT_EQ(regimes.front(), Regime::rest);
  EXPECT_EQ(regimes.back(), Regime::bursting);
}

TEST(Asymptotic, PatternsAtTheirOwnCurrents) {
  for (const auto& [id, expected] :
       {std::pair{"a", Regime::tonic}, std::pair{"b", Regime::tonic}, std::pair{"c", Regime::tonic},
        std::pair{"d", Regime::bursting}, std::pair{"e", Regime::tonic}, std::pair{"f", Regime::bursting},
        std::pair{"g", Regime::rest}, std::pair{"h", Regime::irregular}}) {
    const test_support::AdexSet& set = adex_set(id);
    EXPECT_EQ(asymptotic_regimes(set.parameters, std::vector{set.current}).front(), expected) << id;
  }
}

// Wherever a set has a rest to lose: rest far below the current that ends it, firing above.
TEST(Asymptotic, RestBelowAndFiringAbove) {
  for (const test_support::AdexSet& set : test_support::adex_sets()) {
    const AdexLandmarks marks = adex_landmarks(set.parameters);
    if (marks.onset == OnsetClass::never_stable) continue;
    const double end = marks.rest_ends();
    const std::vector<double> currents = grid(end - 60.0, end + 60.0, 25);
    const std::vector<Regime> regimes = asymptotic_regimes(set.parameters, currents);
    EXPECT_EQ(regimes.front(), Regime::rest) << set.id;
    for (std::size_t k = 0; k < currents.size(); ++k) {
      if (currents[k] > end) {
        EXPECT_NE(regimes[k], Regime::rest_and_spiking) << set.id << " " << currents[k];
      }
      if (currents[k] > end + 10.0) {
        EXPECT_NE(regimes[k], Regime::rest) << set.id << " " << currents[k];
      }
    }
  }
}

// Nothing but rest below the lowest firing current: the branch is followed until it ends, and does not come back.
TEST(Asymptotic, FiringEndsOnce) {
  const std::vector<Regime> regimes = asymptotic_regimes(adex_set("b").parameters, grid(100, 500, 81));
  EXPECT_EQ(ephys::regime_string(regimes), "rest|tonic");
}

TEST(Asymptotic, SilentAtEveryCurrentIsRest) {
  const std::vector<Regime> regimes = asymptotic_regimes(adex_set("b").parameters, grid(-200, 0, 5));
  for (const Regime regime : regimes) EXPECT_EQ(regime, Regime::rest);
  EXPECT_TRUE(asymptotic_regimes(adex_set("b").parameters, {}).empty());
}

}  // namespace
}  // namespace modscape::dynamics
