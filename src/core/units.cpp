// SPDX-License-Identifier: Apache-2.0
#include "core/units.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace modscape {
namespace {

struct UnitRow {
  Unit unit;
  std::string_view symbol;
  std::string_view base;  // the SI (or accepted) unit without prefix
  int exponent;           // of ten, of our unit in terms of the base
};
constexpr std::array<UnitRow, 13> unit_rows{{{Unit::one, "1", "", 0},
                                             {Unit::mV, "mV", "V", -3},
                                             {Unit::ms, "ms", "s", -3},
                                             {Unit::pA, "pA", "A", -12},
                                             {Unit::nS, "nS", "S", -9},
                                             {Unit::pF, "pF", "F", -12},
                                             {Unit::Hz, "Hz", "Hz", 0},
                                             {Unit::kHz, "kHz", "Hz", 3},
                                             {Unit::uM, "uM", "M", -6},
                                             {Unit::uM_per_s, "uM/s", "M/s", -6},
                                             {Unit::MOhm, "MOhm", "Ohm", 6},
                                             {Unit::mm, "mm", "m", -3},
                                             {Unit::m_per_s, "m/s", "m/s", 0}}};

const UnitRow& row_of(Unit unit) {
  for (const UnitRow& row : unit_rows)
    if (row.unit == unit) return row;
  throw InternalError("unit without a row");
}

struct Prefix {
  std::string_view text;
  int exponent;
};
// Both the micro sign (U+00B5) and the Greek mu (U+03BC) occur in real files.
constexpr std::array<Prefix, 10> prefixes{{{"", 0},
                                           {"f", -15},
                                           {"p", -12},
                                           {"n", -9},
                                           {"u", -6},
                                           {"\u00b5", -6},
                                           {"\u03bc", -6},
                                           {"m", -3},
                                           {"k", 3},
                                           {"M", 6}}};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// Powers of ten up to 10^22 are exact in double; multiplying or dividing once keeps "0.2 nF" == 200 exact.
double scaled(double value, int exponent) {
  const double power = std::pow(10.0, std::abs(exponent));
  return exponent >= 0 ? value * power : value / power;
}

}  // namespace

std::string_view symbol(Unit unit) {
  return row_of(unit).symbol;
}

Expected<double> parse_quantity(std::string_view text, Unit unit) {
  const UnitRow& target = row_of(unit);
  const std::string_view all = trimmed(text);
  const char* begin = all.data();
  if (all.size() > 1 && all.front() == '+' && all[1] != '-') ++begin;  // from_chars takes no plus sign
  double value = 0.0;
  const auto [rest, status] = std::from_chars(begin, all.data() + all.size(), value);
  if (status != std::errc{})
    return unexpected(fmt::format("\"{}\" is not a number with a unit such as \"200 {}\"", text, target.symbol));
  if (!std::isfinite(value)) return unexpected(fmt::format("\"{}\" is not a finite number", text));
  std::string_view name = trimmed(std::string_view(rest, static_cast<std::size_t>(all.data() + all.size() - rest)));
  if (name == "mm/ms") name = "m/s";  // the same, in the units of the program
  if (name.empty() || (unit == Unit::one && name == "1")) return value;
  for (const UnitRow& row : unit_rows) {
    if (row.base.empty() || !name.ends_with(row.base)) continue;
    const std::string_view head = name.substr(0, name.size() - row.base.size());
    for (const Prefix& prefix : prefixes) {
      if (head != prefix.text) continue;
      if (row.base != target.base)
        return unexpected(fmt::format("\"{}\" is in {}, but this quantity is in {}", text, name, target.symbol));
      return scaled(value, prefix.exponent - target.exponent);
    }
  }
  return unexpected(fmt::format("unknown unit \"{}\" (this quantity is in {})", name, target.symbol));
}

std::string format_quantity(double value, Unit unit) {
  if (unit == Unit::one) return fmt::format("{}", value);
  if (unit == Unit::uM && value != 0.0 && std::abs(value) < 0.1) return fmt::format("{} nM", value * 1e3);
  return fmt::format("{} {}", value, symbol(unit));
}

}  // namespace modscape
