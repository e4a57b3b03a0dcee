// SPDX-License-Identifier: Apache-2.0
// What the readers of a network share: populations by name, and quantities that differ from neuron to neuron.
#pragma once
#include <array>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/job_kinds.hpp"

namespace modscape::config {

/// All neurons and sources together; they are numbered through.
inline constexpr std::int64_t most_neurons = std::int64_t{1} << 31;
inline constexpr std::size_t most_edges = 1000000;
inline constexpr std::size_t most_replayed = 10000000;
inline constexpr std::size_t most_models = 1000000;
inline constexpr std::string_view default_region = "network";

/// In the order of Population::Kind.
inline constexpr std::array<std::string_view, 3> model_names{"adex", "poisson", "replay"};
/// In the order of ConnectionRule.
inline constexpr std::array<std::string_view, 6> rule_names{"fixed_indegree", "fixed_probability", "distance",
                                                            "one_to_one",     "all_to_all",        "edges"};
inline constexpr std::array<std::string_view, 2> kernel_names{"gaussian", "exponential"};  // of DistanceKernel::Shape
inline constexpr std::array<std::string_view, 2> layout_names{"grid", "random"};  // of Sheet::Layout, without none

/// The network as far as it was read.
struct NetworkInput {
  NetworkInput(models::NetworkModel& into, std::string path, ProblemList& list)
      : model(into), job_path(std::move(path)), problems(list) {}

  /// The population called `name`; none is a problem at `key`.
  std::optional<std::size_t> find(const std::string& name, const std::string& key, TableReader& table) const;
  /// The populations called under `key`: one name or a list of names. Left out, unknown and repeated ones are problems.
  std::vector<std::size_t> find_all(const std::string& key, TableReader& table) const;

  models::NetworkModel& model;
  std::set<std::size_t> unclear;  ///< populations of which nothing can be said after a problem of theirs
  std::string job_path;
  ProblemList& problems;
};

models::Distribution constant(double value);
/// `key = 5`, `{mean = 5, sd = 1}` or `{from = 4, to = 6}`, under the name of the row and within its bounds. Left out:
/// the row's default. A faulty one is a constant NaN.
models::Distribution read_distribution(TableReader& table, const ParameterInfo& row, ProblemList& problems);
/// Cuts a normal distribution at these ends, too.
void cut(models::Distribution& distribution, double lower, double upper);

/// `key = "5 Hz"`, or `{times = [0, 500], values = ["5 Hz", "8 Hz"]}`: what it is from each time on. Left out: the
/// row's default, and `steps` as they are.
double read_steps(TableReader& table, const ParameterInfo& row, models::Steps& steps);

/// [population.NAME].
void read_populations(TableReader table, NetworkInput& input);
/// [[effect]], [[dose]], [[pulse]] and [[release]], after everything they are about.
void read_network_modulation(TableReader& root, NetworkInput& input);
/// The receptor densities of a population. The receptors have been read.
void read_densities(TableReader table, NetworkInput& input, models::Population& population);
/// [[projection]] and [[background]].
void read_projections(TableReader& root, NetworkInput& input);
void read_backgrounds(TableReader& root, NetworkInput& input);

/// Columns source and target (places from 0), and weight and delay in the units of the projection if the file has them.
/// All problems at once as BadInput.
struct EdgeTable {
  std::vector<models::Edge> edges;
  bool has_weight = false, has_delay = false;
};
EdgeTable read_edges(const std::string& path, const ParameterInfo& weight, std::int64_t sources, std::int64_t targets);
/// Columns time (ms) and source (places from 0); sorted. All problems at once as BadInput.
std::vector<models::ReplayedSpike> read_spikes(const std::string& path, std::int64_t sources);

/// Neurons, one per row; the columns are parameters in the units of their table, the others are those of `others`. All
/// problems at once as BadInput.
std::vector<models::AdexParameters> read_models(const std::string& path, const models::AdexParameters& others);

}  // namespace modscape::config
