// SPDX-License-Identifier: Apache-2.0
#include "config/suggestions.hpp"

#include "config/job.hpp"
#include "unit/config/scratch.hpp"

namespace modscape::config {
namespace {

const std::vector<std::string> neuron_keys{"C_m", "g_L",   "E_L", "V_T",    "Delta_T", "a",
                                           "b",   "tau_w", "V_r", "V_peak", "t_ref"};

TEST(Suggestions, NamesOfOtherSimulators) {
  EXPECT_EQ(did_you_mean("V_th", neuron_keys), "V_T");
  EXPECT_EQ(did_you_mean("V_reset", neuron_keys), "V_r");
  EXPECT_EQ(did_you_mean("cm", neuron_keys), "C_m");
  EXPECT_EQ(did_you_mean("v_rest", neuron_keys), "E_L");
  EXPECT_EQ(did_you_mean("tau_refrac", neuron_keys), "t_ref");
  EXPECT_EQ(did_you_mean("i_offset", {"duration", "holding"}), "holding");
  EXPECT_EQ(suggestion_for("tau_m", neuron_keys), "the membrane time constant is C_m/g_L: give C_m and g_L");
}

TEST(Suggestions, SlipsOfTheHand) {
  EXPECT_EQ(did_you_mean("delta_t", neuron_keys), "Delta_T");
  EXPECT_EQ(did_you_mean("V_peek", neuron_keys), "V_peak");
  EXPECT_EQ(did_you_mean("duratoin", {"duration", "holding"}), "duration");
}

TEST(Suggestions, NothingRatherThanNonsense) {
  EXPECT_EQ(did_you_mean("c", {"a", "b"}), "");
  EXPECT_EQ(did_you_mean("colour", neuron_keys), "");
  EXPECT_EQ(suggestion_for("colour", neuron_keys), "");
  EXPECT_EQ(did_you_mean("x", {}), "");
}

}  // namespace
}  // namespace modscape::config
