// SPDX-License-Identifier: Apache-2.0
// What a neuron does along a path, from its bifurcation diagram: regimes, one after the other, and the special points
// between them; and what of that differs between two neurons (docs/verdict.md).
#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "dynamics/adex_equilibria.hpp"
#include "dynamics/diagram.hpp"
#include "ephys/regime.hpp"
#include "models/modulation.hpp"

namespace modscape::dynamics {

/// What a neuron settles to: rest, tonic, bursting, irregular (only firing), or rest_and_spiking.
struct SettledRegime {
  ephys::Regime regime = ephys::Regime::rest;
  int spikes = 0;  ///< per period of its firing, the fewest where several ways to fire coexist; -1: irregular
  bool operator==(const SettledRegime&) const = default;
};

/// A piece of the path on which that stays the same.
struct RegimeSpan {
  double from = NAN, to = NAN;
  SettledRegime settled;
  PointKind begins_with = PointKind::none;  ///< the special point at `from`; none at the path's first end
};

/// Neighbours differ, and there are no gaps. Empty: at some place it could not be decided what the neuron settles to.
using RegimeSpans = std::vector<RegimeSpan>;

struct SpanOptions {
  double from = 0.0, to = 0.0;  ///< of the path's number
  double least = 0.0;           ///< narrower pieces are of no practical importance and left out
};

/// By continuation of every attractor; where nothing stable was found, the adaptation map is iterated.
RegimeSpans regime_spans(const NeuronPath& path, const SpanOptions& options);

/// Along the injected current (pA), with the way rest ends.
struct Excitability {
  RegimeSpans spans;
  OnsetClass onset = OnsetClass::never_stable;
};
Excitability excitability(const models::ModulatedNeuron& neuron, const SpanOptions& currents);

/// What differs between two neurons. Bits, stored in results files: append only.
enum RegimeChange : std::int32_t {
  no_change_of_regime = 0,
  changes_spontaneous = 1,   ///< firing without input
  changes_excitable = 2,     ///< firing at all, within the currents looked at
  changes_onset = 4,         ///< onset class
  changes_pattern = 8,       ///< the sequence of tonic, bursting and irregular firing
  changes_bistability = 16,  ///< rest beside firing, at some current: the latent switch if it is all that changes
};
inline constexpr std::int32_t switching_changes =
    changes_spontaneous | changes_excitable | changes_onset | changes_pattern;
/// What the bits say has changed, lowest first: the one wording for files, figures and messages.
inline constexpr std::array<const char*, 5> names_of_changes{"firing without input", "firing at all", "onset class",
                                                             "pattern of firing", "bistability"};
std::string to_string_of_changes(std::int32_t changes);

/// Bits of RegimeChange; both must be decided.
std::int32_t regime_changes(const Excitability& a, const Excitability& b);

}  // namespace modscape::dynamics
