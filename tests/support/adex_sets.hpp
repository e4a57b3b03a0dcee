// SPDX-License-Identifier: Apache-2.0
// The published AdEx parameter sets that tests share, with the spike trains they must give.
//   Patterns a-h: Naud, Marcille, Clopath & Gerstner 2008 (Biol Cybern 99:335, doi 10.1007/s00422-008-0264-7), table 1,
//   with the values of f and g that the public brian2 reproductions use, since those first printed (f', g' below) do
//   not show the pattern. BG2005: Brette & Gerstner 2005 (J Neurophysiol 94:3637), defaults, 1 nA.
// Start V = E_L, w = 0 at step onset; V_peak = 0 mV (BG2005: +20 mV). Spike times come from an independent integration
// (SciPy DOP853 with V as the independent variable on the upstroke, rtol 1e-12).
#pragma once
#include <algorithm>
#include <array>
#include <ostream>
#include <span>
#include <string_view>
#include <vector>

#include "models/adex.hpp"
#include "models/protocol.hpp"
#include "solvers/cvode.hpp"
#include "support/ensemble.hpp"

namespace modscape::test_support {

struct AdexSet {
  std::string_view id, pattern;
  models::AdexParameters parameters;
  double current;                   // pA, from 0 on
  std::size_t spikes;               // in the first 1000 ms
  std::vector<double> first_times;  // ms
};
inline void PrintTo(const AdexSet& set, std::ostream* out) {
  *out << set.id << " (" << set.pattern << ")";
}

//                                           C_m  g_L   E_L  V_T Delta_T a  b tau_w V_r V_peak t_ref
inline const std::array<AdexSet, 9>& adex_sets() {
  static const std::array<AdexSet, 9> sets{{
      {"a",
       "tonic",
       {200, 10, -70, -50, 2, 2, 0, 30, -58, 0, 0},
       500,
       104,
       {14.222934, 23.151826, 32.242119, 41.457607}},
      {"b",
       "adaptation",
       {200, 12, -70, -50, 2, 2, 60, 300, -58, 0, 0},
       500,
       17,
       {14.904044, 26.171812, 40.547918, 60.158038, 89.580634}},
      {"c",
       "initial burst",
       {130, 18, -58, -50, 2, 4, 120, 150, -50, 0, 0},
       400,
       18,
       {5.463509, 8.882600, 16.201581, 70.948513}},
      {"d",
       "regular bursting",
       {200, 10, -58, -50, 2, 2, 100, 120, -46, 0, 0},
       210,
       17,
       {16.157984, 19.075636, 24.19843, 155.955996}},
      {"e",
       "delayed accelerating",
       {200, 12, -70, -50, 2, -10, 0, 300, -58, 0, 0},
       300,
       86,
       {33.573739, 54.167452, 73.247009}},
      {"f",
       "delayed regular bursting",
       {100, 10, -65, -50, 2, -10, 30, 90, -47, 0, 0},
       110,
       52,
       {57.179634, 60.394216, 64.703194, 72.124387, 128.981184}},
      {"g", "transient", {100, 10, -65, -50, 2, 10, 100, 90, -47, 0, 0}, 180, 1, {30.289864}},
      {"h",
       "irregular",
       {100, 12, -60, -50, 2, -11, 30, 130, -48, 0, 0},
       160,
       53,
       {15.644588, 19.089722, 23.557557, 30.265491}},
      {"BG2005",
       "adaptation",
       {281, 30, -70.6, -50.4, 2, 4, 80.5, 144, -70.6, 20, 0},
       1000,
       31,
       {11.791573, 25.376060, 41.196209, 59.775663}},
  }};
  return sets;
}

/// What some transcriptions of the printed table give for f and g: not the patterns.
inline const models::AdexParameters misprinted_f{200, 12, -70, -50, 2, -6, 0, 300, -58, 0, 0};   // with 110 pA
inline const models::AdexParameters misprinted_g{100, 10, -65, -50, 2, -10, 30, 90, -47, 0, 0};  // with 350 pA

inline const AdexSet& adex_set(std::string_view id) {
  return *std::ranges::find_if(adex_sets(), [&](const AdexSet& set) { return set.id == id; });
}

inline solvers::SpikeRun run_cvode(const models::AdexParameters& p, std::span<const models::InputSegment> segments,
                                   const solvers::CvodeOptions& options) {
  const models::Adex model(p);
  solvers::CvodeIntegrator integrator(2);
  return integrator.run(model, segments, model.initial_state(), options);
}

inline solvers::SpikeRun run_cvode(const models::AdexParameters& p, double current, double duration, double rtol) {
  solvers::CvodeOptions options;
  options.rtol = rtol;
  return run_cvode(p, models::input_segments(models::step_protocol(current, duration)), options);
}

/// `tolerance` of each interval in ms.
inline solvers::SpikeRun run_kernel(const models::AdexParameters& p, double current, double duration,
                                    double tolerance) {
  return run_ensemble(p, current, duration, models::Adex(p).initial_state(), {.tolerance = tolerance});
}

/// Largest difference between two lists of the same length.
inline double largest_difference(std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size()) return INFINITY;
  double largest = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) largest = std::max(largest, std::abs(x[i] - y[i]));
  return largest;
}

}  // namespace modscape::test_support
