// SPDX-License-Identifier: Apache-2.0
// A VectorField from one formula: all derivatives by automatic differentiation with Boost.Math's nested truncated
// polynomials, exact to rounding (docs/decisions/0006).
#pragma once
#include <array>
#include <boost/math/differentiation/autodiff.hpp>
#include <cmath>
#include <utility>

#include "core/vector_field.hpp"

namespace modscape {

/// What DifferentiatedField differentiates:
///   static std::span<const StateInfo> states();  static std::span<const ParameterInfo> parameters();
///   static FieldScales scales(std::span<const double> p);
///   template <class T> static void field(const T* u, const T* p, T* dudt);   T: double or a truncated polynomial
///   static constexpr std::size_t state_count, parameter_count;
/// and, if it has one, its own Jacobian (row-major), which is then used instead:
///   static void jacobian(const double* u, const double* p, double* j);
template <class M>
concept FieldModel = requires(const double* u, const double* p, double* f, std::span<const double> values) {
  { M::states() } -> std::convertible_to<std::span<const StateInfo>>;
  { M::parameters() } -> std::convertible_to<std::span<const ParameterInfo>>;
  { M::scales(values) } -> std::convertible_to<FieldScales>;
  { M::state_count + M::parameter_count } -> std::convertible_to<std::size_t>;
  M::field(u, p, f);
};

template <FieldModel M>
class DifferentiatedField : public VectorField {
  static constexpr std::size_t n = M::state_count, m = M::parameter_count;
  using One = boost::math::differentiation::autodiff_fvar<double, 1>;
  using Two = boost::math::differentiation::autodiff_fvar<double, 1, 1>;
  using Three = boost::math::differentiation::autodiff_fvar<double, 1, 1, 1>;

 public:
  std::span<const StateInfo> states() const override { return M::states(); }
  std::span<const ParameterInfo> parameters() const override { return M::parameters(); }
  FieldScales scales(std::span<const double> p) const override { return M::scales(p); }

  void value(std::span<const double> u, std::span<const double> p, std::span<double> f) const override {
    M::field(u.data(), p.data(), f.data());
  }

  void jacobian(std::span<const double> u, std::span<const double> p, std::span<double> j) const override {
    if constexpr (requires { M::jacobian(u.data(), p.data(), j.data()); })
      M::jacobian(u.data(), p.data(), j.data());
    else
      differentiated_jacobian(u, p, j);
  }

  /// Of the formula, also where the model has a Jacobian of its own (to test that).
  void differentiated_jacobian(std::span<const double> u, std::span<const double> p, std::span<double> j) const {
    std::array<double, n> column{};
    for (std::size_t k = 0; k < n; ++k) {
      first(u, p, k, column);
      for (std::size_t i = 0; i < n; ++i) j[i * n + k] = column[i];
    }
  }

  void parameter_derivative(std::span<const double> u, std::span<const double> p, std::size_t k,
                            std::span<double> f) const override {
    first(u, p, n + k, f);
  }

  void second(std::span<const double> u, std::span<const double> p, Direction q, Direction r,
              std::span<double> f) const override {
    using boost::math::differentiation::make_ftuple;
    const auto units = make_ftuple<double, 1, 1>(0.0, 0.0);
    along<Two>(
        u, p, [&](std::size_t k) -> Two { return std::get<0>(units) * at(q, k) + std::get<1>(units) * at(r, k); },
        [&](std::size_t i, const Two& y) { f[i] = y.derivative(1, 1); });
  }

  void third(std::span<const double> u, std::span<const double> p, Direction q, Direction r, Direction s,
             std::span<double> f) const override {
    using boost::math::differentiation::make_ftuple;
    const auto units = make_ftuple<double, 1, 1, 1>(0.0, 0.0, 0.0);
    along<Three>(
        u, p,
        [&](std::size_t k) -> Three {
          return std::get<0>(units) * at(q, k) + std::get<1>(units) * at(r, k) + std::get<2>(units) * at(s, k);
        },
        [&](std::size_t i, const Three& y) { f[i] = y.derivative(1, 1, 1); });
  }

 private:
  static double at(Direction d, std::size_t k) { return k < n ? d.u[k] : d.p.empty() ? 0.0 : d.p[k - n]; }

  void first(std::span<const double> u, std::span<const double> p, std::size_t along_k, std::span<double> f) const {
    const One unit = boost::math::differentiation::make_fvar<double, 1>(0.0);
    along<One>(
        u, p, [&](std::size_t k) -> One { return unit * (k == along_k ? 1.0 : 0.0); },
        [&](std::size_t i, const One& y) { f[i] = y.derivative(1); });
  }

  // The field at (u, p) + nilpotent(k), k counting the states, then the parameters.
  template <class T, class Nilpotent, class Store>
  static void along(std::span<const double> u, std::span<const double> p, const Nilpotent& nilpotent,
                    const Store& store) {
    std::array<T, n> states, slopes;
    std::array<T, m> parameters;
    for (std::size_t k = 0; k < n; ++k) states[k] = nilpotent(k) + u[k];
    for (std::size_t k = 0; k < m; ++k) parameters[k] = nilpotent(n + k) + p[k];
    M::field(states.data(), parameters.data(), slopes.data());
    for (std::size_t i = 0; i < n; ++i) store(i, slopes[i]);
  }
};

}  // namespace modscape
