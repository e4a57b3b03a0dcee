// SPDX-License-Identifier: Apache-2.0
// Simulations and sweeps that are refused: every problem with its exact place, all at once.
#include "config/job.hpp"
#include "unit/config/scratch.hpp"

namespace modscape::config {
namespace {

using test::problems_of;
using test::written;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> refusals(const std::string& text, const std::string& kind = "") {
  return problems_of([&] { load_job(written("job.toml", text), kind); });
}

const std::string simulation = "[job]\nkind = \"simulate\"\n[protocol]\nduration = 100\n";  // lines 1 to 4
const std::string sweep =
    "[job]\nkind = \"sweep\"\n[ranges]\nC_m = {from = 60, to = 250}\n"  // lines 1 to 4
    "[design]\npoints = 8\n[protocol]\ncurrents = [10, 20]\n";          // lines 5 to 8

TEST(JobRefusals, TemplatesAreGood) {
  EXPECT_THAT(refusals(simulation), ElementsAre());
  EXPECT_THAT(refusals(sweep), ElementsAre());
}

TEST(JobRefusals, SyntaxErrorHasAPlace) {
  EXPECT_THAT(refusals("[job]\nkind = = 2\n"), ElementsAre(StartsWith("job.toml:2:8: ")));
}

TEST(JobRefusals, MissingFile) {
  EXPECT_THAT(problems_of([] { load_job("absent.toml", "sweep"); }), ElementsAre("absent.toml: no such file"));
}

TEST(JobRefusals, Kind) {
  EXPECT_THAT(refusals(simulation, "sweep"),
              ElementsAre("job.toml:2:8: this job is a simulate, not a sweep (run: modscape simulate <job file>)"));
  EXPECT_THAT(
      refusals("[job]\nkind = \"simulat\"\n[protocol]\nduration = 1\n"),
      ElementsAre(
          "job.toml:2:8: kind = \"simulat\" must be one of: simulate, sweep, continue, landscape, study, network "
          "(did you mean simulate?)"));
}

TEST(JobRefusals, AllAtOnceInTheOrderOfTheFile) {
  EXPECT_THAT(
      refusals(simulation + R"([neuron]
C_m = "200 mV"
V_th = -50
V_reset = -60
tau_m = "20 ms"
g_L = true
tau_w = "-3 ms"
V_r = "10 mV"
b = nan
[recrod]
trace = true
)"),
      ElementsAre(
          "job.toml:6:7: C_m: \"200 mV\" is in mV, but this quantity is in pF",
          "job.toml:7:1: unknown key V_th in [neuron] (did you mean V_T?)",
          "job.toml:8:1: unknown key V_reset in [neuron] (did you mean V_r?)",
          "job.toml:9:1: unknown key tau_m in [neuron] (the membrane time constant is C_m/g_L: give C_m and g_L)",
          "job.toml:10:7: g_L must be a number in nS or text with a unit, not true/false",
          "job.toml:11:9: tau_w = -3 ms must be greater than 0 ms",
          "job.toml:12:7: V_r = 10 mV must be below V_peak = 0 mV", "job.toml:13:5: b must be a finite number, not nan",
          "job.toml:14:2: unknown table [recrod] (did you mean record?)"));
}

TEST(JobRefusals, SegmentsOfAProtocol) {
  EXPECT_THAT(refusals(simulation + R"([[protocol.step]]
start = 50
stop = 20
amplitude = 1
[[protocol.step]]
start = 50
stop = 200
[[protocol.noise]]
start = 0
stop = 100
sd = -1
interval = 1e-9
[protocol.ramp]
start = 0
)"),
              ElementsAre("job.toml:5:1: step: stop = 20 ms must be after start = 50 ms, and start at least 0 ms",
                          "job.toml:9:1: amplitude is missing in [protocol.step] (Current during the step)",
                          "job.toml:9:1: step: stop = 200 ms is after the end of the run (100 ms)",
                          "job.toml:15:6: sd = -1 pA must be at least 0 pA",
                          "job.toml:16:12: the noise has more than 10000000 intervals",
                          "job.toml:17:1: ramp must be a list of tables (write [[protocol.ramp]])"));
}

TEST(JobRefusals, InitialRecordIntegratorAndFile) {
  EXPECT_THAT(
      refusals(simulation + R"(file = "absent.csv"
[initial]
V = 20
[record]
trace = "yes"
[integrator]
method = "ensembel"
rtol = 1
max_rhs = 1.5
)"),
      ElementsAre("job.toml:5:8: file = \"absent.csv\": no such file (looked for absent.csv; names are "
                  "relative to the job file)",
                  "job.toml:7:5: V = 20 mV at time 0 must be below V_peak = 0 mV",
                  "job.toml:9:9: trace must be true or false, not text",
                  "job.toml:11:10: method = \"ensembel\" must be one of: cvode, ensemble (did you mean ensemble?)",
                  "job.toml:12:8: rtol = 1 must be at most 0.01",
                  "job.toml:13:11: max_rhs = 1.5 must be a whole number"));
}

TEST(JobRefusals, OfAnUnknownKindNothingElse) {
  const std::string network = "[network]\nduration = 1\n[population.A]\nsize = 8\n";
  EXPECT_THAT(
      refusals("[job]\nkind = \"netwrk\"\n" + network, "network"),
      ElementsAre("job.toml:2:8: kind = \"netwrk\" must be one of: simulate, sweep, continue, landscape, study, "
                  "network (did you mean network?)"));
  EXPECT_THAT(refusals("[job]\nkind = \"sweep\"\n" + network, "network"),
              ElementsAre("job.toml:2:8: this job is a sweep, not a network (run: modscape sweep <job file>)"));
}

TEST(JobRefusals, TextWithoutUnit) {
  EXPECT_THAT(refusals(simulation + "[neuron]\ntau_w = \"0.5\"\nC_m = 200\n"),
              ElementsAre("job.toml:6:9: tau_w = \"0.5\" has no unit (\"0.5 ms\", or the number without quotes)"));
}

TEST(JobRefusals, TraceTooLong) {
  EXPECT_THAT(
      refusals("[job]\nkind = \"simulate\"\n[protocol]\nduration = 1e6\n[record]\ntrace = true\ninterval = 0.001\n"),
      ElementsAre("job.toml:7:12: the trace has more than 100000000 samples"));
}

TEST(JobRefusals, BulkKnowsStepsOnly) {
  EXPECT_THAT(
      refusals(simulation +
               "[[protocol.ramp]]\nstart = 0\nstop = 9\nfrom = 0\nto = 9\n[integrator]\nmethod = \"ensemble\"\n"),
      ElementsAre(HasSubstr("job.toml:11:10: the ensemble method knows steps and noise, not ramps or files")));
}

TEST(JobRefusals, EmptySweep) {
  EXPECT_THAT(refusals("[job]\nkind = \"sweep\"\n[ranges]\n[design]\npoints = 0\n[protocol]\ncurrents = []\n"),
              ElementsAre(StartsWith("job.toml:3:1: [ranges] is empty: the sweep has no parameter to vary"),
                          "job.toml:5:10: points = 0 must be at least 1",
                          "job.toml:7:12: currents is empty: the sweep has nothing to inject"));
  EXPECT_THAT(
      refusals("[job]\nkind = \"sweep\"\n"),
      ElementsAre(HasSubstr("[ranges] is empty"), HasSubstr("points is missing"), HasSubstr("currents is missing")));
}

TEST(JobRefusals, Ranges) {
  EXPECT_THAT(refusals("[job]\nkind = \"sweep\"\n[ranges]\nC_m = {from = 250, to = 60}\n"
                       "a = {from = -1, to = 2, scale = \"log\"}\ntau_w = {from = 0, to = 5}\ng_L = [1, 2]\n"
                       "b = {from = 1, til = 2}\nCm = {from = 1, to = 2}\n[neuron]\nC_m = 100\n"
                       "[design]\npoints = 8\n[protocol]\ncurrents = [10, 20]\n"),
              ElementsAre("job.toml:4:7: C_m: from = 250 pF must be less than to = 60 pF",
                          "job.toml:5:13: a: from = -1 nS must be greater than 0 on a log scale",
                          "job.toml:6:17: from = 0 ms must be greater than 0 ms",
                          "job.toml:7:7: g_L must be a table, not a list",
                          StartsWith("job.toml:8:5: to is missing in [ranges.b]"),
                          StartsWith("job.toml:8:16: unknown key til in [ranges.b]"),
                          "job.toml:9:1: unknown table [ranges.Cm] (did you mean C_m?)",
                          "job.toml:11:7: C_m is both in [neuron] and in [ranges] (remove one of them)"));
}

TEST(JobRefusals, NoPossibleCorner) {
  EXPECT_THAT(refusals(sweep + "[neuron]\nV_r = 5\n"),
              ElementsAre("job.toml:10:7: V_r = 5 mV must be below V_peak = 0 mV (no point of [ranges] is possible)"));
  const std::string ranged =
      "[job]\nkind = \"sweep\"\n[design]\npoints = 8\n[protocol]\ncurrents = [10, 20]\n[ranges]\n";
  EXPECT_THAT(refusals(ranged + "V_r = {from = 1, to = 9}\n"),
              ElementsAre(StartsWith("job.toml:8:7: V_r = 1 mV must be below")));
  // Some points are possible: the others become rows with a named failure.
  EXPECT_THAT(refusals(ranged + "V_r = {from = -60, to = 9}\n"), ElementsAre());
}

TEST(JobRefusals, CurrentsOfASweep) {
  const std::string head =
      "[job]\nkind = \"sweep\"\n[ranges]\nC_m = {from = 60, to = 250}\n[design]\npoints = 8\n[protocol]\n";
  EXPECT_THAT(refusals(head + "currents = [20, 10]\n"),
              ElementsAre("job.toml:8:12: currents must increase, but 10 pA comes after 20 pA"));
  EXPECT_THAT(refusals(head + "currents = [\"20 mV\"]\n"),
              ElementsAre(StartsWith("job.toml:8:13: currents: \"20 mV\" is in mV")));
  EXPECT_THAT(refusals(head + "currents = {from = 30, to = 10, step = 0}\n"),
              ElementsAre("job.toml:8:20: from = 30 pA must be less than to = 10 pA",
                          "job.toml:8:40: step = 0 pA must be greater than 0 pA"));
  EXPECT_THAT(refusals(head + "currents = {from = 0, to = 1000, step = 0.001}\n"),
              ElementsAre("job.toml:8:41: 1000001 currents; at most 10000 are possible"));
}

}  // namespace
}  // namespace modscape::config
