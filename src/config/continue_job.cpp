// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <utility>

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

/// Keys that only one kind of job has are read before. What is continued in is added to what the design varies.
void read_path(TableReader& table, const std::vector<SweepParameter>& parameters, ContinueJob& job,
               DesignInput& input) {
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
  input.varied.push_back({job.parameter, table.place_of("parameter"), job.from, job.to, false, true});
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

/// `path` is the table [continue] or [landscape].
void read_along(TableReader& root, TableReader& path, const std::string& varied_in, const std::string& job_path,
                ContinueJob& job, DesignInput& input, ProblemList& problems) {
  TableReader neuron = root.table("neuron");
  job.cell_type = neuron.text("cell_type", {});
  job.modulation = read_modulation(root, job.cell_type, problems);
  const std::vector<SweepParameter> parameters = continuation_parameters(job.modulation);
  if (root.has("design") || root.has("axes") || root.has("ranges"))
    input = read_design(root, job_path, parameters, problems);
  read_path(path, parameters, job, input);
  read_designed_neuron(neuron, input, varied_in, job, problems);
  TableReader protocol = root.table("protocol");
  // Where the parameter is not known, neither is whether the current is varied.
  if (find_parameter(parameters, job.parameter) != nullptr) read_amplitude(std::move(protocol), input, job, problems);
}

/// The strips of a landscape lie side by side along one axis of a grid.
void check_axis(const TableReader& root, const Design& design, ProblemList& problems) {
  constexpr const char* wanted = "for example [axes] a = {from = \"0 nS\", to = \"4 nS\", count = 41}";
  const bool one_axis = design.parts.size() == 1 && design.parts.front().kind == DesignKind::grid &&
                        design.parts.front().axes.size() == 1;
  if (!one_axis) {
    problems.add(root.place(), "a landscape needs one axis beside the parameter that it is continued in", wanted);
    return;
  }
  const GridAxis& axis = design.parts.front().axes.front();
  for (std::int64_t k = 1; k < axis.size(); ++k)
    if (axis.value(k) <= axis.value(k - 1)) {
      problems.add(root.place(), fmt::format("the values of the axis {} must increase", axis.name), wanted);
      return;
    }
  if (axis.size() < 2)
    problems.add(root.place(), fmt::format("the axis {} needs two values at least", axis.name), wanted);
}

}  // namespace

ContinueJob read_continue(TableReader& root, const std::string& job_path, ProblemList& problems) {
  ContinueJob job;
  DesignInput input;
  TableReader table = root.table("continue");
  job.cycles = table.flag("cycles", job.cycles);
  read_along(root, table, "[continue]", job_path, job, input, problems);
  return job;
}

LandscapeJob read_landscape(TableReader& root, const std::string& job_path, ProblemList& problems) {
  LandscapeJob job;
  DesignInput input;
  TableReader table = root.table("landscape");
  job.cells = table.integer("cells", job.cells, 2, most_landscape_cells);
  read_along(root, table, "[landscape]", job_path, job, input, problems);
  check_axis(root, job.design, problems);
  return job;
}

}  // namespace modscape::config
