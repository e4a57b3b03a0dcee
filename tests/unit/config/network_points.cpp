// SPDX-License-Identifier: Apache-2.0
// [vary]: numbers of a network's job by their path; what they are, the networks that values make, and what is refused.
#include "config/network_points.hpp"

#include "unit/config/scratch.hpp"

namespace modscape::config {
namespace {

using test::problems_of;
using test::source_dir;
using test::written;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string network =
    "[job]\nkind = \"network\"\n[network]\nduration = 100\nseed = 7\n"       // lines 1 to 5
    "[population.E]\nsize = 8\n[population.E.neuron]\nb = 60\n"              // lines 6 to 9
    "V_T = {mean = -50, sd = 1}\n[population.E.synapse.exc]\ntau = 5\n"      // lines 10 to 12
    "E_rev = 0\n[population.I]\nlike = \"E\"\nsize = 4\n"                    // lines 13 to 16
    "[[projection]]\nname = \"recurrent\"\nfrom = \"E\"\nto = \"E\"\n"       // lines 17 to 20
    "port = \"exc\"\nrule = \"fixed_indegree\"\nindegree = 2\nweight = 1\n"  // lines 21 to 24
    "delay = 1\n[[background]]\nto = \"E\"\nport = \"exc\"\nrate = 50\n"     // lines 25 to 29
    "weight = 2\n[[background]]\nto = \"I\"\nport = \"exc\"\nrate = 60\n"    // lines 30 to 34
    "weight = 3\n";                                                          // line 35; tests go on from line 36

Job load(const std::string& more, const std::string& name = "points.toml") {
  return load_job(written(name, network + more), "network");
}
std::vector<std::string> refusals(const std::string& more) {
  return problems_of([&] { load(more, "job.toml"); });
}
std::string varying(const std::string& path) {
  return "[vary]\nx = \"" + path + "\"\n[axes]\nx = [1, 2]\n";
}
NetworkJob at(const Job& job, std::vector<double> values) {
  return NetworkPointReader(job.network_points).at(values);
}

TEST(NetworkPoints, TakeUnitBoundsAndTextFromTheReader) {
  const Job job = load(
      "[vary]\nb = \"population.E.neuron.b\"\nrate = [\"background.0.rate\", \"background.1.rate\"]\n"
      "[axes]\nb = [\"0.02 nA\", 40]\nrate = {from = 1, to = 100, count = 3, scale = \"log\"}\n"
      "[sweep]\nseeds = 3\nranks_per_point = 2\nmax_failed = 1\n");
  const NetworkPointsJob& points = job.network_points;
  ASSERT_EQ(points.varied.size(), 2u);
  EXPECT_EQ(points.varied[0].unit, Unit::pA);
  EXPECT_EQ(points.varied[0].text, "Spike-triggered increment of the adaptation current (population.E.neuron.b)");
  EXPECT_EQ(points.varied[1].unit, Unit::Hz);
  EXPECT_THAT(points.varied[1].paths, ElementsAre("background.0.rate", "background.1.rate"));
  EXPECT_THAT(points.design.parts.at(0).axes.at(0).values, ElementsAre(20.0, 40.0));
  EXPECT_EQ(points.seeds, 3);
  EXPECT_EQ(points.ranks_per_point, 2);
  EXPECT_EQ(points.max_failed, 1);
  EXPECT_EQ(job.network.title, "Networks over b, rate");
  EXPECT_EQ(NetworkPointReader(points).text(std::vector{20.0, 5.0}), "b = 20 pA, rate = 5 Hz");
}

TEST(NetworkPoints, PutTheirValuesWhereThePathsLead) {
  const Job job = load(
      "[vary]\nb = \"population.E.neuron.b\"\nrate = [\"background.0.rate\", \"background.1.rate\"]\n"
      "weight = \"projection.recurrent.weight\"\nsize = \"population.E.size\"\nsd = \"population.E.neuron.V_T.sd\"\n"
      "V = \"population.I.initial.V\"\ncurrent = \"population.I.current\"\n"
      "[design]\nkind = \"list\"\n"
      "points = [{b = 1, rate = 2, weight = 3, size = 12, sd = 0.5, V = -61, current = 4}]\n");
  const NetworkJob point = at(job, {1, 2, 3, 12, 0.5, -61, 4});
  const std::vector<models::Population>& populations = point.model.populations;
  EXPECT_EQ(populations[0].neuron.b, 1.0);
  EXPECT_EQ(populations[1].neuron.b, 1.0) << "I is like E";
  EXPECT_EQ(point.model.backgrounds[0].rate, 2.0);
  EXPECT_EQ(point.model.backgrounds[1].rate, 2.0);
  EXPECT_EQ(point.model.projections[0].weight.value, 3.0);
  EXPECT_EQ(populations[0].size, 12);
  EXPECT_EQ(populations[0].distributed.at(0).distribution.sd, 0.5);
  EXPECT_EQ(populations[1].initial_V.value, -61.0);
  EXPECT_EQ(populations[1].current, 4.0);
  EXPECT_EQ(point.seed, 7u);
  const NetworkJob own = at(job, {NAN, NAN, NAN, NAN, NAN, NAN, NAN});  // axes that do not exist there
  EXPECT_EQ(own.model.populations[0].neuron.b, 60.0);
  EXPECT_EQ(own.model.populations[0].size, 8);
  EXPECT_EQ(own.model.backgrounds[1].rate, 60.0);
  EXPECT_FALSE(problems_of([&] { at(job, {1, 2, 3, 12.5, 0.5, -61, 4}); }).empty()) << "half a neuron";
}

TEST(NetworkPoints, DosesOfModulators) {
  const Job job = load(
      "[modulator.dopamine]\ntonic = \"20 nM\"\n[[receptor]]\nname = \"D1\"\nmodulator = \"dopamine\"\nEC50 = \"1 "
      "uM\"\n"
      "tau = 100\n[[effect]]\nreceptor = \"D1\"\non = \"E\"\nrule = \"shift\"\nparameter = \"b\"\nby = -10\n"
      "measured_at = \"10 uM\"\n[vary]\ndopamine = \"modulator.dopamine.tonic\"\nEC50 = \"receptor.D1.EC50\"\n"
      "[axes]\ndopamine = {from = \"1 nM\", to = \"1 mM\", count = 3, scale = \"log\"}\nEC50 = [\"500 nM\"]\n");
  EXPECT_EQ(job.network_points.varied.at(0).unit, Unit::uM);
  const NetworkJob point = at(job, {5.0, 0.5});
  EXPECT_EQ(point.model.modulation.modulation.modulators.at(0).tonic, 5.0);
  EXPECT_EQ(point.model.modulation.modulation.receptors.at(0).EC50, 0.5);
}

TEST(NetworkPoints, SeedsAloneAreADesign) {
  const Job job = load("[sweep]\nseeds = 5\n");
  EXPECT_TRUE(job.network_points.wanted);
  EXPECT_TRUE(job.network_points.design.parts.empty());
  EXPECT_FALSE(load("").network_points.wanted);
}

TEST(NetworkPoints, PathsThatLeadNowhere) {
  EXPECT_THAT(refusals(varying("population.E.neuron.tau_ww")),
              ElementsAre("job.toml:37:5: unknown key tau_ww in [population.E.neuron] (did you mean tau_w?)"));
  EXPECT_THAT(refusals(varying("population.RS.neuron.b")),
              ElementsAre("job.toml:37:5: x: there is no RS in [population] (there are: E, I)"));
  EXPECT_THAT(refusals(varying("populations.E.neuron.b")),
              ElementsAre("job.toml:37:5: unknown table [populations] (did you mean population?)"));
  EXPECT_THAT(refusals(varying("projection.recurent.weight")),
              ElementsAre("job.toml:37:5: x: there is no recurent in [[projection]] (did you mean recurrent?)"));
  EXPECT_THAT(refusals(varying("background.2.rate")),
              ElementsAre("job.toml:37:5: x: there is no 2 in [[background]] (by name, or by number from 0 to 1)"));
  EXPECT_THAT(refusals(varying("background.rate")),
              ElementsAre("job.toml:37:5: x: background is a list, it has no rate (which of its elements? by name, or "
                          "by number from 0)"));
  EXPECT_THAT(refusals(varying("population.E.size.more")),
              ElementsAre("job.toml:37:5: x: population.E.size is a whole number, it has no more"));
  EXPECT_THAT(refusals(varying("projection.0.rule")),
              ElementsAre("job.toml:37:5: rule must be text in quotes, not a number that varies"));
  EXPECT_THAT(refusals(varying("sweep.seeds")), ElementsAre("job.toml:37:5: x: nothing in [sweep] can be varied"));
  EXPECT_THAT(refusals(varying("b")), ElementsAre("job.toml:37:5: x: \"b\" is not the path of a value (for example "
                                                  "population.RS.neuron.b)"));
}

TEST(NetworkPoints, ValuesAreCheckedWithTheirPlace) {
  EXPECT_THAT(refusals("[vary]\nb = \"population.E.neuron.b\"\n[axes]\nb = [\"-5 pA\", \"3 mV\"]\n"),
              ElementsAre("job.toml:39:6: b = -5 pA must be at least 0 pA", HasSubstr("job.toml:39:15: b: ")));
  EXPECT_THAT(refusals("[vary]\nx = [\"population.E.neuron.b\", \"background.0.rate\"]\n[axes]\nx = [1]\n"),
              ElementsAre("job.toml:37:5: x: population.E.neuron.b is in pA, background.0.rate in Hz"));
  EXPECT_THAT(refusals("[vary]\nx = \"network.duration\"\ny = \"network.duration\"\n[axes]\nx = [1]\ny = [2]\n"),
              ElementsAre("job.toml:38:5: network.duration is varied twice"));
  EXPECT_THAT(refusals("[vary]\nx = \"network.duration\"\n[axes]\ny = [2]\n"),
              ElementsAre("job.toml:37:5: x has no values ([axes] x = [...])",
                          "job.toml:39:1: unknown key y in [axes] (known here: x)"));
}

TEST(NetworkPoints, TablesThatBelongTogether) {
  EXPECT_THAT(refusals("[axes]\nx = [1]\n"), ElementsAre(HasSubstr("a network has no such table without [vary]")));
  EXPECT_THAT(refusals("[vary]\n"), ElementsAre(HasSubstr("[vary] names nothing")));
  EXPECT_THAT(refusals("[sweep]\nseeds = 0\n[record]\nspikes = [\"E\"]\n"),
              ElementsAre("job.toml:37:9: seeds = 0 must be at least 1",
                          "job.toml:39:10: runs of a sweep store statistics, no spikes (remove it)"));
}

TEST(NetworkPoints, TheSameJobHoweverItIsWritten) {
  const std::string vary = "[vary]\nb = \"population.E.neuron.b\"\n", axes = "[axes]\nb = [\"20 pA\", \"40 pA\"]\n";
  const std::string hash = load(vary + axes).hash;
  EXPECT_EQ(load("# a comment\n" + axes + vary + "[sweep]\nranks_per_point = 4\n").hash, hash);
  EXPECT_EQ(load(vary + "[axes]\nb = [\"0.02 nA\", 40]\n").hash, hash);
  std::string other_own = network;  // the value that all points replace
  other_own.replace(other_own.find("b = 60"), 6, "b = 61");
  EXPECT_EQ(load_job(written("own.toml", other_own + vary + axes), "").hash, hash);
  EXPECT_NE(load("[vary]\nb = \"population.I.neuron.b\"\n" + axes).hash, hash);
  EXPECT_NE(load(vary + "[axes]\nb = [\"20 pA\", \"41 pA\"]\n").hash, hash);
  EXPECT_NE(load(vary + axes + "[sweep]\nseeds = 2\n").hash, hash);
  EXPECT_NE(load("").hash, hash);
}

TEST(NetworkPoints, TheStoredTextIsTheSameJob) {
  const Job job = load_job(source_dir() + "/jobs/examples/network_landscape.toml", "network");
  const Job again = load_job(written("resolved.toml", job.resolved), "network");
  EXPECT_EQ(again.resolved, job.resolved);
  EXPECT_EQ(again.hash, job.hash);
  EXPECT_THAT(job.resolved, HasSubstr("# tau_w = \"500 ms\"")) << "defaults, as comments";
}

}  // namespace
}  // namespace modscape::config
