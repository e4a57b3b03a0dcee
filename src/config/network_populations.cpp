// SPDX-License-Identifier: Apache-2.0
// [population.NAME] with its tables sheet, neuron, synapse and initial. A population that is like another one starts
// from the values of that one instead of the defaults.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "config/network_input.hpp"
#include "config/neuron_input.hpp"
#include "config/suggestions.hpp"

namespace modscape::config {
namespace {

using models::Distribution;
using models::Population;
using models::SynapticEffect;
using models::SynapticPort;
using models::SynapticShape;

using NeuronDistributions = std::vector<Distribution>;  // in the order of adex_table()

struct Draft {
  TableReader table;
  Population population;
  NeuronDistributions neuron;
  bool states_V = false;  // else V starts at E_L
  enum class Progress { none, busy, done } progress = Progress::none;
};

// The row with another default, if there is something to inherit.
ParameterInfo inheriting(const ParameterInfo& of, bool inherited, double value) {
  ParameterInfo row = of;
  if (inherited) row.default_value = value;
  return row;
}

double mean(const Distribution& distribution) {
  const bool uniform = distribution.kind == Distribution::Kind::uniform;
  return uniform ? distribution.lower + 0.5 * (distribution.upper - distribution.lower) : distribution.value;
}

double least(const Distribution& distribution) {
  return distribution.kind == Distribution::Kind::constant ? distribution.value : distribution.lower;
}

Range range_of(std::string_view name, double lower, double upper) {
  Range range;
  range.name = name;
  range.lower = lower;
  range.upper = upper;
  return range;
}

Distribution& of(NeuronDistributions& neuron, double models::AdexParameters::* member) {
  const auto& table = models::adex_table();
  const auto row = std::find_if(table.begin(), table.end(), [&](const auto& r) { return r.member == member; });
  return neuron[static_cast<std::size_t>(row - table.begin())];
}

// Whatever is drawn shall be a neuron that can be run. V_peak is a constant.
void cut_to_possible(NeuronDistributions& neuron, double V_peak) {
  using P = models::AdexParameters;
  cut(of(neuron, &P::V_T), -INFINITY, V_peak);
  cut(of(neuron, &P::V_r), -INFINITY, V_peak);
  cut(of(neuron, &P::Delta_T), (V_peak - least(of(neuron, &P::V_T))) / models::longest_upstroke, INFINITY);
}

void check_possible(const Draft& draft, NeuronInput input, ProblemList& problems) {
  std::size_t i = 0;
  for (const auto& row : models::adex_table()) {
    const Distribution& distribution = draft.neuron[i++];
    input.values.*row.member = mean(distribution);
    if (distribution.kind == Distribution::Kind::uniform)
      input.ranges.push_back(range_of(row.name, distribution.lower, distribution.upper));
    else if (distribution.kind == Distribution::Kind::normal && row.member == &models::AdexParameters::V_T)
      input.ranges.push_back(range_of(row.name, distribution.lower, distribution.value));  // limits Delta_T
  }
  check_every_neuron(input, problems);
}

void read_distributed_neuron(TableReader table, const Draft* base, Draft& draft, ProblemList& problems) {
  NeuronInput input;
  input.fallback = table.place();
  std::size_t i = 0;
  for (const auto& row : models::adex_table()) {
    const std::string name(row.name);
    const bool given = table.has(name);
    Distribution distribution = base == nullptr ? constant(row.default_value) : base->neuron[i];
    if (given && table.is_table(name) && row.member == &models::AdexParameters::V_peak)
      table.refuse(name, "V_peak has one value per population: it is where spikes are counted, no property of a cell");
    else if (given)
      distribution = read_distribution(table, row, problems);
    if (given) input.places[name] = table.place_of(name);
    draft.neuron.push_back(distribution);
    ++i;
  }
  table.finish();
  check_possible(draft, input, problems);
  cut_to_possible(draft.neuron, of(draft.neuron, &models::AdexParameters::V_peak).value);
  i = 0;
  for (const auto& row : models::adex_table()) {
    const Distribution& distribution = draft.neuron[i++];
    draft.population.neuron.*row.member = mean(distribution);
    if (distribution.kind != Distribution::Kind::constant)
      draft.population.distributed.push_back({std::string(row.name), distribution});
  }
}

// models = "FILE": of a fit, say. `neuron` becomes their mean.
void read_models_file(const Draft* base, bool own_neuron, Draft& draft, NetworkInput& input) {
  Population& population = draft.population;
  if (!draft.table.has("models")) {
    if (base == nullptr || own_neuron) return;
    population.models_file = base->population.models_file;
    population.models = base->population.models;
  } else {
    population.models_file = draft.table.file("models", input.job_path);
    if (!population.distributed.empty())
      draft.table.refuse("models",
                         fmt::format("{} has models and a distribution of {}: one or the other says how neurons "
                                     "differ",
                                     population.name, population.distributed.front().name),
                         "state single values in its table neuron, or leave out models");
    if (population.models_file.empty()) return;
    try {
      population.models = read_models(population.models_file, population.neuron);
    } catch (const BadInput& bad) {
      input.problems.add(bad);
    }
  }
  if (population.models.empty()) return;
  const auto count = static_cast<double>(population.models.size());
  for (const auto& row : models::adex_table()) {
    if (row.member == &models::AdexParameters::V_peak) continue;  // the same in all
    double sum = 0.0;
    for (const models::AdexParameters& model : population.models) sum += model.*row.member;
    population.neuron.*row.member = sum / count;
  }
}

void read_initial_state(TableReader table, const Draft* base, Draft& draft, ProblemList& problems) {
  Population& population = draft.population;
  const double V_peak = population.neuron.V_peak;
  draft.states_V = table.has("V") || (base != nullptr && base->states_V);
  if (table.has("V"))
    population.initial_V = read_distribution(table, *initial_table().find("V"), problems);
  else
    population.initial_V = draft.states_V ? base->population.initial_V : constant(population.neuron.E_L);
  const bool uniform = population.initial_V.kind == Distribution::Kind::uniform;
  const double highest = uniform ? population.initial_V.upper : population.initial_V.value;
  if (highest >= V_peak)
    table.refuse("V", fmt::format("V = {} mV at time 0 must be below V_peak = {} mV", highest, V_peak));
  cut(population.initial_V, -INFINITY, V_peak);
  population.initial_w = table.has("w") || base == nullptr
                             ? read_distribution(table, *initial_table().find("w"), problems)
                             : base->population.initial_w;
  table.finish();
}

void read_port(TableReader table, bool inherited, SynapticPort& port) {
  const bool was_current = inherited && port.effect == SynapticEffect::current;
  const bool was_alpha = inherited && port.shape == SynapticShape::alpha;
  using Options = std::vector<std::string>;
  const std::string effect =
      table.choice("effect", was_current ? Options{"current", "conductance"} : Options{"conductance", "current"});
  const std::string shape =
      table.choice("shape", was_alpha ? Options{"alpha", "exponential"} : Options{"exponential", "alpha"});
  port.effect = effect == "current" ? SynapticEffect::current : SynapticEffect::conductance;
  port.shape = shape == "alpha" ? SynapticShape::alpha : SynapticShape::exponential;
  for (const auto& row : port_table()) {
    const std::string key(row.name);
    double& value = port.*row.member;
    const bool is_reversal = row.member == &SynapticPort::E_rev;
    if (is_reversal && port.effect == SynapticEffect::current) {
      if (table.has(key)) table.refuse(key, "E_rev is of a conductance, and this port is a current");
      value = NAN;
    } else {
      value = table.quantity(inheriting(row, inherited && !(is_reversal && was_current), value));
    }
  }
  table.finish();
}

void read_ports(TableReader table, Population& population, ProblemList& problems) {
  for (const std::string& name : table.keys()) {
    if (!is_identifier(name))
      table.refuse(name, fmt::format("port \"{}\": the name must be letters, digits and _", name));
    TableReader entry = table.table(name);
    if (!entry.present()) continue;
    std::vector<SynapticPort>& ports = population.ports;
    auto port = std::find_if(ports.begin(), ports.end(), [&](const SynapticPort& p) { return p.name == name; });
    const bool inherited = port != ports.end();
    if (!inherited) {
      port = ports.emplace(ports.end());
      port->name = name;
    }
    read_port(entry, inherited, *port);
  }
  if (population.ports.size() > models::most_ports)
    problems.add(table.place(),
                 fmt::format("{} has {} ports; at most {} are possible", population.name, population.ports.size(),
                             models::most_ports),
                 "receptors with the same time constant and reversal potential can share one");
}

// Where it is, what it is called by effects, and its receptors; inherited but for the cell type.
void read_modulated(const Draft* base, Draft& draft, NetworkInput& input) {
  Population& population = draft.population;
  std::vector<std::string>& regions = input.model.modulation.regions;
  const std::string usual = base == nullptr ? std::string(default_region) : regions[base->population.region];
  const std::string region = draft.table.text("region", usual);
  if (!is_identifier(region))
    draft.table.refuse("region", fmt::format("region \"{}\": the name must be letters, digits and _", region));
  const auto found = std::find(regions.begin(), regions.end(), region);
  population.region = static_cast<std::size_t>(found - regions.begin());
  if (found == regions.end()) regions.push_back(region);
  if (population.kind != Population::Kind::adex) return;
  population.cell_type = draft.table.text("cell_type", population.name);
  if (base != nullptr) population.densities = base->population.densities;
  read_densities(draft.table.table("receptor_density"), input, population);
}

void read_sheet(TableReader table, const Draft* base, models::Sheet& sheet) {
  using models::Sheet;
  const bool inherited = base != nullptr && base->population.sheet.present();
  if (inherited) sheet = base->population.sheet;
  if (!table.present()) return;
  for (const auto& row : sheet_table())
    sheet.*row.member = table.quantity(inheriting(row, inherited, sheet.*row.member));
  std::vector<std::string> layouts(layout_names.begin(), layout_names.end());
  if (sheet.layout == Sheet::Layout::random) std::reverse(layouts.begin(), layouts.end());
  sheet.layout = table.choice("layout", layouts) == layout_names[0] ? Sheet::Layout::grid : Sheet::Layout::random;
  sheet.periodic = table.flag("periodic", sheet.periodic);
  table.finish();
}

void read_adex(const Draft* base, Draft& draft, NetworkInput& input) {
  ProblemList& problems = input.problems;
  TableReader& table = draft.table;
  Population& population = draft.population;
  for (const char* key : {"rate", "file"})
    if (table.has(key))
      table.refuse(key, fmt::format("{} is of sources of spikes", key), "model = \"poisson\" or \"replay\"");
  if (base != nullptr) population.current_steps = base->population.current_steps;
  population.current = read_steps(
      table,
      inheriting(population_current_info(), base != nullptr, (base == nullptr ? draft : *base).population.current),
      population.current_steps);
  read_distributed_neuron(table.table("neuron"), base, draft, problems);
  read_models_file(base, table.has("neuron"), draft, input);
  if (base != nullptr) population.ports = base->population.ports;
  read_ports(table.table("synapse"), population, problems);
  read_initial_state(table.table("initial"), base, draft, problems);
}

void refuse_neurons(TableReader& table, const char* model) {
  for (const char* key : {"neuron", "models", "synapse", "initial", "current", "cell_type", "receptor_density"})
    if (table.has(key))
      table.refuse(key, fmt::format("a {} population has no {}: it is sources of spikes without neurons", model, key));
}

void read_poisson(const Draft* base, Draft& draft) {
  Population& population = draft.population;
  refuse_neurons(draft.table, "poisson");
  if (draft.table.has("file")) draft.table.refuse("file", "file is of a replay population", "model = \"replay\"");
  if (base != nullptr) population.rate_steps = base->population.rate_steps;
  population.rate = read_steps(
      draft.table, inheriting(source_rate_info(), base != nullptr, (base == nullptr ? draft : *base).population.rate),
      population.rate_steps);
}

void read_replay(const Draft* base, Draft& draft, NetworkInput& input) {
  TableReader& table = draft.table;
  Population& population = draft.population;
  refuse_neurons(table, "replay");
  if (table.has("rate")) table.refuse("rate", "rate is of a poisson population", "model = \"poisson\"");
  if (base != nullptr && !table.has("file")) {
    population.spikes_file = base->population.spikes_file;
    population.spikes = base->population.spikes;
    return;
  }
  table.required_text("file", "a CSV file with the columns time and source");
  population.spikes_file = table.file("file", input.job_path);
  if (population.spikes_file.empty() || population.size == 0) return;
  try {
    population.spikes = read_spikes(population.spikes_file, population.size);
  } catch (const BadInput& bad) {
    input.problems.add(bad);
  }
}

class PopulationsReader {
 public:
  PopulationsReader(TableReader& table, NetworkInput& input) : input_(&input) {
    for (const std::string& name : table.keys()) {
      if (!is_identifier(name))
        table.refuse(name, fmt::format("population \"{}\": the name must be letters, digits and _", name));
      drafts_.push_back({table.table(name), {}, {}});
      drafts_.back().population.name = name;
      input.model.populations.push_back(drafts_.back().population);
    }
  }

  void read_all() {
    for (std::size_t i = 0; i < drafts_.size(); ++i) {
      read(i);
      input_->model.populations[i] = drafts_[i].population;
    }
  }

 private:
  void read(std::size_t i) {
    Draft& draft = drafts_[i];
    if (draft.progress != Draft::Progress::none) return;
    draft.progress = Draft::Progress::busy;
    if (!draft.table.present() || !read_known(draft)) input_->unclear.insert(i);
    draft.progress = Draft::Progress::done;
  }

  // False: what the other keys mean cannot be told.
  bool read_known(Draft& draft) {
    TableReader& table = draft.table;
    const Draft* base = nullptr;
    if (table.has("like")) {
      base = base_of(draft);
      if (base == nullptr) return false;
    }
    Population& population = draft.population;
    std::vector<std::string> models(model_names.begin(), model_names.end());  // the first is the default
    if (base != nullptr) std::swap(models.front(), models[static_cast<std::size_t>(base->population.kind)]);
    const std::string model = table.choice("model", models);
    if (model != table.text("model", models.front())) return false;
    population.kind =
        static_cast<Population::Kind>(std::find(model_names.begin(), model_names.end(), model) - model_names.begin());
    if (base != nullptr && population.kind != base->population.kind) {
      table.refuse("model",
                   fmt::format("{} is like {}, which is not {}", population.name, base->population.name, model));
      return false;
    }
    read_size(base, draft);
    read_sheet(table.table("sheet"), base, population.sheet);
    if (population.kind == Population::Kind::poisson)
      read_poisson(base, draft);
    else if (population.kind == Population::Kind::replay)
      read_replay(base, draft, *input_);
    else
      read_adex(base, draft, *input_);
    read_modulated(base, draft, *input_);
    table.finish();
    return true;
  }

  void read_size(const Draft* base, Draft& draft) {
    if (base == nullptr && !draft.table.has("size"))
      draft.table.refuse("size", fmt::format("size is missing in [population.{}] (how many neurons or sources)",
                                             draft.population.name));
    const std::int64_t size = draft.table.integer("size", base == nullptr ? 0 : base->population.size, 1, most_neurons);
    draft.population.size = size >= 1 && size <= most_neurons ? size : 0;
  }

  // The population that this one is like, read; null after a problem.
  const Draft* base_of(Draft& draft) {
    const std::optional<std::size_t> found = input_->find(draft.table.text("like", {}), "like", draft.table);
    if (!found) return nullptr;
    if (drafts_[*found].progress == Draft::Progress::busy) {
      const bool direct = &draft == &drafts_[*found];
      draft.table.refuse("like", fmt::format("like: {} is like itself{}", draft.population.name,
                                             direct ? "" : ", by way of " + drafts_[*found].population.name));
      return nullptr;
    }
    read(*found);
    return input_->unclear.contains(*found) ? nullptr : &drafts_[*found];
  }

  NetworkInput* input_;
  std::vector<Draft> drafts_;
};

}  // namespace

void read_populations(TableReader table, NetworkInput& input) {
  if (table.keys().empty())
    input.problems.add(table.place(), "the network has no population",
                       "[population.E] with size, [population.E.neuron] and [population.E.synapse.exc]");
  PopulationsReader(table, input).read_all();
  std::int64_t neurons = 0;
  for (const Population& population : input.model.populations) neurons += population.size;
  if (neurons > most_neurons)
    input.problems.add(
        table.place(),
        fmt::format("the populations have {} neurons and sources; at most {} are possible", neurons, most_neurons));
}

}  // namespace modscape::config
