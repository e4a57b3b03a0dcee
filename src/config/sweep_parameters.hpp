// SPDX-License-Identifier: Apache-2.0
// What a sweep can vary: the parameters of the neuron, those of the protocol, and the doses of the modulators.
#pragma once
#include "config/job.hpp"
#include "core/parameter_table.hpp"

namespace modscape::config {

/// One of them; exactly one of the last three says where its value goes (none: network_points.hpp does).
struct SweepParameter {
  ParameterInfo info;
  double models::AdexParameters::* of_neuron = nullptr;
  double SweepProtocol::* of_protocol = nullptr;
  std::size_t modulator = SIZE_MAX;  ///< index in the modulation
  std::string name() const { return std::string(info.name); }
};

/// All of them, in the order neuron, protocol, doses. `modulation` must outlive the result.
std::vector<SweepParameter> sweep_parameters(const models::Modulation& modulation);

/// Null if there is no such name.
const SweepParameter* find_parameter(const std::vector<SweepParameter>& parameters, std::string_view name);

std::vector<std::string> names_of(const std::vector<SweepParameter>& parameters);

}  // namespace modscape::config
