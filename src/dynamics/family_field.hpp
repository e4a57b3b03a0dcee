// SPDX-License-Identifier: Apache-2.0
// The AdEx neuron between its spikes (models/adex_field.hpp) as a field whose parameters are whatever numbers a family
// of neurons depends on.
#pragma once
#include <functional>

#include "core/vector_field.hpp"
#include "dynamics/spike_map.hpp"

namespace modscape::dynamics {

/// Neurons that depend smoothly on a few numbers.
class NeuronFamily {
 public:
  using Function = std::function<DrivenNeuron(std::span<const double>)>;
  /// `steps`, one per number: of the central differences that derivatives are taken by. Only Newton's Jacobians use
  /// them, so that is enough, and exact for whatever is linear in a number. `scales`: typical changes.
  NeuronFamily(Function at, std::vector<double> steps, std::vector<double> scales);
  /// Of one number; `path` must outlive the family.
  explicit NeuronFamily(const NeuronPath& path);

  DrivenNeuron at(std::span<const double> p) const { return at_(p); }
  DrivenNeuron derivative(std::span<const double> p, std::size_t k) const { return derivative_(p, k); }
  const std::vector<double>& scales() const noexcept { return scales_; }
  /// Along number k, the others held. The path needs the family no longer.
  NeuronPath along(std::size_t k, std::vector<double> p) const;

 private:
  Function at_;
  std::function<DrivenNeuron(std::span<const double>, std::size_t)> derivative_;
  std::vector<double> scales_;
};

class FamilyField final : public VectorField {
 public:
  /// `parameters` describes the numbers.
  FamilyField(NeuronFamily family, std::vector<ParameterInfo> parameters)
      : family_(std::move(family)), parameters_(std::move(parameters)) {}

  std::span<const StateInfo> states() const override;
  std::span<const ParameterInfo> parameters() const override { return parameters_; }
  FieldScales scales(std::span<const double> p) const override;
  void value(std::span<const double> u, std::span<const double> p, std::span<double> f) const override;
  void jacobian(std::span<const double> u, std::span<const double> p, std::span<double> j) const override;
  void parameter_derivative(std::span<const double> u, std::span<const double> p, std::size_t k,
                            std::span<double> f) const override;
  // Of directions that both (or all) lie in the numbers the part with their second derivatives is left out: defining
  // systems of special points do not need it.
  void second(std::span<const double> u, std::span<const double> p, Direction q, Direction r,
              std::span<double> f) const override;
  void third(std::span<const double> u, std::span<const double> p, Direction q, Direction r, Direction s,
             std::span<double> f) const override;

 private:
  std::vector<double> change(std::span<const double> p, Direction direction) const;

  NeuronFamily family_;
  std::vector<ParameterInfo> parameters_;
};

}  // namespace modscape::dynamics
