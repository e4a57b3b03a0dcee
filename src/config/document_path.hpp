// SPDX-License-Identifier: Apache-2.0
// Values of a job file by their path: "population.RS.neuron.b", "background.0.rate".
#pragma once
#include <optional>
#include <string>

#include "config/toml_node.hpp"

namespace modscape::config {

/// Why there is no such place.
struct PathProblem {
  std::string message, suggestion;
};

/// Puts `value` at `path`, in place of what is there. Elements of a list of tables go by their `name` or by their
/// number from 0. A table that is missing is made, but not where all tables have names of the user's choice (a
/// population that nobody declared). The new nodes are at `place`.
std::optional<PathProblem> put_at(TomlNode& document, const std::string& path, TomlNode value, Place place);

}  // namespace modscape::config
