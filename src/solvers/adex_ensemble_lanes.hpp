// SPDX-License-Identifier: Apache-2.0
// What the scalar side of the ensemble integrator keeps per lane, and what happens to a lane between two steps: load a
// task, take a spike (or repeat the interval with a smaller tolerance), cross an edge of the input, end. The SIMD side
// (adex_ensemble.cpp) only makes steps.
//
// Per lane the model is dimensionless (Touboul & Brette 2008, Biol Cybern 99:319), time in units of C_m/g_L:
//   x = (V - V_T)/Delta_T,  y = (w - I)/(g_L Delta_T) + (V_T - E_L)/Delta_T
//   x' = e^x - x - y,       y' = r (A x - y + c)
// with A = a/g_L, r = C_m/(g_L tau_w), c = (A + 1)(V_T - E_L)/Delta_T - I/(g_L Delta_T).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "solvers/lane_array.hpp"
#include "solvers/spike_integrator.hpp"

namespace modscape::solvers::ensemble {

/// What the independent variable of a lane's next step is.
enum Mode : std::uint8_t {
  rescaled_time = 0,  ///< s with dt = ds/(1 + e^x): neither the upstroke nor rest is stiff
  time = 1,           ///< the last step to an edge of the input
  voltage = 2         ///< the last step to V_peak, where the tail's expansion is not accurate enough
};

/// State of all lanes as the SIMD side sees it.
struct alignas(64) LaneState {
  alignas(64) LaneArray x, y, t;     ///< t: since the start of the interval
  alignas(64) LaneArray h;           ///< next step, in the lane's independent variable
  alignas(64) LaneArray mode;        ///< Mode as a number
  alignas(64) LaneArray kx, ky, kt;  ///< slopes in rescaled time; kt = 1/(1 + e^x)
  alignas(64) LaneArray ex, ey, et;  ///< estimated error of x, y, t since the start of the interval
  alignas(64) LaneArray rA, r, rc;   ///< y' = rA x - r y + rc
  alignas(64) LaneArray x_peak, t_edge;
  alignas(64) LaneArray weight;    ///< 1/(tolerance of a step)
  alignas(64) LaneArray tail;      ///< largest error of the closed-form tail
  alignas(64) LaneArray steps;     ///< left before the cost limit
  alignas(64) LaneArray scaled;    ///< error of the last step over its tolerance
  alignas(64) LaneArray smallest;  ///< step below which the run has collapsed; negative for an idle lane
};

/// Why a lane needs the scalar side; bits of a mask per lane.
struct Events {
  std::uint32_t spike = 0, edge = 0, failure = 0;
};

class Lanes {
 public:
  Lanes(std::span<const SpikeTask> tasks, std::span<SpikeRun> runs, double tolerance, const CostLimits& limits,
        std::size_t lanes);
  LaneState& state() noexcept { return state_; }
  bool all_idle() const noexcept { return busy_ == 0; }
  /// After this the slopes of the lanes in question must be computed anew.
  void handle(const Events& events);

 private:
  struct Lane {
    const SpikeTask* task = nullptr;
    SpikeRun* run = nullptr;
    double unit_t, unit_w, offset;  // ms and pA of one dimensionless unit; (V_T - E_L)/Delta_T
    double A, x_reset, z_peak;      // dimensionless; e^-x_peak
    double hold_decay;              // exp(-t_ref/tau_w)
    double most_spikes, most_steps;
    double step_tolerance;  // share of the tolerance that one step may use
    double first_step;
    double input;             // of the segment, pA
    double clock;             // ms at the start of the interval
    double start_x, start_w;  // state then, to repeat the interval
    std::size_t segment = 0, start_segment = 0;
  };

  void load_next(std::size_t lane);
  void start_interval(std::size_t lane, double x, double w, double clock);
  void restart_interval(std::size_t lane);
  void enter_segment(std::size_t lane, double w);
  void take_spike(std::size_t lane);
  bool accurate(std::size_t lane, double error);
  void cross_edge(std::size_t lane);
  void fail(std::size_t lane);
  void finish(std::size_t lane, RunStatus status);
  double adaptation(std::size_t lane, double y) const;  // w in pA

  std::span<const SpikeTask> tasks_;
  std::span<SpikeRun> runs_;
  double tolerance_;
  CostLimits limits_;
  std::size_t next_ = 0, busy_ = 0;
  LaneState state_{};
  std::array<Lane, most_lanes> lanes_{};
};

}  // namespace modscape::solvers::ensemble
