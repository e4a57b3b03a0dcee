// SPDX-License-Identifier: Apache-2.0
// Studies that are refused: data, conditions, pairs, gauge, fit.
#include "config/job.hpp"
#include "unit/config/scratch.hpp"

namespace modscape::config {
namespace {

using test::problems_of;
using test::written;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string data = "[job]\nkind = \"study\"\n[data]\nfi = \"fi.csv\"\n";                   // lines 1 to 4
const std::string conditions = "[[condition]]\nname = \"off\"\n[[condition]]\nname = \"on\"\n";  // lines 5 to 8
const std::string gauge = "[gauge]\nE_L = -85\nV_T = -45\n";                                     // lines 9 to 11

std::vector<std::string> refusals(const std::string& text) {
  written("fi.csv", "condition,current,mean,sem,n\noff,50,1,1,4\noff,100,3,1,4\non,50,2,1,5\non,100,4,1,5\n");
  return problems_of([&] { load_job(written("job.toml", text), "study"); });
}

TEST(StudyRefusals, TemplateIsGood) {
  EXPECT_THAT(refusals(data + conditions + gauge), ElementsAre());
}

TEST(StudyRefusals, MissingFiles) {
  EXPECT_THAT(
      refusals("[job]\nkind = \"study\"\n[data]\nfi = \"no.csv\"\nrheobase = \"no.csv\"\n" + conditions + gauge),
      ElementsAre(StartsWith("job.toml:4:6: fi = \"no.csv\": no such file"),
                  StartsWith("job.toml:5:12: rheobase = \"no.csv\": no such file")));
  EXPECT_THAT(refusals("[job]\nkind = \"study\"\n[data]\n" + conditions + gauge),
              ElementsAre(StartsWith("job.toml:3:1: fi is missing in [data]")));
}

TEST(StudyRefusals, ProblemsOfTheTableComeAlong) {
  written("bad.csv", "condition,current,mean,sem,n\noff,50,-1,1,4\n");
  const auto problems = problems_of([] {
    load_job(written("job.toml", "[job]\nkind = \"study\"\nfoo = 1\n[data]\nfi = \"bad.csv\"\n" + conditions + gauge),
             "study");
  });
  EXPECT_THAT(problems, ElementsAre(StartsWith("job.toml:3:1: unknown key foo in [job]"),
                                    "bad.csv:2: mean = -1 must not be negative"));
}

TEST(StudyRefusals, Conditions) {
  EXPECT_THAT(refusals(data +
                       "[[condition]]\nname = \"off\"\n[[condition]]\nname = \"off\"\nlabel = \"onn\"\n"
                       "[[condition]]\nname = \"on+SCH\"\nlabel = \"off\"\n[[condition]]\nlabel = \"on\"\n" +
                       gauge),
              ElementsAre("job.toml:8:8: condition name \"off\" is used twice",
                          "job.toml:9:9: the f-I table has no condition \"onn\"; there are off, on (did you mean on?)",
                          StartsWith("job.toml:11:8: condition name \"on+SCH\" must be an identifier"),
                          "job.toml:12:9: conditions off and on+SCH have the same label \"off\"",
                          StartsWith("job.toml:13:1: name is missing in [condition]")));
  EXPECT_THAT(refusals(data + gauge),
              ElementsAre(HasSubstr("no [[condition]]: a study needs at least one (the f-I table has off, on)")));
}

TEST(StudyRefusals, Pairs) {
  EXPECT_THAT(refusals(data + conditions + gauge +
                       "[[pair]]\nfrom = \"off\"\nto = \"onn\"\n[[pair]]\nfrom = \"on\"\nto = \"on\"\n"),
              ElementsAre("job.toml:14:6: to = \"onn\" is not a condition; there are off, on (did you mean on?)",
                          "job.toml:17:6: a pair needs two conditions, but both are \"on\""));
}

TEST(StudyRefusals, GaugeSaysWhatIsMissingAndWhy) {
  const std::string why =
      "spike times do not change under V -> alpha V + beta, so f-I data cannot fix the voltage scale";
  EXPECT_THAT(refusals(data + conditions + "[gauge]\nE_L = -85\n"),
              ElementsAre(::testing::AllOf(StartsWith("job.toml:10:7: no gauge: one of V_T and R_in is missing"),
                                           HasSubstr(why))));
  EXPECT_THAT(refusals(data + conditions + "[gauge]\nV_T = -45\n"),
              ElementsAre(StartsWith("job.toml:9:1: no gauge: E_L is missing")));
  EXPECT_THAT(refusals(data + conditions), ElementsAre(HasSubstr("no gauge: E_L and one of V_T and R_in are missing")));
  EXPECT_THAT(refusals(data + conditions + gauge + "R_in = 120\n"),
              ElementsAre(StartsWith("job.toml:12:8: V_T and R_in are both given")));
  EXPECT_THAT(refusals(data + conditions + "[gauge]\nE_L = -40\nV_T = -45\n"),
              ElementsAre("job.toml:11:7: V_T = -45 mV must be above E_L = -40 mV"));
}

TEST(StudyRefusals, GaugeParametersElsewhere) {
  EXPECT_THAT(refusals(data + conditions + gauge +
                       "[neuron]\nV_T = -50\n[ranges]\nE_L = {from = -90, to = -80}\nb = {from = 0, to = 9}\n"),
              ElementsAre("job.toml:10:7: E_L is both in [gauge] and in [ranges] (remove one of them)",
                          "job.toml:13:7: V_T cannot be set here: it fixes the voltage scale and belongs to [gauge]"));
  const std::string sampled = "[ranges]\nE_L = {from = -90, to = -30}\nb = {from = 0, to = 9}\n";
  EXPECT_THAT(refusals(data + conditions + "[gauge]\nV_T = -45\n" + sampled), ElementsAre());
  EXPECT_THAT(refusals(data + conditions + "[gauge]\nR_in = 120\n" + sampled),
              ElementsAre(StartsWith("job.toml:10:8: models are rescaled to R_in around a fixed E_L")));
  EXPECT_THAT(refusals(data + conditions + gauge + "[ranges]\nV_T = {from = -90, to = -30}\n"),
              ElementsAre("job.toml:13:7: V_T cannot have a range: it fixes the voltage scale and belongs to [gauge]"));
}

TEST(StudyRefusals, HeldOutCurrents) {
  EXPECT_THAT(refusals(data + conditions + gauge + "[fit]\nheld_out = [\"60 pA\"]\n"),
              ElementsAre("job.toml:13:12: held_out: 60 pA is not among the currents of the data (there are 50, 100)"));
  EXPECT_THAT(
      refusals(data + conditions + gauge + "[fit]\nheld_out = [50, 100]\n"),
      ElementsAre(HasSubstr("leaves no current of condition off"), HasSubstr("leaves no current of condition on")));
}

TEST(StudyRefusals, SingleCell) {
  EXPECT_THAT(refusals(data + conditions + gauge + "[fit]\nmode = \"single_cell\"\ncell = \"c1\"\n"),
              ElementsAre(HasSubstr("job.toml:14:8: condition off has no cell \"c1\"; the f-I table has means only"),
                          HasSubstr("condition on has no cell")));
  EXPECT_THAT(refusals(data + conditions + gauge + "[fit]\ncell = \"c1\"\n"),
              ElementsAre(StartsWith("job.toml:13:8: cell is given, but the fit is of the population")));
  written("one.csv", "condition,cell,current,count\noff,c1,50,4\n");
  const std::string one = "[job]\nkind = \"study\"\n[data]\nfi = \"one.csv\"\n[[condition]]\nname = \"off\"\n" + gauge;
  EXPECT_THAT(refusals(one), ElementsAre(HasSubstr("condition off has one cell: its spread is unknown")));
  EXPECT_THAT(refusals(one + "[fit]\nmode = \"single_cell\"\ncell = \"c1\"\n"), ElementsAre());
}

TEST(StudyRefusals, Numbers) {
  EXPECT_THAT(
      refusals(data + conditions + gauge +
               "[exploration]\nmin_current = 60\nmax_current = 80\npoints = 0\n[fit]\nrounds = -1\naccepted = 0\n"
               "[integrator]\nmethod = \"ensemble\"\n"),
      ElementsAre("job.toml:13:15: min_current = 60 pA must be at most the lowest current of the data, 50 pA",
                  "job.toml:14:15: max_current = 80 pA must be at least the highest current of the data, 100 pA",
                  "job.toml:15:10: points = 0 must be at least 1", "job.toml:17:10: rounds = -1 must be at least 0",
                  "job.toml:18:12: accepted = 0 must be at least 1",
                  "job.toml:20:10: method = \"ensemble\" must be one of: cvode"));
}

}  // namespace
}  // namespace modscape::config
