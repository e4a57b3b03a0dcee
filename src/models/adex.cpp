// SPDX-License-Identifier: Apache-2.0
#include "models/adex.hpp"

#include <fmt/format.h>

namespace modscape::models {
namespace {
using Spec = ParameterSpec<AdexParameters>;
constexpr std::string_view bg2005 = "Brette & Gerstner 2005, doi 10.1152/jn.00686.2005";
constexpr std::string_view ours = "modscape convention";
constexpr std::array<Spec, 11> rows{{
    {{"C_m", "C_m", Unit::pF, 281.0, 0.0, 1e5, true, "Membrane capacitance", bg2005, "C_m"}, &AdexParameters::C_m},
    {{"g_L", "g_L", Unit::nS, 30.0, 0.0, 1e4, true, "Leak conductance", bg2005, "g_L"}, &AdexParameters::g_L},
    {{"E_L", "E_L", Unit::mV, -70.6, -200.0, 100.0, false,
      "Leak reversal potential; also the reference of the w equation", bg2005, "E_L"},
     &AdexParameters::E_L},
    {{"V_T", "V_T", Unit::mV, -50.4, -200.0, 100.0, false, "Threshold of the exponential upstroke", bg2005, "V_th"},
     &AdexParameters::V_T},
    {{"Delta_T", "\\Delta_T", Unit::mV, 2.0, 0.0, 50.0, true, "Slope factor of the exponential upstroke", bg2005,
      "Delta_T"},
     &AdexParameters::Delta_T},
    {{"a", "a", Unit::nS, 4.0, -1e4, 1e4, false, "Subthreshold adaptation conductance", bg2005, "a"},
     &AdexParameters::a},
    {{"b", "b", Unit::pA, 80.5, 0.0, 1e5, false, "Spike-triggered increment of the adaptation current", bg2005, "b"},
     &AdexParameters::b},
    {{"tau_w", "\\tau_w", Unit::ms, 144.0, 0.0, 1e5, true, "Time constant of the adaptation current", bg2005, "tau_w"},
     &AdexParameters::tau_w},
    {{"V_r", "V_r", Unit::mV, -70.6, -200.0, 100.0, false, "Reset potential after a spike", bg2005, "V_reset"},
     &AdexParameters::V_r},
    {{"V_peak", "V_{peak}", Unit::mV, 0.0, -200.0, 200.0, false,
      "Potential at which a spike is counted and the reset applied", ours, "V_peak"},
     &AdexParameters::V_peak},
    {{"t_ref", "t_{ref}", Unit::ms, 0.0, 0.0, 1e3, false, "Refractory period: V is held at V_r, w goes on", ours,
      "t_ref"},
     &AdexParameters::t_ref},
}};
}  // namespace

const ParameterTable<AdexParameters>& adex_table() {
  static constexpr ParameterTable<AdexParameters> table{std::span<const Spec>(rows)};
  return table;
}

std::vector<std::string> adex_problems(const AdexParameters& p) {
  std::vector<std::string> problems;
  for (const Spec& row : rows)
    if (std::string text = bound_problem(row, p.*row.member); !text.empty()) problems.push_back(std::move(text));
  if (p.V_r >= p.V_peak) problems.push_back(fmt::format("V_r = {} mV must be below V_peak = {} mV", p.V_r, p.V_peak));
  if (p.V_T >= p.V_peak) problems.push_back(fmt::format("V_T = {} mV must be below V_peak = {} mV", p.V_T, p.V_peak));
  if ((p.V_peak - p.V_T) / p.Delta_T > longest_upstroke)
    problems.push_back(fmt::format("(V_peak - V_T)/Delta_T = {:.0f} overflows the exponential; it must be at most {}",
                                   (p.V_peak - p.V_T) / p.Delta_T, longest_upstroke));
  return problems;
}

AdexParameters regauged(const AdexParameters& p, double alpha, double beta) {
  AdexParameters q = p;
  q.E_L = alpha * p.E_L + beta;
  q.V_T = alpha * p.V_T + beta;
  q.V_r = alpha * p.V_r + beta;
  q.V_peak = alpha * p.V_peak + beta;
  q.Delta_T = alpha * p.Delta_T;
  q.C_m = p.C_m / alpha;
  q.g_L = p.g_L / alpha;
  q.a = p.a / alpha;
  return q;
}

}  // namespace modscape::models
