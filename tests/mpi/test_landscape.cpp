// SPDX-License-Identifier: Apache-2.0
// Landscapes: attractors found by continuation and by simulation, and what they say when a diagram is wrong; curves of
// folds and Hopf points in strips against the closed forms. One rank: PETSc needs MPI.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "dynamics/adex_equilibria.hpp"
#include "dynamics/attractors.hpp"
#include "dynamics/landscape.hpp"

namespace {
using namespace modscape;
using dynamics::Agreement;
using dynamics::BranchKind;
using dynamics::Diagram;
using dynamics::DrivenNeuron;
using dynamics::NeuronPath;
using dynamics::PointKind;
using ephys::Regime;

constexpr models::AdexParameters bursting{200, 10, -58, -50, 2, 2, 100, 120, -46, 0, 0};
constexpr ParameterInfo number{"I", "I", Unit::pA, 0.0, -1e6, 1e6, false, "current", {}, {}};
constexpr double from = 20.0, to = 300.0;

class Strips : public testing::Test {
 protected:
  std::vector<dynamics::SettledState> states(const Diagram& diagram) {
    return settled_states(path, diagram, 4, places, *integrator);
  }
  /// Where a state is not as it should be, unless it is undecided.
  std::map<Agreement, int> agreements(const Diagram& diagram) {
    std::map<Agreement, int> counted;
    for (const dynamics::SettledState& state : states(diagram)) ++counted[state.agreement];
    return counted;
  }

  NeuronPath path = NeuronPath::of_parameter({bursting, 0.0}, "current");
  Diagram drawn = dynamics::diagram(path, number, {.from = from, .to = to});
  std::vector<double> places = [] {
    std::vector<double> made;
    for (int k = 0; k <= 40; ++k) made.push_back(from + (to - from) * k / 40.0);
    return made;
  }();
  std::unique_ptr<solvers::SpikeIntegrator> integrator = solvers::make_spike_integrator({});
};

TEST_F(Strips, SimulationAgreesWithTheDiagram) {
  const std::vector<dynamics::SettledState> found = states(drawn);
  const dynamics::AdexLandmarks known = dynamics::adex_landmarks(bursting);
  int undecided = 0;
  for (std::size_t k = 0; k < places.size(); ++k) {
    const dynamics::SettledState& state = found[k];
    if (state.agreement == Agreement::undecided) {
      ++undecided;
      continue;
    }
    EXPECT_EQ(state.agreement, Agreement::agrees) << places[k] << " pA: " << to_string(state.agreement);
    EXPECT_EQ(state.rest, places[k] < known.I_H) << places[k];  // closed form
    // The homoclinic point at 76.2226 pA, the change to bursts at 93.7 pA (bifurcation diagram, confirmed there).
    const Regime expected = places[k] < 76.22 ? Regime::rest : places[k] < 93.69 ? Regime::tonic : Regime::bursting;
    EXPECT_EQ(state.firing, expected) << places[k];
    EXPECT_EQ(state.rate == 0.0, expected == Regime::rest) << places[k];
  }
  EXPECT_LE(undecided, 2);
}

TEST_F(Strips, BistableRangeIsCalledSo) {
  // Rest ends in a Hopf point at 92.983 pA, firing in a homoclinic one at 92.36 pA.
  models::AdexParameters p = bursting;
  p.a = 4.0;
  path = NeuronPath::of_parameter({p, 0.0}, "current");
  drawn = dynamics::diagram(path, number, {.from = from, .to = to});
  places = {92.2, 92.7, 93.5};
  const std::vector<dynamics::SettledState> found = states(drawn);
  EXPECT_EQ(found[0].regime(), Regime::rest);
  EXPECT_EQ(found[1].regime(), Regime::rest_and_spiking);
  EXPECT_EQ(found[2].regime(), Regime::tonic);
  for (const dynamics::SettledState& state : found) EXPECT_EQ(state.agreement, Agreement::agrees);
}

TEST_F(Strips, MissingBranchIsNoticed) {
  Diagram broken = drawn;
  for (dynamics::DiagramBranch& branch : broken.branches)
    if (branch.kind == BranchKind::cycles) branch.points.clear();
  EXPECT_GT(agreements(broken)[Agreement::cycle_missed], 25);
}

TEST_F(Strips, WrongStabilityOfRestIsNoticed) {
  Diagram broken = drawn;
  broken.special.clear();
  for (dynamics::DiagramBranch& branch : broken.branches)
    if (branch.kind == BranchKind::equilibria)
      for (dynamics::DiagramPoint& point : branch.points) point.stable = false;
  EXPECT_GE(agreements(broken)[Agreement::rest_differs], 7);
}

/// A simulation of another neuron: what a defect of an integrator would look like.
class WeakerAdaptation final : public solvers::SpikeIntegrator {
 public:
  std::vector<solvers::SpikeRun> run(std::span<const solvers::SpikeTask> tasks) override {
    std::vector<solvers::SpikeTask> weaker(tasks.begin(), tasks.end());
    for (solvers::SpikeTask& task : weaker) task.neuron.b *= 0.9;
    return integrator_->run(weaker);
  }

 private:
  std::unique_ptr<solvers::SpikeIntegrator> integrator_ = solvers::make_spike_integrator({});
};

TEST_F(Strips, CycleThatTheSimulationLeavesIsNoticed) {
  integrator = std::make_unique<WeakerAdaptation>();
  std::map<Agreement, int> counted = agreements(drawn);
  EXPECT_GT(counted[Agreement::cycle_not_reached] + counted[Agreement::cycle_missed], 25);
  EXPECT_GT(counted[Agreement::cycle_not_reached], 0);
}

/// Plane of a and I.
dynamics::FamilyField plane_of(double a_extent) {
  const auto at = [](std::span<const double> p) {
    models::AdexParameters neuron = bursting;
    neuron.a = p[0];
    return DrivenNeuron{neuron, p[1]};
  };
  ParameterInfo a = number;
  a.name = "a";
  return {dynamics::NeuronFamily(at, {1e-5 * a_extent, 1e-5 * (to - from)}, {0.04 * a_extent, 0.04 * (to - from)}),
          {a, number}};
}

Diagram at_strength(double a) {
  models::AdexParameters p = bursting;
  p.a = a;
  return dynamics::diagram(NeuronPath::of_parameter({p, 0.0}, "current"), number,
                           {.from = from, .to = to, .cycles = false});
}

TEST(BoundaryPieces, LieOnTheClosedFormsAndMeetAtTheBorders) {
  const dynamics::FamilyField plane = plane_of(4.0);
  std::map<PointKind, std::array<double, 2>> right_end;  // of the strip before
  for (const double a : {2.0, 2.5, 3.0}) {
    const auto pieces = boundary_pieces(plane, at_strength(a), a, {.lower = {a - 0.25, from}, .upper = {a + 0.25, to}});
    ASSERT_EQ(pieces.size(), 2U);
    for (const dynamics::BoundaryPiece& piece : pieces) {
      EXPECT_EQ(piece.end, dynamics::CurveEnd::bound);
      EXPECT_THAT(piece.special, testing::IsEmpty());
      for (const auto& [across, along] : piece.points) {
        models::AdexParameters p = bursting;
        p.a = across;
        const dynamics::AdexLandmarks known = dynamics::adex_landmarks(p);
        EXPECT_NEAR(along, piece.kind == PointKind::fold ? known.I_SN : known.I_H, 1e-7);
      }
      const auto [left, right] = std::ranges::minmax_element(piece.points);
      EXPECT_NEAR((*left)[0], a - 0.25, 1e-9);
      EXPECT_NEAR((*right)[0], a + 0.25, 1e-9);
      if (right_end.contains(piece.kind)) {
        EXPECT_NEAR((*left)[1], right_end[piece.kind][1], 1e-7);
      }
      right_end[piece.kind] = *right;
    }
  }
}

TEST(BoundaryPieces, HopfCurveBeginsAtTheBogdanovTakensPoint) {
  const dynamics::FamilyField plane = plane_of(4.0);
  const dynamics::AdexLandmarks known = dynamics::adex_landmarks(bursting);
  const double a = 1.8;
  const auto pieces = boundary_pieces(plane, at_strength(a), a, {.lower = {1.4, from}, .upper = {2.0, to}});
  ASSERT_EQ(pieces.size(), 2U);
  ASSERT_EQ(pieces[0].special.size(), 1U);
  EXPECT_EQ(pieces[0].special[0].kind, dynamics::SpecialKind::bogdanov_takens);
  EXPECT_NEAR(pieces[0].special[0].at[0], known.a_BT, 1e-7);
  EXPECT_NEAR(pieces[0].special[0].at[1], known.I_BT, 1e-6);
  EXPECT_THAT(pieces[1].special, testing::IsEmpty());  // both curves meet there
  for (const dynamics::BoundaryPiece& piece : pieces) {
    const auto left = std::ranges::min_element(piece.points);
    if (piece.kind == PointKind::hopf) {
      EXPECT_GT((*left)[0], known.a_BT - 1e-6);  // no neutral saddles
    } else {
      EXPECT_NEAR((*left)[0], 1.4, 1e-9);
    }
  }
}

}  // namespace
