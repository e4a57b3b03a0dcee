// SPDX-License-Identifier: Apache-2.0
// Exact mean field of infinitely many all-to-all coupled quadratic integrate-and-fire neurons with a Lorentzian spread
// of excitability (Montbrio, Pazo & Roxin 2015, Phys Rev X 5:021028, doi 10.1103/PhysRevX.5.021028):
//   tau dr/dt = Delta/(pi tau) + 2 r v
//   tau dv/dt = v^2 + eta + J tau r + I - (pi tau r)^2
// r in kHz with tau in ms; all else is dimensionless.
#pragma once
#include <array>
#include <cmath>
#include <span>
#include <string_view>

#include "core/parameter_table.hpp"
#include "core/vector_field.hpp"

namespace modscape::models {

struct MontbrioParameters {
  double tau = NAN, Delta = NAN, eta = NAN, J = NAN;
};
const ParameterTable<MontbrioParameters>& montbrio_table();

/// States r and v; parameters the input "I", then the rows of the table.
const VectorField& montbrio_field();

class Montbrio {
 public:
  explicit Montbrio(const MontbrioParameters& parameters) : p_(parameters) {}
  static std::span<const std::string_view> state_names() {
    static constexpr std::array<std::string_view, 2> names{"r", "v"};
    return names;
  }
  void rhs(double input, std::span<const double> y, std::span<double> dydt) const noexcept;
  void jacobian(double input, std::span<const double> y, std::span<double> j) const noexcept;

 private:
  MontbrioParameters p_;
};

}  // namespace modscape::models
