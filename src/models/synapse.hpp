// SPDX-License-Identifier: Apache-2.0
// Receptor ports of a point neuron: what a presynaptic spike of weight q does to the postsynaptic one.
//   conductance: I_syn = -g (V - E_rev), q in nS;   current: I_syn = i, q in pA
//   exponential: g jumps by q and decays, g' = -g/tau
//   alpha:       g(t) = q (t/tau) e^(1 - t/tau), peak q at t = tau (Rall 1967, J Neurophysiol 30:1138)
// Units: mV, ms, nS, pA.
#pragma once
#include <cmath>
#include <cstdint>
#include <string>

#include "core/parameter_table.hpp"

namespace modscape::models {

enum class SynapticShape : std::uint8_t { exponential, alpha };
enum class SynapticEffect : std::uint8_t { conductance, current };

inline constexpr std::size_t most_ports = 4;  // of one neuron

struct SynapticPort {
  std::string name;  ///< as projections and modulators call it
  SynapticEffect effect = SynapticEffect::conductance;
  SynapticShape shape = SynapticShape::exponential;
  double tau = NAN;    ///< ms
  double E_rev = NAN;  ///< mV; of a conductance
  double gain = 1.0;   ///< of the whole current; what modulators change
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & name & effect & shape & tau & E_rev & gain;
  }
};

}  // namespace modscape::models
