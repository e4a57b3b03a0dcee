// SPDX-License-Identifier: Apache-2.0
// Bifurcation diagrams along paths: the field's derivatives along a bent path, and what is drawn once and only once.
// One rank: PETSc needs MPI.
#include <gmock/gmock.h>

#include <cmath>
#include <map>

#include "dynamics/adex_equilibria.hpp"
#include "dynamics/diagram.hpp"
#include "dynamics/family_field.hpp"

namespace {
using namespace modscape;
using dynamics::BranchKind;
using dynamics::Diagram;
using dynamics::DrivenNeuron;
using dynamics::NeuronPath;
using dynamics::PointKind;

// Naud et al. 2008, regular bursting.
constexpr models::AdexParameters bursting{200, 10, -58, -50, 2, 2, 100, 120, -46, 0, 0};
constexpr ParameterInfo number{"s", "s", Unit::one, 0.0, -1e6, 1e6, false, "number of the path", {}, {}};

/// Every parameter of the field moves, none of them linearly.
NeuronPath bent_path() {
  const auto at = [](double s) {
    models::AdexParameters p = bursting;
    p.C_m += 30 * std::sin(s);
    p.g_L *= std::exp(0.1 * s);
    p.E_L -= 4 * s * s;
    p.V_T += std::sin(2 * s);
    p.Delta_T *= 1 + 0.1 * s * s;
    p.a += s;
    p.tau_w *= 1 + 0.2 * s;
    return DrivenNeuron{p, 50 + 20 * s * s};
  };
  const auto change = [at](double s) {
    constexpr double h = 1e-5;
    DrivenNeuron made = dynamics::no_change();
    const DrivenNeuron left = at(s - h), right = at(s + h);
    for (const auto& row : models::adex_table())
      made.neuron.*row.member = (right.neuron.*row.member - left.neuron.*row.member) / (2 * h);
    made.current = (right.current - left.current) / (2 * h);
    return made;
  };
  return {at, change, 1.0};
}

TEST(FamilyField, DerivativesAreThoseOfTheBentPath) {
  const NeuronPath path = bent_path();
  const dynamics::FamilyField field(dynamics::NeuronFamily(path), {number});
  const std::vector<double> u{-52.0, 8.0}, p{0.7};
  const double h = 1e-4;
  const auto value = [&](std::vector<double> x, double s) {
    std::vector<double> f(2);
    field.value(x, std::vector{s}, f);
    return f;
  };
  std::vector<double> along(2), second(2), third(2);
  field.parameter_derivative(u, p, 0, along);
  const std::vector<double> v{0.6, -0.8}, one{1.0}, none;
  // The mixed second derivative, of which the defining systems of special points are made.
  field.second(u, p, {v, none}, {std::vector{0.0, 0.0}, one}, second);
  field.third(u, p, {v, none}, {v, none}, {std::vector{0.0, 0.0}, one}, third);
  const auto shifted = [&](double share) { return std::vector{u[0] + share * v[0], u[1] + share * v[1]}; };
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(along[i], (value(u, 0.7 + h)[i] - value(u, 0.7 - h)[i]) / (2 * h), 1e-6 * (1 + std::abs(along[i])));
    const auto difference = [&](double s) { return (value(shifted(h), s)[i] - value(shifted(-h), s)[i]) / (2 * h); };
    EXPECT_NEAR(second[i], (difference(0.7 + h) - difference(0.7 - h)) / (2 * h), 1e-5 * (1 + std::abs(second[i])));
    const auto curvature = [&](double s) {
      constexpr double d = 1e-2;
      return (value(shifted(d), s)[i] - 2 * value(u, s)[i] + value(shifted(-d), s)[i]) / (d * d);
    };
    EXPECT_NEAR(third[i], (curvature(0.7 + 1e-2) - curvature(0.7 - 1e-2)) / 2e-2, 1e-3 * (1 + std::abs(third[i])));
  }
}

TEST(Diagram, BurstingNeuronHasEveryBranchOnce) {
  const NeuronPath path = NeuronPath::of_parameter({bursting, 0.0}, "current");
  const Diagram drawn = dynamics::diagram(path, number, {.from = 20, .to = 500});
  EXPECT_TRUE(drawn.complete);
  EXPECT_EQ(drawn.unexplained, 0U);
  std::map<std::size_t, int> cycles;
  int equilibria = 0;
  for (const dynamics::DiagramBranch& branch : drawn.branches)
    ++(branch.kind == BranchKind::equilibria ? equilibria : cycles[branch.spikes]);
  EXPECT_EQ(equilibria, 1);
  EXPECT_THAT(cycles,
              testing::ElementsAre(testing::Pair(1, 1), testing::Pair(2, 1), testing::Pair(3, 1), testing::Pair(4, 1)));
  const dynamics::AdexLandmarks known = dynamics::adex_landmarks(bursting);
  for (const dynamics::DiagramSpecial& special : drawn.special) {
    if (special.kind == PointKind::fold) {
      EXPECT_NEAR(special.at.parameter, known.I_SN, 1e-9 * known.I_SN);
    }
    if (special.kind == PointKind::hopf) {
      EXPECT_NEAR(special.at.parameter, known.I_H, 1e-9 * known.I_H);
    }
    if (special.kind == PointKind::hopf) {
      EXPECT_NEAR(special.coefficient, 136.328, 1e-3);
    }
    if (special.kind == PointKind::homoclinic) {
      EXPECT_NEAR(special.at.parameter, 76.2226, 1e-3);
    }
  }
}

TEST(Diagram, OnlyBranchesBelowVPeakCount) {
  models::AdexParameters low = bursting;
  low.V_peak = -49.7;  // below the saddle, V_r below that
  low.V_r = -58;
  const NeuronPath path = NeuronPath::of_parameter({low, 0.0}, "current");
  const Diagram drawn = dynamics::diagram(path, number, {.from = 20, .to = 100, .cycles = false});
  ASSERT_EQ(drawn.branches.size(), 1U);
  for (const dynamics::DiagramPoint& point : drawn.branches[0].points) EXPECT_LE(point.V, low.V_peak);
}

TEST(Diagram, SaysWhatThereWasNoRoomFor) {
  const NeuronPath path = NeuronPath::of_parameter({bursting, 0.0}, "current");
  const Diagram drawn = dynamics::diagram(path, number, {.from = 20, .to = 500, .max_branches = 2});
  EXPECT_EQ(drawn.branches.size(), 2U);
  EXPECT_FALSE(drawn.complete);
}

}  // namespace
