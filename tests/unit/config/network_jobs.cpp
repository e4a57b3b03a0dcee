// SPDX-License-Identifier: Apache-2.0
// Jobs of kind network that are right: what they mean, defaults, copies, and that the resolved text says the same.
#include "config/job.hpp"
#include "unit/config/scratch.hpp"

namespace modscape::config {
namespace {

using models::ConnectionRule;
using models::Distribution;
using models::Population;
using models::SynapticEffect;
using models::SynapticShape;
using test::source_dir;
using test::written;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string head = "[job]\nkind = \"network\"\n[network]\nduration = 100\n";
const std::string two =
    "[population.E]\nsize = 8\n[population.E.synapse.exc]\ntau = 5\nE_rev = 0\n"
    "[population.ext]\nmodel = \"poisson\"\nsize = 4\nrate = \"2 Hz\"\n";

Job load(const std::string& text) {
  return load_job(written("network.toml", text), "network");
}

// Reads the job back from its resolved text, which must be the same job.
NetworkJob read_back(const Job& job) {
  const Job again = load_job(written("resolved.toml", job.resolved), "network");
  EXPECT_EQ(again.resolved, job.resolved);
  EXPECT_EQ(again.hash, job.hash);
  return again.network;
}

TEST(NetworkJobs, Benchmark) {
  const NetworkJob job = load_job(source_dir() + "/jobs/network_10k.toml", "network").network;
  ASSERT_EQ(job.model.populations.size(), 3u);
  const Population &RS = job.model.populations[0], &FS = job.model.populations[1], &ext = job.model.populations[2];
  EXPECT_EQ(RS.name, "RS");
  EXPECT_EQ(RS.size, 8000);
  EXPECT_EQ(RS.neuron, (models::AdexParameters{200, 10, -65, -50, 2, 0, 60, 500, -65, -30, 5}));
  EXPECT_EQ(FS.size, 2000);
  EXPECT_EQ(FS.neuron, (models::AdexParameters{200, 10, -65, -50, 0.5, 0, 0, 500, -65, -30, 5}));
  ASSERT_EQ(FS.ports.size(), 2u);
  EXPECT_EQ(FS.ports[1].name, "inh");
  EXPECT_EQ(FS.ports[1].E_rev, -80.0);
  EXPECT_EQ(FS.initial_V.value, -60.0);
  EXPECT_EQ(ext.kind, Population::Kind::poisson);
  EXPECT_EQ(ext.rate, 2.5);
  EXPECT_EQ(job.title, "Network of 8000 RS, 2000 FS, 8000 ext");
  EXPECT_THAT(job.record_spikes, ElementsAre(0, 1));
  ASSERT_EQ(job.model.projections.size(), 6u);
  std::vector<std::string> names;
  for (const models::Projection& projection : job.model.projections) names.push_back(projection.name);
  EXPECT_THAT(names, ElementsAre("RS -> RS: exc", "RS -> FS: exc", "FS -> RS: inh", "FS -> FS: inh", "ext -> RS: exc",
                                 "ext -> FS: exc"));
  const models::Projection& inhibition = job.model.projections[3];
  EXPECT_EQ(inhibition.from, 1u);
  EXPECT_EQ(inhibition.to, 1u);
  EXPECT_EQ(inhibition.port, 1u);
  EXPECT_EQ(inhibition.rule, ConnectionRule::fixed_indegree);
  EXPECT_EQ(inhibition.indegree, 100);
  EXPECT_TRUE(inhibition.autapses && inhibition.multapses);
  EXPECT_EQ(inhibition.weight.value, 5.0);
  EXPECT_EQ(inhibition.delay.value, 1.5);
}

TEST(NetworkJobs, Defaults) {
  const Job job = load(head + two);
  const NetworkJob& network = job.network;
  EXPECT_EQ(network.duration, 100.0);
  EXPECT_EQ(network.transient, 0.0);
  EXPECT_EQ(network.tolerance, 1e-7);
  EXPECT_EQ(network.seed, 1u);
  EXPECT_EQ(network.max_rate, 500.0);
  EXPECT_EQ(network.checkpoint_interval, 1000.0);
  EXPECT_EQ(network.rate_interval, 1.0);
  EXPECT_EQ(network.reserved_rate, 100.0);
  const Population& E = network.model.populations[0];
  EXPECT_EQ(E.neuron, models::adex_table().defaults());
  EXPECT_EQ(E.initial_V.value, E.neuron.E_L);
  EXPECT_EQ(E.initial_w.value, 0.0);
  EXPECT_EQ(E.current, 0.0);
  EXPECT_THAT(E.distributed, IsEmpty());
  EXPECT_EQ(E.ports[0].effect, SynapticEffect::conductance);
  EXPECT_EQ(E.ports[0].shape, SynapticShape::exponential);
  read_back(job);
}

TEST(NetworkJobs, PopulationsKeepTheOrderOfTheFile) {
  const auto order = [](const std::string& text) {
    std::string names;
    for (const Population& population : load(head + text).network.model.populations) names += population.name;
    return names;
  };
  EXPECT_EQ(order("[population.B]\nsize = 1\n[population.A]\nsize = 1\n[population.C]\nsize = 1\n"), "BAC");
}

TEST(NetworkJobs, DistributedValues) {
  const Job job = load(head + two + R"([population.E.neuron]
V_T = {mean = "-50 mV", sd = "1 mV"}
Delta_T = {mean = 2, sd = 0.5}
tau_w = {from = "0.1 s", to = "300 ms"}
b = {mean = 60, sd = 0}
[population.E.initial]
V = {mean = -60, sd = 20}
w = {from = 0.1, to = 0.3}
[[projection]]
from = "ext"
to = "E"
port = "exc"
rule = "all_to_all"
weight = {mean = 1, sd = 0.5}
delay = {from = 0.1, to = 0.7}
)");
  const Population& E = job.network.model.populations[0];
  ASSERT_EQ(E.distributed.size(), 3u);
  const Distribution &V_T = E.distributed[0].distribution, &Delta_T = E.distributed[1].distribution,
                     &tau_w = E.distributed[2].distribution;
  EXPECT_EQ(E.distributed[0].name, "V_T");
  EXPECT_EQ(V_T.kind, Distribution::Kind::normal);
  EXPECT_EQ(V_T.value, -50.0);
  EXPECT_EQ(V_T.sd, 1.0);
  EXPECT_EQ(V_T.lower, -56.0);
  EXPECT_EQ(V_T.upper, -44.0);
  EXPECT_EQ(E.distributed[1].name, "Delta_T");
  EXPECT_DOUBLE_EQ(Delta_T.lower, 56.0 / 663.0);  // V_peak = 0: the upstroke from the lowest V_T does not overflow
  EXPECT_EQ(E.distributed[2].name, "tau_w");
  EXPECT_EQ(tau_w.kind, Distribution::Kind::uniform);
  EXPECT_EQ(tau_w.lower, 100.0);
  EXPECT_EQ(tau_w.upper, 300.0);
  EXPECT_EQ(E.neuron.V_T, -50.0);
  EXPECT_EQ(E.neuron.tau_w, 200.0);
  EXPECT_EQ(E.neuron.b, 60.0);  // without spread it is a constant
  EXPECT_EQ(E.initial_V.lower, -180.0);
  EXPECT_EQ(E.initial_V.upper, 0.0);  // V_peak
  const models::Projection& projection = job.network.model.projections[0];
  EXPECT_EQ(projection.weight.lower, 0.0);  // a conductance
  EXPECT_EQ(projection.delay.upper, 0.7);
  const NetworkJob again = read_back(job);
  EXPECT_EQ(again.model.populations[0].initial_w.lower, 0.1);
  EXPECT_EQ(again.model.populations[0].initial_w.upper, 0.3);
}

TEST(NetworkJobs, LikeCopiesWhatIsNotStated) {
  const Job job = load(head + R"([population.I]
like = "E"
size = 2
[population.I.neuron]
E_L = -60
V_T = -45
[population.I.synapse.exc]
tau = 2
[population.I.synapse.gap]
effect = "current"
tau = 1
[population.E]
size = 8
current = "0.1 nA"
[population.E.neuron]
V_T = {mean = -50, sd = 1}
a = {from = 0, to = 4}
b = 7
[population.E.synapse.exc]
shape = "alpha"
tau = 5
E_rev = -1
[population.E.initial]
w = 3
[population.J]
like = "I"
[population.J.initial]
V = -70
[population.K]
like = "J"
[population.K.neuron]
E_L = -50
)");
  const auto& populations = job.network.model.populations;
  const Population &I = populations[0], &J = populations[2], &K = populations[3];
  EXPECT_EQ(I.current, 100.0);
  EXPECT_EQ(I.neuron.V_T, -45.0);
  EXPECT_EQ(I.neuron.b, 7.0);
  ASSERT_EQ(I.distributed.size(), 1u);  // V_T has one value here
  EXPECT_EQ(I.distributed[0].name, "a");
  ASSERT_EQ(I.ports.size(), 2u);
  EXPECT_EQ(I.ports[0].shape, SynapticShape::alpha);
  EXPECT_EQ(I.ports[0].tau, 2.0);
  EXPECT_EQ(I.ports[0].E_rev, -1.0);
  EXPECT_EQ(I.ports[1].name, "gap");
  EXPECT_EQ(I.ports[1].effect, SynapticEffect::current);
  EXPECT_TRUE(std::isnan(I.ports[1].E_rev));
  EXPECT_EQ(I.initial_V.value, -60.0);  // its own E_L, because E states no V
  EXPECT_EQ(I.initial_w.value, 3.0);
  EXPECT_EQ(J.size, 2);
  EXPECT_EQ(J.initial_V.value, -70.0);
  EXPECT_EQ(K.initial_V.value, -70.0);  // stated by J
  read_back(job);
}

TEST(NetworkJobs, RulesListsAndNames) {
  written("edges.csv", "# pre, post\nsource,target,delay\n0,7,1.5\n3,0,2\n3,0,2\n");
  const Job job = load(head + two + R"toml(
[population.E.synapse.cur]
effect = "current"
tau = 1
[[projection]]
from = ["E", "ext"]
to = "E"
port = "exc"
rule = "fixed_probability"
probability = 0.25
autapses = false
weight = 1
delay = 1
[[projection]]
name = "E -> E: exc (2)"
from = "E"
to = ["E"]
port = "exc"
rule = "fixed_indegree"
indegree = 8
multapses = false
weight = 1
delay = 1
[[projection]]
from = "E"
to = "E"
port = "exc"
rule = "one_to_one"
weight = 1
delay = "0.01 ms"
[[projection]]
from = "ext"
to = "E"
port = "cur"
rule = "edges"
file = "edges.csv"
weight = "-0.02 nA"
[[background]]
to = "E"
port = "cur"
rate = "1 kHz"
weight = -3
[record]
spikes = ["ext", "E"]
rate_interval = "5 ms"
)toml");
  const auto& projections = job.network.model.projections;
  ASSERT_EQ(projections.size(), 5u);
  EXPECT_EQ(projections[0].probability, 0.25);
  EXPECT_FALSE(projections[0].autapses);
  EXPECT_TRUE(projections[1].autapses);  // there are none between two populations
  EXPECT_EQ(projections[1].name, "ext -> E: exc");
  EXPECT_EQ(projections[2].name, "E -> E: exc (2)");
  EXPECT_FALSE(projections[2].multapses);
  EXPECT_EQ(projections[3].rule, ConnectionRule::one_to_one);
  EXPECT_EQ(projections[3].name, "E -> E: exc (3)");
  EXPECT_EQ(projections[4].port, 1u);
  EXPECT_EQ(projections[4].weight.value, -20.0);
  EXPECT_TRUE(std::isnan(projections[4].delay.value));
  ASSERT_EQ(projections[4].edges.size(), 3u);
  EXPECT_EQ(projections[4].edges[0].source, 0);
  EXPECT_EQ(projections[4].edges[0].target, 7);
  EXPECT_EQ(projections[4].edges[0].delay, 1.5);
  EXPECT_TRUE(std::isnan(projections[4].edges[0].weight));
  ASSERT_EQ(job.network.model.backgrounds.size(), 1u);
  EXPECT_EQ(job.network.model.backgrounds[0].port, 1u);
  EXPECT_EQ(job.network.model.backgrounds[0].rate, 1000.0);
  EXPECT_EQ(job.network.model.backgrounds[0].weight, -3.0);
  EXPECT_THAT(job.network.record_spikes, ElementsAre(0, 1));
  read_back(job);
  // The content of the table is part of the job.
  written("edges.csv", "source,target,delay\n0,6,1.5\n3,0,2\n3,0,2\n");
  EXPECT_NE(load_job("network.toml", "network").hash, job.hash);
}

TEST(NetworkJobs, WhatChangesInTime) {
  written("spikes.csv", "# of an earlier run\nTime,Source\n7.5,1\n1.25,0\n");
  const Job job = load(head + R"(
[population.E]
size = 8
region = "cortex"
cell_type = "pyramidal"
current = {times = ["0 ms", "0.02 s"], values = ["50 pA", "0.1 nA"]}
[population.E.synapse.exc]
tau = 5
E_rev = 0
[population.E.receptor_density]
D1 = {mean = 1, sd = 0.2}
[population.F]
like = "E"
[population.ext]
model = "poisson"
size = 4
rate = {times = [0, 10, 20], values = [1, 2, 3]}
region = "thalamus"
[population.old]
model = "replay"
size = 2
file = "spikes.csv"
[[projection]]
name = "in"
from = "ext"
to = "E"
port = "exc"
rule = "all_to_all"
weight = 1
delay = 1
short_term = {U = 0.5, tau_rec = "100 ms"}
[[background]]
to = "F"
port = "exc"
weight = 1
rate = {times = [0, 50], values = [100, 200]}
[modulator.dopamine]
tonic = "20 nM"
uptake_Vmax = "4.1 uM/s"
uptake_Km = "0.21 uM"
[[receptor]]
name = "D1"
modulator = "dopamine"
EC50 = "1 uM"
tau = "100 ms"
[[effect]]
receptor = "D1"
on = "pyramidal"
rule = "shift"
parameter = "exc.tau"
by = "0.001 s"
measured_at = "10 uM"
[[effect]]
receptor = "D1"
on = "in"
rule = "scale"
parameter = "U"
factor = 0.5
measured_at = "10 uM"
[[dose]]
modulator = "dopamine"
region = "cortex"
time = "30 ms"
tonic = "1 uM"
[[pulse]]
modulator = "dopamine"
times = [40, 10]
amount = "100 nM"
[[trace]]
population = "F"
neurons = [7, 0]
[[release]]
modulator = "dopamine"
from = "F"
region = ["thalamus", "cortex"]
amount = "1 nM"
)");
  for (const NetworkJob& read : {job.network, read_back(job)}) {
    const models::NetworkModel& m = read.model;
    const Population &E = m.populations[0], &F = m.populations[1], &ext = m.populations[2], &old = m.populations[3];
    EXPECT_THAT(m.modulation.regions, ElementsAre("cortex", "thalamus", "network"));
    EXPECT_EQ(E.current, 50.0);
    EXPECT_THAT(E.current_steps.times, ElementsAre(20.0));
    EXPECT_THAT(F.current_steps.values, ElementsAre(100.0));
    EXPECT_EQ(E.current_steps.at(19.9, E.current), 50.0);
    EXPECT_EQ(E.current_steps.at(20.0, E.current), 100.0);
    EXPECT_EQ(E.cell_type, "pyramidal");
    EXPECT_EQ(F.cell_type, "F");
    EXPECT_EQ(F.region, 0u);
    ASSERT_EQ(F.densities.size(), 1u);
    EXPECT_EQ(F.densities[0].distribution.sd, 0.2);
    EXPECT_EQ(F.densities[0].distribution.lower, 0.0);
    EXPECT_THAT(ext.rate_steps.values, ElementsAre(2.0, 3.0));
    EXPECT_EQ(ext.region, 1u);
    ASSERT_EQ(old.spikes.size(), 2u);
    EXPECT_EQ(old.spikes[0].time, 1.25);
    EXPECT_EQ(old.spikes[1].source, 1);
    EXPECT_EQ(m.projections[0].short_term.U, 0.5);
    EXPECT_EQ(m.projections[0].short_term.tau_facil, 0.0);
    EXPECT_EQ(m.backgrounds[0].rate, 100.0);
    EXPECT_THAT(m.backgrounds[0].rate_steps.times, ElementsAre(50.0));
    EXPECT_EQ(m.modulation.modulation.modulators[0].uptake_Vmax, 4.1);
    EXPECT_DOUBLE_EQ(m.modulation.modulation.effects[0].size, 1.0);
    EXPECT_EQ(m.modulation.doses[0].time, 30.0);
    EXPECT_THAT(m.modulation.doses[0].regions, ElementsAre(0u));
    EXPECT_THAT(m.modulation.pulses[0].times, ElementsAre(10.0, 40.0));
    EXPECT_THAT(m.modulation.pulses[0].regions, ElementsAre(0u, 1u, 2u));
    EXPECT_EQ(m.modulation.releases[0].from, 1u);
    EXPECT_DOUBLE_EQ(m.modulation.releases[0].amount, 1e-3);
    ASSERT_EQ(read.traces.size(), 1u);
    EXPECT_EQ(read.traces[0].population, 1u);
    EXPECT_THAT(read.traces[0].neurons, ElementsAre(0, 7));
  }
}

TEST(NetworkJobs, Sheets) {
  const Job job = load(head + R"([population.E]
size = 8
[population.E.sheet]
width = "500 um"
height = 2
periodic = true
[population.E.synapse.exc]
tau = 5
E_rev = 0
[population.I]
like = "E"
[population.I.sheet]
layout = "random"
[population.J]
like = "I"
[population.ext]
model = "poisson"
size = 4
rate = 2
[population.ext.sheet]
width = 0.5
height = "2 mm"
layout = "random"
periodic = true
[[projection]]
from = ["E", "ext"]
to = "I"
port = "exc"
rule = "distance"
probability = 0.5
length = "100 um"
velocity = "0.3 mm/ms"
procedural = true
weight = 1
delay = 1
[[projection]]
from = "E"
to = "E"
port = "exc"
rule = "distance"
kernel = "exponential"
probability = 1
length = 0.2
max_distance = "0.4 mm"
autapses = false
weight = 1
delay = 1
[[projection]]
from = "E"
to = "E"
port = "exc"
rule = "one_to_one"
procedural = true
weight = 1
delay = 1
)");
  using Layout = models::Sheet::Layout;
  using Shape = models::DistanceKernel::Shape;
  const auto& populations = job.network.model.populations;
  EXPECT_EQ(populations[0].sheet.width, 0.5);
  EXPECT_EQ(populations[0].sheet.height, 2.0);
  EXPECT_EQ(populations[0].sheet.layout, Layout::grid);
  for (const std::size_t like : {1U, 2U}) {
    EXPECT_EQ(populations[like].sheet.layout, Layout::random);
    EXPECT_TRUE(populations[like].sheet.same_extent(populations[0].sheet));
  }
  const auto& projections = job.network.model.projections;
  ASSERT_EQ(projections.size(), 4u);
  EXPECT_EQ(projections[1].rule, ConnectionRule::distance);
  EXPECT_EQ(projections[1].kernel.shape, Shape::gaussian);
  EXPECT_EQ(projections[1].kernel.length, 0.1);
  EXPECT_EQ(projections[1].kernel.velocity, 0.3);
  EXPECT_TRUE(std::isnan(projections[1].kernel.max_distance));
  EXPECT_TRUE(projections[1].procedural);
  EXPECT_EQ(projections[2].kernel.shape, Shape::exponential);
  EXPECT_EQ(projections[2].kernel.max_distance, 0.4);
  EXPECT_FALSE(projections[2].autapses || projections[2].procedural);
  const NetworkJob again = read_back(job);
  EXPECT_EQ(again.model.populations[2].sheet.layout, Layout::random);
  EXPECT_EQ(again.model.projections[1].kernel.velocity, 0.3);
  EXPECT_TRUE(again.model.projections[3].procedural);
}

TEST(NetworkJobs, NothingRecorded) {
  const Job job = load(head + two + "[record]\nspikes = []\n");
  EXPECT_THAT(job.network.record_spikes, IsEmpty());
  EXPECT_THAT(read_back(job).record_spikes, IsEmpty());
}

TEST(NetworkJobs, AnyValueCounts) {
  const std::string hash = load(head + two).hash;
  EXPECT_EQ(load(head + two + "[record]\nspikes = [\"E\"]\n").hash, hash);
  for (const char* more : {"[population.E.neuron]\nb = 80.6\n", "[population.E.initial]\nw = 1\n",
                           "[[background]]\nto = \"E\"\nport = \"exc\"\nrate = 1\nweight = 1\n",
                           "[record]\nspikes = []\n", "[population.E.neuron]\nb = {mean = 80.5, sd = 1}\n"})
    EXPECT_NE(load(head + two + more).hash, hash) << more;
  EXPECT_NE(load(head + "seed = 2\n" + two).hash, hash);
}

TEST(NetworkJobs, NeuronsOfAFit) {
  written("models.csv", "C_m,E_L,V_peak\n100,-70,-30\n300,-60,-30\n");
  const std::string text =
      head +
      "[population.E]\nsize = 8\nmodels = \"models.csv\"\n[population.E.neuron]\nb = 7\nV_peak = -30\n"
      "[population.F]\nlike = \"E\"\n[population.G]\nlike = \"E\"\n[population.G.neuron]\nb = 8\n";
  const Job job = load(text);
  const std::vector<Population>& p = job.network.model.populations;
  ASSERT_EQ(p[0].models.size(), 2u);
  EXPECT_EQ(p[0].models[0].C_m, 100.0);
  EXPECT_EQ(p[0].models[1].E_L, -60.0);
  EXPECT_EQ(p[0].models[1].b, 7.0);
  EXPECT_EQ(p[0].neuron.C_m, 200.0);  // the mean
  EXPECT_EQ(p[0].initial_V.value, -65.0);
  EXPECT_EQ(p[1].models, p[0].models);
  EXPECT_THAT(p[2].models, IsEmpty());  // has a table of its own
  EXPECT_EQ(p[2].neuron.b, 8.0);
  read_back(job);
  written("models.csv", "C_m,E_L,V_peak\n100,-70,-30\n300,-61,-30\n");
  EXPECT_NE(load(text).hash, job.hash);
}

}  // namespace
}  // namespace modscape::config
