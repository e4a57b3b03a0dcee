// SPDX-License-Identifier: Apache-2.0
// A spiking network as declared: populations, projections, background, neuromodulation. Pure description; src/network
// builds and runs it. Neurons of all populations are numbered through (global id, gid) in the order of the populations.
// Units: mV, ms, pA, nS, pF, Hz.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "models/adex.hpp"
#include "models/modulation.hpp"
#include "models/sheet.hpp"
#include "models/synapse.hpp"

namespace modscape::models {

/// A quantity drawn once per neuron (or synapse), independently.
struct Distribution {
  enum class Kind : std::uint8_t { constant, uniform, normal };
  Kind kind = Kind::constant;
  double value = NAN;  ///< the constant, or the mean of a normal distribution
  double sd = 0.0;     ///< of a normal distribution, above 0
  /// Ends of a uniform distribution. A normal draw that is not between the two is drawn again; `value` is between them.
  double lower = NAN, upper = NAN;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & kind & value & sd & lower & upper;
  }
};

/// A neuron parameter that differs from neuron to neuron. Never V_peak; whatever is drawn, the neuron is a valid one.
struct DistributedParameter {
  std::string name;  ///< of adex_table()
  Distribution distribution;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & name & distribution;
  }
};

/// A quantity that is replaced at certain times: by values[i] from times[i] (ms, ascending, above 0) on.
struct Steps {
  std::vector<double> times, values;
  /// What is in force at `time`, if it was `before` in the beginning.
  double at(double time, double before) const {
    const auto next = std::upper_bound(times.begin(), times.end(), time);
    return next == times.begin() ? before : values[static_cast<std::size_t>(next - times.begin()) - 1];
  }
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & times & values;
  }
};

/// How densely a neuron carries a receptor: 1 is the neuron that the effects were measured in.
struct ReceptorDensity {
  std::size_t receptor = 0;
  Distribution distribution;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & receptor & distribution;
  }
};

struct ReplayedSpike {
  double time;          ///< ms
  std::int64_t source;  ///< place in the population
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & time & source;
  }
};

struct Population {
  enum class Kind : std::uint8_t { adex, poisson, replay };
  std::string name;
  Kind kind = Kind::adex;
  std::int64_t size = 0;
  Sheet sheet;
  // adex:
  AdexParameters neuron;  ///< with the means of what is distributed
  std::vector<SynapticPort> ports;
  double current = 0.0;  ///< pA, injected
  Steps current_steps;
  std::vector<DistributedParameter> distributed;  ///< on top of `neuron`
  std::string models_file;                        ///< where the next ones are from
  std::vector<AdexParameters> models;             ///< every neuron is one of these; none: `neuron` and `distributed`
  Distribution initial_V;                         ///< mV; below V_peak
  Distribution initial_w;                         ///< pA
  std::string cell_type;                          ///< that effects may be on; its name unless stated
  std::size_t region = 0;                         ///< of NetworkModulation::regions
  std::vector<ReceptorDensity> densities;         ///< where it is not 1
  // poisson and replay: sources of spikes without a neuron
  double rate = 0.0;  ///< Hz, of each source
  Steps rate_steps;
  std::string spikes_file;            ///< where the spikes are from
  std::vector<ReplayedSpike> spikes;  ///< by (time, source)
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & name & kind & size & sheet & neuron & ports & current & current_steps & distributed & models_file & models &
        initial_V & initial_w & cell_type & region & densities & rate & rate_steps & spikes_file & spikes;
  }
};

/// Who is connected to whom. The draws of fixed_indegree belong to the target neuron: (seed, projection, target) says
/// all its sources. The other rules decide about every pair by itself, the edges apart: (seed, projection, source,
/// block of targets) says who is connected, (seed, projection, source, target) weight and delay.
enum class ConnectionRule : std::uint8_t {
  fixed_indegree,     ///< every target draws `indegree` sources, with replacement if multapses are allowed
  fixed_probability,  ///< every pair with `probability`, at most once
  distance,           ///< every pair with a probability that falls with its distance, at most once
  one_to_one,         ///< the k-th source to the k-th target
  all_to_all,
  explicit_edges  ///< as listed
};

/// Whether any pair is connected does not depend on the others: the synapses of one source can be drawn by themselves.
constexpr bool is_pairwise(ConnectionRule rule) {
  return rule != ConnectionRule::fixed_indegree && rule != ConnectionRule::explicit_edges;
}

struct Edge {
  std::int64_t source, target;  ///< places in their populations, from 0
  double weight, delay;         ///< NaN: the projection's
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & source & target & weight & delay;
  }
};

/// Short-term plasticity (Tsodyks, Pawelzik & Markram 1998, Neural Comput 10:821). A spike of the source acts with
/// weight u R; with p_x = exp(-dt/tau_x) since the spike before it, R = 1 + (R - u R - 1) p_rec with the u and R of
/// that spike, then u = U + u (1 - U) p_facil. The first spike has u = U, R = 1.
struct ShortTermPlasticity {
  double U = NAN;          ///< NaN: none
  double tau_rec = NAN;    ///< ms
  double tau_facil = 0.0;  ///< ms; 0: u = U
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & U & tau_rec & tau_facil;
  }
};

struct Projection {
  std::string name;              ///< "E -> I: exc" unless given
  std::size_t from = 0, to = 0;  ///< populations
  std::size_t port = 0;          ///< of the target population
  ConnectionRule rule = ConnectionRule::fixed_indegree;
  std::int64_t indegree = 0;
  double probability = 0.0;  ///< of rule distance: at distance 0
  DistanceKernel kernel;     ///< of rule distance
  bool autapses = true;      ///< a neuron may project to itself
  bool multapses = true;     ///< a pair may be connected more than once (fixed_indegree)
  bool procedural = false;   ///< synapses are not stored but drawn again for every spike
  std::string edges_file;    ///< where the edges are from
  std::vector<Edge> edges;
  Distribution weight;  ///< nS or pA; stored in single precision
  Distribution delay;   ///< ms
  ShortTermPlasticity short_term;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & name & from & to & port & rule & indegree & probability & kernel & autapses & multapses & procedural &
        edges_file & edges & weight & delay & short_term;
  }
};

/// Every neuron of a population gets Poisson events of its own.
struct Background {
  std::size_t to = 0, port = 0;
  double rate = 0.0;    ///< Hz, per neuron
  double weight = 0.0;  ///< nS or pA
  Steps rate_steps;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & to & port & rate & weight & rate_steps;
  }
};

/// From `time` on a modulator's tonic concentration in some regions is another one (a drug is applied or washed out).
struct Dose {
  std::size_t modulator = 0;
  std::vector<std::size_t> regions;
  double time = 0.0;   ///< ms; 0: from the start, already settled
  double tonic = 0.0;  ///< uM
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & modulator & regions & time & tonic;
  }
};
/// The concentration jumps.
struct Pulse {
  std::size_t modulator = 0;
  std::vector<std::size_t> regions;
  std::vector<double> times;  ///< ms
  double amount = 0.0;        ///< uM
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & modulator & regions & times & amount;
  }
};
/// Every spike of a population raises the concentration.
struct Release {
  std::size_t modulator = 0, from = 0;
  std::vector<std::size_t> regions;
  double amount = 0.0;  ///< uM per spike
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & modulator & from & regions & amount;
  }
};

/// Concentrations are uniform within a region. Between jumps dc/dt = (tonic - c)/clearance_tau, or with uptake
/// dc/dt = P - Vmax c/(Km + c), the production P keeping c at tonic. The occupancy of a receptor follows its Hill
/// function with the receptor's tau (at once where that is not stated).
struct NetworkModulation {
  Modulation modulation;
  std::vector<std::string> regions;
  std::vector<Dose> doses;
  std::vector<Pulse> pulses;
  std::vector<Release> releases;
  double interval = 5.0;  ///< ms: parameters follow the occupancies at least this often
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & modulation & regions & doses & pulses & releases & interval;
  }
};

struct NetworkModel {
  std::vector<Population> populations;
  std::vector<Projection> projections;
  std::vector<Background> backgrounds;
  NetworkModulation modulation;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & populations & projections & backgrounds & modulation;
  }
};

}  // namespace modscape::models
