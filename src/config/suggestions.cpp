// SPDX-License-Identifier: Apache-2.0
#include "config/suggestions.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "config/job.hpp"

namespace modscape::config {
namespace {

struct Foreign {
  std::string_view name;     // lower case
  std::string_view meaning;  // our name
};
// Names of the AdEx cell in PyNN (EIF_cond_exp_isfa_ista), Brian and papers (NEST's come from the parameter table), and
// of connections in NEST and PyNN.
constexpr std::array<Foreign, 48> foreign_names{{{"cm", "C_m"},
                                                 {"c", "C_m"},
                                                 {"gl", "g_L"},
                                                 {"g_leak", "g_L"},
                                                 {"el", "E_L"},
                                                 {"v_rest", "E_L"},
                                                 {"e_leak", "E_L"},
                                                 {"vt", "V_T"},
                                                 {"v_thresh", "V_T"},
                                                 {"v_threshold", "V_T"},
                                                 {"deltat", "Delta_T"},
                                                 {"tauw", "tau_w"},
                                                 {"vr", "V_r"},
                                                 {"v_spike", "V_peak"},
                                                 {"vpeak", "V_peak"},
                                                 {"v_cut", "V_peak"},
                                                 {"tau_refrac", "t_ref"},
                                                 {"tref", "t_ref"},
                                                 {"refractory", "t_ref"},
                                                 {"i_offset", "holding"},
                                                 {"i_e", "holding"},
                                                 {"ljp", "junction_potential"},
                                                 {"current", "amplitude"},
                                                 {"i", "amplitude"},
                                                 {"i_ext", "amplitude"},
                                                 {"i_e", "current"},
                                                 {"i_offset", "current"},
                                                 {"n", "size"},
                                                 {"pairwise_bernoulli", "fixed_probability"},
                                                 {"fixed_number_pre", "fixed_indegree"},
                                                 {"p", "probability"},
                                                 {"p_connect", "probability"},
                                                 {"allow_autapses", "autapses"},
                                                 {"allow_self_connections", "autapses"},
                                                 {"allow_multapses", "multapses"},
                                                 {"with_replacement", "multapses"},
                                                 {"receptor_type", "port"},
                                                 {"receptor", "port"},
                                                 {"synapse", "port"},
                                                 {"source", "from"},
                                                 {"target", "to"},
                                                 {"pre", "from"},
                                                 {"post", "to"},
                                                 {"tau_syn", "tau"},
                                                 {"e_syn", "E_rev"},
                                                 {"std", "sd"},
                                                 {"sim_time", "duration"},
                                                 {"poisson_generator", "poisson"}}};

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Edit distance in which two swapped neighbours count once (optimal string alignment): the usual slip of the hand.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      d[i][j] = std::min({replaced, d[i - 1][j] + 1, d[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

// The name of this project for one that another simulator uses, if it is known here.
std::string translated(const std::string& name, const std::vector<std::string>& known) {
  const std::string lower = lower_case(name);
  for (const ParameterInfo& info : models::adex_table().infos())
    if (lower_case(info.alias) == lower && contains(known, info.name)) return std::string(info.name);
  for (const Foreign& foreign : foreign_names)
    if (foreign.name == lower && contains(known, foreign.meaning)) return std::string(foreign.meaning);
  return {};
}

std::string closest(const std::string& name, const std::vector<std::string>& known) {
  const std::string lower = lower_case(name);
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, lower.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(lower, lower_case(candidate));
    // One letter of two is no likeness: short names must share something.
    if (distance < best_distance && distance < std::max(candidate.size(), lower.size()) / 2 + 1) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

bool is_identifier(const std::string& name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || digit(c); });
}

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string declared_names(const std::string& given, const std::vector<std::string>& declared) {
  if (declared.empty()) return "none is declared";
  const std::string suggestion = suggestion_for(given, declared);
  return suggestion.empty() ? "declared: " + joined(declared) : suggestion;
}

std::string joined_numbers(const std::vector<double>& values) {
  return fmt::format("{}", fmt::join(values, ", "));
}

std::string did_you_mean(const std::string& name, const std::vector<std::string>& known) {
  std::string translation = translated(name, known);
  return translation.empty() ? closest(name, known) : translation;
}

std::string suggestion_for(const std::string& name, const std::vector<std::string>& known) {
  if (lower_case(name) == "tau_m" && contains(known, "C_m"))
    return "the membrane time constant is C_m/g_L: give C_m and g_L";
  const std::string meant = did_you_mean(name, known);
  return meant.empty() ? std::string{} : fmt::format("did you mean {}?", meant);
}

}  // namespace modscape::config
