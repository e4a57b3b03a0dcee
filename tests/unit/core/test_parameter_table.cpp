// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "core/parameter_table.hpp"

namespace modscape {
namespace {

struct Toy {
  double g = NAN, V = NAN;
};
constexpr std::array<ParameterSpec<Toy>, 2> rows{{
    {{"g", "g", Unit::nS, 30.0, 0.0, 1e4, true, "A conductance", "nobody", "g"}, &Toy::g},
    {{"V", "V", Unit::mV, -70.0, -200.0, 100.0, false, "A potential", "nobody", "V"}, &Toy::V},
}};
constexpr ParameterTable<Toy> table{std::span<const ParameterSpec<Toy>>(rows)};
const ParameterInfo& g = rows[0];
const ParameterInfo& V = rows[1];

TEST(ParameterTable, FillsDefaultsFromItsRows) {
  const Toy toy = table.defaults();
  EXPECT_EQ(toy.g, 30.0);
  EXPECT_EQ(toy.V, -70.0);
}

TEST(ParameterTable, FindsByExactName) {
  ASSERT_NE(table.find("V"), nullptr);
  EXPECT_EQ(table.find("V")->unit, Unit::mV);
  EXPECT_EQ(table.find("v"), nullptr);
  EXPECT_EQ(table.infos().size(), table.size());
}

TEST(BoundProblem, AcceptsInsideAndOnClosedBounds) {
  EXPECT_EQ(bound_problem(V, -200.0), "");
  EXPECT_EQ(bound_problem(V, 100.0), "");
  EXPECT_EQ(bound_problem(g, 1e4), "");
  EXPECT_EQ(bound_problem(g, 1e-9), "");
}

TEST(BoundProblem, NamesTheBrokenBound) {
  EXPECT_EQ(bound_problem(g, 0.0), "g = 0 nS must be greater than 0 nS");
  EXPECT_EQ(bound_problem(V, -201.0), "V = -201 mV must be at least -200 mV");
  EXPECT_EQ(bound_problem(V, 101.0), "V = 101 mV must be at most 100 mV");
}

TEST(BoundProblem, RefusesWhatIsNotFinite) {
  for (const double value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    EXPECT_NE(bound_problem(V, value).find("V must be a finite number"), std::string::npos);
}

}  // namespace
}  // namespace modscape
