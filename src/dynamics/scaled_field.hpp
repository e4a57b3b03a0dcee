// SPDX-License-Identifier: Apache-2.0
// A vector field with some free parameters in dimensionless form: states and parameters divided by their scales, time
// by a scale of its own. Points x = (u, free parameters, ...) stay in their own units, elements beyond those are
// ignored; directions, values and derivatives are dimensionless.
#pragma once
#include <span>
#include <vector>

#include "core/vector_field.hpp"

namespace modscape::dynamics {

class ScaledField {
 public:
  /// `free`: indices into field.parameters(); the values of those in `parameters` are those the scales are taken at.
  ScaledField(const VectorField& field, std::vector<double> parameters, std::vector<std::size_t> free);

  const VectorField& field() const { return field_; }
  std::size_t size() const { return n_; }
  std::size_t free() const { return free_.size(); }
  std::size_t unknowns() const { return n_ + free_.size(); }
  std::span<const double> scales() const { return scales_; }  ///< of x, unknowns() elements
  double time_scale() const { return time_; }                 ///< ms
  /// The time scale becomes that in which the norm of the Jacobian is 1 at x.
  void set_time_scale(std::span<const double> x);
  std::span<const std::size_t> free_parameters() const { return free_; }
  /// All parameters at x.
  std::vector<double> parameters(std::span<const double> x) const;

  // All return false where the field is not defined.
  bool value(std::span<const double> x, std::span<double> f) const;
  bool jacobian(std::span<const double> x, std::span<double> j) const;       ///< n x n, of the states
  bool full_jacobian(std::span<const double> x, std::span<double> j) const;  ///< n x unknowns
  /// Directions have n elements (states alone) or unknowns().
  std::vector<double> second(std::span<const double> x, std::span<const double> q, std::span<const double> r) const;
  std::vector<double> third(std::span<const double> x, std::span<const double> q, std::span<const double> r,
                            std::span<const double> s) const;

 private:
  struct Stretched {  ///< a direction in own units
    std::vector<double> u, p;
    Direction view() const { return {u, p}; }
  };
  Stretched stretched(std::span<const double> direction) const;
  std::span<const double> all_parameters(std::span<const double> x) const;
  bool made_dimensionless(std::span<double> f) const;

  const VectorField& field_;
  std::size_t n_;
  std::vector<std::size_t> free_;
  std::vector<double> scales_;
  double time_ = 1.0;
  mutable std::vector<double> parameters_;
};

}  // namespace modscape::dynamics
