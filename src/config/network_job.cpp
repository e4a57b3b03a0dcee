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
  job.title = job_table.text("title", default_title(job.model));
  return job;
}

}  // namespace modscape::config
