// SPDX-License-Identifier: Apache-2.0
#include "solvers/adex_ensemble_lanes.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "solvers/adex_upstroke.hpp"

namespace modscape::solvers::ensemble {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double rhs_per_step = 7.0;
// The sum of a whole interval's step errors is estimated and held below the tolerance; how much of it one step may use
// follows from what the intervals before came to.
constexpr double first_share = 0.1, largest_share = 1.0, smallest_share = 1e-7, aim = 0.3;
constexpr double tail_share = 0.02;

}  // namespace

Lanes::Lanes(std::span<const SpikeTask> tasks, std::span<SpikeRun> runs, double tolerance, const CostLimits& limits,
             std::size_t lanes)
    : tasks_(tasks), runs_(runs), tolerance_(tolerance), limits_(limits), busy_(lanes) {
  for (std::size_t lane = 0; lane < lanes; ++lane) load_next(lane);
}

void Lanes::handle(const Events& events) {
  const auto each = [](std::uint32_t mask, auto&& act) {
    for (; mask != 0; mask &= mask - 1) act(static_cast<std::size_t>(std::countr_zero(mask)));
  };
  each(events.failure, [this](std::size_t lane) { fail(lane); });
  each(events.spike & ~events.failure, [this](std::size_t lane) { take_spike(lane); });
  each(events.edge & ~events.failure, [this](std::size_t lane) { cross_edge(lane); });
}

void Lanes::load_next(std::size_t lane) {
  Lane& l = lanes_[lane];
  if (next_ == tasks_.size()) {
    state_.x[lane] = -10;  // an idle lane makes steps of no length
    state_.y[lane] = state_.t[lane] = state_.h[lane] = state_.mode[lane] = 0;
    state_.ex[lane] = state_.ey[lane] = state_.et[lane] = 0;
    state_.rA[lane] = state_.r[lane] = state_.rc[lane] = state_.weight[lane] = 0;
    state_.x_peak[lane] = state_.t_edge[lane] = state_.steps[lane] = infinity;
    state_.tail[lane] = state_.smallest[lane] = -1;
    --busy_;
    return;
  }
  const SpikeTask& task = tasks_[next_];
  const models::AdexParameters& p = task.neuron;
  l.task = &task;
  l.run = &runs_[next_++];
  l.segment = 0;
  l.unit_t = p.C_m / p.g_L;
  l.unit_w = p.g_L * p.Delta_T;
  l.offset = (p.V_T - p.E_L) / p.Delta_T;
  l.A = p.a / p.g_L;
  l.x_reset = (p.V_r - p.V_T) / p.Delta_T;
  l.hold_decay = std::exp(-p.t_ref / p.tau_w);
  l.step_tolerance = first_share;
  l.first_step = 0.01 * std::min(1.0, p.tau_w / l.unit_t);
  const double duration = task.input.empty() ? 0.0 : task.input.back().stop;
  l.most_spikes = std::max(100.0, limits_.max_spikes_per_ms * duration);
  state_.r[lane] = l.unit_t / p.tau_w;
  state_.rA[lane] = state_.r[lane] * l.A;
  state_.x_peak[lane] = (p.V_peak - p.V_T) / p.Delta_T;
  l.z_peak = std::exp(-state_.x_peak[lane]);
  l.most_steps = std::floor(static_cast<double>(limits_.max_rhs) / rhs_per_step);
  state_.steps[lane] = l.most_steps;
  state_.tail[lane] = tail_share * tolerance_ / l.unit_t;
  state_.smallest[lane] = 1e-13;
  for (const models::InputSegment& segment : task.input)
    if (segment.slope != 0.0) throw InternalError("the ensemble integrator takes piecewise constant currents");
  start_interval(lane, (task.initial[0] - p.V_T) / p.Delta_T, task.initial[1], 0.0);
}

void Lanes::start_interval(std::size_t lane, double x, double w, double clock) {
  Lane& l = lanes_[lane];
  l.start_x = x;
  l.start_w = w;
  l.clock = clock;
  while (l.segment < l.task->input.size() && l.task->input[l.segment].stop <= clock) ++l.segment;
  l.start_segment = l.segment;
  restart_interval(lane);
}

void Lanes::restart_interval(std::size_t lane) {
  Lane& l = lanes_[lane];
  l.segment = l.start_segment;
  state_.x[lane] = l.start_x;
  state_.t[lane] = 0;
  state_.ex[lane] = state_.ey[lane] = state_.et[lane] = 0;
  state_.h[lane] = l.first_step;
  state_.weight[lane] = l.unit_t / (tolerance_ * l.step_tolerance);
  enter_segment(lane, l.start_w);
}

void Lanes::enter_segment(std::size_t lane, double w) {
  Lane& l = lanes_[lane];
  if (l.segment == l.task->input.size()) {
    l.input = 0.0;
    state_.y[lane] = w / l.unit_w + l.offset;
    finish(lane, RunStatus::done);
    return;
  }
  const models::InputSegment& segment = l.task->input[l.segment];
  l.input = segment.value;
  state_.y[lane] = (w - l.input) / l.unit_w + l.offset;
  state_.rc[lane] = state_.r[lane] * ((l.A + 1) * l.offset - l.input / l.unit_w);
  state_.t_edge[lane] = (segment.stop - l.clock) / l.unit_t;
  state_.mode[lane] = rescaled_time;
}

double Lanes::adaptation(std::size_t lane, double y) const {
  return (y - lanes_[lane].offset) * lanes_[lane].unit_w + lanes_[lane].input;
}

void Lanes::take_spike(std::size_t lane) {
  Lane& l = lanes_[lane];
  Upstroke tail{0.0, 0.0};
  if (state_.mode[lane] != static_cast<double>(voltage)) {
    const double z = state_.kt[lane] / (1 - state_.kt[lane]);
    tail = closed_form_upstroke(state_.x[lane], state_.y[lane], z, state_.x_peak[lane], l.z_peak, 1.0, state_.rA[lane],
                                state_.rc[lane] - state_.r[lane] * state_.y[lane]);
  }
  const double error = std::abs(state_.et[lane] - state_.ex[lane] * state_.kt[lane] / state_.kx[lane]);
  if (!accurate(lane, error)) return;

  const models::AdexParameters& p = l.task->neuron;
  const double time = l.clock + l.unit_t * (state_.t[lane] + tail.time);
  double w = adaptation(lane, state_.y[lane] + tail.dy) + p.b;
  l.run->times.push_back(time);
  l.run->w_after.push_back(w);
  const std::size_t spikes = l.run->times.size();
  const bool storm = static_cast<double>(spikes) > l.most_spikes;
  if (storm || spikes == l.task->max_spikes) {
    state_.x[lane] = l.x_reset;
    state_.y[lane] = (w - l.input) / l.unit_w + l.offset;
    finish(lane, storm ? RunStatus::spike_storm : RunStatus::done);
    return;
  }
  double clock = time;
  if (p.t_ref > 0.0) {
    const double left = l.task->input.back().stop - time;
    const double held = std::min(p.t_ref, left), target = p.a * (p.V_r - p.E_L);
    w = target + (w - target) * (held < p.t_ref ? std::exp(-held / p.tau_w) : l.hold_decay);
    clock = held < p.t_ref ? l.task->input.back().stop : time + held;
  }
  start_interval(lane, l.x_reset, w, clock);
}

// Is the interval as accurate as promised? If not, it is started again with smaller steps.
bool Lanes::accurate(std::size_t lane, double error) {
  Lane& l = lanes_[lane];
  const double used = error * l.unit_t / tolerance_;
  if (used <= 1.0) {
    l.step_tolerance *= std::clamp(aim / used, 0.3, 2.0);
    l.step_tolerance = std::clamp(l.step_tolerance, smallest_share, largest_share);
    return true;
  }
  if (l.step_tolerance <= smallest_share) {  // round-off decides: no step is small enough
    finish(lane, RunStatus::step_collapse);
    return false;
  }
  l.step_tolerance = std::max(smallest_share, l.step_tolerance * std::clamp(aim / used, 0.01, 0.5));
  restart_interval(lane);
  return false;
}

void Lanes::cross_edge(std::size_t lane) {
  Lane& l = lanes_[lane];
  const double w = adaptation(lane, state_.y[lane]);
  ++l.segment;
  // Errors at a fixed rescaled time become errors at a fixed time.
  state_.ex[lane] -= state_.kx[lane] / state_.kt[lane] * state_.et[lane];
  state_.ey[lane] -= state_.ky[lane] / state_.kt[lane] * state_.et[lane];
  state_.et[lane] = 0;
  state_.h[lane] = l.first_step;
  enter_segment(lane, w);
}

void Lanes::fail(std::size_t lane) {
  if (state_.steps[lane] <= 0)
    finish(lane, RunStatus::cost_limit);
  else
    finish(lane, std::isfinite(state_.scaled[lane]) ? RunStatus::step_collapse : RunStatus::non_finite);
}

void Lanes::finish(std::size_t lane, RunStatus status) {
  Lane& l = lanes_[lane];
  l.run->status = status;
  l.run->final_state = {l.task->neuron.V_T + l.task->neuron.Delta_T * state_.x[lane], adaptation(lane, state_.y[lane])};
  l.run->rhs_evaluations = static_cast<std::int64_t>(rhs_per_step * (l.most_steps - state_.steps[lane]));
  load_next(lane);
}

}  // namespace modscape::solvers::ensemble
