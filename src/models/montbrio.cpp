// SPDX-License-Identifier: Apache-2.0
#include "models/montbrio.hpp"

#include <limits>
#include <numbers>

#include "core/differentiated_field.hpp"

namespace modscape::models {
namespace {
using Spec = ParameterSpec<MontbrioParameters>;
constexpr std::string_view mpr2015 = "Montbrio, Pazo & Roxin 2015, doi 10.1103/PhysRevX.5.021028";
constexpr std::array<Spec, 4> rows{{
    {{"tau", "\\tau", Unit::ms, 1.0, 0.0, 1e4, true, "Membrane time constant", mpr2015, "tau"},
     &MontbrioParameters::tau},
    {{"Delta", "\\Delta", Unit::one, 1.0, 0.0, 1e3, true, "Half width of the Lorentzian of excitabilities", mpr2015,
      "Delta"},
     &MontbrioParameters::Delta},
    {{"eta", "\\bar{\\eta}", Unit::one, -5.0, -1e3, 1e3, false, "Centre of the Lorentzian of excitabilities", mpr2015,
      "eta"},
     &MontbrioParameters::eta},
    {{"J", "J", Unit::one, 15.0, -1e3, 1e3, false, "Synaptic weight", mpr2015, "J"}, &MontbrioParameters::J},
}};

struct MeanField {
  static constexpr std::size_t state_count = 2, parameter_count = 5;

  static std::span<const StateInfo> states() {
    static constexpr double infinity = std::numeric_limits<double>::infinity();
    static constexpr std::array<StateInfo, 2> infos{
        {{"r", "r", Unit::kHz, 0.0, infinity}, {"v", "v", Unit::one, -infinity, infinity}}};
    return infos;
  }
  static std::span<const ParameterInfo> parameters() {
    static const std::vector<ParameterInfo> infos = input_and_rows(
        {"I", "I", Unit::one, 0.0, -1e3, 1e3, false, "Input common to all neurons", mpr2015, "I"}, montbrio_table());
    return infos;
  }
  static FieldScales scales(std::span<const double> p) { return {{1.0 / p[1], 1.0}, {1.0, p[1], 1.0, 1.0, 1.0}}; }

  template <class T>
  static void field(const T* u, const T* p, T* dudt) {
    const T &r = u[0], &v = u[1], &input = p[0], &tau = p[1], &Delta = p[2], &eta = p[3], &J = p[4];
    const T beat = std::numbers::pi * tau * r;
    dudt[0] = (Delta / (std::numbers::pi * tau) + 2.0 * r * v) / tau;
    dudt[1] = (v * v + eta + J * tau * r + input - beat * beat) / tau;
  }
  static void jacobian(const double* u, const double* p, double* j) {
    const double tau = p[1], J = p[4];
    j[0] = 2.0 * u[1] / tau;
    j[1] = 2.0 * u[0] / tau;
    j[2] = J - 2.0 * std::numbers::pi * std::numbers::pi * tau * u[0];
    j[3] = 2.0 * u[1] / tau;
  }
};
}  // namespace

const ParameterTable<MontbrioParameters>& montbrio_table() {
  static constexpr ParameterTable<MontbrioParameters> table{std::span<const Spec>(rows)};
  return table;
}

const VectorField& montbrio_field() {
  static const DifferentiatedField<MeanField> field;
  return field;
}

void Montbrio::rhs(double input, std::span<const double> y, std::span<double> dydt) const noexcept {
  const std::array p{input, p_.tau, p_.Delta, p_.eta, p_.J};
  MeanField::field(y.data(), p.data(), dydt.data());
}
void Montbrio::jacobian(double input, std::span<const double> y, std::span<double> j) const noexcept {
  const std::array p{input, p_.tau, p_.Delta, p_.eta, p_.J};
  MeanField::jacobian(y.data(), p.data(), j.data());
}

}  // namespace modscape::models
