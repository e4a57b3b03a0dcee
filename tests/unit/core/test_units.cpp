// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/units.hpp"

namespace modscape {
namespace {
using testing::HasSubstr;

struct Reading {
  const char* text;
  Unit unit;
  double value;
};
class Reads : public testing::TestWithParam<Reading> {};
TEST_P(Reads, Exactly) {
  const auto& [text, unit, value] = GetParam();
  const Expected<double> result = parse_quantity(text, unit);
  ASSERT_TRUE(result.has_value()) << text << ": " << result.error().message;
  EXPECT_EQ(*result, value) << text;
}
INSTANTIATE_TEST_SUITE_P(Quantities, Reads,
                         testing::Values(Reading{"200 pF", Unit::pF, 200.0}, Reading{"0.2 nF", Unit::pF, 200.0},
                                         Reading{"0.2nF", Unit::pF, 200.0}, Reading{"  -65 mV ", Unit::mV, -65.0},
                                         Reading{"-0.065 V", Unit::mV, -65.0}, Reading{"+5", Unit::mV, 5.0},
                                         Reading{"0.1 s", Unit::ms, 100.0}, Reading{"1e3 us", Unit::ms, 1.0},
                                         Reading{"0.3 nA", Unit::pA, 300.0}, Reading{"2 kHz", Unit::Hz, 2000.0},
                                         Reading{"20 Hz", Unit::kHz, 0.02}, Reading{"20 nM", Unit::uM, 0.02},
                                         Reading{"1 mM", Unit::uM, 1000.0}, Reading{"100 kOhm", Unit::MOhm, 0.1},
                                         Reading{"250 um", Unit::mm, 0.25}, Reading{"0.3 m/s", Unit::m_per_s, 0.3},
                                         Reading{"0.3 mm/ms", Unit::m_per_s, 0.3},
                                         Reading{"300 mm/s", Unit::m_per_s, 0.3}, Reading{"0.5", Unit::one, 0.5}));

// The micro sign (U+00B5) and the Greek mu (U+03BC) look alike; both occur in real files.
INSTANTIATE_TEST_SUITE_P(Micro, Reads,
                         testing::Values(Reading{"10 \u00b5M", Unit::uM, 10.0}, Reading{"10 \u03bcM", Unit::uM, 10.0},
                                         Reading{"10 uM", Unit::uM, 10.0}, Reading{"0.03 \u00b5S", Unit::nS, 30.0}));

struct Refusal {
  const char* text;
  Unit unit;
  const char* reason;
};
class Refuses : public testing::TestWithParam<Refusal> {};
TEST_P(Refuses, WithAReason) {
  const auto& [text, unit, reason] = GetParam();
  const Expected<double> result = parse_quantity(text, unit);
  ASSERT_FALSE(result.has_value()) << text << " was read as " << *result;
  EXPECT_THAT(result.error().message, HasSubstr(reason));
}
INSTANTIATE_TEST_SUITE_P(WrongDimension, Refuses,
                         testing::Values(Refusal{"200 pF", Unit::nS, "is in pF, but this quantity is in nS"},
                                         Refusal{"10 ms", Unit::mV, "is in ms, but this quantity is in mV"},
                                         Refusal{"5 mV", Unit::one, "is in mV, but this quantity is in 1"}));
INSTANTIATE_TEST_SUITE_P(
    Garbage, Refuses,
    testing::Values(Refusal{"", Unit::pF, "is not a number"}, Refusal{"pF", Unit::pF, "is not a number"},
                    Refusal{"+-5 mV", Unit::mV, "is not a number"}, Refusal{"nan", Unit::mV, "not a finite number"},
                    Refusal{"inf pF", Unit::pF, "not a finite number"},
                    Refusal{"1e999 pF", Unit::pF, "is not a number"},
                    Refusal{"200 pF x", Unit::pF, "unknown unit \"pF x\""},
                    Refusal{"200 XF", Unit::pF, "unknown unit \"XF\""}, Refusal{"0x10 mV", Unit::mV, "unknown unit"}));

TEST(FormatQuantity, PrintsTheShortestText) {
  EXPECT_EQ(format_quantity(200.0, Unit::pF), "200 pF");
  EXPECT_EQ(format_quantity(-70.6, Unit::mV), "-70.6 mV");
  EXPECT_EQ(format_quantity(0.5, Unit::one), "0.5");
}

TEST(FormatQuantity, PrintsSmallConcentrationsInNanomolar) {
  EXPECT_EQ(format_quantity(0.02, Unit::uM), "20 nM");
  EXPECT_EQ(format_quantity(0.5, Unit::uM), "0.5 uM");
  EXPECT_EQ(format_quantity(0.0, Unit::uM), "0 uM");
}

TEST(FormatQuantity, ReadsBackToTheSameValue) {
  for (const Unit unit : {Unit::one, Unit::mV, Unit::ms, Unit::pA, Unit::nS, Unit::pF, Unit::Hz, Unit::uM, Unit::MOhm,
                          Unit::mm, Unit::m_per_s})
    for (const double value : {0.0, 1.0 / 3.0, -1e-7, 123456789.123, 0.0123456789}) {
      const std::string text = format_quantity(value, unit);
      EXPECT_EQ(parse_quantity(text, unit).value_or(-1e300), value) << text;
    }
}

}  // namespace
}  // namespace modscape
