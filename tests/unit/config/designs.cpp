// SPDX-License-Identifier: Apache-2.0
// Designs, rounds and modulation as job files declare them.
#include "config/job.hpp"
#include "unit/config/scratch.hpp"

namespace modscape::config {
namespace {

using test::problems_of;
using test::source_dir;
using test::written;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string head = "[job]\nkind = \"sweep\"\n[protocol]\ncurrents = [\"10 pA\", \"20 pA\"]\n";  // lines 1 to 4

Job loaded(const std::string& text) {
  return load_job(written("job.toml", head + text), "sweep");
}

std::vector<std::string> refusals(const std::string& text) {
  return problems_of([&] { loaded(text); });
}

TEST(Designs, AxesInTheOrderOfTheFile) {
  const Job job = loaded(
      "[axes]\nb = [\"1 nA\", 20]\na = {from = 0, to = \"1 uS\", count = 3}\n"
      "tau_w = {from = 1, to = 2.05, step = 0.5, when = {b = [1000], a = [\"500 nS\"]}}\n");
  const DesignPart& part = job.sweep.design.parts.at(0);
  EXPECT_EQ(part.kind, DesignKind::grid);  // [axes] alone says so
  EXPECT_THAT(part.parameters(), ElementsAre("b", "a", "tau_w"));
  EXPECT_THAT(part.axes[0].values, ElementsAre(1000, 20));
  EXPECT_EQ(part.axes[1].value(1), 500.0);
  EXPECT_EQ(part.axes[2].size(), 3);
  ASSERT_EQ(part.axes[2].when.size(), 2u);
  EXPECT_EQ(part.axes[2].when[1].axis, "a");
  EXPECT_THAT(part.axes[2].when[1].values, ElementsAre(500));
}

TEST(Designs, TheOrderOfAxesCountsThatOfRangesDoesNot) {
  const std::string design = "[design]\nkind = \"latin_hypercube\"\npoints = 9\n[ranges]\n";
  const std::string a = "a = {from = 0, to = 1}\n", b = "b = {from = 0, to = 1}\n";
  EXPECT_EQ(loaded(design + a + b).hash, loaded(design + b + a).hash);
  EXPECT_NE(loaded("[axes]\na = [1]\nb = [2]\n").hash, loaded("[axes]\nb = [2]\na = [1]\n").hash);
}

TEST(Designs, InlineList) {
  const Job job = loaded("[design]\nkind = \"list\"\npoints = [{b = 5, a = \"2 nS\"}, {a = 3, b = 6}]\n");
  EXPECT_THAT(job.sweep.design.parts[0].columns, ElementsAre("b", "a"));
  EXPECT_THAT(job.sweep.design.parts[0].table, ElementsAre(5, 2, 6, 3));
  EXPECT_THAT(refusals("[design]\nkind = \"list\"\npoints = [{b = 5, a = 2}, {a = 3}, {a = 3, b = 1, V_r = -60}]\n"),
              ElementsAre(StartsWith("job.toml:7:27: b is missing"),
                          "job.toml:7:57: V_r is not in the first point (all points have the same parameters)"));
}

TEST(Designs, TablesNameTheirUnits) {
  written("points.csv", "# a comment\nC_m (nF),g_L_nS,a,step_duration [s]\n0.1,5,0.002 uS,0.5\n0.2,4,1,1\n");
  const Job job = loaded("[design]\nkind = \"csv\"\nfile = \"points.csv\"\n");
  const DesignPart& part = job.sweep.design.parts[0];
  EXPECT_THAT(part.columns, ElementsAre("C_m", "g_L", "a", "step_duration"));
  EXPECT_THAT(part.table, ElementsAre(100, 5, 2, 500, 200, 4, 1, 1000));
}

TEST(Designs, TablesAreRefusedWithTheirLines) {
  const std::string design = "[design]\nkind = \"csv\"\nfile = \"points.csv\"\n";
  written("points.csv", "C_m (pF),taw_w,a (mV)\n1,2,3\n");
  EXPECT_THAT(refusals(design),
              ElementsAre("points.csv:1: column taw_w is not a parameter (did you mean tau_w?)",
                          "points.csv:1: column a (mV): \"1 mV\" is in mV, but this quantity is in nS"));
  written("points.csv", "C_m (pF),a\n100,1\n\n-3,2\n5,x\n");
  EXPECT_THAT(refusals(design), ElementsAre("points.csv:4: C_m = -3 pF must be greater than 0 pF",
                                            StartsWith("points.csv:5: a: \"x\" is not a number")));
  written("points.csv", "a,a\n");
  EXPECT_THAT(refusals(design), ElementsAre(StartsWith("points.csv: the table has no points")));
  EXPECT_THAT(refusals("[design]\nkind = \"csv\"\nfile = \"absent.csv\"\n"), ElementsAre(HasSubstr("no such file")));
}

TEST(Designs, NestedParts) {
  const Job job = load_job(source_dir() + "/jobs/examples/nested_design.toml", "sweep");
  ASSERT_EQ(job.sweep.design.parts.size(), 2u);
  EXPECT_THAT(job.sweep.design.parameters(), ElementsAre("C_m", "g_L", "a", "b", "tau_w"));
  EXPECT_EQ(job.sweep.neuron.tau_w, 144.0);  // holds where the conditional axis does not exist
  EXPECT_THAT(refusals("[design]\nkind = \"nested\"\n[[design.part]]\nkind = \"grid\"\n[design.part.axes]\na = [1]\n"
                       "[[design.part]]\nkind = \"grid\"\n[design.part.axes]\na = [2]\n[axes]\nb = [1]\n"),
              ElementsAre("job.toml:14:5: a is varied twice (each parameter in one part only)",
                          StartsWith("job.toml:15:1: [axes] belongs to a part of the nested design")));
}

TEST(Designs, OfTheWrongKind) {
  EXPECT_THAT(
      refusals("[design]\nkind = \"sobol\"\npoints = 4\n[axes]\na = [1]\n[ranges]\nb = {from = 1, to = 2}\n"),
      ElementsAre("job.toml:8:1: [axes] are those of a grid, but the design is of kind \"sobol\" (kind = \"grid\", "
                  "or use [ranges])"));
  EXPECT_THAT(refusals("[design]\nkind = \"grid\"\n[ranges]\na = {from = 1, to = 2}\n"),
              ElementsAre(HasSubstr("[axes] is empty"), HasSubstr("[ranges] are for sobol and latin_hypercube")));
  EXPECT_THAT(refusals("[design]\nkind = \"sobl\"\npoints = 4\n[ranges]\nb = {from = 1, to = 2}\n"),
              ElementsAre(HasSubstr("(did you mean sobol?)")));
  EXPECT_THAT(refusals("[axes]\na = {from = 0, to = 1, count = 2000000}\nb = {from = 0, to = 1, count = 2000000}\n"),
              ElementsAre(HasSubstr("the design has 4e+12 points; at most 1099511627776 are possible")));
}

TEST(Designs, AxesAllProblemsAtOnce) {
  EXPECT_THAT(refusals(R"([neuron]
a = 3
[design]
zip = [["a", "bb"], ["tau_w"], ["a", "C_m"]]
[axes]
a = [1, 2, 2]
b = {from = 1, to = 5}
tau_w = {from = 10, to = 5, count = 4, scale = "log"}
V_r = {values = [], when = {a = [3], g_L = [1]}}
C_m = [1, 2]
dopamine = [1]
)"),
              ElementsAre("job.toml:6:5: a is both in [neuron] and in the design (remove one of them)",
                          "job.toml:8:7: bb is not an axis (did you mean b?)",
                          "job.toml:8:7: a zipped group has at least two axes", "job.toml:8:7: a is zipped twice",
                          "job.toml:8:7: C_m has 2 values, a has 3: zipped axes are equally long",
                          "job.toml:10:5: a has the value 2 twice", "job.toml:11:13: b: give either count or step",
                          "job.toml:12:17: tau_w: from = 10 ms must be less than to = 5 ms",
                          "job.toml:13:17: V_r has no values", "job.toml:13:33: 3 nS is not a value of the axis a",
                          "job.toml:13:44: g_L is not an axis before V_r (axes before it: a, b, tau_w)",
                          StartsWith("job.toml:15:1: unknown key dopamine in [axes]")));
}

TEST(Designs, ProtocolIsVariedOrGiven) {
  const Job job =
      load_job(written("job.toml", "[job]\nkind = \"sweep\"\n[axes]\namplitude = [100]\nholding = [0, 10]\n"), "");
  EXPECT_TRUE(job.sweep.protocol.currents.empty());
  EXPECT_THAT(refusals("step_duration = 100\nholding = 5\n[axes]\namplitude = [100]\nholding = [1, 2]\n"),
              ElementsAre(HasSubstr("currents and an amplitude exclude each other"),
                          HasSubstr("holding is both in [protocol] and in the design")));
}

const std::string sobol = "[ranges]\na = {from = 0, to = 1}\n[design]\npoints = 8\n";

TEST(Rounds, AJobGrownKeepsItsEarlierHashes) {
  const std::string extend = "[[round]]\nkind = \"extend\"\npoints = 5\n";
  const std::string refine = "[[round]]\nkind = \"refine\"\npoints = 5\nby = \"counts\"\n";
  const Job first = loaded(sobol), second = loaded(sobol + extend), third = loaded(sobol + extend + refine);
  EXPECT_THAT(first.earlier_hashes, ElementsAre());
  EXPECT_THAT(second.earlier_hashes, ElementsAre(first.hash));
  EXPECT_THAT(third.earlier_hashes, ElementsAre(first.hash, second.hash));
  EXPECT_EQ(third.sweep.rounds[1].by, RefineBy::counts);
  EXPECT_NE(loaded(sobol + refine + extend).earlier_hashes[1], second.hash);
}

TEST(Rounds, RefinementOfTooManyRows) {
  EXPECT_THAT(refusals("[ranges]\na = {from = 0, to = 1}\n[design]\npoints = 30000000\n"
                       "[[round]]\nkind = \"extend\"\npoints = 5\n[[round]]\nkind = \"refine\"\npoints = 5\n"),
              ElementsAre(StartsWith("job.toml:13:8: refinement looks at all rows so far, here 3e+07")));
}

TEST(Rounds, Refused) {
  EXPECT_THAT(refusals("[axes]\na = [1]\n[[round]]\nkind = \"extend\"\npoints = 1\n[[round]]\nkind = "
                       "\"refin\"\n[[round]]\nby = 1\n"),
              ElementsAre(StartsWith("job.toml:8:8: only a design of kind sobol or latin_hypercube can be extended"),
                          StartsWith("job.toml:10:1: points is missing"), HasSubstr("(did you mean refine?)"),
                          StartsWith("job.toml:12:1: kind is missing"), StartsWith("job.toml:12:1: points is missing"),
                          "job.toml:13:6: by must be text in quotes, not a whole number"));
}

const std::string dopamine =
    "[modulator.dopamine]\ntonic = \"20 nM\"\n[[receptor]]\nname = \"D1\"\nmodulator = \"dopamine\"\nEC50 = \"1 uM\"\n";

TEST(Modulation, DosesAreAxesLikeAnyOther) {
  const Job job = loaded(dopamine +
                         "[[effect]]\nreceptor = \"D1\"\nrule = \"shift\"\nparameter = \"V_T\"\nby = \"-3 mV\"\n"
                         "measured_at = \"10 uM\"\n[axes]\ndopamine = [\"100 nM\", 1]\n");
  EXPECT_THAT(job.sweep.design.parts[0].axes[0].values, ElementsAre(0.1, 1.0));
  EXPECT_EQ(job.sweep.modulation.modulators.at(0).tonic, 0.02);
  const models::Effect& effect = job.sweep.modulation.effects.at(0);
  EXPECT_EQ(effect.size, -3.0);
  EXPECT_EQ(effect.measured_at, 10.0);
  EXPECT_EQ(effect.reference, 0.0);
}

TEST(Modulation, AllProblemsAtOnce) {
  EXPECT_THAT(
      refusals(R"([modulator.b]
tonic = "5 mV"
[[receptor]]
name = "D1"
modulator = "c"
EC50 = 0
[[effect]]
receptor = "D2"
rule = "conductanse"
[[effect]]
receptor = "D1"
rule = "shift"
parameter = "VT"
by = "2 mV"
on = "dSPN"
measured_at = "1 uM"
[axes]
a = [1]
)"),
      ElementsAre(StartsWith("job.toml:5:1: modulator b: the name is that of something else"),
                  HasSubstr("job.toml:6:9: tonic: \"5 mV\" is in mV"),
                  StartsWith("job.toml:9:13: modulator = \"c\" is not declared"),
                  HasSubstr("job.toml:10:8: EC50 = 0 uM must be greater"),
                  HasSubstr("job.toml:12:12: receptor = \"D2\" is not declared (did you mean D1?)"),
                  HasSubstr("(did you mean conductance?)"),
                  HasSubstr("parameter = \"VT\" is not declared (did you mean V_T?)"),
                  AllOf(HasSubstr("the cell type of the neuron is not stated"), HasSubstr("cell_type = \"dSPN\""))));
  EXPECT_THAT(refusals(dopamine + "[[effect]]\nreceptor = \"D1\"\nrule = \"scale\"\nparameter = \"b\"\nfactor = 2\n"
                                  "measured_at = 1\nreference = 1\n[axes]\na = [1]\n"),
              ElementsAre(HasSubstr("the receptor D1 is as occupied at measured_at = 1 uM as at reference = 1 uM")));
}

}  // namespace
}  // namespace modscape::config
