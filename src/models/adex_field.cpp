// SPDX-License-Identifier: Apache-2.0
#include "models/adex_field.hpp"

#include <limits>

#include "core/differentiated_field.hpp"

namespace modscape::models {
namespace {

/// Positions of the parameters, looked up in the table.
struct Positions {
  std::size_t C_m, g_L, E_L, V_T, Delta_T, a, tau_w;
};
const Positions& positions() {
  static const auto of = [](double AdexParameters::* member) {
    std::size_t k = 1;  // after the input
    for (const auto& row : adex_table()) {
      if (row.member == member) return k;
      ++k;
    }
    throw InternalError("a member of AdexParameters without a row");
  };
  using P = AdexParameters;
  static const Positions at{of(&P::C_m),     of(&P::g_L), of(&P::E_L),  of(&P::V_T),
                            of(&P::Delta_T), of(&P::a),   of(&P::tau_w)};
  return at;
}

struct Subthreshold {
  static constexpr std::size_t state_count = 2, parameter_count = 12;

  static std::span<const StateInfo> states() {
    // Equilibria far above V_T and far below any reversal potential mean nothing; w is bounded by V.
    static constexpr double infinity = std::numeric_limits<double>::infinity();
    static constexpr std::array<StateInfo, 2> infos{
        {{"V", "V", Unit::mV, -200.0, 100.0}, {"w", "w", Unit::pA, -infinity, infinity}}};
    return infos;
  }
  static std::span<const ParameterInfo> parameters() {
    static const std::vector<ParameterInfo> infos =
        input_and_rows({"I", "I", Unit::pA, 0.0, -1e6, 1e6, false, "Injected current",
                        "Brette & Gerstner 2005, doi 10.1152/jn.00686.2005", "I_e"},
                       adex_table());
    return infos;
  }
  static FieldScales scales(std::span<const double> p) {
    const Positions& at = positions();
    const double current = p[at.g_L] * p[at.Delta_T];
    FieldScales made{{p[at.Delta_T], current}, {}};
    for (const ParameterInfo& info : parameters()) switch (info.unit) {
        case Unit::mV:
          made.parameters.push_back(p[at.Delta_T]);
          break;
        case Unit::pA:
          made.parameters.push_back(current);
          break;
        case Unit::nS:
          made.parameters.push_back(p[at.g_L]);
          break;
        case Unit::pF:
          made.parameters.push_back(p[at.C_m]);
          break;
        case Unit::ms:
          made.parameters.push_back(p[at.C_m] / p[at.g_L]);
          break;
        default:
          throw InternalError("an AdEx parameter of a unit that has no natural scale");
      }
    return made;
  }

  template <class T>
  static void field(const T* u, const T* p, T* dudt) {
    using std::exp;
    static const Positions& at = positions();
    const T &g_L = p[at.g_L], &Delta_T = p[at.Delta_T];
    const T leak = u[0] - p[at.E_L];
    const T upstroke = exp((u[0] - p[at.V_T]) / Delta_T);
    dudt[0] = (g_L * (Delta_T * upstroke - leak) - u[1] + p[0]) / p[at.C_m];
    dudt[1] = (p[at.a] * leak - u[1]) / p[at.tau_w];
  }
  static void jacobian(const double* u, const double* p, double* j) {
    AdexParameters neuron;
    const double* value = p + 1;
    for (const auto& row : adex_table()) neuron.*row.member = *value++;
    Adex(neuron).jacobian(p[0], {u, 2}, {j, 4});
  }
};

}  // namespace

const VectorField& adex_field() {
  static const DifferentiatedField<Subthreshold> field;
  return field;
}

std::vector<double> adex_field_values(double current, const AdexParameters& parameters) {
  return input_and_values(current, parameters, adex_table());
}

}  // namespace modscape::models
