// SPDX-License-Identifier: Apache-2.0
// A smooth autonomous system du/dt = F(u, p), n states and m parameters by name, with the derivatives that continuation
// needs. Time in ms; states and parameters in their own units. All functions return non-finite values where F is not
// defined; none throws.
#pragma once
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "core/parameter_table.hpp"

namespace modscape {

struct StateInfo {
  std::string_view name, symbol;  ///< as in a job file; as typeset in figures (mathtext)
  Unit unit;
  double lower, upper;  ///< outside, the model means nothing: curves end there
};

/// A direction in the space of (u, p); an empty `p` is a zero.
struct Direction {
  std::span<const double> u, p;
};

/// Typical sizes of changes, all > 0: what makes states and parameters of different units comparable.
struct FieldScales {
  std::vector<double> states, parameters;
};

class VectorField {
 public:
  virtual ~VectorField() = default;
  virtual std::span<const StateInfo> states() const = 0;          ///< n
  virtual std::span<const ParameterInfo> parameters() const = 0;  ///< m
  virtual FieldScales scales(std::span<const double> p) const = 0;

  virtual void value(std::span<const double> u, std::span<const double> p, std::span<double> f) const = 0;
  /// j: n x n, row-major, dF_i/du_k.
  virtual void jacobian(std::span<const double> u, std::span<const double> p, std::span<double> j) const = 0;
  /// f: dF/dp_k.
  virtual void parameter_derivative(std::span<const double> u, std::span<const double> p, std::size_t k,
                                    std::span<double> f) const = 0;
  /// f: the second derivative of F in the directions q and r, that is B(q, r) if both lie in the states alone.
  virtual void second(std::span<const double> u, std::span<const double> p, Direction q, Direction r,
                      std::span<double> f) const = 0;
  /// f: the third derivative in the directions q, r and s.
  virtual void third(std::span<const double> u, std::span<const double> p, Direction q, Direction r, Direction s,
                     std::span<double> f) const = 0;
};

/// Position of a state or parameter by name; the size if there is none.
template <class Info>
std::size_t index_of(std::span<const Info> infos, std::string_view name) {
  std::size_t k = 0;
  while (k < infos.size() && infos[k].name != name) ++k;
  return k;
}

/// The parameters of a field that belongs to a model with one scalar input: the input, then the rows of its table.
template <class P>
std::vector<ParameterInfo> input_and_rows(const ParameterInfo& input, const ParameterTable<P>& table) {
  std::vector<ParameterInfo> infos{input};
  for (const auto& row : table) infos.push_back(row);
  return infos;
}

/// Their values, in the same order.
template <class P>
std::vector<double> input_and_values(double input, const P& parameters, const ParameterTable<P>& table) {
  std::vector<double> values{input};
  for (const auto& row : table) values.push_back(parameters.*row.member);
  return values;
}

}  // namespace modscape
