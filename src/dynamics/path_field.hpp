// SPDX-License-Identifier: Apache-2.0
// The AdEx neuron between its spikes (models/adex_field.hpp) along a path: a field whose one parameter is the number
// that the path depends on.
#pragma once
#include <array>

#include "core/vector_field.hpp"
#include "dynamics/spike_map.hpp"

namespace modscape::dynamics {

class PathField final : public VectorField {
 public:
  /// `parameter` describes the path's number; `path` must outlive the field.
  PathField(const NeuronPath& path, const ParameterInfo& parameter) : path_(path), parameter_{parameter} {}

  std::span<const StateInfo> states() const override;
  std::span<const ParameterInfo> parameters() const override { return parameter_; }
  FieldScales scales(std::span<const double> p) const override;
  void value(std::span<const double> u, std::span<const double> p, std::span<double> f) const override;
  void jacobian(std::span<const double> u, std::span<const double> p, std::span<double> j) const override;
  void parameter_derivative(std::span<const double> u, std::span<const double> p, std::size_t k,
                            std::span<double> f) const override;
  // Of directions that both (or all) lie along the path the part with its second derivative is left out: defining
  // systems of special points do not need it.
  void second(std::span<const double> u, std::span<const double> p, Direction q, Direction r,
              std::span<double> f) const override;
  void third(std::span<const double> u, std::span<const double> p, Direction q, Direction r, Direction s,
             std::span<double> f) const override;

 private:
  const NeuronPath& path_;
  std::array<ParameterInfo, 1> parameter_;
};

}  // namespace modscape::dynamics
