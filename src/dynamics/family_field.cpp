// SPDX-License-Identifier: Apache-2.0
#include "dynamics/family_field.hpp"

#include <algorithm>

#include "models/adex_field.hpp"

namespace modscape::dynamics {
namespace {

std::vector<double> values_of(const DrivenNeuron& at) {
  return models::adex_field_values(at.current, at.neuron);
}

DrivenNeuron difference(const NeuronFamily::Function& at, std::span<const double> p, std::size_t k, double step) {
  std::vector<double> beside(p.begin(), p.end());
  beside[k] = p[k] - step;
  const DrivenNeuron left = at(beside);
  beside[k] = p[k] + step;
  const DrivenNeuron right = at(beside);
  DrivenNeuron change = no_change();
  for (const auto& row : models::adex_table())
    change.neuron.*row.member = (right.neuron.*row.member - left.neuron.*row.member) / (2.0 * step);
  change.current = (right.current - left.current) / (2.0 * step);
  return change;
}

}  // namespace

NeuronFamily::NeuronFamily(Function at, std::vector<double> steps, std::vector<double> scales)
    : at_(std::move(at)), scales_(std::move(scales)) {
  derivative_ = [at = at_, steps = std::move(steps)](std::span<const double> p, std::size_t k) {
    return difference(at, p, k, steps[k]);
  };
}

NeuronFamily::NeuronFamily(const NeuronPath& path)
    : at_([&path](std::span<const double> p) { return path.at(p[0]); }),
      derivative_([&path](std::span<const double> p, std::size_t) { return path.derivative(p[0]); }),
      scales_{path.scale()} {}

NeuronPath NeuronFamily::along(std::size_t k, std::vector<double> p) const {
  const auto with = [p, k](double value) {
    std::vector<double> here = p;
    here[k] = value;
    return here;
  };
  return {[with, at = at_](double value) { return at(with(value)); },
          [with, k, derivative = derivative_](double value) { return derivative(with(value), k); }, scales_[k]};
}

std::span<const StateInfo> FamilyField::states() const {
  return models::adex_field().states();
}

FieldScales FamilyField::scales(std::span<const double> p) const {
  return {models::adex_field().scales(values_of(family_.at(p))).states, family_.scales()};
}

void FamilyField::value(std::span<const double> u, std::span<const double> p, std::span<double> f) const {
  models::adex_field().value(u, values_of(family_.at(p)), f);
}

void FamilyField::jacobian(std::span<const double> u, std::span<const double> p, std::span<double> j) const {
  models::adex_field().jacobian(u, values_of(family_.at(p)), j);
}

void FamilyField::parameter_derivative(std::span<const double> u, std::span<const double> p, std::size_t k,
                                       std::span<double> f) const {
  const std::vector<double> values = values_of(family_.at(p)), change = values_of(family_.derivative(p, k));
  std::vector<double> along(f.size());
  std::ranges::fill(f, 0.0);
  for (std::size_t row = 0; row < change.size(); ++row) {
    if (change[row] == 0.0) continue;
    models::adex_field().parameter_derivative(u, values, row, along);
    for (std::size_t i = 0; i < f.size(); ++i) f[i] += change[row] * along[i];
  }
}

/// A direction in the numbers as one in the parameters of the AdEx field; empty if it is zero.
std::vector<double> FamilyField::change(std::span<const double> p, Direction direction) const {
  std::vector<double> total;
  for (std::size_t k = 0; k < direction.p.size(); ++k) {
    if (direction.p[k] == 0.0) continue;
    const std::vector<double> along = values_of(family_.derivative(p, k));
    total.resize(along.size(), 0.0);
    for (std::size_t row = 0; row < along.size(); ++row) total[row] += along[row] * direction.p[k];
  }
  return total;
}

void FamilyField::second(std::span<const double> u, std::span<const double> p, Direction q, Direction r,
                         std::span<double> f) const {
  const std::vector<double> by_q = change(p, q), by_r = change(p, r);
  models::adex_field().second(u, values_of(family_.at(p)), {q.u, by_q}, {r.u, by_r}, f);
}

void FamilyField::third(std::span<const double> u, std::span<const double> p, Direction q, Direction r, Direction s,
                        std::span<double> f) const {
  const std::vector<double> by_q = change(p, q), by_r = change(p, r), by_s = change(p, s);
  models::adex_field().third(u, values_of(family_.at(p)), {q.u, by_q}, {r.u, by_r}, {s.u, by_s}, f);
}

}  // namespace modscape::dynamics
