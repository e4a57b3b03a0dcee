// SPDX-License-Identifier: Apache-2.0
#include "config/sweep_parameters.hpp"

#include "config/job_tables.hpp"

namespace modscape::config {

std::vector<SweepParameter> sweep_parameters(const models::Modulation& modulation) {
  std::vector<SweepParameter> parameters;
  // Of a row of a table everything but its member.
  for (const auto& row : models::adex_table())
    parameters.push_back({static_cast<const ParameterInfo&>(row), row.member, nullptr, SIZE_MAX});
  for (const auto& row : sweep_protocol_table())
    parameters.push_back({static_cast<const ParameterInfo&>(row), nullptr, row.member, SIZE_MAX});
  for (std::size_t m = 0; m < modulation.modulators.size(); ++m)
    parameters.push_back({dose_info(modulation.modulators[m].name), nullptr, nullptr, m});
  return parameters;
}

const SweepParameter* find_parameter(const std::vector<SweepParameter>& parameters, std::string_view name) {
  for (const SweepParameter& parameter : parameters)
    if (parameter.info.name == name) return &parameter;
  return nullptr;
}

std::vector<std::string> names_of(const std::vector<SweepParameter>& parameters) {
  std::vector<std::string> names;
  for (const SweepParameter& parameter : parameters) names.push_back(parameter.name());
  return names;
}

}  // namespace modscape::config
