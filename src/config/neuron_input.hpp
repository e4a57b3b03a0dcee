// SPDX-License-Identifier: Apache-2.0
// [neuron], [ranges] and [integrator], which several kinds of job share.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/table_reader.hpp"

namespace modscape::config {

/// The neuron of a job as far as it was read, with where each parameter was given.
struct NeuronInput {
  models::AdexParameters values;
  std::vector<Range> ranges;
  std::map<std::string, Place> places;
  Place fallback;                      ///< for parameters that were left out
  std::string varied_in = "[ranges]";  ///< for messages
  std::string followed = {};           ///< the ranged parameter, if any, of whose range both ends are needed
};

/// Why each parameter that may not be in [neuron] or [ranges] may not, by name.
using Refusals = std::map<std::string, std::string>;

/// [ranges]: every parameter of the AdEx table may have one, except the refused ones.
void read_ranges(TableReader table, const Refusals& refused, NeuronInput& into, ProblemList& problems);

/// {from, to, scale}: the range of one parameter.
Range read_range(TableReader& table, const ParameterInfo& row, ProblemList& problems);

/// [neuron]: values of what is neither ranged nor refused; what is left out has its default.
void read_neuron(TableReader table, const Refusals& refused, NeuronInput& into);

/// What no single bound says (V_r < V_peak …). With ranges: a problem only if no corner of them is possible,
/// or none at one end of what is followed.
void check_neuron(const NeuronInput& neuron, ProblemList& problems);

/// The same for neurons that are all run: a problem if any corner is impossible.
void check_every_neuron(const NeuronInput& neuron, ProblemList& problems);

IntegratorJob read_integrator(TableReader table, const std::vector<std::string>& methods);

}  // namespace modscape::config
