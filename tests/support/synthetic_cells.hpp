// SPDX-License-Identifier: Apache-2.0
// Recordings with known truth: cells that are one AdEx neuron plus an offset of the current each, seen under current
// steps as in an experiment: spike counts per step, and the lowest step that fires as rheobase.
#pragma once
#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "config/fi_table.hpp"
#include "core/rng.hpp"
#include "support/ensemble.hpp"

namespace modscape::test_support {

struct CellProtocol {
  std::vector<double> currents;  // pA
  double duration = 500.0;       // ms
  int cells = 12;
  double offset_sd = 30.0;  // pA
};

struct Recording {
  config::FiCurve curve;
  std::vector<double> rheobases;  // as the product derives them from the counts
};

inline std::vector<double> current_steps(double first, double last, double step) {
  std::vector<double> currents;
  for (int k = 0; first + k * step < last + 0.5 * step; ++k) currents.push_back(first + k * step);
  return currents;
}

/// Mean and SEM from `by_cell`.
inline void summarise_cells(config::FiCurve& curve) {
  const auto n = static_cast<double>(curve.by_cell.size());
  curve.cells = static_cast<int>(curve.by_cell.size());
  curve.mean.clear();
  curve.sem.clear();
  for (std::size_t k = 0; k < curve.currents.size(); ++k) {
    double mean = 0.0, squares = 0.0;
    for (const auto& [name, counts] : curve.by_cell) mean += counts[k] / n;
    for (const auto& [name, counts] : curve.by_cell) squares += (counts[k] - mean) * (counts[k] - mean);
    curve.mean.push_back(mean);
    curve.sem.push_back(std::sqrt(squares / (n - 1.0) / n));
  }
}

/// A pure function of its arguments; two items share no offset.
inline Recording record_cells(const models::AdexParameters& base, const CellProtocol& protocol,
                              const std::string& condition, std::uint64_t seed, std::uint64_t item) {
  Recording recording;
  recording.curve.condition = condition;
  recording.curve.currents = protocol.currents;
  const CounterRng rng(seed, Purpose::synthetic, item);
  for (int cell = 0; cell < protocol.cells; ++cell) {
    const double offset = protocol.offset_sd * rng.normal(static_cast<std::uint64_t>(cell));
    std::vector<double> counts;
    for (const double current : protocol.currents) {
      const auto run = run_ensemble(base, current - offset, protocol.duration, {base.E_L, 0.0});
      counts.push_back(static_cast<double>(run.times.size()));
    }
    recording.curve.by_cell[fmt::format("cell_{:02}", cell)] = counts;
  }
  summarise_cells(recording.curve);
  recording.rheobases = config::rheobases_by_cell(recording.curve);
  return recording;
}

}  // namespace modscape::test_support
