// SPDX-License-Identifier: Apache-2.0
// f-I data tables (CSV): columns `condition`, `current` (or current_pA …), and either one row per cell (`cell`, `count`
// or `rate`) or mean with `sem` or `sd` and `n`. Problems come with file:line.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace modscape::config {

/// Mean spike counts per step of the cells of one condition, by current.
struct FiCurve {
  std::string condition;
  int cells = 0;                                       ///< n
  std::vector<double> currents, mean, sem;             ///< pA, spikes per step, spikes per step
  std::map<std::string, std::vector<double>> by_cell;  ///< counts per cell, same currents; empty for mean tables
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & condition & cells & currents & mean & sem & by_cell;
  }
};

/// Reads the table; a rate column (Hz) is turned into counts with `step_duration` (ms). Only rows whose column
/// `cell_type` is `cell_type` count; empty: all rows, which must then be of one type. One cell has no SEM: NaN. Throws
/// BadInput with every problem.
std::vector<FiCurve> read_fi_table(const std::string& path, double step_duration, const std::string& cell_type = {});

/// Columns `condition` and `rheobase` (pA), one row per cell; `cell_type` as above.
std::map<std::string, std::vector<double>> read_rheobase_table(const std::string& path,
                                                               const std::string& cell_type = {});

/// The lowest current at which each cell of a per-cell table fired (pA); empty if a cell never fired or fired at the
/// lowest current, since its rheobase is then not known.
std::vector<double> rheobases_by_cell(const FiCurve& curve);

/// Two columns: time (ms), current (pA), times increasing; a header line is optional.
struct Waveform {
  std::vector<double> times, values;
};
Waveform read_waveform(const std::string& path);

}  // namespace modscape::config
