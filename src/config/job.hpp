// SPDX-License-Identifier: Apache-2.0
// A job as read from a TOML file: everything resolved, in the program's units, validated. toml++ is seen by
// toml_node.cpp only. Every problem is reported at once as file:line:column with a suggestion (BadInput).
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "config/design.hpp"
#include "config/fi_table.hpp"
#include "models/adex.hpp"
#include "models/modulation.hpp"
#include "models/network_model.hpp"
#include "models/protocol.hpp"

namespace modscape::config {

struct IntegratorJob {
  std::string method = "cvode";    ///< "cvode" (reference) or "ensemble" (SIMD kernel, piecewise constant currents)
  double rtol = 1e-8;              ///< cvode: relative tolerance, pure number
  double tolerance = 1e-4;         ///< ensemble: bound on the error of each interspike interval, ms
  std::int64_t max_rhs = 5000000;  ///< right-hand sides before the run is given up as cost_limit
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & method & rtol & tolerance & max_rhs;
  }
};

struct SimulateJob {
  models::AdexParameters neuron;
  models::Protocol protocol;
  IntegratorJob integrator;
  double initial_V = NAN;           ///< default E_L
  double initial_w = 0.0;           ///< pA
  double junction_potential = 0.0;  ///< mV; recorded V = V + junction_potential (uncorrected, as an amplifier shows it)
  bool record_trace = false;        ///< store V(t), w(t)
  double sample_interval = 0.1;     ///< ms
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & neuron & protocol & integrator & initial_V & initial_w & junction_potential & record_trace & sample_interval;
  }
};

/// A step from `delay` on, for `step_duration`, on top of the holding current that flows all the time.
struct SweepProtocol {
  double step_duration = 500.0;  ///< ms
  double holding = 0.0;          ///< pA
  double delay = 0.0;            ///< ms
  double amplitude = NAN;        ///< pA; NaN: `currents`
  std::vector<double> currents;  ///< pA; every point is run at each; empty: at `amplitude`
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & step_duration & holding & delay & amplitude & currents;
  }
};

/// A neuron, modulated or not, at every point of a design.
struct NeuronDesign {
  models::AdexParameters neuron;  ///< values of what is not varied
  std::string cell_type;          ///< which effects act on the neuron; may be empty
  models::Modulation modulation;
  Design design;           ///< no part: a single point
  SweepProtocol protocol;  ///< values of what is not varied
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & neuron & cell_type & modulation & design & protocol;
  }
};

struct SweepJob : NeuronDesign {
  std::vector<Round> rounds;  ///< after the design itself, which is round 0
  IntegratorJob integrator;
  bool asymptotic = false;       ///< also classify what the neuron settles to
  std::int64_t max_failed = -1;  ///< failed points that are tolerated; -1: any number
  template <class A>
  void serialize(A& ar, unsigned version) {
    NeuronDesign::serialize(ar, version);
    ar & rounds & integrator & asymptotic & max_failed;
  }
};

inline constexpr std::int64_t most_cycle_spikes = 16;

/// Bifurcation diagrams along one parameter, at every point of a design of the others.
struct ContinueJob : NeuronDesign {
  std::string parameter;          ///< of sweep_parameters()
  double from = NAN, to = NAN;    ///< in its unit; from < to
  bool cycles = true;             ///< spiking cycles as well
  std::int64_t max_spikes = 4;    ///< per period of a cycle
  std::int64_t max_points = 400;  ///< per branch
  double max_step = 0.02;         ///< share of from..to
  std::int64_t max_failed = -1;   ///< as in a sweep
  template <class A>
  void serialize(A& ar, unsigned version) {
    NeuronDesign::serialize(ar, version);
    ar & parameter & from & to & cycles & max_spikes & max_points & max_step & max_failed;
  }
};

inline constexpr std::int64_t most_landscape_cells = 10000;

/// A regime map over one axis of a grid and the parameter of the continuation, with the curves between the regimes.
struct LandscapeJob : ContinueJob {
  std::int64_t cells = 61;  ///< places along the parameter, both ends among them, where a simulation says the regime
  template <class A>
  void serialize(A& ar, unsigned version) {
    ContinueJob::serialize(ar, version);
    ar & cells;
  }
};

/// What fixes the voltage scale, which f-I data cannot: E_L and either V_T or the input resistance.
struct Gauge {
  double E_L = NAN, V_T = NAN, R_in = NAN;  ///< mV, mV, MOhm; exactly one of V_T and R_in is set
  std::string source;                       ///< citation or "measured"
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & E_L & V_T & R_in & source;
  }
};

struct ConditionJob {
  std::string name;   ///< identifier, used as group name
  std::string label;  ///< value of the column `condition` in the tables
  std::string text;   ///< what it is, for captions
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & name & label & text;
  }
};
struct PairJob {
  std::string from, to;  ///< condition names
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & from & to;
  }
};

/// Which parameters did a modulator move? (docs/effects.md)
struct EffectJob {
  bool wanted = false;          ///< the job has a table [effect]
  std::int64_t rounds = 8;      ///< of the search, per family
  std::int64_t draws = 768;     ///< points per family and round
  bool pairs = true;            ///< also pairs of single effects
  double voltage_shift = 25.0;  ///< mV: prior of shifts of E_L and V_T, uniform within +-this
  std::int64_t paths = 384;     ///< followed for the verdict, and as many for its null; shared by the families kept
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & wanted & rounds & draws & pairs & voltage_shift & paths;
  }
};

struct StudyJob {
  std::string title;
  std::string caveat;                  ///< printed wherever the conditions are shown
  std::string citation;                ///< of the data
  std::string cell_type;               ///< rows of the tables with this `cell_type`; empty: all
  std::string fi_file, rheobase_file;  ///< paths as resolved; rheobase_file may be empty
  std::vector<ConditionJob> conditions;
  std::vector<PairJob> pairs;
  Gauge gauge;
  models::AdexParameters neuron;  ///< fixed values (t_ref, V_peak …) and E_L, V_T of the gauge
  std::vector<Range> ranges;      ///< sampled parameters with their priors
  double step_duration = 500.0;   ///< ms
  double min_current = NAN;       ///< pA; currents of the exploration: see set_explored_currents()
  double max_current = NAN;       ///< pA
  std::int64_t points = 20480;    ///< exploration points
  std::int64_t rounds = 5;        ///< refinement rounds per condition
  std::int64_t draws = 1024;      ///< points per round
  std::int64_t accepted = 512;    ///< models kept per condition
  double min_ess = 200.0;
  double correlation_length = 20.0;     ///< pA: correlation exp(-|dI|/length) between currents of the same cells
  std::vector<double> held_out;         ///< pA: currents kept out of the likelihood
  std::string fit_mode = "population";  ///< or "single_cell"
  std::string single_cell;              ///< cell id, with fit_mode = "single_cell"
  std::uint64_t seed = 1;
  IntegratorJob integrator;  ///< of the CVODE check
  EffectJob effect;
  // Filled from the tables:
  std::vector<FiCurve> curves;                 ///< one per condition, same order
  std::vector<std::vector<double>> rheobases;  ///< pA, one list per condition (may be empty)
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & title & caveat & citation & cell_type & fi_file & rheobase_file & conditions & pairs & gauge & neuron &
        ranges & step_duration & min_current & max_current & points & rounds & draws & accepted & min_ess &
        correlation_length & held_out & fit_mode & single_cell & seed & integrator & effect & curves & rheobases;
  }
};

/// Neurons of one population whose traces are stored.
struct TraceRequest {
  std::size_t population = 0;
  std::vector<std::int64_t> neurons;  ///< places in the population, ascending
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & population & neurons;
  }
};

/// A network of spiking neurons, run once.
struct NetworkJob {
  std::string title;
  models::NetworkModel model;
  double duration = NAN;                   ///< ms
  double transient = 0.0;                  ///< ms at the start, left out of statistics
  double tolerance = 1e-7;                 ///< ms: largest estimated error of one step, as a shift in time
  std::uint64_t seed = 1;                  ///< of connections, parameters, initial states and Poisson events
  double max_rate = 500.0;                 ///< Hz: mean rate of a population over 50 ms at which the run stops
  double checkpoint_interval = 1000.0;     ///< ms of model time
  std::vector<std::size_t> record_spikes;  ///< populations whose spikes are stored, ascending
  double rate_interval = 1.0;              ///< ms: bin of the population rates
  double reserved_rate = 100.0;            ///< Hz: mean rate of recorded populations that the file has room for
  std::vector<TraceRequest> traces;        ///< by population
  double trace_interval = 0.1;             ///< ms between samples of a trace
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & title & model & duration & transient & tolerance & seed & max_rate & checkpoint_interval & record_spikes &
        rate_interval & reserved_rate & traces & trace_interval;
  }
};

/// A number that differs from point to point: what job files call it, and where in the document its value goes.
struct VariedQuantity {
  std::string name;                ///< column of the results
  std::vector<std::string> paths;  ///< "population.RS.neuron.b", "background.0.rate"
  std::string text;
  Unit unit = Unit::one;
  double lower = 0, upper = 0;  ///< bounds of every value at its paths
  bool open_lower = false;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & name & paths & text & unit & lower & upper & open_lower;
  }
};

/// A network at every point of a design: of each point the job is the document with the point's values put in.
struct NetworkPointsJob {
  bool wanted = false;                 ///< else the network is run once
  std::string document;                ///< the job file
  std::string job_path;                ///< where files named in it are looked for
  std::vector<VariedQuantity> varied;  ///< in the order of the file
  Design design;                       ///< of `varied`, by their names; no part: a single point
  std::int64_t seeds = 1;              ///< runs of each point, with seed, seed + 1 ...
  std::int64_t ranks_per_point = 1;    ///< not part of the identity
  std::int64_t max_failed = -1;        ///< as in a sweep
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & wanted & document & job_path & varied & design & seeds & ranks_per_point & max_failed;
  }
};

/// The kinds a job file may have: [job] kind = "simulate" | "sweep" | "continue" | "landscape" | "study" | "network".
struct Job {
  std::string kind;
  std::string output;  ///< [job] output, may be empty; not part of the identity
  SimulateJob simulate;
  SweepJob sweep;
  ContinueJob continuation;
  LandscapeJob landscape;
  StudyJob study;
  NetworkJob network;               ///< of network points: what does not vary
  NetworkPointsJob network_points;  ///< of kind "network", too
  std::string resolved;             ///< canonical TOML of everything above with units, without output
  std::string hash;                 ///< sha256 of resolved + content of every file referred to + format version
  /// Hashes of the jobs that this one has grown from: the same sweep without its last rounds, the same study without
  /// its effects. Their results are accepted.
  std::vector<std::string> earlier_hashes;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & kind & output & simulate & sweep & continuation & landscape & study & network & network_points & resolved &
        hash & earlier_hashes;
  }
};

/// Of a job of kind sweep, continue or landscape.
const NeuronDesign& neuron_design(const Job& job);

/// Reads and validates a job file; `expected_kind` is the subcommand. Throws BadInput with all problems.
Job load_job(const std::string& path, const std::string& expected_kind);

/// The kind of a job from its text ("sweep"), such as the one a results file stores; empty if it has none.
std::string kind_of_job(const std::string& text);

/// A study made from a data table alone (`modscape study --from fi.csv`): conditions and currents from the table,
/// defaults for the rest. `gauge` entries are "E_L=-85 mV", "V_T=-45 mV", "R_in=120 MOhm"; without a complete gauge:
/// BadInput naming the missing ones.
Job study_from_table(const std::string& fi_path, const std::vector<std::string>& gauge,
                     const std::string& cell_type = {});

/// Currents explored where the job names none (NaN): from the lowest of the data, or 200 pA below it if cells fire
/// there already, because some of them are the base model at less current; up to the highest of the data + 60 %.
void set_explored_currents(StudyJob& job);

/// The default priors of a study: ranges that contain good fits of striatal projection neurons (docs/job-files.md).
std::vector<Range> default_ranges();

/// Closest known name (edit distance, NEST aliases) or empty.
std::string did_you_mean(const std::string& name, const std::vector<std::string>& known);

}  // namespace modscape::config
