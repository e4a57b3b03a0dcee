// SPDX-License-Identifier: Apache-2.0
// Networks that are refused: every problem with its exact place, all at once.
#include "config/job.hpp"
#include "unit/config/scratch.hpp"

namespace modscape::config {
namespace {

using test::problems_of;
using test::written;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> refusals(const std::string& text) {
  return problems_of([&] { load_job(written("job.toml", text), "network"); });
}

const std::string head = "[job]\nkind = \"network\"\n[network]\nduration = 100\n";  // lines 1 to 4
const std::string populations =
    "[population.E]\nsize = 8\n[population.E.synapse.exc]\ntau = 5\nE_rev = 0\n"              // lines 5 to 9
    "[population.E.synapse.cur]\neffect = \"current\"\ntau = 5\n"                             // lines 10 to 12
    "[population.ext]\nmodel = \"poisson\"\nsize = 4\nrate = 5\n"                             // lines 13 to 16
    "[population.I]\nsize = 2\n[population.I.synapse.exc]\neffect = \"current\"\ntau = 5\n";  // lines 17 to 21
const std::string base = head + populations;

// One projection from line 22 on; `keys` follow on line 23.
std::vector<std::string> projection(const std::string& keys) {
  return refusals(base + "[[projection]]\n" + keys);
}
const std::string synapse = "weight = 1\ndelay = 1\n";  // after the keys

TEST(NetworkRefusals, TemplateIsGood) {
  EXPECT_THAT(refusals(base), ElementsAre());
  EXPECT_THAT(projection("from = \"E\"\nto = \"E\"\nport = \"exc\"\nrule = \"all_to_all\"\n" + synapse), ElementsAre());
}

TEST(NetworkRefusals, Run) {
  EXPECT_THAT(refusals("[job]\nkind = \"network\"\n[network]\nseed = -1\ntolerance = 0\n"),
              ElementsAre("job.toml:1:1: the network has no population ([population.E] with size, "
                          "[population.E.neuron] and [population.E.synapse.exc])",
                          "job.toml:3:1: duration is missing in [network] (Length of the run)",
                          "job.toml:4:8: seed = -1 must be at least 0",
                          "job.toml:5:13: tolerance = 0 ms must be at least 1e-09 ms"));
  EXPECT_THAT(refusals(head + "transient = \"0.1 s\"\nsim_time = 3\n" + populations),
              ElementsAre("job.toml:5:13: transient = 100 ms must be less than duration = 100 ms",
                          "job.toml:6:1: unknown key sim_time in [network] (did you mean duration?)"));
}

TEST(NetworkRefusals, Record) {
  EXPECT_THAT(refusals(base + "[record]\nspikes = [\"E\", \"e\", \"E\"]\nrate_interval = 0\n"),
              ElementsAre("job.toml:23:10: spikes: there is no population \"e\" (did you mean E?)",
                          "job.toml:23:10: spikes names E twice",
                          "job.toml:24:17: rate_interval = 0 ms must be at least 0.01 ms"));
  EXPECT_THAT(refusals("[job]\nkind = \"network\"\n[network]\nduration = 1e7\n" + populations +
                       "[record]\nrate_interval = 0.1\n"),
              ElementsAre("job.toml:23:17: the rates have more than 10000000 bins"));
}

TEST(NetworkRefusals, Populations) {
  EXPECT_THAT(
      refusals(head + R"([population.E]
size = 0
rate = 5
[population."a b"]
[population.P]
model = "poison"
[population.Q]
model = "poisson"
size = 3
rate = -1
current = 5
[population.Q.neuron]
V_T = -50
[population.R]
size = 3000000000
n = 5
)"),
      ElementsAre("job.toml:6:8: size = 0 must be at least 1",
                  "job.toml:7:8: rate is of sources of spikes (model = \"poisson\" or \"replay\")",
                  "job.toml:8:1: population \"a b\": the name must be letters, digits and _",
                  "job.toml:8:1: size is missing in [population.a b] (how many neurons or sources)",
                  "job.toml:10:9: model = \"poison\" must be one of: adex, poisson, replay (did you mean poisson?)",
                  "job.toml:14:8: rate = -1 Hz must be at least 0 Hz",
                  "job.toml:15:11: a poisson population has no current: it is sources of spikes without neurons",
                  "job.toml:16:1: a poisson population has no neuron: it is sources of spikes without neurons",
                  "job.toml:19:8: size = 3000000000 must be at most 2147483648",
                  "job.toml:20:1: unknown key n in [population.R] (did you mean size?)"));
  EXPECT_THAT(refusals(head + "[population.A]\nsize = 2000000000\n[population.B]\nlike = \"A\"\n"),
              ElementsAre(HasSubstr("the populations have 4000000000 neurons and sources; at most 2147483648")));
}

TEST(NetworkRefusals, Like) {
  EXPECT_THAT(
      refusals(head + "[population.A]\nlike = \"B\"\n[population.B]\nlike = \"A\"\n[population.C]\n"
                      "like = \"RS1\"\n[population.RS]\nsize = 1\n[population.D]\nlike = \"RS\"\n"
                      "model = \"poisson\"\n[population.F]\nlike = \"F\"\n"),
      ElementsAre("job.toml:8:8: like: B is like itself, by way of A",
                  "job.toml:10:8: like: there is no population \"RS1\" (did you mean RS?)",
                  "job.toml:15:9: D is like RS, which is not poisson", "job.toml:17:8: like: F is like itself"));
}

TEST(NetworkRefusals, Neurons) {
  EXPECT_THAT(
      refusals(head + R"([population.E]
size = 8
[population.E.neuron]
V_th = {mean = -50, sd = 1}
V_r = 5
V_peak = {mean = 0, sd = 1}
tau_w = {from = 300, to = 100}
a = {mean = 1, std = 1}
b = {mean = 5, from = 2}
g_L = {mean = "10 mV", sd = -1}
[population.E.initial]
V = 0
[population.F]
size = 8
[population.F.neuron]
V_T = {from = -50, to = 5}
[population.F.initial]
V = {from = -50, to = 5}
)"),
      ElementsAre(
          "job.toml:8:1: unknown table [population.E.neuron.V_th] (did you mean V_T?)",
          "job.toml:9:7: V_r = 5 mV must be below V_peak = 0 mV",
          "job.toml:10:10: V_peak has one value per population: it is where spikes are counted, no property of a cell",
          "job.toml:11:17: from = 300 ms must be less than to = 100 ms",
          "job.toml:12:5: sd is missing in [population.E.neuron.a] (standard deviation)",
          "job.toml:12:16: unknown key std in [population.E.neuron.a] (did you mean sd?)",
          "job.toml:13:5: b is either {mean, sd}, normal, or {from, to}, uniform",
          "job.toml:14:15: mean: \"10 mV\" is in mV, but this quantity is in nS",
          "job.toml:14:29: sd = -1 nS must be at least 0 nS",
          "job.toml:16:5: V = 0 mV at time 0 must be below V_peak = 0 mV",
          "job.toml:20:7: V_T = 5 mV must be below V_peak = 0 mV",
          "job.toml:22:5: V = 5 mV at time 0 must be below V_peak = 0 mV"));
}

TEST(NetworkRefusals, Ports) {
  EXPECT_THAT(
      refusals(head + R"([population.E]
size = 8
[population.E.synapse.a]
tau = 0
[population.E.synapse.b]
effect = "current"
shape = "expo"
tau_syn = 5
E_rev = 0
[population.E.synapse.c]
tau = 1
E_rev = 0
[population.E.synapse.d]
tau = {mean = 1, sd = 1}
E_rev = 0
[population.E.synapse."e-f"]
tau = 1
E_rev = "1 pA"
)"),
      ElementsAre("job.toml:7:1: E_rev is missing in [population.E.synapse.a] (Reversal potential of a conductance)",
                  StartsWith("job.toml:7:1: E has 5 ports; at most 4 are possible"),
                  "job.toml:8:7: tau = 0 ms must be greater than 0 ms",
                  StartsWith("job.toml:9:1: tau is missing in [population.E.synapse.b]"),
                  "job.toml:11:9: shape = \"expo\" must be one of: exponential, alpha",
                  "job.toml:12:1: unknown key tau_syn in [population.E.synapse.b] (did you mean tau?)",
                  "job.toml:13:9: E_rev is of a conductance, and this port is a current",
                  "job.toml:18:7: tau must be a number in ms or text with a unit, not a table",
                  "job.toml:20:1: port \"e-f\": the name must be letters, digits and _",
                  "job.toml:22:9: E_rev: \"1 pA\" is in pA, but this quantity is in mV"));
}

TEST(NetworkRefusals, EndsOfProjections) {
  EXPECT_THAT(
      projection("from = \"EE\"\nto = [\"E\", \"ext\", \"E\"]\nport = \"ex\"\nrule = \"pairwise_bernoulli\"\n" +
                 synapse + "[[projection]]\nfrom = []\nport = \"exc\"\n"),
      ElementsAre("job.toml:23:8: from: there is no population \"EE\" (did you mean E?)",
                  "job.toml:24:6: to names E twice",
                  "job.toml:24:6: to: ext is sources of spikes: it has no neurons to project onto",
                  "job.toml:25:8: port: E has no port \"ex\" (did you mean exc?)",
                  "job.toml:26:8: rule = \"pairwise_bernoulli\" must be one of: fixed_indegree, "
                  "fixed_probability, distance, one_to_one, all_to_all, edges (did you mean fixed_probability?)",
                  "job.toml:29:1: to is missing (a population or a list of them)",
                  StartsWith("job.toml:29:1: rule is missing in [projection]"),
                  "job.toml:30:8: from is missing (a population or a list of them)"));
  EXPECT_THAT(projection("from = \"E\"\nto = [\"E\", \"I\"]\nport = \"exc\"\nrule = \"all_to_all\"\n"
                         "weight = \"1 nS\"\ndelay = 1\n"),
              ElementsAre("job.toml:25:8: port: exc is a conductance in one target and a current in another (one table "
                          "for each)"));
  EXPECT_THAT(projection("from = \"E\"\nto = \"I\"\nport = \"inh_slow\"\nrule = \"all_to_all\"\n" + synapse),
              ElementsAre("job.toml:25:8: port: I has no port \"inh_slow\" (its ports: exc)"));
}

// A population that could not be read has no further problems elsewhere.
TEST(NetworkRefusals, OneCauseOneProblem) {
  EXPECT_THAT(refusals(head +
                       "[population.E]\nmodel = \"adx\"\nsize = 3\n[[projection]]\nfrom = \"E\"\nto = \"E\"\n"
                       "port = \"exc\"\nrule = \"all_to_all\"\n" +
                       synapse),
              ElementsAre("job.toml:6:9: model = \"adx\" must be one of: adex, poisson, replay (did you mean adex?)"));
}

TEST(NetworkRefusals, KeysOfRules) {
  EXPECT_THAT(projection("from = \"E\"\nto = \"E\"\nport = \"exc\"\nrule = \"fixed_probability\"\nprobability = 1.5\n"
                         "indegree = 3\nmultapses = true\nfile = \"edges.csv\"\np = 0.5\n" +
                         synapse),
              ElementsAre("job.toml:27:15: probability = 1.5 must be at most 1",
                          "job.toml:28:12: indegree means nothing to rule = \"fixed_probability\"",
                          "job.toml:29:13: multapses means nothing to rule = \"fixed_probability\"",
                          "job.toml:30:8: file means nothing to rule = \"fixed_probability\"",
                          "job.toml:31:1: unknown key p in [projection] (did you mean probability?)"));
  EXPECT_THAT(projection("from = \"E\"\nto = \"E\"\nport = \"exc\"\nrule = \"fixed_indegree\"\n" + synapse),
              ElementsAre("job.toml:22:1: indegree is missing in [projection] (how many sources every target has)"));
  EXPECT_THAT(
      projection("from = \"E\"\nto = \"E\"\nport = \"exc\"\nrule = \"one_to_one\"\nautapses = false\n" + synapse),
      ElementsAre("job.toml:27:12: autapses means nothing to rule = \"one_to_one\""));
}

TEST(NetworkRefusals, Sheets) {
  EXPECT_THAT(refusals(head + "[population.E]\nsize = 8\n[population.E.sheet]\nwidth = 0\nlayout = \"grit\"\nx = 1\n"),
              ElementsAre("job.toml:7:1: height is missing in [population.E.sheet] (Extent of the sheet along y)",
                          "job.toml:8:9: width = 0 mm must be greater than 0 mm",
                          "job.toml:9:10: layout = \"grit\" must be one of: grid, random (did you mean grid?)",
                          StartsWith("job.toml:10:1: unknown key x in [population.E.sheet]")));
}

// Populations E, I and ext on sheets, one projection from line 22 on.
std::vector<std::string> on_sheets(const std::string& E, const std::string& I, const std::string& keys) {
  return refusals(head + "[population.E]\nsize = 8\n[population.E.synapse.exc]\ntau = 5\nE_rev = 0\n" + E +
                  "[population.I]\nlike = \"E\"\n" + I +
                  "[[projection]]\nfrom = \"E\"\nto = \"I\"\nport = \"exc\"\nrule = \"distance\"\n" + keys + synapse);
}

TEST(NetworkRefusals, Distance) {
  const std::string sheet = "[population.E.sheet]\nwidth = 1\nheight = 1\n", keys = "probability = 0.5\nlength = 0.1\n";
  EXPECT_THAT(on_sheets(sheet, "", keys), ElementsAre());
  EXPECT_THAT(on_sheets("", "", keys),
              ElementsAre("job.toml:16:8: distance: E has no positions ([population.E.sheet])",
                          "job.toml:16:8: distance: I has no positions ([population.I.sheet])"));
  EXPECT_THAT(
      on_sheets(sheet, "[population.I.sheet]\nwidth = 2\nperiodic = true\n", keys),
      ElementsAre("job.toml:22:8: distance: the sheet of E is 1 mm x 1 mm, that of I 2 mm x 1 mm, periodic; they "
                  "must have the same extent and borders"));
  EXPECT_THAT(
      on_sheets(sheet, "", "probability = 2\nlength = \"-1 um\"\nkernel = \"gausian\"\nvelocity = 0\nindegree = 1\n"),
      ElementsAre("job.toml:20:15: probability = 2 must be at most 1",
                  "job.toml:21:10: length = -0.001 mm must be greater than 0 mm",
                  "job.toml:22:10: kernel = \"gausian\" must be one of: gaussian, exponential (did you mean "
                  "gaussian?)",
                  "job.toml:23:12: velocity = 0 m/s must be greater than 0 m/s",
                  "job.toml:24:12: indegree means nothing to rule = \"distance\""));
  EXPECT_THAT(on_sheets(sheet, "", "probability = 1\n"),
              ElementsAre("job.toml:15:1: length is missing in [projection] (Over which the probability falls)"));
  EXPECT_THAT(
      on_sheets(sheet, "", keys + "velocity = 1e-4\nmax_distance = 0.5\n"),
      ElementsAre("job.toml:22:12: velocity = 0.0001 m/s: conduction over 0.5 mm takes 5000 ms; at most 1000 ms "
                  "is possible"));
}

TEST(NetworkRefusals, Procedural) {
  const auto rule = [](const std::string& keys) {
    return projection("from = \"ext\"\nto = \"E\"\nport = \"exc\"\nprocedural = true\n" + keys);
  };
  EXPECT_THAT(rule("rule = \"all_to_all\"\n" + synapse), ElementsAre());
  EXPECT_THAT(
      rule("rule = \"fixed_indegree\"\nindegree = 2\n" + synapse),
      ElementsAre("job.toml:26:14: procedural: under rule = \"fixed_indegree\" targets draw their sources, so that "
                  "the synapses of one source cannot be drawn again by themselves (rule = \"fixed_probability\" "
                  "can be procedural)"));
  written("edges.csv", "source,target\n3,7\n");
  EXPECT_THAT(rule("rule = \"edges\"\nfile = \"edges.csv\"\n" + synapse),
              ElementsAre("job.toml:26:14: procedural: listed edges are stored, they cannot be drawn again"));
  EXPECT_THAT(projection("from = \"ext\"\nto = \"E\"\nport = \"exc\"\nrule = \"all_to_all\"\nlength = 1\n" + synapse),
              ElementsAre("job.toml:27:10: length means nothing to rule = \"all_to_all\""));
}

TEST(NetworkRefusals, SizesOfRules) {
  const auto indegree = [](const std::string& keys) {
    return projection("from = \"E\"\nto = \"E\"\nport = \"exc\"\nrule = \"fixed_indegree\"\n" + keys + synapse);
  };
  EXPECT_THAT(indegree("indegree = 9\n"), ElementsAre());
  EXPECT_THAT(indegree("indegree = 8\nmultapses = false\n"), ElementsAre());
  EXPECT_THAT(
      indegree("indegree = 9\nmultapses = false\n"),
      ElementsAre("job.toml:27:12: indegree = 9, but a neuron of E has only 8 possible sources in E (multapses = "
                  "true lets a pair be connected more than once)"));
  EXPECT_THAT(
      indegree("indegree = 8\nmultapses = false\nautapses = false\n"),
      ElementsAre(StartsWith("job.toml:27:12: indegree = 8, but a neuron of E has only 7 possible sources in E")));
  EXPECT_THAT(indegree("indegree = 0\n"), ElementsAre("job.toml:27:12: indegree = 0 must be at least 1"));
  EXPECT_THAT(projection("from = \"ext\"\nto = \"E\"\nport = \"exc\"\nrule = \"one_to_one\"\n" + synapse),
              ElementsAre("job.toml:26:8: one_to_one: ext has 4 and E has 8; the sizes must be equal"));
  EXPECT_THAT(refusals(head +
                       "[population.E]\nsize = 2000000\n[population.E.synapse.exc]\ntau = 5\nE_rev = 0\n"
                       "[[projection]]\nfrom = \"E\"\nto = \"E\"\nport = \"exc\"\nrule = \"all_to_all\"\n" +
                       synapse),
              ElementsAre("job.toml:14:8: 4e+12 connections from E to E; at most 1.1e+12 are possible"));
}

TEST(NetworkRefusals, WeightsAndDelays) {
  const std::string start = "from = \"E\"\nto = \"E\"\nport = \"exc\"\nrule = \"all_to_all\"\n";
  EXPECT_THAT(projection(start + "weight = -1\ndelay = 0\n"),
              ElementsAre("job.toml:27:10: weight = -1 nS must be at least 0 nS",
                          "job.toml:28:9: delay = 0 ms must be at least 0.01 ms"));
  EXPECT_THAT(projection(start + "weight = \"1 pA\"\ndelay = {mean = 1, sd = \"2 s\"}\n"),
              ElementsAre("job.toml:27:10: weight: \"1 pA\" is in pA, but this quantity is in nS",
                          "job.toml:28:25: sd = 2000 ms must be at most 999.99 ms"));
  EXPECT_THAT(projection(start),
              ElementsAre("job.toml:22:1: delay is missing in [projection] (Time from the spike to its arrival)",
                          "job.toml:22:1: weight is missing in [projection] (Jump or peak of the conductance)"));
}

TEST(NetworkRefusals, Names) {
  const std::string pair = "from = \"E\"\nto = \"E\"\nport = \"exc\"\nrule = \"all_to_all\"\nweight = 1\ndelay = 1\n";
  EXPECT_THAT(projection("name = \"x\"\n" + pair + "[[projection]]\nname = \"x\"\n" + pair),
              ElementsAre("job.toml:31:8: name: two projections are called \"x\""));
  EXPECT_THAT(projection("name = \"x\"\nfrom = [\"E\", \"ext\"]\nto = \"E\"\nport = \"exc\"\nrule = \"all_to_all\"\n" +
                         synapse),
              ElementsAre("job.toml:23:8: name: this table is 2 projections (leave it out: each gets its own)"));
}

TEST(NetworkRefusals, Edges) {
  const auto listed = [](const std::string& table, const std::string& keys = "weight = 1\ndelay = 1\n") {
    written("edges.csv", table);
    return projection("from = \"ext\"\nto = \"E\"\nport = \"exc\"\nrule = \"edges\"\nfile = \"edges.csv\"\n" + keys);
  };
  EXPECT_THAT(listed("source,target\n3,7\n"), ElementsAre());
  EXPECT_THAT(listed("source,target\n4,7\n3,8\n1.5,-1\n"),
              ElementsAre("edges.csv:2: source = 4 must be a whole number from 0 to 3, a place in its population",
                          "edges.csv:3: target = 8 must be a whole number from 0 to 7, a place in its population",
                          "edges.csv:4: source = 1.5 must be a whole number from 0 to 3, a place in its population",
                          "edges.csv:4: target = -1 must be a whole number from 0 to 7, a place in its population"));
  EXPECT_THAT(listed("source,target,weight,delay\n0,0,-1,0\n", ""),
              ElementsAre("edges.csv:2: weight = -1 nS must be at least 0 nS",
                          "edges.csv:2: delay = 0 ms must be at least 0.01 ms"));
  EXPECT_THAT(listed("source,target\n9,0\n", ""), ElementsAre(HasSubstr("edges.csv:2: source = 9")));
  EXPECT_THAT(listed("source,target,weight\n0,0,1\n"),
              ElementsAre("job.toml:28:10: weight is both here and in the file of edges (keep one)"));
  EXPECT_THAT(listed("pre,post\n0,0\n"), ElementsAre(HasSubstr("no column for the source of each edge"),
                                                     HasSubstr("no column for the target of each edge")));
  EXPECT_THAT(
      projection("from = \"ext\"\nto = \"E\"\nport = \"exc\"\nrule = \"edges\"\nfile = \"none.csv\"\n" + synapse),
      ElementsAre(StartsWith("job.toml:27:8: file = \"none.csv\": no such file")));
  EXPECT_THAT(
      projection("from = [\"ext\", \"E\"]\nto = \"E\"\nport = \"exc\"\nrule = \"edges\"\nfile = \"edges.csv\"\n" +
                 synapse),
      ElementsAre("job.toml:26:8: the edges of one file are of one pair of populations (one table for each)"));
}

TEST(NetworkRefusals, Background) {
  EXPECT_THAT(refusals(base + "[[background]]\nto = [\"E\", \"ext\"]\nport = \"exc\"\nrate = \"-1 Hz\"\nweight = -1\n"),
              ElementsAre("job.toml:23:6: to: ext is sources of spikes: it has no neurons to project onto",
                          "job.toml:25:8: rate = -1 Hz must be at least 0 Hz",
                          "job.toml:26:10: weight = -1 nS must be at least 0 nS"));
}

TEST(NetworkRefusals, Steps) {
  const auto rate = [](const std::string& value) {
    return refusals(head + "[population.ext]\nmodel = \"poisson\"\nsize = 4\nrate = " + value + "\n");
  };
  EXPECT_THAT(rate("{times = [0, 5], values = [1]}"),
              ElementsAre(StartsWith("job.toml:8:8: rate: times and values must be lists of the same length")));
  EXPECT_THAT(rate("{times = [1, 5], values = [1, 2]}"),
              ElementsAre(StartsWith("job.toml:8:8: rate: the first of the times must be 0")));
  EXPECT_THAT(rate("{times = [0, 5, 5], values = [1, 2, 3]}"),
              ElementsAre(StartsWith("job.toml:8:8: rate: times must ascend")));
  EXPECT_THAT(rate("{times = [0], values = [\"5 mV\"], n = 1}"),
              ElementsAre(HasSubstr("\"5 mV\" is in mV, but this quantity is in Hz"), HasSubstr("unknown key n")));
}

TEST(NetworkRefusals, Replay) {
  written("spikes.csv", "time,source\n1.5,0\n-1,2\n3,4\n");
  const auto replay = [](const std::string& keys) {
    return refusals(head + "[population.r]\nmodel = \"replay\"\nsize = 4\n" + keys);
  };
  EXPECT_THAT(replay("file = \"spikes.csv\"\n"),
              ElementsAre(HasSubstr("spikes.csv:3: "), HasSubstr("spikes.csv:4: source = 4 must be a whole number")));
  EXPECT_THAT(replay("rate = 5\n"), ElementsAre(HasSubstr("file is missing in [population.r]"),
                                                HasSubstr("rate is of a poisson population")));
}

TEST(NetworkRefusals, Models) {
  const auto of = [](const std::string& csv, const std::string& neuron = "V_peak = -30\n") {
    written("models.csv", csv);
    return refusals(head + "[population.E]\nsize = 8\nmodels = \"models.csv\"\n[population.E.neuron]\n" + neuron);
  };
  EXPECT_THAT(of("C_m,V_T\n200,-50\n"), ElementsAre());
  EXPECT_THAT(
      of("C_m,taw_w\n200,100\n"),
      ElementsAre(StartsWith("models.csv:1: the columns are C_m, taw_w, of which 1 are parameters of the neuron")));
  EXPECT_THAT(of("C_m\n"), ElementsAre(StartsWith("models.csv:1: the table has no rows")));
  EXPECT_THAT(
      of("C_m,V_r\n-1,-60\n200,-20\n200,x\n"),
      ElementsAre(StartsWith("models.csv:2: C_m = -1"), StartsWith("models.csv:3: V_r"), StartsWith("models.csv:4: ")));
  EXPECT_THAT(of("C_m,V_peak\n200,-30\n200,-20\n"),
              ElementsAre(HasSubstr("models.csv:3: V_peak = -20 mV, but -30 mV in the job")));
  EXPECT_THAT(of("C_m\n200\n", "V_T = {mean = -50, sd = 1}\n"),
              ElementsAre(HasSubstr("E has models and a distribution of V_T: one or the other")));
  EXPECT_THAT(refusals(base + "[population.P]\nmodel = \"poisson\"\nsize = 2\nrate = 1\nmodels = \"models.csv\"\n"),
              ElementsAre(HasSubstr("a poisson population has no models")));
}

TEST(NetworkRefusals, Traces) {
  EXPECT_THAT(refusals(base + "[[trace]]\npopulation = \"E\"\nneurons = [0, 8]\n[[trace]]\npopulation = \"E\"\n"
                              "neurons = [1, 1]\n[[trace]]\npopulation = \"ext\"\n[[trace]]\npopulation = \"J\"\n"
                              "neurons = [1.5]\n"),
              ElementsAre(HasSubstr("neurons must be from 0 to 7"), HasSubstr("E has two [[trace]]"),
                          HasSubstr("one is there twice"), HasSubstr("neurons is missing"),
                          HasSubstr("ext has no neurons to trace"), HasSubstr("there is no population \"J\""),
                          HasSubstr("must hold whole numbers")));
}

const std::string modulated =
    "[modulator.ACh]\ntonic = 1\n[[receptor]]\nname = \"M1\"\nmodulator = \"ACh\"\nEC50 = 1\n";

TEST(NetworkRefusals, Modulators) {
  const auto with = [](const std::string& more) { return refusals(base + modulated + more); };
  EXPECT_THAT(with(""), ElementsAre());
  EXPECT_THAT(with("[[effect]]\nreceptor = \"M1\"\non = \"EE\"\nrule = \"scale\"\nparameter = \"b\"\nfactor = 2\n"
                   "measured_at = 5\n"),
              ElementsAre("job.toml:30:6: on: there is nothing called \"EE\" (did you mean E?)"));
  EXPECT_THAT(with("[[effect]]\nreceptor = \"M1\"\non = \"E\"\nrule = \"shift\"\nparameter = \"exc.tua\"\nby = 2\n"
                   "measured_at = 5\n[[effect]]\nreceptor = \"M1\"\nrule = \"shift\"\nparameter = \"V_peak\"\nby = 2\n"
                   "measured_at = 5\n"),
              ElementsAre(HasSubstr("parameter = \"exc.tua\" is not declared (did you mean exc.tau?)"),
                          HasSubstr("parameter = \"V_peak\" is not declared")));
  EXPECT_THAT(with("[[effect]]\nreceptor = \"M1\"\non = \"E\"\nrule = \"shift\"\nparameter = \"cur.E_rev\"\n"
                   "by = 2\nmeasured_at = 5\n"),
              ElementsAre(HasSubstr("parameter = \"cur.E_rev\" is not declared")));
  EXPECT_THAT(with("[[projection]]\nname = \"p\"\nfrom = \"ext\"\nto = \"E\"\nport = \"exc\"\nrule = \"all_to_all\"\n" +
                   synapse +
                   "[[effect]]\nreceptor = \"M1\"\non = \"p\"\nrule = \"conductance\"\ng = 2\nE_rev = 0\n"
                   "measured_at = 5\n[[effect]]\nreceptor = \"M1\"\non = \"p\"\nrule = \"scale\"\nparameter = \"U\"\n"
                   "factor = 2\nmeasured_at = 5\n"),
              ElementsAre(HasSubstr("rule = \"conductance\" is of neurons"),
                          HasSubstr("parameter = \"U\" is not declared (declared: gain)")));
  EXPECT_THAT(with("[[dose]]\nmodulator = \"ach\"\nregion = \"cortex\"\ntonic = \"5 mV\"\n"),
              ElementsAre(HasSubstr("modulator = \"ach\" is not declared"), HasSubstr("no population is in \"cortex\""),
                          HasSubstr("\"5 mV\" is in mV")));
  EXPECT_THAT(with("[[pulse]]\nmodulator = \"ACh\"\namount = 1\n"),
              ElementsAre(HasSubstr("times is missing in [pulse]"), HasSubstr("nothing clears ACh")));
  EXPECT_THAT(with("[[release]]\nmodulator = \"ACh\"\nfrom = \"J\"\namount = 1\n"),
              ElementsAre(HasSubstr("nothing clears ACh"), HasSubstr("from: there is no population \"J\"")));
  EXPECT_THAT(refusals(base + "[modulator.DA]\nclearance_tau = 5\nuptake_Vmax = 1\n"),
              ElementsAre(HasSubstr("uptake needs both"), HasSubstr("either clearance_tau or uptake")));
  EXPECT_THAT(with("[population.E.receptor_density]\nM2 = 1\n"),
              ElementsAre(HasSubstr("there is no receptor \"M2\" (did you mean M1?)")));
}

}  // namespace
}  // namespace modscape::config
