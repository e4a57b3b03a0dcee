// SPDX-License-Identifier: Apache-2.0
// A network at every point of a design: [vary] gives names to numbers of the job file, the design gives them values,
// and the job of a point is the file with these values put in. So whatever the reader of networks knows can be varied.
#pragma once
#include <span>
#include <vector>

#include "config/sweep_parameters.hpp"
#include "config/toml_node.hpp"

namespace modscape::config {

/// What a design can vary here; `job` must outlive the rows.
std::vector<SweepParameter> network_parameters(const NetworkPointsJob& job);

class NetworkPointReader {
 public:
  explicit NetworkPointReader(const NetworkPointsJob& job);
  /// `values` in the order of design.parameters(); NaN: a conditional axis that does not exist here, the file's own
  /// value holds. BadInput if there is no such network.
  NetworkJob at(std::span<const double> values) const;
  /// "b = 20 pA, drive = 3 Hz".
  std::string text(std::span<const double> values) const;

 private:
  std::string job_path_;
  TomlNode document_;
  std::vector<VariedQuantity> varied_;  // in the order of the values
  std::vector<Place> places_;           // in [vary]
};

}  // namespace modscape::config
