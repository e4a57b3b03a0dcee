// SPDX-License-Identifier: Apache-2.0
// [[projection]] and [[background]]: one table may name several populations and stands for one projection per pair.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "config/network_input.hpp"
#include "config/suggestions.hpp"

namespace modscape::config {
namespace {

using models::ConnectionRule;
using models::Population;
using models::Projection;
using models::SynapticEffect;

constexpr double most_connections = 1099511627776.0;  // 2^40, of one projection
constexpr double longest_conduction = 1000.0;         // ms

/// The ports called by one name in several populations; all have the same effect.
struct Target {
  std::size_t population, port;
};
struct Targets {
  std::vector<Target> list;
  std::optional<SynapticEffect> effect;  ///< none after a problem: then nobody knows the unit of the weight
};

std::optional<std::size_t> find_port(TableReader& table, const Population& population, const std::string& name) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < population.ports.size(); ++i) {
    if (population.ports[i].name == name) return i;
    names.push_back(population.ports[i].name);
  }
  std::string suggestion = suggestion_for(name, names);
  if (suggestion.empty())
    suggestion = names.empty() ? fmt::format("declare [population.{}.synapse.{}]", population.name, name)
                               : "its ports: " + joined(names);
  table.refuse("port", fmt::format("port: {} has no port \"{}\"", population.name, name), std::move(suggestion));
  return std::nullopt;
}

Targets read_targets(TableReader& table, const NetworkInput& input) {
  Targets targets;
  const std::vector<std::size_t> populations = input.find_all("to", table);
  const std::string port = table.required_text("port", "a synapse of the target population");
  bool same = true;
  for (const std::size_t to : populations) {
    const Population& population = input.model.populations[to];
    if (input.unclear.contains(to) || (port.empty() && population.kind == Population::Kind::adex)) continue;
    if (population.kind != Population::Kind::adex) {
      table.refuse("to",
                   fmt::format("to: {} is sources of spikes: it has no neurons to project onto", population.name));
      continue;
    }
    const std::optional<std::size_t> found = find_port(table, population, port);
    if (!found) continue;
    const SynapticEffect effect = population.ports[*found].effect;
    same = same && effect == targets.effect.value_or(effect);
    targets.effect = effect;
    targets.list.push_back({to, *found});
  }
  if (same) return targets;
  table.refuse("port", fmt::format("port: {} is a conductance in one target and a current in another", port),
               "one table for each");
  targets.effect.reset();
  return targets;
}

/// Keys that only some rules have.
struct RuleKey {
  std::string_view key;
  std::array<bool, 6> of;  // in the order of ConnectionRule
};
constexpr std::array<RuleKey, 9> rule_keys{{{"indegree", {true, false, false, false, false, false}},
                                            {"multapses", {true, false, false, false, false, false}},
                                            {"probability", {false, true, true, false, false, false}},
                                            {"autapses", {true, true, true, false, true, false}},
                                            {"kernel", {false, false, true, false, false, false}},
                                            {"length", {false, false, true, false, false, false}},
                                            {"max_distance", {false, false, true, false, false, false}},
                                            {"velocity", {false, false, true, false, false, false}},
                                            {"file", {false, false, false, false, false, true}}}};

/// None: the rule is not known, and with it the meaning of the other keys.
std::optional<ConnectionRule> read_rule(TableReader& table) {
  const std::vector<std::string> names(rule_names.begin(), rule_names.end());
  if (table.required_text("rule", "one of " + joined(names)).empty()) return std::nullopt;
  const std::string name = table.choice("rule", names);
  if (name != table.text("rule", {})) return std::nullopt;
  const auto rule = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
  for (const RuleKey& key : rule_keys) {
    const std::string text(key.key);
    if (key.of[rule] || !table.has(text)) continue;
    table.refuse(text, fmt::format("{} means nothing to rule = \"{}\"", text, name));
  }
  return static_cast<ConnectionRule>(rule);
}

void read_kernel(TableReader& table, models::DistanceKernel& kernel) {
  using Shape = models::DistanceKernel::Shape;
  const std::vector<std::string> names(kernel_names.begin(), kernel_names.end());
  kernel.shape = table.choice("kernel", names) == names[0] ? Shape::gaussian : Shape::exponential;
  table.rows(kernel_table(), kernel);
}

void read_procedural(TableReader& table, Projection& shared) {
  shared.procedural = table.flag("procedural", false);
  if (!shared.procedural || models::is_pairwise(shared.rule)) return;
  const bool listed = shared.rule == ConnectionRule::explicit_edges;
  table.refuse("procedural",
               listed
                   ? "procedural: listed edges are stored, they cannot be drawn again"
                   : "procedural: under rule = \"fixed_indegree\" targets draw their sources, so that the synapses of "
                     "one source cannot be drawn again by themselves",
               listed ? "" : "rule = \"fixed_probability\" can be procedural");
}

void read_rule_keys(TableReader& table, Projection& shared) {
  if (shared.rule == ConnectionRule::fixed_indegree) {
    if (!table.has("indegree"))
      table.refuse("indegree", "indegree is missing in [projection] (how many sources every target has)");
    shared.indegree = table.integer("indegree", 0, 1, most_neurons);
    shared.multapses = table.flag("multapses", true);
  }
  if (shared.rule == ConnectionRule::fixed_probability || shared.rule == ConnectionRule::distance)
    shared.probability = table.quantity(probability_info());
  if (shared.rule == ConnectionRule::distance) read_kernel(table, shared.kernel);
  read_procedural(table, shared);
  const auto rule = static_cast<std::size_t>(shared.rule);
  if (rule_keys[3].of[rule]) shared.autapses = table.flag("autapses", true);
}

// Returns whether distances between the two populations are known.
bool check_sheets(TableReader& table, const Projection& projection, const Population& from, const Population& to) {
  const models::Sheet &a = from.sheet, &b = to.sheet;
  for (const Population* population : {&from, &to}) {
    if (population->sheet.present() || (population == &to && &to == &from)) continue;
    table.refuse("rule", fmt::format("distance: {} has no positions", population->name),
                 fmt::format("[population.{}.sheet]", population->name));
  }
  if (!a.present() || !b.present() || std::isnan(a.width + a.height + b.width + b.height)) return false;
  if (!a.same_extent(b)) {
    const auto text = [](const models::Sheet& sheet) {
      return fmt::format("{} x {}{}", format_quantity(sheet.width, Unit::mm), format_quantity(sheet.height, Unit::mm),
                         sheet.periodic ? ", periodic" : "");
    };
    table.refuse("rule", fmt::format("distance: the sheet of {} is {}, that of {} {}; they must have the same extent "
                                     "and borders",
                                     from.name, text(a), to.name, text(b)));
    return false;
  }
  const double conduction = projection.kernel.longest_conduction(a);
  if (conduction > longest_conduction)
    table.refuse("velocity",
                 fmt::format("velocity = {}: conduction over {} takes {}; at most {} is possible",
                             format_quantity(projection.kernel.velocity, Unit::m_per_s),
                             format_quantity(conduction * projection.kernel.velocity, Unit::mm),
                             format_quantity(conduction, Unit::ms), format_quantity(longest_conduction, Unit::ms)));
  return true;
}

// Of one pair of populations, both of known size.
void check_pair(TableReader& table, const Projection& projection, const models::NetworkModel& model) {
  const Population& from = model.populations[projection.from];
  const Population& to = model.populations[projection.to];
  if (projection.rule == ConnectionRule::one_to_one && from.size != to.size)
    table.refuse("rule", fmt::format("one_to_one: {} has {} and {} has {}; the sizes must be equal", from.name,
                                     from.size, to.name, to.size));
  if (projection.rule == ConnectionRule::fixed_indegree) {
    const std::int64_t sources = from.size - (projection.autapses || projection.from != projection.to ? 0 : 1);
    if (sources < 1 || (!projection.multapses && projection.indegree > sources))
      table.refuse("indegree",
                   fmt::format("indegree = {}, but a neuron of {} has only {} possible source{} in {}",
                               projection.indegree, to.name, sources, sources == 1 ? "" : "s", from.name),
                   sources < 1 ? "" : "multapses = true lets a pair be connected more than once");
  }
  double density = projection.rule == ConnectionRule::distance ? 0.0 : projection.probability;
  if (projection.rule == ConnectionRule::distance && check_sheets(table, projection, from, to))
    density = projection.probability * models::mean_over_pairs(projection.kernel, from.sheet);
  const double pairs = static_cast<double>(from.size) * static_cast<double>(to.size);
  const double expected =
      projection.rule == ConnectionRule::all_to_all ? pairs
      : projection.rule == ConnectionRule::fixed_probability || projection.rule == ConnectionRule::distance
          ? pairs * density
      : projection.rule == ConnectionRule::fixed_indegree
          ? static_cast<double>(projection.indegree) * static_cast<double>(to.size)
          : 0.0;
  if (expected > most_connections)
    table.refuse("rule", fmt::format("{:.2g} connections from {} to {}; at most {:.2g} are possible", expected,
                                     from.name, to.name, most_connections));
}

/// Which columns an edges file has, so that the table [[projection]] has no such key.
struct ListedColumns {
  bool weight = false, delay = false;
  bool unclear = false;  ///< the file could not be read
};

ListedColumns read_listed(TableReader& table, const std::vector<std::size_t>& from, const Targets& to,
                          const NetworkInput& input, Projection& shared) {
  ListedColumns unclear;
  unclear.unclear = true;
  table.required_text("file", "a CSV file with the columns source and target");
  shared.edges_file = table.file("file", input.job_path);
  if (from.size() > 1 || to.list.size() > 1) {
    table.refuse("rule", "the edges of one file are of one pair of populations", "one table for each");
    return unclear;
  }
  if (shared.edges_file.empty() || from.empty() || to.list.empty() || !to.effect) return unclear;
  const std::int64_t sources = input.model.populations[from.front()].size;
  const std::int64_t targets = input.model.populations[to.list.front().population].size;
  if (sources == 0 || targets == 0) return unclear;
  try {
    EdgeTable edges = read_edges(shared.edges_file, weight_info(*to.effect), sources, targets);
    shared.edges = std::move(edges.edges);
    return {edges.has_weight, edges.has_delay};
  } catch (const BadInput& bad) {
    input.problems.add(bad);
    return unclear;
  }
}

models::Distribution read_unless_listed(TableReader& table, const ParameterInfo& row, bool listed, bool unclear,
                                        ProblemList& problems) {
  const std::string key(row.name);
  const bool given = table.has(key);
  if (listed && given) table.refuse(key, fmt::format("{} is both here and in the file of edges", key), "keep one");
  if (listed || (unclear && !given)) return constant(NAN);
  return read_distribution(table, row, problems);
}

bool is_named(const std::vector<Projection>& projections, const std::string& name) {
  return std::any_of(projections.begin(), projections.end(), [&](const Projection& p) { return p.name == name; });
}

void read_name(TableReader& table, std::size_t pairs, Projection& shared, const models::NetworkModel& model) {
  if (!table.has("name")) return;
  shared.name = table.required_text("name", "of the projection");
  if (pairs > 1)
    table.refuse("name", fmt::format("name: this table is {} projections", pairs), "leave it out: each gets its own");
  else if (is_named(model.projections, shared.name))
    table.refuse("name", fmt::format("name: two projections are called \"{}\"", shared.name));
}

void read_projection(TableReader& table, NetworkInput& input) {
  Projection shared;
  const std::vector<std::size_t> from = input.find_all("from", table);
  const Targets to = read_targets(table, input);
  const std::optional<ConnectionRule> rule = read_rule(table);
  if (!rule) return;
  shared.rule = *rule;
  read_rule_keys(table, shared);
  ListedColumns listed;
  if (shared.rule == ConnectionRule::explicit_edges) listed = read_listed(table, from, to, input, shared);
  shared.delay = read_unless_listed(table, delay_info(), listed.delay, listed.unclear, input.problems);
  if (to.effect)
    shared.weight = read_unless_listed(table, weight_info(*to.effect), listed.weight, listed.unclear, input.problems);
  else
    table.has("weight");
  if (table.has("short_term")) {
    TableReader plasticity = table.table("short_term");
    plasticity.rows(short_term_table(), shared.short_term);
    plasticity.finish();
  }
  read_name(table, from.size() * to.list.size(), shared, input.model);
  table.finish();
  for (const std::size_t source : from)
    for (const Target& target : to.list) {
      Projection projection = shared;
      projection.from = source;
      projection.to = target.population;
      projection.port = target.port;
      projection.autapses = shared.autapses || source != target.population;
      const auto& populations = input.model.populations;
      if (populations[source].size > 0 && populations[target.population].size > 0)
        check_pair(table, projection, input.model);
      input.model.projections.push_back(std::move(projection));
    }
}

// "E -> I: exc", and "E -> I: exc (2)" for the next one between the same.
void name_projections(models::NetworkModel& model) {
  for (Projection& projection : model.projections) {
    if (!projection.name.empty()) continue;
    const Population& to = model.populations[projection.to];
    const std::string name =
        fmt::format("{} -> {}: {}", model.populations[projection.from].name, to.name, to.ports[projection.port].name);
    std::string unused = name;
    for (int k = 2; is_named(model.projections, unused); ++k) unused = fmt::format("{} ({})", name, k);
    projection.name = unused;
  }
}

}  // namespace

void read_projections(TableReader& root, NetworkInput& input) {
  for (TableReader& table : root.tables("projection")) read_projection(table, input);
  name_projections(input.model);
}

void read_backgrounds(TableReader& root, NetworkInput& input) {
  for (TableReader& table : root.tables("background")) {
    models::Background background;
    const Targets targets = read_targets(table, input);
    background.rate = read_steps(table, background_rate_info(), background.rate_steps);
    if (targets.effect)
      background.weight = table.quantity(weight_info(*targets.effect));
    else
      table.has("weight");
    table.finish();
    for (const Target& target : targets.list) {
      background.to = target.population;
      background.port = target.port;
      input.model.backgrounds.push_back(background);
    }
  }
}

}  // namespace modscape::config
