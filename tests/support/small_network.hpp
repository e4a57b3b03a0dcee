// SPDX-License-Identifier: Apache-2.0
// A balanced network of regular- and fast-spiking cells (Zerlaut et al. 2018, J Comput Neurosci 44:45) small enough for
// tests, with a bit of everything: shared Poisson sources, background, distributed parameters and delays.
#pragma once
#include "models/network_model.hpp"

namespace modscape::test_support {

inline models::Distribution constant(double value) {
  return {models::Distribution::Kind::constant, value};
}

inline models::Population cortical_population(const std::string& name, std::int64_t size, double Delta_T, double b) {
  models::Population p;
  p.name = name;
  p.size = size;
  p.neuron = {200, 10, -65, -50, Delta_T, 0, b, 500, -65, -30, 5};
  p.ports = {{"exc", models::SynapticEffect::conductance, models::SynapticShape::exponential, 5.0, 0.0},
             {"inh", models::SynapticEffect::conductance, models::SynapticShape::exponential, 5.0, -80.0}};
  p.initial_V = constant(-60.0);
  p.initial_w = constant(0.0);
  return p;
}

inline models::Population poisson_population(const std::string& name, std::int64_t size, double rate) {
  models::Population p;
  p.name = name;
  p.kind = models::Population::Kind::poisson;
  p.size = size;
  p.rate = rate;
  return p;
}

inline models::Projection projection(std::size_t from, std::size_t to, std::size_t port, models::ConnectionRule rule,
                                     double weight, double delay) {
  models::Projection p;
  p.from = from;
  p.to = to;
  p.port = port;
  p.rule = rule;
  p.weight = constant(weight);
  p.delay = constant(delay);
  return p;
}

/// 80 E, 20 I, 100 sources.
inline models::NetworkModel small_network() {
  using models::ConnectionRule;
  using Kind = models::Distribution::Kind;
  models::NetworkModel m;
  m.populations = {cortical_population("E", 80, 2.0, 60.0), cortical_population("I", 20, 0.5, 0.0),
                   poisson_population("ext", 100, 25.0)};
  m.populations[0].distributed = {{"V_T", {Kind::normal, -50.0, 1.0, -55.0, -45.0}}};
  m.populations[0].initial_V = {Kind::uniform, -62.0, 0.0, -65.0, -59.0};
  for (std::size_t to = 0; to < 2; ++to) {
    m.projections.push_back(projection(0, to, 0, ConnectionRule::fixed_indegree, 5.0, 1.5));
    m.projections.back().indegree = 20;
    m.projections.push_back(projection(1, to, 1, ConnectionRule::fixed_probability, 15.0, 0.8));
    m.projections.back().probability = 0.3;
    m.projections.push_back(projection(2, to, 0, ConnectionRule::fixed_indegree, 3.0, 1.0));
    m.projections.back().indegree = 20;
  }
  m.projections[0].delay = {Kind::normal, 2.5, 0.5};
  m.projections[0].weight = {Kind::uniform, 5.0, 0.0, 3.0, 7.0};
  m.projections[0].multapses = false;
  m.projections[0].autapses = false;
  m.backgrounds = {{0, 0, 300.0, 3.0, {}}, {1, 0, 300.0, 3.0, {}}};
  return m;
}

/// The same in two regions with everything that changes in time: plastic synapses, input in steps, replayed spikes, and
/// a modulator that is dosed, pulsed and released by spikes.
inline models::NetworkModel changing_network() {
  using Kind = models::Distribution::Kind;
  using models::EffectRule;
  models::NetworkModel m = small_network();
  m.populations[0].current_steps = {{30.2, 70.0}, {40.0, -20.0}};
  m.populations[2].rate_steps = {{50.0}, {35.0}};
  m.backgrounds[0].rate_steps = {{41.1}, {500.0}};
  models::Population replay;
  replay.name = "replayed";
  replay.kind = models::Population::Kind::replay;
  replay.size = 3;
  replay.spikes = {{10.0, 2}, {10.7, 0}, {33.3, 1}, {90.0, 2}};
  m.populations.push_back(replay);
  m.projections.push_back(projection(3, 0, 0, models::ConnectionRule::all_to_all, 2.0, 1.1));
  m.projections[0].name = "recurrent";
  m.projections[0].short_term = {0.4, 100.0, 30.0};
  for (models::Population& p : m.populations) p.cell_type = p.name;
  m.populations[1].region = 1;
  m.populations[0].densities = {{0, {Kind::uniform, 1.0, 0.0, 0.5, 1.5}}};
  models::NetworkModulation& n = m.modulation;
  n.regions = {"left", "right"};
  n.modulation.modulators = {{"dopamine", 0.02, 40.0}};
  n.modulation.receptors = {{"D1", "dopamine", 1.0, 1.0, 20.0}, {"D2", "dopamine", 0.1, 1.0}};
  n.modulation.effects = {{"D1", "E", EffectRule::conductance, "", -2.0, -90.0, 1.0, 0.0},
                          {"D2", "", EffectRule::scale, "exc.gain", 1.4, NAN, 1.0, 0.0},
                          {"D2", "recurrent", EffectRule::shift, "U", -0.2, NAN, 1.0, 0.0}};
  n.doses = {{0, {1}, 60.0, 0.5}};
  n.pulses = {{0, {0, 1}, {20.0, 80.5}, 0.3}};
  n.releases = {{0, 1, {0}, 0.01}};
  n.interval = 4.0;
  return m;
}

}  // namespace modscape::test_support
