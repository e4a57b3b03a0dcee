// SPDX-License-Identifier: Apache-2.0
// The readers of each kind of job and the canonical text; used by job.cpp only.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/job.hpp"
#include "config/table_reader.hpp"
#include "config/toml_writer.hpp"

namespace modscape::config {

SimulateJob read_simulate(TableReader& root, const std::string& job_path, ProblemList& problems);
SweepJob read_sweep(TableReader& root, const std::string& job_path, ProblemList& problems);
ContinueJob read_continue(TableReader& root, const std::string& job_path, ProblemList& problems);
LandscapeJob read_landscape(TableReader& root, const std::string& job_path, ProblemList& problems);
/// [modulator.NAME], [[receptor]], [[effect]] of a neuron of this cell type (may be empty).
models::Modulation read_modulation(TableReader& root, const std::string& cell_type, ProblemList& problems);
/// [modulator.NAME] and [[receptor]].
models::Modulation read_receptors(TableReader& root, ProblemList& problems);
/// [[effect]]. `scope` checks the `on` of an effect in its table and returns the parameters that can change there;
/// whether conductances can, says `neurons`.
struct EffectScope {
  std::vector<std::string> parameters;
  bool neurons = true;
};
void read_effects(TableReader& root, const std::function<EffectScope(TableReader&, const std::string& on)>& scope,
                  models::Modulation& into);
/// One of the declared names, or a problem.
std::string known_name(TableReader& table, const std::string& key, const std::string& what,
                       const std::vector<std::string>& declared);
/// The unit of what effects change: of a neuron, a synapse (PORT.tau ...) or a projection.
Unit effect_unit(std::string_view parameter);
std::vector<std::string> adex_parameter_names();
/// `job` is the table [job], which holds the title.
StudyJob read_study(TableReader& root, TableReader& job, const std::string& job_path, ProblemList& problems);
NetworkJob read_network(TableReader& root, TableReader& job, const std::string& job_path, ProblemList& problems);

/// A number that [vary] names, and what the reader of networks took it for at each of its paths.
struct Placeholder {
  VariedQuantity quantity;
  Place place;
  std::vector<std::shared_ptr<ReadAs>> read_as;
};
/// Puts a placeholder wherever a path of [vary] leads.
std::vector<Placeholder> place_varied(TomlNode& document, ProblemList& problems);
/// [vary], the design and [sweep], after the network itself was read.
void read_network_points(TableReader& root, TableReader& job_table, const std::string& job_path,
                         std::vector<Placeholder>& placeholders, ProblemList& problems, Job& job);
/// After everything: placeholders that nothing has read, if no other problem says why.
void refuse_unread(const std::vector<Placeholder>& placeholders, ProblemList& problems);
/// The study `modscape study --from` means, as the document a user would have written.
TomlNode study_document(const std::string& fi_path, const std::vector<std::string>& gauge,
                        const std::string& cell_type);

/// The canonical text of modulators, receptors and effects.
void write_modulation(TomlWriter& out, const models::Modulation& modulation);
/// The canonical text of a network, without [job].
void write_network(TomlWriter& out, const NetworkJob& job);

/// Fills `resolved`, `hash` and `earlier_hashes`.
void add_identity(Job& job);

}  // namespace modscape::config
