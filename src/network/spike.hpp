// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace modscape::network {

/// Times of spikes are integers of 1/ticks_per_ms ms since the start of the run (solvers/adex_synaptic.hpp).
struct Spike {
  std::int64_t tick;
  std::uint32_t gid;
  bool operator==(const Spike&) const = default;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & tick & gid;
  }
};

}  // namespace modscape::network
