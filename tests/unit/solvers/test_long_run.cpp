// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "support/adex_sets.hpp"

namespace modscape::solvers {
namespace {

// Set b of Naud et al. 2008 for 10 s: CVODE and the ensemble integrator, which share nothing but the equations.
TEST(LongRun, TenSecondsOfAnAdaptingNeuronAgreeWithTheKernel) {
  const test_support::AdexSet& b = test_support::adex_set("b");
  const SpikeRun cvode = test_support::run_cvode(b.parameters, b.current, 10'000, 1e-13);
  const SpikeRun kernel = test_support::run_kernel(b.parameters, b.current, 10'000, 1e-9);
  EXPECT_EQ(kernel.times.size(), 136U);
  EXPECT_LT(test_support::largest_difference(cvode.times, kernel.times), 1e-6);
}

}  // namespace
}  // namespace modscape::solvers
