// SPDX-License-Identifier: Apache-2.0
// A small network with a bit of everything: the same spikes on any number of ranks, each of them where an independent
// integration of the neuron under the input it got puts it.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "network/simulation.hpp"
#include "support/recorded_input.hpp"
#include "support/small_network.hpp"

namespace modscape::network {
namespace {

using solvers::ticks_per_ms;

std::int64_t in_ticks(double ms) {
  return std::llround(ms * ticks_per_ms);
}

std::vector<Spike> run(const parallel::Communicator& comm, const models::NetworkModel& model, double duration,
                       double stop_between = 0.0) {
  Simulation simulation(comm, model, {.seed = 5});
  std::vector<Spike> spikes;
  const auto until = [&](double ms) {
    while (simulation.now() < in_ticks(ms)) {
      const auto epoch = simulation.advance(in_ticks(ms));
      EXPECT_TRUE(std::ranges::is_sorted(epoch, {}, [](const Spike& s) { return std::pair(s.tick, s.gid); }));
      spikes.insert(spikes.end(), epoch.begin(), epoch.end());
      EXPECT_TRUE(simulation.failures().empty());
    }
  };
  if (stop_between > 0.0) until(stop_between);
  until(duration);
  EXPECT_EQ(simulation.now(), in_ticks(duration));
  return spikes;
}

TEST(Network, IsTheSameOnAnyNumberOfRanks) {
  const models::NetworkModel model = test_support::small_network();
  const std::vector<Spike> together = run(parallel::Communicator::world(), model, 150.0);
  const std::vector<Spike> alone = run(parallel::Communicator::self(), model, 150.0);
  EXPECT_EQ(together, alone);
  const auto fired = [&](std::uint32_t first, std::uint32_t last) {
    return std::ranges::count_if(alone, [&](const Spike& s) { return s.gid >= first && s.gid < last; });
  };
  EXPECT_GT(fired(0, 80), 100);
  EXPECT_GT(fired(80, 100), 100);
  EXPECT_NEAR(static_cast<double>(fired(100, 200)), 375.0, 4 * std::sqrt(375.0));
}

TEST(Network, WhatChangesInTimeIsTheSameOnAnyNumberOfRanks) {
  const models::NetworkModel model = test_support::changing_network();
  const std::vector<Spike> together = run(parallel::Communicator::world(), model, 110.0);
  const std::vector<Spike> alone = run(parallel::Communicator::self(), model, 110.0);
  EXPECT_EQ(together, alone);
  EXPECT_NE(alone, run(parallel::Communicator::self(), test_support::small_network(), 110.0));
  const auto replayed = std::ranges::count_if(alone, [](const Spike& s) { return s.gid >= 200; });
  EXPECT_EQ(replayed, 4);
}

void expect_spikes_where_the_input_makes_them(double more_delay) {
  models::NetworkModel model = test_support::small_network();
  for (models::Projection& p : model.projections)
    for (double* ms : {&p.delay.value, &p.delay.lower, &p.delay.upper}) *ms += more_delay;
  model.backgrounds.clear();                 // which leave no spikes to reconstruct
  model.populations[0].distributed.clear();  // nor do parameters
  model.populations[0].initial_V = test_support::constant(-60.0);
  model.populations[2].rate = 45.0;
  model.projections[0].short_term = {0.5, 60.0, 20.0};
  model.projections[3].short_term = {0.3, 0.0, 50.0};
  const double duration = 120.0;
  const std::vector<Spike> spikes = run(parallel::Communicator::world(), model, duration);
  const Partition whole(model, 0, 1);
  std::size_t compared = 0;
  const std::vector<std::int64_t> gids{0, 17, 42, 79, 80, 90, 99};
  const auto inputs = test_support::recorded_input(model, 5, spikes, gids);
  for (std::size_t n = 0; n < gids.size(); ++n) {
    const std::int64_t gid = gids[n];
    const std::size_t population = whole.population_of(gid);
    const models::Population& p = model.populations[population];
    test_support::SynapticReference reference(p.neuron, p.ports, 0.0);
    const std::vector<double> right = reference.spikes(inputs[n], duration, -60.0, 0.0);
    std::vector<double> ours;
    for (const Spike& spike : spikes)
      if (spike.gid == gid) ours.push_back(static_cast<double>(spike.tick) / ticks_per_ms);
    ASSERT_EQ(ours.size(), right.size()) << "neuron " << gid;
    for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_NEAR(ours[i], right[i], 1e-4) << "neuron " << gid;
    compared += ours.size();
  }
  EXPECT_GT(compared, 10U);
}

TEST(Network, NeuronsFireWhereTheirInputMakesThem) {
  expect_spikes_where_the_input_makes_them(0.0);
}

// The longest epochs.
TEST(Network, NeuronsFireWhereTheirInputMakesThemAfterLongDelays) {
  expect_spikes_where_the_input_makes_them(4.0);
}

// Half of the models fire under this current.
TEST(Network, NeuronsAreDrawnFromModels) {
  models::NetworkModel model;
  model.populations = {test_support::cortical_population("E", 60, 2.0, 60.0)};
  models::Population& p = model.populations[0];
  p.current = 250.0;
  p.models = {p.neuron, p.neuron};
  p.models[1].V_T = -35.0;
  const std::vector<Spike> spikes = run(parallel::Communicator::world(), model, 100.0);
  std::set<std::int64_t> firing;
  for (const Spike& spike : spikes) firing.insert(spike.gid);
  EXPECT_GT(firing.size(), 18U);
  EXPECT_LT(firing.size(), 42U);
  EXPECT_TRUE(
      std::ranges::equal(spikes, run(parallel::Communicator::self(), model, 100.0), {}, &Spike::tick, &Spike::tick));
}

TEST(Network, AnEpochCutInTwoLosesNothing) {
  models::NetworkModel model = test_support::small_network();
  model.backgrounds.clear();
  model.populations[2].rate = 0.0;
  for (std::size_t p = 0; p < 2; ++p) model.populations[p].current = 300.0;  // no random input: the cut draws anew
  const std::vector<Spike> whole = run(parallel::Communicator::world(), model, 60.0);
  const std::vector<Spike> cut = run(parallel::Communicator::world(), model, 60.0, 30.3);
  ASSERT_EQ(whole.size(), cut.size());
  ASSERT_GT(whole.size(), 100U);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_EQ(whole[i].gid, cut[i].gid);
    EXPECT_NEAR(static_cast<double>(whole[i].tick - cut[i].tick) / ticks_per_ms, 0.0, 1e-3);
  }
}

std::vector<Spike> run_to(Simulation& simulation, std::int64_t until) {
  std::vector<Spike> spikes;
  while (simulation.now() < until) {
    const auto epoch = simulation.advance(until);
    spikes.insert(spikes.end(), epoch.begin(), epoch.end());
  }
  return spikes;
}

TEST(Network, GoesOnFromAStateAsIfNothingHadHappened) {
  const parallel::Communicator world = parallel::Communicator::world(), self = parallel::Communicator::self();
  const std::int64_t end = in_ticks(120.0);
  for (const models::NetworkModel& model : {test_support::small_network(), test_support::changing_network()})
    for (const double about : {40.0, 62.5, 63.2}) {  // of 4 ms intervals of modulation: the start, within, within
      Simulation whole(self, model, {.seed = 5}), here(world, model, {.seed = 5});
      const std::int64_t stop = in_ticks(about) / here.epoch_ticks() * here.epoch_ticks();
      run_to(whole, stop);
      run_to(here, stop);
      EXPECT_EQ(here.shared_state().modulators.acting, whole.shared_state().modulators.acting);
      EXPECT_EQ(here.shared_state().arrivals.in_flight.size(), whole.shared_state().arrivals.in_flight.size());
      EXPECT_FALSE(whole.shared_state().arrivals.in_flight.empty());
      const std::vector<NeuronBlock> blocks = whole.neuron_blocks();  // from one rank to these
      Simulation resumed(world, model, {.seed = 5});
      resumed.restore(whole.shared_state(), blocks);
      const std::vector<Spike> after = run_to(whole, end);
      EXPECT_GT(after.size(), 100U);
      EXPECT_EQ(run_to(resumed, end), after);
      EXPECT_EQ(run_to(here, end), after);
      EXPECT_THROW(resumed.restore(whole.shared_state(), {blocks.data(), 1}), InternalError);
    }
}

// Effects at the concentration they were measured at are the changes themselves: the same bits. Factors of synapses are
// powers of two, so that it does not matter what they are multiplied with.
TEST(Network, AModulatorIsTheChangeMadeByHand) {
  using models::EffectRule;
  const parallel::Communicator world = parallel::Communicator::world();
  models::NetworkModel model = test_support::small_network(), by_hand = model;
  for (models::Population& p : model.populations) p.cell_type = p.name;
  model.projections[3].name = "inhibition";
  model.projections[3].short_term = by_hand.projections[3].short_term = {0.5, 60.0, 20.0};
  models::NetworkModulation& n = model.modulation;
  n.regions = {"network"};
  n.modulation.modulators = {{"acetylcholine", 10.0}};
  n.modulation.receptors = {{"M1", "acetylcholine", 3.0}};
  n.modulation.effects = {{"M1", "E", EffectRule::scale, "b", 0.25, NAN, 10.0},
                          {"M1", "I", EffectRule::shift, "V_T", -1.0, NAN, 10.0},
                          {"M1", "I", EffectRule::conductance, "", 2.0, -90.0, 10.0},
                          {"M1", "E", EffectRule::scale, "exc.gain", 2.0, NAN, 10.0},
                          {"M1", "E", EffectRule::shift, "inh.tau", 1.5, NAN, 10.0},
                          {"M1", "inhibition", EffectRule::scale, "gain", 0.5, NAN, 10.0},
                          {"M1", "inhibition", EffectRule::shift, "U", 0.25, NAN, 10.0}};
  by_hand.populations[0].neuron.b *= 0.25;
  by_hand.populations[1].neuron.V_T -= 1.0;
  by_hand.populations[1].neuron.g_L = 12.0;
  by_hand.populations[1].neuron.E_L = -65.0 + 2.0 * (-90.0 + 65.0) / 12.0;
  by_hand.populations[0].ports[1].tau += 1.5;
  for (models::Projection& p : by_hand.projections)
    if (p.to == 0 && p.port == 0) {
      p.weight.value *= 2.0;
      p.weight.lower *= 2.0;
      p.weight.upper *= 2.0;
    }
  by_hand.backgrounds[0].weight *= 2.0;
  by_hand.projections[3].weight.value *= 0.5;
  by_hand.projections[3].short_term.U = 0.75;
  const std::vector<Spike> modulated = run(world, model, 100.0);
  EXPECT_GT(modulated.size(), 300U);
  EXPECT_EQ(modulated, run(world, by_hand, 100.0));
  n.modulation.modulators[0].tonic = 0.0;
  by_hand = test_support::small_network();
  by_hand.projections[3].short_term = {0.5, 60.0, 20.0};
  EXPECT_EQ(run(world, model, 100.0), run(world, by_hand, 100.0));
}

// A drug that acts at once is the change made at its time.
TEST(Network, ADoseIsTheChangeAtItsTime) {
  using models::EffectRule;
  const parallel::Communicator world = parallel::Communicator::world();
  models::NetworkModel model = test_support::small_network();
  model.populations[0].distributed.clear();
  models::NetworkModel before = model, after = model;
  after.populations[0].neuron.b = 15.0;
  after.populations[1].neuron.V_T = -51.0;
  for (models::Population& p : model.populations) p.cell_type = p.name;
  models::NetworkModulation& n = model.modulation;
  n.regions = {"network"};
  n.modulation.modulators = {{"noradrenaline", 0.0}};
  n.modulation.receptors = {{"beta", "noradrenaline", 3.0}};
  n.modulation.effects = {{"beta", "E", EffectRule::scale, "b", 0.25, NAN, 10.0},
                          {"beta", "I", EffectRule::shift, "V_T", -1.0, NAN, 10.0}};
  n.doses = {{0, {0}, 50.0, 10.0}};
  Simulation dosed(world, model, {.seed = 5}), first(world, before, {.seed = 5}), second(world, after, {.seed = 5});
  const std::int64_t change = in_ticks(50.0), end = in_ticks(100.0);
  EXPECT_EQ(run_to(dosed, change), run_to(first, change));
  second.restore(first.shared_state(), first.neuron_blocks());
  const std::vector<Spike> changed = run_to(second, end);
  EXPECT_EQ(run_to(dosed, end), changed);
  EXPECT_NE(run_to(first, end), changed);
}

TEST(Network, AParameterThatLeavesItsBoundsEndsTheRun) {
  models::NetworkModel model = test_support::changing_network();
  model.modulation.modulation.effects[0].size = -40.0;  // nS of a leak of 10
  const parallel::Communicator world = parallel::Communicator::world();
  Simulation simulation(world, model, {.seed = 5});
  while (simulation.failures().empty() && simulation.now() < in_ticks(100.0)) simulation.advance(in_ticks(100.0));
  ASSERT_FALSE(simulation.failures().empty());
  EXPECT_EQ(simulation.failures().front().status, solvers::RunStatus::out_of_bounds);
  EXPECT_LT(simulation.failures().front().gid, 80);
}

// Without threshold, a neuron follows its current; a replayed spike opens a conductance. Watching changes nothing.
TEST(Network, TracesAreTheClosedFormAndLeaveNoTrace) {
  models::NetworkModel passive;
  passive.populations = {test_support::cortical_population("passive", 7, 0.5, 0.0), {}};
  passive.populations[0].neuron.V_T = -20.0;
  passive.populations[0].neuron.V_peak = -10.0;
  passive.populations[0].initial_V = test_support::constant(-65.0);
  passive.populations[0].ports[0].effect = models::SynapticEffect::current;
  passive.populations[0].current = 50.0;
  passive.populations[1].name = "replayed";
  passive.populations[1].kind = models::Population::Kind::replay;
  passive.populations[1].size = 1;
  passive.populations[1].spikes = {{20.0, 0}};
  passive.projections = {test_support::projection(1, 0, 0, models::ConnectionRule::all_to_all, 3.0, 1.3)};
  const parallel::Communicator world = parallel::Communicator::world();
  Simulation simulation(world, passive, {.traced = {{0, 5}, {0, 6}}, .trace_interval = in_ticks(0.7)});
  std::int64_t samples = 0;
  while (simulation.now() < in_ticks(60.0)) {
    simulation.advance(in_ticks(60.0));
    for (const Sample& sample : simulation.samples()) {
      ++samples;
      const double t = static_cast<double>(sample.tick) / ticks_per_ms, after = t - 21.3;
      EXPECT_EQ(sample.tick % in_ticks(0.7), 0);
      const double current = after < 0.0 ? 0.0 : 3.0 * std::exp(-after / 5.0);
      // Under i0 e^(-t/5) with a membrane of 20 ms: i0/C (e^(-t/20) - e^(-t/5)) / (1/5 - 1/20)
      const double pulse = after < 0.0 ? 0.0 : 3.0 / 200.0 * (std::exp(-after / 20.0) - std::exp(-after / 5.0)) / 0.15;
      EXPECT_NEAR(sample.g[0], current, 1e-6);
      EXPECT_NEAR(sample.V, -65.0 + 5.0 * (1.0 - std::exp(-t / 20.0)) + pulse, 1e-5);
    }
  }
  EXPECT_EQ(world.sum(samples), 2 * 86);

  const models::NetworkModel model = test_support::changing_network();
  Simulation watched(world, model, {.seed = 5, .traced = {{0, 3}, {0, 79}, {1, 0}}, .trace_interval = in_ticks(0.1)});
  EXPECT_EQ(run_to(watched, in_ticks(60.0)), run(world, model, 60.0));
}

// All rules that decide pair by pair, with delays of single synapses and without.
models::NetworkModel network_on_a_sheet(bool procedural) {
  using models::ConnectionRule;
  using Kind = models::Distribution::Kind;
  models::NetworkModel m = test_support::small_network();
  m.projections.clear();
  for (models::Population& p : m.populations) p.sheet = {models::Sheet::Layout::grid, 1.0, 1.0, true};
  for (std::size_t to = 0; to < 2; ++to) {
    m.projections.push_back(test_support::projection(0, to, 0, ConnectionRule::distance, 5.0, 1.0));
    m.projections.back().probability = 0.6;
    m.projections.back().kernel = {models::DistanceKernel::Shape::gaussian, 0.3, NAN, 0.2};
    m.projections.push_back(test_support::projection(1, to, 1, ConnectionRule::distance, 15.0, 0.8));
    m.projections.back().probability = 0.9;
    m.projections.back().kernel = {models::DistanceKernel::Shape::exponential, 0.2, 0.5, NAN};
    m.projections.push_back(test_support::projection(2, to, 0, ConnectionRule::fixed_probability, 3.0, 1.0));
    m.projections.back().probability = 0.2;
  }
  m.projections.push_back(test_support::projection(0, 0, 0, ConnectionRule::one_to_one, 1.0, 3.0));
  m.projections.push_back(test_support::projection(1, 0, 1, ConnectionRule::all_to_all, 0.5, 1.0));
  m.projections[2].weight = {Kind::uniform, 3.0, 0.0, 2.0, 4.0};
  m.projections[5].delay = {Kind::normal, 1.5, 0.2};
  m.projections.back().delay = {Kind::uniform, 2.0, 0.0, 1.0, 3.0};
  for (models::Projection& p : m.projections) p.procedural = procedural;
  return m;
}

TEST(Network, ProceduralProjectionsGiveTheSameSpikesAsStoredOnes) {
  const std::vector<Spike> stored = run(parallel::Communicator::self(), network_on_a_sheet(false), 100.0);
  EXPECT_GT(stored.size(), 300U);
  EXPECT_EQ(run(parallel::Communicator::world(), network_on_a_sheet(false), 100.0), stored);
  EXPECT_EQ(run(parallel::Communicator::world(), network_on_a_sheet(true), 100.0), stored);
}

TEST(Network, SignalsReachAllRanks) {
  models::NetworkModel model;
  model.populations = {test_support::cortical_population("E", 5, 2.0, 60.0)};
  const parallel::Communicator world = parallel::Communicator::world();
  Simulation simulation(world, model, {});
  simulation.advance(in_ticks(100.0), world.rank() == world.size() - 1 ? 4 : 0);
  EXPECT_EQ(simulation.signals(), 4U);
  simulation.advance(in_ticks(100.0));
  EXPECT_EQ(simulation.signals(), 0U);
}

TEST(Network, ANeuronThatCannotGoOnIsNamedOnAllRanks) {
  models::NetworkModel model = test_support::small_network();
  model.backgrounds.clear();
  for (models::Projection& p : model.projections) p.weight = test_support::constant(p.port == 0 ? 1e200 : 1e-3);
  const parallel::Communicator world = parallel::Communicator::world();
  Simulation simulation(world, model, {.seed = 5});
  while (simulation.failures().empty() && simulation.now() < in_ticks(200.0)) simulation.advance(in_ticks(200.0));
  ASSERT_FALSE(simulation.failures().empty());
  const NeuronFailure first = simulation.failures().front();
  EXPECT_LT(first.gid, 100);
  EXPECT_EQ(world.max(first.gid), first.gid);
}

}  // namespace
}  // namespace modscape::network
