// SPDX-License-Identifier: Apache-2.0
// The mean field of models/montbrio.hpp with spike-frequency adaptation (Gast, Schmidt & Knoesche 2020, Neural Comput
// 32:1615, doi 10.1162/neco_a_01300):
//   tau dr/dt = Delta/(pi tau) + 2 r v
//   tau dv/dt = v^2 + eta + J tau r + I - a - (pi tau r)^2
//   tau_a da/dt = -a + alpha tau_a r
// r in kHz with times in ms; all else is dimensionless.
#pragma once
#include <array>
#include <cmath>
#include <span>
#include <string_view>

#include "core/parameter_table.hpp"
#include "core/vector_field.hpp"

namespace modscape::models {

struct QifAdaptationParameters {
  double tau = NAN, Delta = NAN, eta = NAN, J = NAN, alpha = NAN, tau_a = NAN;
};
const ParameterTable<QifAdaptationParameters>& qif_adaptation_table();

/// States r, v and a; parameters the input "I", then the rows of the table.
const VectorField& qif_adaptation_field();

class QifAdaptation {
 public:
  explicit QifAdaptation(const QifAdaptationParameters& parameters) : p_(parameters) {}
  static std::span<const std::string_view> state_names() {
    static constexpr std::array<std::string_view, 3> names{"r", "v", "a"};
    return names;
  }
  void rhs(double input, std::span<const double> y, std::span<double> dydt) const noexcept;
  void jacobian(double input, std::span<const double> y, std::span<double> j) const noexcept;

 private:
  QifAdaptationParameters p_;
};

}  // namespace modscape::models
