// SPDX-License-Identifier: Apache-2.0
// The scalar side of the synaptic kernel: which neuron a lane works on, and what happens to it at a spike, during
// refractoriness and at the end of the epoch. The SIMD side (adex_synaptic.cpp) makes the steps and takes the events.
#pragma once
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "solvers/adex_synaptic.hpp"
#include "solvers/lane_array.hpp"

namespace modscape::solvers::synaptic {

using ensemble::LaneArray;
using ensemble::most_lanes;

/// A number per lane that does not change while a lane works on a neuron, in both precisions.
struct LaneConstant {
  alignas(64) LaneArray wide;
  alignas(64) ensemble::FloatLaneArray narrow;
  void set(std::size_t lane, double value) {
    wide[lane] = value;
    narrow[lane] = static_cast<float>(value);
  }
};

/// State of all lanes as the SIMD side sees it.
struct alignas(64) LaneState {
  alignas(64) LaneArray x, y;
  alignas(64) ensemble::IntLaneArray t;     ///< ticks since the start of the epoch
  alignas(64) ensemble::IntLaneArray next;  ///< place of the next event in the data of the lists
  alignas(64) LaneArray peak_time;          ///< ms, of lanes at V_peak
  alignas(64) std::array<LaneArray, most_ports> g, u;
  LaneConstant kappa, r, rA, longest;
  std::array<LaneConstant, most_ports> lambda;
  alignas(64) LaneArray rc, x_peak, x_watch;
  alignas(64) std::array<LaneArray, most_ports> gamma, eta, rise;
  alignas(64) std::array<std::uint64_t, most_lanes> event;  ///< the next SynapticEvent
};

/// Why a lane needs the scalar side; bits of a mask per lane.
struct Calls {
  std::uint32_t ended = 0;    ///< reached the end of the epoch
  std::uint32_t peaked = 0;   ///< is at V_peak
  std::uint32_t watched = 0;  ///< far enough on the upstroke for the closed form
  std::uint32_t failed = 0;
};

struct Epoch {
  std::span<SynapticNeuron> neurons;
  const EventLists* events;
  std::uint32_t ticks;    ///< that it lasts
  SynapticSeries series;  ///< advance the neurons that have these
  std::vector<LocatedSpike>* spikes;
  std::vector<FailedNeuron>* failed;
};

class Lanes {
 public:
  Lanes(const Epoch& epoch, std::size_t ports, std::size_t lanes);
  LaneState& state() noexcept { return state_; }
  std::size_t busy() const noexcept { return busy_; }
  void handle(const Calls& calls);

 private:
  /// The lane works on until the SIMD side can go on: `at_work` on its neuron, else on the next one.
  void proceed(std::size_t lane, bool at_work);
  bool take_next(std::size_t lane);  ///< a neuron that is to be advanced and not held; false: there is none
  void load(std::size_t lane, std::size_t neuron);
  void load_coefficients(std::size_t lane, const SynapticCoefficients& c);
  void load_event(std::size_t lane);
  void take_event(std::size_t lane);  ///< the one the lane waited for has been dealt with
  SynapticEvent next_event(std::size_t lane) const { return std::bit_cast<SynapticEvent>(state_.event[lane]); }
  void save(std::size_t lane, double held);
  void idle(std::size_t lane);
  void decay(std::size_t lane, std::size_t port, double dt);
  void fail(std::size_t lane, RunStatus status);
  // False: the neuron is done with, at the end of the epoch or because it failed.
  bool hold(std::size_t lane, double length);  ///< V held for `length` ms
  bool spike(std::size_t lane, double time);
  bool upstroke(std::size_t lane);  ///< to the spike, the next event or the end of the epoch

  Epoch epoch_;
  double length_;  // ms
  std::size_t ports_;
  std::size_t next_ = 0, busy_;
  LaneState state_{};
  std::array<std::size_t, most_lanes> neuron_{};
  LaneArray time_{};                      // ms; of a lane that the scalar side works on
  std::array<int, most_lanes> spikes_{};  // of the neuron in this epoch
  std::array<const SynapticCoefficients*, most_lanes> coefficients_{};
};

}  // namespace modscape::solvers::synaptic
