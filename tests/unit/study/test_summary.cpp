// SPDX-License-Identifier: Apache-2.0
// The text for the terminal, from a small file with the attributes a study writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "io/results_file.hpp"
#include "study/study.hpp"

namespace modscape::study {
namespace {
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string written(const std::string& path, bool complete, double rheobase_p_value, const std::string& caveat) {
  io::write_tree_file(path, true, {}, [&](io::TreeWriter& out) {
    const std::vector<double> one{1.0};
    out.axis("/fit/off/round", one, "1", "Round");
    out.attribute("/fit/off", "cells", 13.0);
    out.attribute("/fit/off", "ess", 812.4);
    out.attribute("/fit/off", "within_1_sem", 0.934);
    out.attribute("/fit/off", "within_2_sem", 1.0);
    out.attribute("/fit/off", "rheobase_p_value", rheobase_p_value);
    const std::string verdict = "/verdict/off_to_on";
    out.axis(verdict + "/draw", one, "1", "Draw");
    out.attribute(verdict, "verdict", "scaling");
    out.attribute(verdict, "reason", "because");
    for (const char* name : {"p_switching", "p_none", "p_undetermined"}) out.attribute(verdict, name, 0.05);
    out.attribute(verdict, "p_scaling", 0.85);
    for (const char* name : {"shift_p_value", "gain_p_value", "regime_p_value"}) out.attribute(verdict, name, 0.005);
    out.attribute(verdict, "shift", -91.2);
    out.attribute(verdict, "shift_sd", 19.4);
    out.attribute(verdict, "gain_ratio", 1.2);
    out.attribute(verdict, "gain_ratio_low", 0.88);
    out.attribute(verdict, "gain_ratio_high", 1.73);
    out.attribute(verdict, "regime_distance", 0.02);
    if (!complete) return;
    out.axis("/complete/x", one, "1", "x");
    out.attribute("/complete", "caveat", caveat);
  });
  return path;
}

TEST(StudySummary, NumbersOfFitsAndVerdicts) {
  const std::string text = study_summary(written("summary.h5", true, 0.31, "not acute"));
  EXPECT_THAT(text, HasSubstr("n = 13, effective sample size 812, within 1 SEM at 93 %, within 2 SEM at 100 %"));
  EXPECT_THAT(text, HasSubstr("rheobases p = 0.31"));
  EXPECT_THAT(text, HasSubstr("off -> on: scaling\n"));
  EXPECT_THAT(text, HasSubstr("switching 0.05, scaling 0.85, none 0.05, undetermined 0.05; because"));
  EXPECT_THAT(text, HasSubstr("threshold shift -91 +- 19 pA (null p = 0.005), gain ratio 1.20 [0.88, 1.73]"));
  EXPECT_THAT(text, HasSubstr("note: not acute\n"));
}

TEST(StudySummary, WhatDoesNotExistIsNotPrinted) {
  const std::string text = study_summary(written("summary.h5", true, NAN, ""));
  EXPECT_THAT(text, Not(HasSubstr("rheobases")));
  EXPECT_THAT(text, Not(HasSubstr("note:")));
}

TEST(StudySummary, AnUnfinishedStudyHasNone) {
  EXPECT_THAT(study_summary(written("summary.h5", false, 0.3, "")), IsEmpty());
}

TEST(StudySummary, NoFileIsBadInput) {
  EXPECT_THROW(study_summary("no_such.h5"), BadInput);
}

}  // namespace
}  // namespace modscape::study
