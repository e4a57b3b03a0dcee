// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "config/job_kinds.hpp"
#include "config/neuron_input.hpp"

namespace modscape::config {
namespace {

constexpr std::int64_t most_points = std::int64_t{1} << 40;
constexpr double most_currents = 10000;

void check_increasing(const std::vector<double>& currents, TableReader& table) {
  for (std::size_t i = 1; i < currents.size(); ++i)
    if (currents[i] <= currents[i - 1])
      table.refuse("currents",
                   fmt::format("currents must increase, but {} pA comes after {} pA", currents[i], currents[i - 1]));
}

// {from, to, step}: both ends belong to it.
std::vector<double> read_current_grid(TableReader grid) {
  const double from = grid.quantity(current_info("from"));
  const double to = grid.quantity(current_info("to"));
  const double step = grid.quantity(current_info("step"));
  grid.finish();
  std::vector<double> currents;
  if (std::isnan(from + to + step)) return currents;
  if (from >= to) grid.refuse("from", fmt::format("from = {} pA must be less than to = {} pA", from, to));
  if (step <= 0.0) grid.refuse("step", fmt::format("step = {} pA must be greater than 0 pA", step));
  if (from >= to || step <= 0.0) return currents;
  // The tolerance keeps an end that the steps meet exactly but for rounding.
  const double count = std::floor((to - from) / step + 1e-9) + 1.0;
  if (count > most_currents) {
    grid.refuse("step", fmt::format("{} currents; at most {} are possible", count, most_currents));
    return currents;
  }
  for (double k = 0; k < count; ++k) currents.push_back(from + k * step);
  return currents;
}

void read_sweep_protocol(TableReader table, SweepJob& job, ProblemList& problems) {
  table.rows(sweep_protocol_table(), job);
  const bool given = table.has("currents");
  if (given && table.is_table("currents"))
    job.currents = read_current_grid(table.table("currents"));
  else
    job.currents = table.quantities(current_info("currents"));
  if (!given)
    problems.add(table.place(), "currents is missing in [protocol]: the sweep has nothing to inject",
                 "for example currents = {from = \"20 pA\", to = \"300 pA\", step = \"20 pA\"}");
  else if (table.is_empty_list("currents"))
    table.refuse("currents", "currents is empty: the sweep has nothing to inject");
  check_increasing(job.currents, table);
  table.finish();
}

void read_design(TableReader table, SweepJob& job) {
  table.choice("kind", {"sobol"});
  job.points = table.integer("points", 0, 1, most_points);
  if (!table.has("points")) table.refuse("points", "points is missing in [design]: how many points the sweep has");
  job.seed = static_cast<std::uint64_t>(table.integer("seed", 1, 0, INT64_MAX));
  table.finish();
}

}  // namespace

SweepJob read_sweep(TableReader& root, ProblemList& problems) {
  SweepJob job;
  NeuronInput neuron;
  TableReader ranges = root.table("ranges");
  if (ranges.keys().empty())
    problems.add(ranges.place(), "[ranges] is empty: the sweep has no parameter to vary",
                 "for example C_m = {from = \"60 pF\", to = \"250 pF\", scale = \"log\"}");
  read_ranges(ranges, {}, neuron, problems);
  read_neuron(root.table("neuron"), {}, neuron);
  check_neuron(neuron, problems);
  job.neuron = neuron.values;
  job.ranges = neuron.ranges;
  read_design(root.table("design"), job);
  read_sweep_protocol(root.table("protocol"), job, problems);
  job.integrator = read_integrator(root.table("integrator"), {"ensemble", "cvode"});
  TableReader sweep = root.table("sweep");
  job.max_failed = sweep.integer("max_failed", job.max_failed, -1, INT64_MAX);
  sweep.finish();
  return job;
}

}  // namespace modscape::config
