// SPDX-License-Identifier: Apache-2.0
// Vector fields: every derivative against finite differences of the one below it, own Jacobians against automatic
// differentiation, and the mean fields' equilibria against closed forms.
#include <gtest/gtest.h>

#include <array>
#include <numbers>

#include "core/differentiated_field.hpp"
#include "core/ode.hpp"
#include "models/adex_field.hpp"
#include "models/montbrio.hpp"
#include "models/qif_adaptation.hpp"

namespace modscape::models {
namespace {
using Vector = std::vector<double>;

static_assert(OdeModel<Montbrio> && OdeModel<QifAdaptation>);

struct Case {
  const char* name;
  const VectorField& (*field)();
  Vector u, p;
};
void PrintTo(const Case& one, std::ostream* out) {
  *out << one.name;
}
Vector adex_values() {
  return adex_field_values(250.0, {200, 12, -70, -50, 2, 2, 60, 300, -58, 0, 0});
}
Vector sfa_values() {
  return input_and_values(0.3, qif_adaptation_table().defaults(), qif_adaptation_table());
}

class Fields : public testing::TestWithParam<Case> {
 protected:
  const Case& c = GetParam();
  const VectorField& field = c.field();
  std::size_t n = field.states().size(), m = field.parameters().size();
  FieldScales scales = field.scales(c.p);

  Vector value(const Vector& u, const Vector& p) const {
    Vector f(n);
    field.value(u, p, f);
    return f;
  }
  /// Directions that involve every state and every parameter, differently.
  std::pair<Vector, Vector> direction(double phase) const {
    Vector u(n), p(m);
    for (std::size_t i = 0; i < n; ++i) u[i] = scales.states[i] * std::cos(phase + 1.3 * static_cast<double>(i));
    for (std::size_t k = 0; k < m; ++k) p[k] = scales.parameters[k] * std::sin(phase + 0.7 * static_cast<double>(k));
    return {u, p};
  }
  static Vector moved(Vector from, const Vector& by, double h) {
    for (std::size_t i = 0; i < from.size(); ++i) from[i] += h * by[i];
    return from;
  }
  /// Central difference along (u, p) of a function of (u, p), of fourth order.
  template <class F>
  Vector difference(const F& f, const std::pair<Vector, Vector>& along) const {
    const double h = 1e-3;
    const auto at = [&](double step) { return f(moved(c.u, along.first, step), moved(c.p, along.second, step)); };
    const Vector a = at(h), b = at(-h), a2 = at(2 * h), b2 = at(-2 * h);
    Vector made(n);
    for (std::size_t i = 0; i < n; ++i) made[i] = (8.0 * (a[i] - b[i]) - (a2[i] - b2[i])) / (12.0 * h);
    return made;
  }
  void expect_near(const Vector& found, const Vector& expected, const char* what) const {
    for (std::size_t i = 0; i < n; ++i)
      EXPECT_NEAR(found[i], expected[i], 1e-8 * (scales.states[i] + std::abs(expected[i]))) << what << " " << i;
  }
};

TEST_P(Fields, FirstDerivativesAreThoseOfTheValue) {
  for (std::size_t k = 0; k < n + m; ++k) {
    std::pair<Vector, Vector> along{Vector(n, 0.0), Vector(m, 0.0)};
    double& one = k < n ? along.first[k] : along.second[k - n];
    one = k < n ? scales.states[k] : scales.parameters[k - n];
    const Vector expected = difference([&](const Vector& u, const Vector& p) { return value(u, p); }, along);
    Vector found(n), j(n * n);
    field.jacobian(c.u, c.p, j);
    if (k >= n) field.parameter_derivative(c.u, c.p, k - n, found);
    for (std::size_t i = 0; i < n; ++i) found[i] = one * (k < n ? j[i * n + k] : found[i]);
    expect_near(found, expected, k < n ? field.states()[k].name.data() : field.parameters()[k - n].name.data());
  }
}

TEST_P(Fields, SecondDerivativeIsThatOfTheFirst) {
  const auto q = direction(0.2), r = direction(1.1);
  const auto along_q = [&](const Vector& u, const Vector& p) {
    Vector sum(n, 0.0), j(n * n), one(n);
    field.jacobian(u, p, j);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t k = 0; k < n; ++k) sum[i] += j[i * n + k] * q.first[k];
    for (std::size_t k = 0; k < m; ++k) {
      field.parameter_derivative(u, p, k, one);
      for (std::size_t i = 0; i < n; ++i) sum[i] += one[i] * q.second[k];
    }
    return sum;
  };
  Vector found(n);
  field.second(c.u, c.p, {q.first, q.second}, {r.first, r.second}, found);
  expect_near(found, difference(along_q, r), "second");
}

TEST_P(Fields, ThirdDerivativeIsThatOfTheSecond) {
  const auto q = direction(0.2), r = direction(1.1), s = direction(2.4);
  const auto along_qr = [&](const Vector& u, const Vector& p) {
    Vector f(n);
    field.second(u, p, {q.first, q.second}, {r.first, r.second}, f);
    return f;
  };
  Vector found(n);
  field.third(c.u, c.p, {q.first, q.second}, {r.first, r.second}, {s.first, s.second}, found);
  expect_near(found, difference(along_qr, s), "third");
}

TEST_P(Fields, DirectionsWithoutParametersAreThoseOfTheStates) {
  const auto q = direction(0.2), r = direction(1.1);
  const Vector none(m, 0.0);
  Vector bare(n), full(n);
  field.second(c.u, c.p, {q.first, {}}, {r.first, {}}, bare);
  field.second(c.u, c.p, {q.first, none}, {r.first, none}, full);
  EXPECT_EQ(bare, full);
}

TEST_P(Fields, NamesAreUniqueAndScalesPositive) {
  for (std::size_t k = 0; k < m; ++k) EXPECT_EQ(index_of(field.parameters(), field.parameters()[k].name), k);
  for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(index_of(field.states(), field.states()[i].name), i);
  EXPECT_EQ(index_of(field.states(), "nothing"), n);
  ASSERT_EQ(scales.states.size(), n);
  ASSERT_EQ(scales.parameters.size(), m);
  for (const Vector& some : {scales.states, scales.parameters})
    for (const double scale : some) EXPECT_GT(scale, 0.0);
}

INSTANTIATE_TEST_SUITE_P(Models, Fields,
                         testing::Values(Case{"adex", adex_field, {-49.9, 40.2}, adex_values()},
                                         Case{"montbrio", montbrio_field, {0.47, -0.34}, {0.2, 1.3, 1.0, -5.0, 15.0}},
                                         Case{"qif_adaptation", qif_adaptation_field, {1.1, -0.3, 10.0}, sfa_values()}),
                         [](const auto& instance) { return std::string(instance.param.name); });

// The field without a Jacobian of its own, differentiated, against the Jacobian that models/adex.hpp writes out.
struct PlainAdex {
  static constexpr std::size_t state_count = 2, parameter_count = 12;
  static std::span<const StateInfo> states() { return adex_field().states(); }
  static std::span<const ParameterInfo> parameters() { return adex_field().parameters(); }
  static FieldScales scales(std::span<const double> p) { return adex_field().scales(p); }
  template <class T>
  static void field(const T* u, const T* p, T* dudt) {
    using std::exp;
    dudt[0] = (p[2] * (p[5] * exp((u[0] - p[4]) / p[5]) - u[0] + p[3]) - u[1] + p[0]) / p[1];
    dudt[1] = (p[6] * (u[0] - p[3]) - u[1]) / p[8];
  }
};

TEST(AdexField, OwnJacobianIsThatOfAutomaticDifferentiation) {
  const Vector p = adex_values();
  for (const double V : {-75.0, -52.0, -49.9, -40.0}) {
    const std::array u{V, 30.0};
    std::array<double, 4> own{}, differentiated{};
    adex_field().jacobian(u, p, own);
    DifferentiatedField<PlainAdex>().jacobian(u, p, differentiated);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(own[i], differentiated[i], 1e-14 * std::abs(own[i])) << V;
  }
}

TEST(AdexField, IsTheNeuronBetweenItsSpikes) {
  const AdexParameters neuron{200, 12, -70, -50, 2, 2, 60, 300, -58, 0, 0};
  const std::array u{-48.0, 33.0};
  std::array<double, 2> one{}, other{};
  adex_field().value(u, adex_field_values(123.0, neuron), one);
  Adex(neuron).rhs(123.0, u, other);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(one[i], other[i], 1e-15);
}

// Delta 1, J 15, eta -5: r of the three equilibria (closed form v = -Delta/(2 pi r), root of a quartic in r).
TEST(Montbrio, EquilibriaOfTheClosedForm) {
  const Montbrio model(montbrio_table().defaults());
  for (const double r : {0.0811344420, 0.4729803407, 1.0305967988}) {
    const std::array y{r, -1.0 / (2.0 * std::numbers::pi * r)};
    std::array<double, 2> slope{};
    model.rhs(0.0, y, slope);
    EXPECT_NEAR(slope[0], 0.0, 1e-14) << r;
    EXPECT_NEAR(slope[1], 0.0, 1e-8) << r;
  }
}

// The equilibrium at the upper Hopf point of the diagram in eta (alpha 1): r 1.1083814131, eta -0.3860798116.
TEST(QifAdaptation, EquilibriumAtItsHopfPoint) {
  QifAdaptationParameters p = qif_adaptation_table().defaults();
  p.alpha = 1.0;
  p.eta = -0.3860798116;
  const double r = 1.1083814131;
  const std::array y{r, -p.Delta / (2.0 * std::numbers::pi * r), p.alpha * p.tau_a * r};
  std::array<double, 3> slope{};
  QifAdaptation(p).rhs(0.0, y, slope);
  for (const double one : slope) EXPECT_NEAR(one, 0.0, 2e-9);
}

// The input is added to eta, and both models agree without adaptation.
TEST(QifAdaptation, WithoutAdaptationIsMontbrio) {
  QifAdaptationParameters p = qif_adaptation_table().defaults();
  p.eta = -2.0;
  const Montbrio plain({p.tau, p.Delta, p.eta + 0.5, p.J});
  const std::array with{0.7, -0.4, 0.0};
  const std::array without{0.7, -0.4};
  std::array<double, 3> one{};
  std::array<double, 2> other{};
  QifAdaptation(p).rhs(0.5, with, one);
  plain.rhs(0.0, without, other);
  EXPECT_EQ(one[0], other[0]);
  EXPECT_NEAR(one[1], other[1], 1e-14);
  EXPECT_NEAR(one[2], 0.35, 1e-15);
}

}  // namespace
}  // namespace modscape::models
