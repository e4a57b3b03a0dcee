// SPDX-License-Identifier: Apache-2.0
// Units. Inside the program every number is in one coherent system: mV, ms, pA, nS, pF (nS·mV = pA, pF·mV/ms = pA), Hz
// (kHz where a rate meets ms: inside mean fields), µM, µM/s, MOhm, mm, m/s (= mm/ms). Text with a unit is checked and
// converted here, at the border; a bare number means the unit the table names.
#pragma once
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace modscape {

enum class Unit { one, mV, ms, pA, nS, pF, Hz, kHz, uM, uM_per_s, MOhm, mm, m_per_s };

/// The symbol as printed and stored ("mV"; "1" for a pure number).
std::string_view symbol(Unit unit);

/// Reads "200 pF", "0.2nF", "-65" … and returns the value in `unit`. Wrong dimension, trailing text, NaN and infinity
/// are errors.
Expected<double> parse_quantity(std::string_view text, Unit unit);

/// "200 pF", "20 nM": the shortest text that reads back to the same value; concentrations below 0.1 µM print in nM.
std::string format_quantity(double value, Unit unit);

}  // namespace modscape
