// SPDX-License-Identifier: Apache-2.0
// How an integration ended. A bad point has a name; it never ends the job.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace modscape::solvers {

enum class RunStatus : std::uint8_t {
  done = 1,           ///< reached the end
  non_finite = 2,     ///< the state or its derivative became NaN or infinite
  step_collapse = 3,  ///< the step size fell to round-off
  spike_storm = 4,    ///< more spikes than `max_spikes_per_ms` allows
  cost_limit = 5,     ///< more right-hand sides than allowed
  out_of_bounds = 7,  ///< a modulated parameter left its bounds
};

/// Counted in right-hand sides, so that a limit does not depend on the speed of the machine.
struct CostLimits {
  std::int64_t max_rhs = 5'000'000;
  double max_spikes_per_ms =
      10.0;  ///< averaged over the run; an AdEx neuron that fires faster has no meaningful refractoriness
};

/// Spikes of one run. `w_after[k]` is the adaptation current (last state variable) right after the reset of spike k.
struct SpikeRun {
  RunStatus status = RunStatus::done;
  std::vector<double> times;    ///< ms
  std::vector<double> w_after;  ///< pA
  std::array<double, 2> final_state{};
  std::int64_t rhs_evaluations = 0;
};

}  // namespace modscape::solvers
