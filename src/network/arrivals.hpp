// SPDX-License-Identifier: Apache-2.0
// Spikes under way: which row of which projection is to be delivered in which epoch, and with what efficacy. Every rank
// keeps them for all spikes, because each has targets of its own.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "network/connectivity.hpp"
#include "network/modulators.hpp"
#include "network/spike.hpp"

namespace modscape::network {

/// A row of a projection to be delivered.
struct Arrival {
  std::int64_t tick;  ///< of the spike, or of its arrival where the delay is constant
  std::uint32_t projection;
  std::uint32_t source;  ///< place in its population
  float efficacy;        ///< that all weights are multiplied with
};

/// A spike on its way through one projection.
struct Transmission {
  std::int64_t tick = 0;  ///< of the spike
  std::uint32_t projection = 0, source = 0;
  float efficacy = 1.0F;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & tick & projection & source & efficacy;
  }
};

/// Short-term plasticity of one source at the time of its last spike (ticks; before the first: in the distant past).
struct Terminal {
  double u = 0.0, R = 1.0;
  std::int64_t last = -1;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & u & R & last;
  }
};

/// The weight u R of a spike at `tick`, with which `terminal` goes on.
double transmit(const models::ShortTermPlasticity& plasticity, std::int64_t tick, Terminal& terminal);

class Arrivals {
 public:
  /// All arguments are kept.
  Arrivals(const models::NetworkModel& model, const std::vector<Connectivity>& connectivity, const Partition& partition,
           std::int64_t epoch_ticks);

  /// What projections do to spikes from now on: their parameters under the modulators. Returns the first projection
  /// whose parameters are out of bounds, if any.
  std::optional<OutOfBounds> set_parameters(const Modulators& modulators);

  /// A spike of any rank, before `now`; all in the order of time.
  void add(const Spike& spike, std::int64_t now);
  /// Of the epoch with this number and a target population.
  std::vector<Arrival>& of(std::int64_t epoch, std::size_t population) {
    return ring_[static_cast<std::size_t>(epoch) % ring_.size()][population];
  }
  /// Everything of this epoch has been delivered.
  void finish(std::int64_t epoch);
  /// Forgets what has arrived everywhere by `now`.
  void forget(std::int64_t now);

  struct State {
    std::vector<Transmission> in_flight;
    std::vector<std::vector<Terminal>> terminals;  // of each projection with short-term plasticity, else empty
    template <class A>
    void serialize(A& ar, unsigned) {
      ar & in_flight & terminals;
    }
  };
  const State& state() const noexcept { return state_; }
  void restore(State state, std::int64_t now);

 private:
  void enqueue(const Transmission& transmission, std::int64_t now);

  const models::NetworkModel* model_;
  const std::vector<Connectivity>* connectivity_;
  const Partition* partition_;
  std::int64_t epoch_ticks_, longest_delay_ = 0;
  std::vector<std::vector<std::size_t>> leaving_;        // projections by source population
  std::vector<std::vector<std::vector<Arrival>>> ring_;  // of epochs, by target population
  std::vector<models::ShortTermPlasticity> plasticity_;  // of each projection, as modulated
  std::vector<double> gains_;                            // of each projection
  State state_;
};

}  // namespace modscape::network
