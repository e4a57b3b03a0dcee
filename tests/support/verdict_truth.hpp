// SPDX-License-Identifier: Apache-2.0
// Pairs of neurons of which it is known whether the second has switched regime, scaled its response or stayed as it
// was.
#pragma once
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/rng.hpp"
#include "dynamics/asymptotic.hpp"
#include "fit/fi_prediction.hpp"
#include "models/adex.hpp"

namespace modscape::test_support {

struct TruePair {
  std::string truth, kind;  // truth: switching, scaling or none
  models::AdexParameters control, modulated;
};

/// Everything a pair is judged by, on the grid a study of it will use.
struct TrueResponse {
  double rheobase = NAN, gain = 0.0;  // pA, spikes per pA over the 100 pA above the rheobase
  std::string regimes;
};

class PairMaker {
 public:
  PairMaker(std::vector<double> currents, double duration, std::uint64_t seed)
      : protocol_{std::move(currents), duration}, seed_(seed) {}

  TruePair none(std::uint64_t item) const {
    const models::AdexParameters base = control(item);
    return {"none", "same neuron", base, base};
  }

  /// The same regimes; even items: rheobase moved by 60 to 120 pA through g_L (with a) or E_L; odd items: gain changed
  /// through b.
  TruePair scaling(std::uint64_t item) const {
    static const std::string kinds[] = {"rheobase by g_L", "gain by b", "rheobase by E_L", "gain by b"};
    const std::string& kind = kinds[item % 4];
    return search("scaling", kind, item, [&](models::AdexParameters& p, const auto& u) {
      if (kind == "rheobase by g_L") {
        const double factor = u(0) < 0.5 ? 1.3 + u(1) : 1.0 / (1.3 + u(1));
        p.g_L *= factor;
        p.a *= factor;
      } else if (kind == "rheobase by E_L") {
        p.E_L += (u(0) < 0.5 ? -30.0 : 30.0) * u(1);
      } else {
        p.b *= u(0) < 0.5 ? 2.0 + 2.0 * u(1) : 0.5 - 0.3 * u(1);
      }
    });
  }

  /// Another regime; items in turn: active without input, bursting at the same rheobase, onset by a Hopf point.
  TruePair switching(std::uint64_t item) const {
    static const std::string kinds[] = {"spontaneous", "bursting", "Hopf onset"};
    const std::string& kind = kinds[item % 3];
    return search("switching", kind, item, [&](models::AdexParameters& p, const auto& u) {
      if (kind == "spontaneous") {
        p.E_L = p.V_T - p.Delta_T + 5.0 + 10.0 * u(1);
      } else if (kind == "bursting") {
        p.V_r = p.V_T + 2.0 + 4.0 * u(0);
        p.b = 80.0 + 220.0 * u(1);
      } else {
        p.a = 2.0 + 3.0 * u(0);
        p.tau_w = 10.0 + 60.0 * u(1);
        p.V_r = p.V_T - 2.0 - 10.0 * u(2);
        p.b *= u(3);
      }
    });
  }

  TrueResponse response(const models::AdexParameters& p) const {
    solvers::AdexEnsemble ensemble(1e-3);
    const models::ModulatedNeuron neuron{p};
    const fit::FiRow row = fit::compute_fi_rows({&neuron, 1}, protocol_, ensemble).front();
    const fit::FiCurveModel curve(protocol_.currents, row.counts, row.rheobase, row.count_at_rheobase);
    return {row.rheobase, (curve.count(row.rheobase + 100.0) - row.count_at_rheobase) / 100.0,
            ephys::regime_string(
                dynamics::asymptotic_regimes(std::array{dynamics::AsymptoticTask{p, protocol_.currents}}, ensemble)
                    .front())};
  }

 private:
  // An excitable neuron whose rheobase leaves room on both sides, and whose regimes are the usual ones.
  models::AdexParameters control(std::uint64_t item) const {
    for (std::uint64_t attempt = 0;; ++attempt) {
      const CounterRng rng(seed_, Purpose::pilot, 1000 * item + attempt);
      std::uint64_t step = 0;
      const auto between = [&](double low, double high) { return low + (high - low) * rng.uniform(step++); };
      models::AdexParameters p;
      p.C_m = between(70, 160);
      p.g_L = between(3, 6);
      p.E_L = between(-80, -68);
      p.V_T = -45.0;
      p.Delta_T = between(1, 3);
      p.a = between(0, 0.8);
      p.b = between(20, 80);
      p.tau_w = between(60, 200);
      p.V_r = between(-65, -55);
      p.V_peak = 0.0;
      p.t_ref = 2.0;
      const TrueResponse seen = response(p);
      if (seen.rheobase > 90.0 && seen.rheobase < 170.0 && seen.regimes == "rest|tonic") return p;
    }
  }

  bool holds(const TruePair& pair, const TrueResponse& from, const TrueResponse& to) const {
    if (std::isnan(to.rheobase)) return false;
    const double shift = std::abs(to.rheobase - from.rheobase), ratio = to.gain / from.gain;
    const bool same = to.regimes == from.regimes;
    if (pair.kind.starts_with("rheobase")) return same && shift >= 60.0 && shift <= 120.0;
    if (pair.kind == "gain by b") return same && (ratio > 1.4 || ratio < 1.0 / 1.4);
    // Most cells around a spontaneous neuron fire without input: so does the neuron itself one standard offset below.
    if (pair.kind == "spontaneous") return to.regimes == "tonic" && !silent_at(pair.modulated, -30.0);
    if (pair.kind == "bursting") return to.regimes.find("bursting") != std::string::npos && shift < 20.0;
    return to.regimes.find("rest+spiking") != std::string::npos && to.rheobase < 200.0;
  }
  bool silent_at(const models::AdexParameters& p, double current) const {
    return run_ensemble(p, current, protocol_.duration, {p.E_L, 0.0}).times.empty();
  }

  template <class Change>
  TruePair search(const std::string& truth, const std::string& kind, std::uint64_t item, const Change& change) const {
    TruePair pair{truth, kind, control(item), {}};
    const TrueResponse from = response(pair.control);
    for (std::uint64_t attempt = 0; attempt < 2000; ++attempt) {
      const CounterRng rng(seed_ + 1, Purpose::pilot, 10000 * item + attempt);
      pair.modulated = pair.control;
      change(pair.modulated, [&](std::uint64_t step) { return rng.uniform(step); });
      if (holds(pair, from, response(pair.modulated))) return pair;
    }
    throw InternalError("no pair of neurons for " + truth + " by " + kind);
  }

  fit::FiProtocol protocol_;
  std::uint64_t seed_;
};

}  // namespace modscape::test_support
