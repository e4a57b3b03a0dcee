// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>

#include "config/job_kinds.hpp"
#include "config/neuron_input.hpp"
#include "config/study_data.hpp"
#include "config/suggestions.hpp"
#include "config/text_file.hpp"

namespace modscape::config {
namespace {

constexpr const char* why_gauge =
    "spike times do not change under V -> alpha V + beta, so f-I data cannot fix the voltage scale: two numbers must "
    "come "
    "from elsewhere";
constexpr const char* gauge_example =
    "in a job file [gauge] with E_L = \"-85 mV\" and V_T = \"-45 mV\" or R_in = \"120 MOhm\"; on the command line "
    "--gauge \"E_L=-85 mV\" \"V_T=-45 mV\"";

// With R_in every model is rescaled after it was drawn. Until then V_T - E_L has the value that default_ranges() are
// made for.
constexpr double working_span = 40.0;  // mV

// Where E_L is sampled, V_T and the priors of E_L and Delta_T carry the scale.
Gauge read_gauge(TableReader table, bool samples_E_L) {
  Gauge gauge;
  gauge.source = table.text("source", "not stated");
  table.rows(gauge_table(), gauge);
  const bool scale = table.has("V_T") || table.has("R_in"), rest = table.has("E_L") || samples_E_L;
  if (!rest || !scale) {
    const std::string missing = rest ? "one of V_T and R_in is" : scale ? "E_L is" : "E_L and one of V_T and R_in are";
    table.refuse("E_L", fmt::format("no gauge: {} missing; {}", missing, why_gauge), gauge_example);
  }
  if (table.has("V_T") && table.has("R_in"))
    table.refuse("R_in", "V_T and R_in are both given, and each alone fixes the voltage scale", "remove one of them");
  if (samples_E_L && table.has("E_L"))
    table.refuse("E_L", "E_L is both in [gauge] and in [ranges]", "remove one of them");
  if (samples_E_L && table.has("R_in"))
    table.refuse("R_in", "models are rescaled to R_in around a fixed E_L, but E_L is in [ranges]",
                 "give V_T instead, or E_L in [gauge]");
  if (gauge.V_T <= gauge.E_L)
    table.refuse("V_T", fmt::format("V_T = {} mV must be above E_L = {} mV", gauge.V_T, gauge.E_L));
  table.finish();
  return gauge;
}

void read_neuron_and_ranges(TableReader& root, StudyJob& job, ProblemList& problems) {
  const Refusals in_ranges{{"V_T", "it fixes the voltage scale and belongs to [gauge]"}};
  const Refusals in_neuron{{"E_L", "it fixes the voltage scale and belongs to [gauge]"},
                           {"V_T", "it fixes the voltage scale and belongs to [gauge]"}};
  NeuronInput neuron;
  TableReader ranges = root.table("ranges");
  TableReader fixed = root.table("neuron");
  if (ranges.present()) {
    if (ranges.keys().empty()) problems.add(ranges.place(), "[ranges] is empty: there is nothing to fit");
    read_ranges(ranges, in_ranges, neuron, problems);
  } else {
    // A default range gives way to a value that the user fixed.
    for (const Range& range : default_ranges())
      if (!fixed.has(range.name)) neuron.ranges.push_back(range);
  }
  read_neuron(fixed, in_neuron, neuron);
  neuron.values.E_L = job.gauge.E_L;
  neuron.values.V_T = std::isnan(job.gauge.R_in) ? job.gauge.V_T : job.gauge.E_L + working_span;
  check_neuron(neuron, problems);
  job.neuron = neuron.values;
  job.ranges = neuron.ranges;
}

std::set<double> data_currents(const StudyJob& job) {
  std::set<double> currents;
  for (const FiCurve& curve : job.curves) currents.insert(curve.currents.begin(), curve.currents.end());
  return currents;
}

void read_exploration(TableReader table, StudyJob& job) {
  job.points = table.integer("points", job.points, 1, 1000000000);
  job.seed = static_cast<std::uint64_t>(table.integer("seed", static_cast<std::int64_t>(job.seed), 0, INT64_MAX));
  table.rows(exploration_table(), job);
  const std::set<double> currents = data_currents(job);
  if (!currents.empty()) {
    const double lowest = *currents.begin(), highest = *currents.rbegin();
    if (job.min_current > lowest)
      table.refuse("min_current",
                   fmt::format("min_current = {} pA must be at most the lowest current of the data, {} pA",
                               job.min_current, lowest));
    if (job.max_current < highest)
      table.refuse("max_current",
                   fmt::format("max_current = {} pA must be at least the highest current of the data, {} pA",
                               job.max_current, highest));
    set_explored_currents(job);
  }
  table.finish();
}

void check_held_out(TableReader& table, const StudyJob& job) {
  const std::set<double> currents = data_currents(job);
  if (currents.empty()) return;
  for (const double current : job.held_out)
    if (!std::isnan(current) && !currents.contains(current))
      table.refuse("held_out", fmt::format("held_out: {} pA is not among the currents of the data", current),
                   fmt::format("there are {}", joined_numbers({currents.begin(), currents.end()})));
  for (std::size_t i = 0; i < job.curves.size(); ++i) {
    const std::vector<double>& have = job.curves[i].currents;
    const auto kept = std::count_if(have.begin(), have.end(), [&](double current) {
      return std::find(job.held_out.begin(), job.held_out.end(), current) == job.held_out.end();
    });
    if (!have.empty() && kept == 0)
      table.refuse("held_out",
                   fmt::format("held_out leaves no current of condition {} to fit", job.conditions[i].name));
  }
}

void check_single_cell(TableReader& table, const StudyJob& job) {
  for (std::size_t i = 0; i < job.curves.size(); ++i) {
    const FiCurve& curve = job.curves[i];
    if (curve.currents.empty() || curve.by_cell.contains(job.single_cell)) continue;
    std::vector<std::string> cells;
    for (const auto& [cell, counts] : curve.by_cell) cells.push_back(cell);
    const std::string have = cells.empty() ? "the f-I table has means only, no cells" : "there are " + joined(cells);
    table.refuse("cell",
                 fmt::format("condition {} has no cell \"{}\"; {}", job.conditions[i].name, job.single_cell, have),
                 suggestion_for(job.single_cell, cells));
  }
}

void read_fit_mode(TableReader& table, StudyJob& job) {
  job.fit_mode = table.choice("mode", {"population", "single_cell"});
  if (job.fit_mode == "single_cell") {
    job.single_cell = table.required_text("cell", "which cell, with mode = \"single_cell\"");
    if (!job.single_cell.empty()) check_single_cell(table, job);
    return;
  }
  if (table.has("cell"))
    table.refuse("cell", "cell is given, but the fit is of the population", "mode = \"single_cell\"");
  for (std::size_t i = 0; i < job.curves.size(); ++i)
    if (job.curves[i].cells == 1)
      table.refuse("mode", fmt::format("condition {} has one cell: its spread is unknown", job.conditions[i].name),
                   "mode = \"single_cell\" and cell = \"...\"");
}

void read_fit(TableReader table, StudyJob& job) {
  read_fit_mode(table, job);
  job.rounds = table.integer("rounds", job.rounds, 0, 1000);
  job.draws = table.integer("draws", job.draws, 1, 10000000);
  job.accepted = table.integer("accepted", job.accepted, 1, 1000000);
  table.rows(fit_table(), job);
  job.held_out = table.quantities(current_info("held_out"));
  check_held_out(table, job);
  table.finish();
}

void read_effect(TableReader table, StudyJob& job) {
  job.effect.wanted = table.present();
  job.effect.rounds = table.integer("rounds", job.effect.rounds, 1, 1000);
  job.effect.draws = table.integer("draws", job.effect.draws, 1, 10000000);
  job.effect.pairs = table.flag("pairs", job.effect.pairs);
  job.effect.paths = table.integer("paths", job.effect.paths, 1, 1000000);
  table.rows(effect_inference_table(), job.effect);
  if (job.effect.wanted && job.pairs.empty())
    table.refuse("rounds", "[effect] asks what changed between two conditions, but the job has no [[pair]]");
  table.finish();
}

std::string identifier_of(const std::string& label) {
  std::string name = label;
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  return name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0 ? "c_" + name : name;
}

// Builders of the document that study_document() makes.
TomlNode text_node(std::string text) {
  TomlNode node;
  node.kind = TomlNode::Kind::text;
  node.text = std::move(text);
  return node;
}

void put(TomlNode& table, const std::string& key, TomlNode value) {
  table.keys.push_back(key);
  table.items.push_back(std::move(value));
}

TomlNode condition_node(const std::string& label, std::size_t index, std::set<std::string>& used) {
  std::string name = identifier_of(label);
  // "on+" and "on-" make the same identifier.
  if (!used.insert(name).second) used.insert(name += fmt::format("_{}", index + 1));
  TomlNode node;
  put(node, "name", text_node(name));
  put(node, "label", text_node(label));
  return node;
}

TomlNode gauge_node(const std::vector<std::string>& entries) {
  TomlNode gauge;
  for (const std::string& entry : entries) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos) throw BadInput("--gauge", fmt::format("\"{}\" must look like E_L=-85 mV", entry));
    std::string key = entry.substr(0, equals);
    while (!key.empty() && key.back() == ' ') key.pop_back();
    if (gauge.find(key) != nullptr) throw BadInput("--gauge", key + " is given twice");
    put(gauge, key, text_node(entry.substr(equals + 1)));
  }
  if (gauge.find("source") == nullptr) put(gauge, "source", text_node("given on the command line"));
  return gauge;
}

TomlNode list_node(std::vector<TomlNode> items) {
  TomlNode list;
  list.kind = TomlNode::Kind::array;
  list.items = std::move(items);
  return list;
}

}  // namespace

void set_explored_currents(StudyJob& job) {
  const std::set<double> currents = data_currents(job);
  const bool fires_at_lowest = std::ranges::any_of(
      job.curves, [](const FiCurve& curve) { return !curve.mean.empty() && curve.mean.front() > 0.0; });
  if (std::isnan(job.min_current)) job.min_current = *currents.begin() - (fires_at_lowest ? 200.0 : 0.0);
  if (std::isnan(job.max_current)) job.max_current = 1.6 * *currents.rbegin();
}

std::vector<Range> default_ranges() {
  return {{"C_m", 40, 250, Scale::linear}, {"g_L", 1.5, 8, Scale::log},  {"Delta_T", 0.5, 5, Scale::linear},
          {"a", -3, 5, Scale::linear},     {"b", 0, 400, Scale::linear}, {"tau_w", 10, 500, Scale::log},
          {"V_r", -75, -47, Scale::linear}};
}

StudyJob read_study(TableReader& root, TableReader& job_table, const std::string& job_path, ProblemList& problems) {
  StudyJob job;
  read_data_and_conditions(root, job_path, job, problems);
  job.title = job_table.text("title", job.fi_file.empty() ? "" : "f-I study of " + base_name(job.fi_file));
  read_pairs(root, job);
  job.gauge = read_gauge(root.table("gauge"), root.table("ranges").has("E_L"));
  read_neuron_and_ranges(root, job, problems);
  read_exploration(root.table("exploration"), job);
  read_fit(root.table("fit"), job);
  read_effect(root.table("effect"), job);
  job.integrator = read_integrator(root.table("integrator"), {"cvode"});
  return job;
}

TomlNode study_document(const std::string& fi_path, const std::vector<std::string>& gauge,
                        const std::string& cell_type) {
  const std::vector<FiCurve> curves = read_fi_table(fi_path, StudyJob{}.step_duration, cell_type);
  TomlNode root, job, data;
  put(job, "kind", text_node("study"));
  put(data, "fi", text_node(fi_path));
  if (!cell_type.empty()) put(data, "cell", text_node(cell_type));
  std::vector<TomlNode> conditions, pairs;
  std::set<std::string> used;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    conditions.push_back(condition_node(curves[i].condition, i, used));
    if (i == 0) continue;
    // The first condition of the table is taken for the reference.
    TomlNode pair;
    put(pair, "from", *conditions.front().find("name"));
    put(pair, "to", *conditions.back().find("name"));
    pairs.push_back(std::move(pair));
  }
  put(root, "job", job);
  put(root, "data", data);
  put(root, "condition", list_node(std::move(conditions)));
  put(root, "pair", list_node(std::move(pairs)));
  put(root, "gauge", gauge_node(gauge));
  return root;
}

}  // namespace modscape::config
