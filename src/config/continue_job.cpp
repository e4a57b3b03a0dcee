// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "config/design_input.hpp"
#include "config/job_kinds.hpp"
#include "config/job_tables.hpp"
#include "config/suggestions.hpp"

namespace modscape::config {
namespace {

/// What can be continued in, and varied beside it: what shapes the neuron and its constant current.
std::vector<SweepParameter> continuation_parameters(const models::Modulation& modulation) {
  std::vector<SweepParameter> parameters = sweep_parameters(modulation);
  std::erase_if(parameters, [](const SweepParameter& parameter) {
    return parameter.of_protocol != nullptr && parameter.of_protocol != &SweepProtocol::amplitude;
  });
  return parameters;
}

double read_end(TableReader& table, std::string_view key, ParameterInfo info) {
  info.name = key;
  info.default_value = required_value;
  return table.quantity(info);
}

/// [continue]; what is continued in is added to what the design varies.
void read_path(TableReader table, const std::vector<SweepParameter>& parameters, ContinueJob& job, DesignInput& input) {
  job.cycles = table.flag("cycles", job.cycles);
  job.max_spikes = table.integer("max_spikes", job.max_spikes, 1, most_cycle_spikes);
  job.max_points = table.integer("max_points", job.max_points, 10, 100000);
  table.rows(continue_table(), job);
  job.max_failed = table.integer("max_failed", job.max_failed, -1, INT64_MAX);
  job.parameter = table.text("parameter", "amplitude");
  const SweepParameter* parameter = find_parameter(parameters, job.parameter);
  if (parameter == nullptr) {
    table.refuse("parameter", fmt::format("there is no parameter {} to continue in", job.parameter),
                 suggestion_for(job.parameter, names_of(parameters)));
    return;  // without its unit from and to cannot be read
  }
  if (input.find(job.parameter) != nullptr)
    table.refuse("parameter", fmt::format("{} is also varied by the design", job.parameter), "remove it there");
  job.from = read_end(table, "from", parameter->info);
  job.to = read_end(table, "to", parameter->info);
  if (job.from >= job.to) table.refuse("from", "from must be less than to");
  input.varied.push_back({job.parameter, table.place_of("parameter"), job.from, job.to});
  table.finish();
}

void read_amplitude(TableReader table, const DesignInput& input, ContinueJob& job, ProblemList& problems) {
  const bool is_varied = input.find("amplitude") != nullptr;
  if (is_varied && table.has("amplitude"))
    table.refuse("amplitude", "amplitude is both in [protocol] and varied", "remove one of them");
  else if (!is_varied && !table.has("amplitude"))
    problems.add(table.place(), "amplitude is missing in [protocol]: the constant current",
                 "for example amplitude = \"100 pA\"");
  else if (!is_varied)
    job.protocol.amplitude = table.quantity(current_info("amplitude"));
  table.finish();
}

}  // namespace

ContinueJob read_continue(TableReader& root, const std::string& job_path, ProblemList& problems) {
  ContinueJob job;
  TableReader neuron = root.table("neuron");
  job.cell_type = neuron.text("cell_type", {});
  job.modulation = read_modulation(root, job.cell_type, problems);
  const std::vector<SweepParameter> parameters = continuation_parameters(job.modulation);
  DesignInput input;
  if (root.has("design") || root.has("axes") || root.has("ranges"))
    input = read_design(root, job_path, parameters, problems);
  read_path(root.table("continue"), parameters, job, input);
  read_designed_neuron(neuron, input, "[continue]", job, problems);
  read_amplitude(root.table("protocol"), input, job, problems);
  return job;
}

}  // namespace modscape::config
