// SPDX-License-Identifier: Apache-2.0
#include "dynamics/path_field.hpp"

#include <algorithm>

#include "models/adex_field.hpp"

namespace modscape::dynamics {
namespace {

std::vector<double> values_of(const DrivenNeuron& at) {
  return models::adex_field_values(at.current, at.neuron);
}

/// A direction of the path as one of the AdEx field.
class Lifted {
 public:
  Lifted(Direction direction, const std::vector<double>& change) : u_(direction.u) {
    if (direction.p.empty() || direction.p[0] == 0.0) return;
    for (const double component : change) p_.push_back(component * direction.p[0]);
  }
  Direction view() const { return {u_, p_}; }

 private:
  std::span<const double> u_;
  std::vector<double> p_;
};

}  // namespace

std::span<const StateInfo> PathField::states() const {
  return models::adex_field().states();
}

FieldScales PathField::scales(std::span<const double> p) const {
  return {models::adex_field().scales(values_of(path_.at(p[0]))).states, {path_.scale()}};
}

void PathField::value(std::span<const double> u, std::span<const double> p, std::span<double> f) const {
  models::adex_field().value(u, values_of(path_.at(p[0])), f);
}

void PathField::jacobian(std::span<const double> u, std::span<const double> p, std::span<double> j) const {
  models::adex_field().jacobian(u, values_of(path_.at(p[0])), j);
}

void PathField::parameter_derivative(std::span<const double> u, std::span<const double> p, std::size_t /*k*/,
                                     std::span<double> f) const {
  const std::vector<double> values = values_of(path_.at(p[0])), change = values_of(path_.derivative(p[0]));
  std::vector<double> along(f.size());
  std::ranges::fill(f, 0.0);
  for (std::size_t k = 0; k < change.size(); ++k) {
    if (change[k] == 0.0) continue;
    models::adex_field().parameter_derivative(u, values, k, along);
    for (std::size_t i = 0; i < f.size(); ++i) f[i] += change[k] * along[i];
  }
}

void PathField::second(std::span<const double> u, std::span<const double> p, Direction q, Direction r,
                       std::span<double> f) const {
  const std::vector<double> change = values_of(path_.derivative(p[0]));
  models::adex_field().second(u, values_of(path_.at(p[0])), Lifted(q, change).view(), Lifted(r, change).view(), f);
}

void PathField::third(std::span<const double> u, std::span<const double> p, Direction q, Direction r, Direction s,
                      std::span<double> f) const {
  const std::vector<double> change = values_of(path_.derivative(p[0]));
  models::adex_field().third(u, values_of(path_.at(p[0])), Lifted(q, change).view(), Lifted(r, change).view(),
                             Lifted(s, change).view(), f);
}

}  // namespace modscape::dynamics
