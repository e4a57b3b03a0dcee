// SPDX-License-Identifier: Apache-2.0
#include "study/designed_neurons.hpp"

#include <cmath>

namespace modscape::study {

DesignedNeurons::DesignedNeurons(const config::NeuronDesign& job, const std::vector<std::string>& also) : job_(job) {
  const std::vector<config::SweepParameter> all = config::sweep_parameters(job.modulation);
  std::vector<std::string> names = job.design.parameters();
  names.insert(names.end(), also.begin(), also.end());
  for (const std::string& name : names) parameters_.push_back(*config::find_parameter(all, name));
}

DesignedNeuron DesignedNeurons::at(std::span<const double> values) const {
  models::AdexParameters neuron = job_.neuron;
  DesignedNeuron made{{}, job_.protocol};
  std::vector<double> doses;
  for (const models::Modulator& modulator : job_.modulation.modulators) doses.push_back(modulator.tonic);
  for (std::size_t d = 0; d < parameters_.size(); ++d) {
    if (std::isnan(values[d])) continue;
    if (parameters_[d].of_neuron != nullptr)
      neuron.*parameters_[d].of_neuron = values[d];
    else if (parameters_[d].of_protocol != nullptr)
      made.protocol.*parameters_[d].of_protocol = values[d];
    else
      doses[parameters_[d].modulator] = values[d];
  }
  made.neuron = models::modulated(neuron, job_.modulation, doses, job_.cell_type);
  return made;
}

dynamics::NeuronFamily DesignedNeurons::family(const std::vector<double>& extents, double step) const {
  std::vector<double> steps, scales;
  for (const double extent : extents) {
    steps.push_back(1e-5 * extent);
    scales.push_back(2.0 * step * extent);  // a branch's longest step is half a unit of scaled arclength
  }
  const auto driven = [this](std::span<const double> values) {
    const DesignedNeuron made = at(values);
    return dynamics::DrivenNeuron{made.neuron.parameters, made.protocol.amplitude + made.neuron.current_offset};
  };
  return {driven, std::move(steps), std::move(scales)};
}

std::vector<io::Column> DesignedNeurons::columns() const {
  std::vector<io::Column> columns;
  for (std::size_t d = 0; d < job_.design.parameters().size(); ++d)
    columns.push_back({parameters_[d].name(),
                       io::ColumnType::f64,
                       std::string(symbol(parameters_[d].info.unit)),
                       std::string(parameters_[d].info.text),
                       {},
                       {}});
  return columns;
}

}  // namespace modscape::study
