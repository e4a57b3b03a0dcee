// SPDX-License-Identifier: Apache-2.0
// From the values of a design's point to the neuron that they mean, modulated as the job says, and its protocol.
#pragma once
#include <span>
#include <vector>

#include "config/job.hpp"
#include "config/sweep_parameters.hpp"
#include "dynamics/family_field.hpp"
#include "io/results_file.hpp"

namespace modscape::study {

struct DesignedNeuron {
  models::ModulatedNeuron neuron;
  config::SweepProtocol protocol;
};

class DesignedNeurons {
 public:
  /// `also`: names of parameters that have a value after those of the design. `job` must outlive it.
  explicit DesignedNeurons(const config::NeuronDesign& job, const std::vector<std::string>& also = {});

  /// The varied ones, in the order of the values.
  const std::vector<config::SweepParameter>& parameters() const noexcept { return parameters_; }
  /// NaN: a conditional axis that does not exist here; the job's own value holds.
  DesignedNeuron at(std::span<const double> values) const;
  /// Under their constant current, as functions of the values. `extents`: how far each goes, `step`: the share of it
  /// that a continuation goes at once at most. The family must not outlive this.
  dynamics::NeuronFamily family(const std::vector<double>& extents, double step) const;
  /// A column per parameter of the design.
  std::vector<io::Column> columns() const;

 private:
  const config::NeuronDesign& job_;
  std::vector<config::SweepParameter> parameters_;
};

}  // namespace modscape::study
