// SPDX-License-Identifier: Apache-2.0
// A spiking network as declared: populations, projections, background. Pure description; src/network builds and runs
// it. Neurons of all populations are numbered through (global id, gid) in the order of the populations. Units: mV, ms,
// pA, nS, pF, Hz.
#pragma once
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "models/adex.hpp"
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

struct Population {
  enum class Kind : std::uint8_t { adex, poisson };
  std::string name;
  Kind kind = Kind::adex;
  std::int64_t size = 0;
  Sheet sheet;
  // adex:
  AdexParameters neuron;  ///< with the means of what is distributed
  std::vector<SynapticPort> ports;
  double current = 0.0;                           ///< pA, injected all the time
  std::vector<DistributedParameter> distributed;  ///< on top of `neuron`
  Distribution initial_V;                         ///< mV; below V_peak
  Distribution initial_w;                         ///< pA
  // poisson: sources of spikes without a neuron
  double rate = 0.0;  ///< Hz, of each source
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & name & kind & size & sheet & neuron & ports & current & distributed & initial_V & initial_w & rate;
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
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & name & from & to & port & rule & indegree & probability & kernel & autapses & multapses & procedural &
        edges_file & edges & weight & delay;
  }
};

/// Every neuron of a population gets Poisson events of its own.
struct Background {
  std::size_t to = 0, port = 0;
  double rate = 0.0;    ///< Hz, per neuron
  double weight = 0.0;  ///< nS or pA
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & to & port & rate & weight;
  }
};

struct NetworkModel {
  std::vector<Population> populations;
  std::vector<Projection> projections;
  std::vector<Background> backgrounds;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & populations & projections & backgrounds;
  }
};

}  // namespace modscape::models
