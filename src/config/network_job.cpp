// SPDX-License-Identifier: Apache-2.0
// Jobs of kind "network": [network] and [record]; populations and projections have files of their own.
#include <fmt/format.h>

#include <algorithm>

#include "config/network_input.hpp"
#include "config/suggestions.hpp"

namespace modscape::config {
namespace {

constexpr double most_bins = 1e7;

void read_run(TableReader table, NetworkJob& job) {
  table.rows(network_table(), job);
  table.rows(modulation_table(), job.model.modulation);
  job.seed = static_cast<std::uint64_t>(table.integer("seed", 1, 0, INT64_MAX));
  if (job.transient >= job.duration)
    table.refuse("transient",
                 fmt::format("transient = {} must be less than duration = {}", format_quantity(job.transient, Unit::ms),
                             format_quantity(job.duration, Unit::ms)));
  table.finish();
}

void read_traces(TableReader& root, const NetworkInput& input, NetworkJob& job) {
  for (TableReader& table : root.tables("trace")) {
    TraceRequest request;
    std::optional<std::size_t> population;
    if (const std::string name = table.required_text("population", "whose neurons"); !name.empty())
      population = input.find(name, "population", table);
    request.neurons = table.integers("neurons");
    if (!table.has("neurons"))
      table.refuse("neurons", "neurons is missing in [trace] (a list of places in the population)", "neurons = [0, 1]");
    table.finish();
    std::sort(request.neurons.begin(), request.neurons.end());
    if (std::adjacent_find(request.neurons.begin(), request.neurons.end()) != request.neurons.end())
      table.refuse("neurons", "neurons: one is there twice");
    if (!population || input.unclear.contains(*population)) continue;
    const models::Population& of = job.model.populations[*population];
    if (of.kind != models::Population::Kind::adex)
      table.refuse("population", fmt::format("population: {} has no neurons to trace", of.name));
    if (!request.neurons.empty() && (request.neurons.front() < 0 || request.neurons.back() >= of.size))
      table.refuse("neurons", fmt::format("neurons must be from 0 to {}, places in {}", of.size - 1, of.name));
    for (const TraceRequest& other : job.traces)
      if (other.population == *population)
        table.refuse("population", fmt::format("population: {} has two [[trace]]", of.name), "one list of neurons");
    request.population = *population;
    job.traces.push_back(std::move(request));
  }
  std::sort(job.traces.begin(), job.traces.end(),
            [](const TraceRequest& a, const TraceRequest& b) { return a.population < b.population; });
}

void read_record(TableReader table, const NetworkInput& input, NetworkJob& job) {
  table.rows(network_record_table(), job);
  if (job.duration / job.rate_interval > most_bins)
    table.refuse("rate_interval", fmt::format("the rates have more than {} bins", most_bins));
  const std::vector<models::Population>& populations = job.model.populations;
  if (!table.has("spikes"))
    for (std::size_t i = 0; i < populations.size(); ++i)
      if (populations[i].kind == models::Population::Kind::adex) job.record_spikes.push_back(i);
  for (const std::string& name : table.texts("spikes"))
    if (const std::optional<std::size_t> found = input.find(name, "spikes", table)) job.record_spikes.push_back(*found);
  std::sort(job.record_spikes.begin(), job.record_spikes.end());
  const auto twice = std::adjacent_find(job.record_spikes.begin(), job.record_spikes.end());
  if (twice != job.record_spikes.end())
    table.refuse("spikes", fmt::format("spikes names {} twice", populations[*twice].name));
  table.finish();
}

std::string default_title(const models::NetworkModel& model) {
  std::string title;
  for (const models::Population& population : model.populations)
    title += fmt::format("{}{} {}", title.empty() ? "Network of " : ", ", population.size, population.name);
  return title;
}

}  // namespace

NetworkJob read_network(TableReader& root, TableReader& job_table, const std::string& job_path, ProblemList& problems) {
  NetworkJob job;
  read_run(root.table("network"), job);
  NetworkInput input(job.model, job_path, problems);
  job.model.modulation.modulation = read_receptors(root, problems);
  read_populations(root.table("population"), input);
  read_projections(root, input);
  read_backgrounds(root, input);
  read_network_modulation(root, input);
  read_record(root.table("record"), input, job);
  read_traces(root, input, job);
  job.title = job_table.text("title", default_title(job.model));
  return job;
}

}  // namespace modscape::config
