// SPDX-License-Identifier: Apache-2.0
#include "dynamics/scaled_field.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace modscape::dynamics {

ScaledField::ScaledField(const VectorField& field, std::vector<double> parameters, std::vector<std::size_t> free)
    : field_(field), n_(field.states().size()), free_(std::move(free)), parameters_(std::move(parameters)) {
  if (parameters_.size() != field.parameters().size()) throw InternalError("a field got another number of parameters");
  const FieldScales made = field.scales(parameters_);
  scales_ = made.states;
  for (const std::size_t k : free_) scales_.push_back(made.parameters.at(k));
}

void ScaledField::set_time_scale(std::span<const double> x) {
  time_ = 1.0;
  std::vector<double> j(n_ * n_);
  if (!jacobian(x, j)) return;
  double sum = 0.0;
  for (const double element : j) sum += element * element;
  if (sum > 0.0) time_ = 1.0 / std::sqrt(sum);
}

std::vector<double> ScaledField::parameters(std::span<const double> x) const {
  const std::span<const double> all = all_parameters(x);
  return {all.begin(), all.end()};
}

std::span<const double> ScaledField::all_parameters(std::span<const double> x) const {
  for (std::size_t k = 0; k < free_.size(); ++k) parameters_[free_[k]] = x[n_ + k];
  return parameters_;
}

bool ScaledField::made_dimensionless(std::span<double> f) const {
  for (std::size_t i = 0; i < n_; ++i) f[i] *= time_ / scales_[i];
  return std::ranges::all_of(f.first(n_), [](double element) { return std::isfinite(element); });
}

bool ScaledField::value(std::span<const double> x, std::span<double> f) const {
  field_.value(x.first(n_), all_parameters(x), f);
  return made_dimensionless(f);
}

bool ScaledField::jacobian(std::span<const double> x, std::span<double> j) const {
  field_.jacobian(x.first(n_), all_parameters(x), j);
  for (std::size_t i = 0; i < n_; ++i)
    for (std::size_t k = 0; k < n_; ++k) j[i * n_ + k] *= time_ * scales_[k] / scales_[i];
  return std::ranges::all_of(j.first(n_ * n_), [](double element) { return std::isfinite(element); });
}

bool ScaledField::full_jacobian(std::span<const double> x, std::span<double> j) const {
  const std::size_t width = unknowns();
  std::vector<double> square(n_ * n_), column(n_);
  if (!jacobian(x, square)) return false;
  for (std::size_t i = 0; i < n_; ++i)
    std::copy_n(square.begin() + static_cast<std::ptrdiff_t>(i * n_), n_,
                j.begin() + static_cast<std::ptrdiff_t>(i * width));
  for (std::size_t k = 0; k < free_.size(); ++k) {
    field_.parameter_derivative(x.first(n_), all_parameters(x), free_[k], column);
    if (!made_dimensionless(column)) return false;
    for (std::size_t i = 0; i < n_; ++i) j[i * width + n_ + k] = column[i] * scales_[n_ + k];
  }
  return true;
}

ScaledField::Stretched ScaledField::stretched(std::span<const double> direction) const {
  Stretched made{{direction.begin(), direction.begin() + static_cast<std::ptrdiff_t>(n_)}, {}};
  for (std::size_t i = 0; i < n_; ++i) made.u[i] *= scales_[i];
  if (direction.size() == n_) return made;
  made.p.assign(parameters_.size(), 0.0);
  for (std::size_t k = 0; k < free_.size(); ++k) made.p[free_[k]] = direction[n_ + k] * scales_[n_ + k];
  return made;
}

std::vector<double> ScaledField::second(std::span<const double> x, std::span<const double> q,
                                        std::span<const double> r) const {
  std::vector<double> f(n_);
  field_.second(x.first(n_), all_parameters(x), stretched(q).view(), stretched(r).view(), f);
  made_dimensionless(f);
  return f;
}

std::vector<double> ScaledField::third(std::span<const double> x, std::span<const double> q, std::span<const double> r,
                                       std::span<const double> s) const {
  std::vector<double> f(n_);
  field_.third(x.first(n_), all_parameters(x), stretched(q).view(), stretched(r).view(), stretched(s).view(), f);
  made_dimensionless(f);
  return f;
}

}  // namespace modscape::dynamics
