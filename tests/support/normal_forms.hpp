// SPDX-License-Identifier: Apache-2.0
// Vector fields in states x0, x1, ... and parameters p0, p1 whose bifurcations are known by construction (Kuznetsov
// 2004, "Elements of Applied Bifurcation Theory"). All scales are 1.
#pragma once
#include <array>
#include <limits>
#include <string_view>

#include "core/differentiated_field.hpp"

namespace modscape::test_support {

template <std::size_t N, std::size_t M>
struct PlainModel {
  static constexpr std::size_t state_count = N, parameter_count = M;
  static std::span<const StateInfo> states() {
    static constexpr double infinity = std::numeric_limits<double>::infinity();
    static constexpr std::array<std::string_view, 4> names{"x0", "x1", "x2", "x3"};
    static const auto infos = [] {
      std::array<StateInfo, N> made;
      for (std::size_t i = 0; i < N; ++i) made[i] = {names[i], names[i], Unit::one, -infinity, infinity};
      return made;
    }();
    return infos;
  }
  static std::span<const ParameterInfo> parameters() {
    static constexpr std::array<std::string_view, 2> names{"p0", "p1"};
    static const auto infos = [] {
      std::array<ParameterInfo, M> made;
      for (std::size_t i = 0; i < M; ++i)
        made[i] = {names[i], names[i], Unit::one, 0.0, -100.0, 100.0, false, "of a normal form", "none", "none"};
      return made;
    }();
    return infos;
  }
  static FieldScales scales(std::span<const double>) {
    return {std::vector<double>(N, 1.0), std::vector<double>(M, 1.0)};
  }
};

/// Fold at p0 = 0; the equilibria are x = +-sqrt(-p0).
struct Fold : PlainModel<1, 1> {
  template <class T>
  static void field(const T* u, const T* p, T* f) {
    f[0] = p[0] + u[0] * u[0];
  }
};
/// Branch point at p0 = 0 on x = 0.
struct Transcritical : PlainModel<1, 1> {
  template <class T>
  static void field(const T* u, const T* p, T* f) {
    f[0] = p[0] * u[0] - u[0] * u[0];
  }
};
/// Branch point at p0 = 0, where the branch x^2 = p0 turns round.
struct Pitchfork : PlainModel<1, 1> {
  template <class T>
  static void field(const T* u, const T* p, T* f) {
    f[0] = p[0] * u[0] - u[0] * u[0] * u[0];
  }
};
/// Eigenvalues 1 and p0: their sum vanishes at p0 = -1.
struct NeutralSaddle : PlainModel<2, 1> {
  template <class T>
  static void field(const T* u, const T* p, T* f) {
    f[0] = u[0] + u[1] * u[1];
    f[1] = p[0] * u[1] + u[0] * u[1];
  }
};
/// Bautin: Hopf points at p0 = 0 with omega 1 and l1 = 2 p1, generalised at p1 = 0.
struct Bautin : PlainModel<2, 2> {
  template <class T>
  static void field(const T* u, const T* p, T* f) {
    const T square = u[0] * u[0] + u[1] * u[1];
    const T growth = p[0] + p[1] * square - square * square;
    f[0] = growth * u[0] - u[1];
    f[1] = growth * u[1] + u[0];
  }
};
/// Bogdanov-Takens at p0 = p1 = 0; folds at 4 p0 = p1^2; Hopf points at p0 = 0, p1 < 0 with omega^2 = -p1.
struct BogdanovTakens : PlainModel<2, 2> {
  template <class T>
  static void field(const T* u, const T* p, T* f) {
    f[0] = u[1];
    f[1] = p[0] + p[1] * u[0] + u[0] * u[0] - u[0] * u[1];
  }
};
/// Cusp at p0 = p1 = 0; folds at 27 p0^2 = 4 p1^3. A second, stable direction comes along.
struct Cusp : PlainModel<2, 2> {
  template <class T>
  static void field(const T* u, const T* p, T* f) {
    f[0] = p[0] + p[1] * u[0] - u[0] * u[0] * u[0];
    f[1] = u[0] - 2.0 * u[1];
  }
};
/// Two pairs of eigenvalues, p0 +- i and p0 +- 2i, cross together at p0 = 0: no test function sees that.
struct TwinHopf : PlainModel<4, 1> {
  template <class T>
  static void field(const T* u, const T* p, T* f) {
    f[0] = p[0] * u[0] - u[1];
    f[1] = u[0] + p[0] * u[1];
    f[2] = p[0] * u[2] - 2.0 * u[3];
    f[3] = 2.0 * u[2] + p[0] * u[3];
  }
};

template <class Model>
const VectorField& field_of() {
  static const DifferentiatedField<Model> field;
  return field;
}

}  // namespace modscape::test_support
