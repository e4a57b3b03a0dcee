// SPDX-License-Identifier: Apache-2.0
// One row per parameter: name, symbol, unit, default, bounds, text, citation. Configuration, --help, docs, sweep axes
// and HDF5 metadata are all derived from these rows, so a parameter is declared exactly once.
#pragma once
#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "core/units.hpp"

namespace modscape {

/// What is the same for every parameter, whichever struct holds it. Bounds are inclusive unless `open_lower`.
struct ParameterInfo {
  std::string_view name;    ///< key in job files, column name in results
  std::string_view symbol;  ///< as typeset in figures (mathtext)
  Unit unit;
  double default_value;
  double lower, upper;
  bool open_lower;            ///< the lower bound itself is not allowed
  std::string_view text;      ///< one sentence
  std::string_view citation;  ///< where symbol and default come from
  std::string_view alias;     ///< the name NEST uses, for "did you mean"
};

template <class P>
struct ParameterSpec : ParameterInfo {
  double P::* member;
};

/// Non-owning view of the rows of one parameter struct.
template <class P>
class ParameterTable {
 public:
  constexpr explicit ParameterTable(std::span<const ParameterSpec<P>> rows) : rows_(rows) {}
  constexpr auto begin() const { return rows_.begin(); }
  constexpr auto end() const { return rows_.end(); }
  constexpr std::size_t size() const { return rows_.size(); }

  const ParameterSpec<P>* find(std::string_view name) const {
    for (const auto& row : rows_)
      if (row.name == name) return &row;
    return nullptr;
  }
  P defaults() const {
    P parameters{};
    for (const auto& row : rows_) parameters.*row.member = row.default_value;
    return parameters;
  }
  std::vector<ParameterInfo> infos() const { return {rows_.begin(), rows_.end()}; }

 private:
  std::span<const ParameterSpec<P>> rows_;
};

/// Empty if `value` is finite and within the row's bounds, else the sentence that names the broken bound.
std::string bound_problem(const ParameterInfo& info, double value);

}  // namespace modscape
