// SPDX-License-Identifier: Apache-2.0
// Jobs that are right: the shipped ones, defaults, units.
#include "config/job.hpp"
#include "unit/config/scratch.hpp"

namespace modscape::config {
namespace {

using test::source_dir;
using test::written;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Jobs, BretteGerstnerExample) {
  const Job job = load_job(source_dir() + "/jobs/examples/simulate_bg2005.toml", "simulate");
  const models::AdexParameters expected{281, 30, -70.6, -50.4, 2, 4, 80.5, 144, -70.6, 20, 0};
  EXPECT_EQ(job.simulate.neuron, expected);
  ASSERT_EQ(job.simulate.protocol.steps.size(), 1u);
  EXPECT_EQ(job.simulate.protocol.steps[0].amplitude, 1000.0);
  EXPECT_EQ(job.simulate.initial_V, -70.6);  // left out: E_L
  EXPECT_TRUE(job.simulate.record_trace);
}

TEST(Jobs, SmallSweepExample) {
  const Job job = load_job(source_dir() + "/jobs/examples/small_sweep.toml", "sweep");
  ASSERT_EQ(job.sweep.design.parts.size(), 1u);
  const DesignPart& design = job.sweep.design.parts[0];
  EXPECT_EQ(design.kind, DesignKind::sobol);
  ASSERT_EQ(design.ranges.size(), 2u);
  EXPECT_EQ(design.ranges[0].name, "C_m");
  EXPECT_EQ(design.ranges[0].scale, Scale::log);
  EXPECT_THAT(job.sweep.protocol.currents, ElementsAre(20, 60, 100, 140, 180, 220, 260, 300));
  EXPECT_EQ(design.points, 64);
  EXPECT_EQ(job.sweep.max_failed, 0);
}

TEST(Jobs, LevodopaStudy) {
  const StudyJob study = load_job(source_dir() + "/jobs/spn_levodopa_state.toml", "study").study;
  ASSERT_EQ(study.curves.size(), 3u);
  EXPECT_EQ(study.conditions[2].name, "on_SCH23390");
  EXPECT_EQ(study.curves[2].condition, "on+SCH");
  EXPECT_EQ(study.curves[0].cells, 15);
  EXPECT_EQ(study.curves[0].mean.back(), 9.2);
  EXPECT_EQ(study.rheobases[1].size(), 15u);
  EXPECT_EQ(study.max_current, 480.0);
  EXPECT_EQ(study.neuron.E_L, -85.0);
  EXPECT_EQ(study.neuron.V_T, -45.0);
  EXPECT_THAT(study.held_out, ElementsAre(120, 200, 280));
  // The shipped study states the ranges that are also the defaults.
  const std::vector<Range> defaults = default_ranges();
  ASSERT_EQ(study.ranges.size(), defaults.size());
  for (std::size_t i = 0; i < defaults.size(); ++i) {
    EXPECT_EQ(study.ranges[i].name, defaults[i].name);
    EXPECT_EQ(study.ranges[i].lower, defaults[i].lower);
    EXPECT_EQ(study.ranges[i].upper, defaults[i].upper);
    EXPECT_EQ(study.ranges[i].scale, defaults[i].scale);
  }
}

TEST(Jobs, SmallStudyTakesDefaultRanges) {
  const StudyJob study = load_job(source_dir() + "/jobs/examples/small_study.toml", "study").study;
  EXPECT_EQ(study.ranges.size(), default_ranges().size());
  EXPECT_EQ(study.points, 256);
  EXPECT_EQ(study.accepted, 16);
  EXPECT_THAT(study.caveat, ::testing::HasSubstr("not an acute bath"));
}

TEST(Jobs, AnyUnitOfTheRightDimension) {
  const std::string path = written("units.toml", R"([job]
kind = "simulate"
[neuron]
C_m = "0.2 nF"
E_L = "-0.07 V"
tau_w = 0.1e3
[protocol]
duration = "1 s"
holding = "0.02 nA"
[[protocol.noise]]
start = 0
stop = "1 s"
sd = 10
seed = 7
)");
  const SimulateJob job = load_job(path, "").simulate;
  EXPECT_EQ(job.neuron.C_m, 200.0);
  EXPECT_EQ(job.neuron.E_L, -70.0);
  EXPECT_EQ(job.neuron.tau_w, 100.0);
  EXPECT_EQ(job.neuron.g_L, 30.0);  // default of the table
  EXPECT_EQ(job.protocol.duration, 1000.0);
  EXPECT_EQ(job.protocol.holding, 20.0);
  ASSERT_EQ(job.protocol.noise.size(), 1u);
  EXPECT_EQ(job.protocol.noise[0].interval, 0.1);
  EXPECT_EQ(job.protocol.noise[0].seed, 7u);
}

TEST(Jobs, WaveformBesideTheJobFile) {
  written("wave.csv", "time_ms,current_pA\n0,0\n10,5.5\n");
  const std::string path =
      written("wave.toml", "[job]\nkind = \"simulate\"\n[protocol]\nduration = 10\nfile = \"wave.csv\"\n");
  const SimulateJob job = load_job(path, "simulate").simulate;
  EXPECT_THAT(job.protocol.sampled.times, ElementsAre(0, 10));
  EXPECT_THAT(job.protocol.sampled.values, ElementsAre(0, 5.5));
}

TEST(Jobs, SingleCellStudy) {
  written("cells.csv", "condition,cell,current,count\nctr,c1,0,0\nctr,c1,50,4\n");
  const std::string path = written("single.toml", R"([job]
kind = "study"
[data]
fi = "cells.csv"
[[condition]]
name = "ctr"
[gauge]
E_L = -80
R_in = "0.12 GOhm"
[fit]
mode = "single_cell"
cell = "c1"
)");
  // Giga is no prefix of the unit table: the problem names the unit.
  EXPECT_THAT(test::problems_of([&] { load_job(path, "study"); }),
              ElementsAre("single.toml:9:8: R_in: unknown unit \"GOhm\" (this quantity is in MOhm)"));
}

TEST(StudyFromTable, ConditionsPairsAndGauge) {
  written("table.csv", "condition,current,mean,sem,n\non+,0,0,0,4\non+,100,3,1,4\non-,0,0,0,5\non-,100,2,1,5\n");
  const Job job = study_from_table("table.csv", {"E_L=-80 mV", "R_in = 120 MOhm"});
  ASSERT_EQ(job.study.conditions.size(), 2u);
  EXPECT_EQ(job.study.conditions[0].name, "on_");
  EXPECT_EQ(job.study.conditions[1].name, "on__2");  // the same identifier twice would mix two conditions
  EXPECT_EQ(job.study.conditions[1].label, "on-");
  ASSERT_EQ(job.study.pairs.size(), 1u);
  EXPECT_EQ(job.study.pairs[0].from, "on_");
  EXPECT_EQ(job.study.gauge.R_in, 120.0);
  EXPECT_TRUE(std::isnan(job.study.gauge.V_T));
  EXPECT_EQ(job.study.neuron.V_T, -40.0);  // until the models are rescaled: E_L + 40 mV
  EXPECT_EQ(job.study.gauge.source, "given on the command line");
}

TEST(StudyFromTable, NamesTheMissingNumbers) {
  written("table.csv", "condition,current,mean,sem,n\na,0,0,0,4\na,100,3,1,4\n");
  const auto problems = test::problems_of([] { study_from_table("table.csv", {}); });
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0], ::testing::HasSubstr("no gauge: E_L and one of V_T and R_in are missing"));
  EXPECT_THAT(problems[0], ::testing::HasSubstr("V -> alpha V + beta"));
  EXPECT_THAT(test::problems_of([] { study_from_table("table.csv", {"E_L"}); }),
              ElementsAre("--gauge: \"E_L\" must look like E_L=-85 mV"));
}

}  // namespace
}  // namespace modscape::config
