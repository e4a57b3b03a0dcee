// SPDX-License-Identifier: Apache-2.0
#include "models/qif_adaptation.hpp"

#include <limits>
#include <numbers>

#include "core/differentiated_field.hpp"

namespace modscape::models {
namespace {
using P = QifAdaptationParameters;
using Spec = ParameterSpec<P>;
constexpr std::string_view gast2020 = "Gast, Schmidt & Knoesche 2020, doi 10.1162/neco_a_01300";
constexpr std::array<Spec, 6> rows{{
    {{"tau", "\\tau", Unit::ms, 1.0, 0.0, 1e4, true, "Membrane time constant", gast2020, "tau"}, &P::tau},
    {{"Delta", "\\Delta", Unit::one, 2.0, 0.0, 1e3, true, "Half width of the Lorentzian of excitabilities", gast2020,
      "Delta"},
     &P::Delta},
    {{"eta", "\\bar{\\eta}", Unit::one, 1.0, -1e3, 1e3, false, "Centre of the Lorentzian of excitabilities", gast2020,
      "eta"},
     &P::eta},
    {{"J", "J", Unit::one, 15.0 * std::numbers::sqrt2, -1e3, 1e3, false, "Synaptic weight", gast2020, "J"}, &P::J},
    {{"alpha", "\\alpha", Unit::one, 0.5, 0.0, 1e3, false, "Increment of the adaptation by one spike of every neuron",
      gast2020, "alpha"},
     &P::alpha},
    {{"tau_a", "\\tau_a", Unit::ms, 10.0, 0.0, 1e5, true, "Time constant of the adaptation", gast2020, "tau_A"},
     &P::tau_a},
}};

struct MeanField {
  static constexpr std::size_t state_count = 3, parameter_count = 7;

  static std::span<const StateInfo> states() {
    static constexpr double infinity = std::numeric_limits<double>::infinity();
    static constexpr std::array<StateInfo, 3> infos{{{"r", "r", Unit::kHz, 0.0, infinity},
                                                     {"v", "v", Unit::one, -infinity, infinity},
                                                     {"a", "a", Unit::one, -infinity, infinity}}};
    return infos;
  }
  static std::span<const ParameterInfo> parameters() {
    static const std::vector<ParameterInfo> infos =
        input_and_rows({"I", "I", Unit::one, 0.0, -1e3, 1e3, false, "Input common to all neurons", gast2020, "I"},
                       qif_adaptation_table());
    return infos;
  }
  static FieldScales scales(std::span<const double> p) {
    return {{1.0 / p[1], 1.0, 1.0}, {1.0, p[1], 1.0, 1.0, 1.0, 1.0, p[1]}};
  }

  template <class T>
  static void field(const T* u, const T* p, T* dudt) {
    const T &r = u[0], &v = u[1], &a = u[2];
    const T &input = p[0], &tau = p[1], &Delta = p[2], &eta = p[3], &J = p[4], &alpha = p[5], &tau_a = p[6];
    const T beat = std::numbers::pi * tau * r;
    dudt[0] = (Delta / (std::numbers::pi * tau) + 2.0 * r * v) / tau;
    dudt[1] = (v * v + eta + J * tau * r + input - a - beat * beat) / tau;
    dudt[2] = alpha * r - a / tau_a;
  }
  static void jacobian(const double* u, const double* p, double* j) {
    const double tau = p[1], J = p[4], alpha = p[5], tau_a = p[6];
    j[0] = 2.0 * u[1] / tau;
    j[1] = 2.0 * u[0] / tau;
    j[2] = 0.0;
    j[3] = J - 2.0 * std::numbers::pi * std::numbers::pi * tau * u[0];
    j[4] = 2.0 * u[1] / tau;
    j[5] = -1.0 / tau;
    j[6] = alpha;
    j[7] = 0.0;
    j[8] = -1.0 / tau_a;
  }
};
}  // namespace

const ParameterTable<P>& qif_adaptation_table() {
  static constexpr ParameterTable<P> table{std::span<const Spec>(rows)};
  return table;
}

const VectorField& qif_adaptation_field() {
  static const DifferentiatedField<MeanField> field;
  return field;
}

void QifAdaptation::rhs(double input, std::span<const double> y, std::span<double> dydt) const noexcept {
  const std::array p{input, p_.tau, p_.Delta, p_.eta, p_.J, p_.alpha, p_.tau_a};
  MeanField::field(y.data(), p.data(), dydt.data());
}
void QifAdaptation::jacobian(double input, std::span<const double> y, std::span<double> j) const noexcept {
  const std::array p{input, p_.tau, p_.Delta, p_.eta, p_.J, p_.alpha, p_.tau_a};
  MeanField::jacobian(y.data(), p.data(), j.data());
}

}  // namespace modscape::models
