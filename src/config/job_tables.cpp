// SPDX-License-Identifier: Apache-2.0
#include "config/job_tables.hpp"

#include <array>

namespace modscape::config {
namespace {

constexpr double most_time = 1e7;           // ms, almost three hours
constexpr double most_current = 1e6;        // pA
constexpr double most_concentration = 1e6;  // uM, 1 M
constexpr double most_rate = 1e6;           // Hz
constexpr double most_length = 1e3;         // mm
constexpr std::string_view ours = "modscape convention";

constexpr ParameterInfo row(std::string_view name, Unit unit, double default_value, double lower, double upper,
                            std::string_view text, bool open_lower = false) {
  return {name, name, unit, default_value, lower, upper, open_lower, text, ours, {}};
}
constexpr ParameterInfo time_row(std::string_view name, double default_value, std::string_view text,
                                 bool open_lower = true) {
  return row(name, Unit::ms, default_value, 0.0, most_time, text, open_lower);
}
constexpr ParameterInfo current_row(std::string_view name, double default_value, std::string_view text) {
  return row(name, Unit::pA, default_value, -most_current, most_current, text);
}
constexpr ParameterInfo start_row = time_row("start", required_value, "Start of the segment", false);
constexpr ParameterInfo stop_row = time_row("stop", required_value, "End of the segment");

// A row with the unit and bounds of a neuron parameter.
ParameterInfo like_neuron(std::string_view name, double default_value, std::string_view parameter,
                          std::string_view text) {
  const ParameterInfo& info = *models::adex_table().find(parameter);
  return row(name, info.unit, default_value, info.lower, info.upper, text, info.open_lower);
}

}  // namespace

const ParameterTable<models::Protocol>& protocol_table() {
  using P = models::Protocol;
  static const std::array<ParameterSpec<P>, 2> rows{
      {{time_row("duration", required_value, "Length of the run"), &P::duration},
       {current_row("holding", 0.0, "Constant current during the whole run"), &P::holding}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<models::CurrentStep>& step_table() {
  using P = models::CurrentStep;
  static const std::array<ParameterSpec<P>, 3> rows{
      {{start_row, &P::start},
       {stop_row, &P::stop},
       {current_row("amplitude", required_value, "Current during the step"), &P::amplitude}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<models::CurrentRamp>& ramp_table() {
  using P = models::CurrentRamp;
  static const std::array<ParameterSpec<P>, 4> rows{
      {{start_row, &P::start},
       {stop_row, &P::stop},
       {current_row("from", required_value, "Current at the start"), &P::from},
       {current_row("to", required_value, "Current at the end"), &P::to}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<models::CurrentNoise>& noise_table() {
  using P = models::CurrentNoise;
  static const std::array<ParameterSpec<P>, 6> rows{
      {{start_row, &P::start},
       {stop_row, &P::stop},
       {current_row("mean", 0.0, "Mean current"), &P::mean},
       {row("sd", Unit::pA, required_value, 0.0, most_current, "Standard deviation"), &P::sd},
       {time_row("tau", 0.0, "Correlation time; 0 is white", false), &P::tau},
       {time_row("interval", P{}.interval, "The current is constant over each interval"), &P::interval}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<SimulateJob>& junction_table() {
  using P = SimulateJob;
  static const std::array<ParameterSpec<P>, 1> rows{
      {{row("junction_potential", Unit::mV, P{}.junction_potential, -100.0, 100.0,
            "Added to the recorded V, as an amplifier without correction shows it"),
        &P::junction_potential}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<SimulateJob>& initial_table() {
  using P = SimulateJob;
  static const std::array<ParameterSpec<P>, 2> rows{
      {{like_neuron("V", NAN, "E_L", "Potential at time 0; left out: E_L"), &P::initial_V},
       {current_row("w", P{}.initial_w, "Adaptation current at time 0"), &P::initial_w}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<SimulateJob>& record_table() {
  using P = SimulateJob;
  static const std::array<ParameterSpec<P>, 1> rows{
      {{row("interval", Unit::ms, P{}.sample_interval, 1e-3, 1e4, "Time between stored samples"),
        &P::sample_interval}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<IntegratorJob>& integrator_table() {
  using P = IntegratorJob;
  static const std::array<ParameterSpec<P>, 2> rows{
      {{row("rtol", Unit::one, P{}.rtol, 1e-13, 1e-2, "cvode: relative tolerance of a step"), &P::rtol},
       {row("tolerance", Unit::ms, P{}.tolerance, 1e-9, 1.0,
            "ensemble: bound on the error of each interspike interval, given the state after the spike before it"),
        &P::tolerance}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<ContinueJob>& continue_table() {
  using P = ContinueJob;
  static const std::array<ParameterSpec<P>, 1> rows{
      {{row("max_step", Unit::one, P{}.max_step, 0.0, 1.0, "Longest step of a branch, as a share of from..to", true),
        &P::max_step}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<SweepProtocol>& sweep_protocol_table() {
  using P = SweepProtocol;
  static const std::array<ParameterSpec<P>, 4> rows{
      {{time_row("step_duration", P{}.step_duration, "Length of each current step"), &P::step_duration},
       {current_row("holding", P{}.holding, "Constant current during the whole run, below the step"), &P::holding},
       {time_row("delay", P{}.delay, "Time under the holding current before the step", false), &P::delay},
       {current_row("amplitude", P{}.amplitude, "Current of the step; instead of `currents`"), &P::amplitude}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<models::Modulator>& modulator_table() {
  using P = models::Modulator;
  static const std::array<ParameterSpec<P>, 4> rows{
      {{row("tonic", Unit::uM, P{}.tonic, 0.0, most_concentration, "Concentration where the design gives no dose"),
        &P::tonic},
       {time_row("clearance_tau", NAN, "Time constant of its clearance"), &P::clearance_tau},
       {row("uptake_Vmax", Unit::uM_per_s, NAN, 0.0, most_concentration, "Instead: highest rate of its uptake", true),
        &P::uptake_Vmax},
       {row("uptake_Km", Unit::uM, NAN, 0.0, most_concentration, "Concentration at which uptake has half that rate",
            true),
        &P::uptake_Km}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<models::Receptor>& receptor_table() {
  using P = models::Receptor;
  static const std::array<ParameterSpec<P>, 3> rows{
      {{row("EC50", Unit::uM, required_value, 0.0, most_concentration, "Concentration of half occupancy", true),
        &P::EC50},
       {row("hill", Unit::one, P{}.hill, 0.0, 20.0, "Hill coefficient", true), &P::hill},
       {time_row("tau", NAN, "Time constant of the occupancy"), &P::tau}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<models::Effect>& effect_table() {
  using P = models::Effect;
  static const std::array<ParameterSpec<P>, 2> rows{
      {{row("measured_at", Unit::uM, required_value, 0.0, most_concentration,
            "Concentration at which the effect is as stated"),
        &P::measured_at},
       {row("reference", Unit::uM, P{}.reference, 0.0, most_concentration, "Concentration at which there is no effect"),
        &P::reference}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

ParameterInfo dose_info(std::string_view modulator) {
  return row(modulator, Unit::uM, 0.0, 0.0, most_concentration, "Concentration of the modulator");
}

const ParameterTable<Gauge>& gauge_table() {
  using P = Gauge;
  static const std::array<ParameterSpec<P>, 3> rows{
      {{like_neuron("E_L", NAN, "E_L", "Resting potential of these cells"), &P::E_L},
       {like_neuron("V_T", NAN, "V_T", "Threshold potential of these cells"), &P::V_T},
       {row("R_in", Unit::MOhm, NAN, 0.0, 1e5, "Input resistance at rest, 1/(g_L + a)", true), &P::R_in}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<StudyJob>& data_table() {
  using P = StudyJob;
  static const std::array<ParameterSpec<P>, 1> rows{
      {{time_row("step_duration", P{}.step_duration, "Length of the current steps of the recordings"),
        &P::step_duration}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<StudyJob>& exploration_table() {
  using P = StudyJob;
  static const std::array<ParameterSpec<P>, 2> rows{
      {{row("min_current", Unit::pA, NAN, -most_current, most_current,
            "Lowest current explored; left out: the lowest of the data, or 200 pA less where cells fire at it"),
        &P::min_current},
       {row("max_current", Unit::pA, NAN, 0.0, most_current,
            "Highest current explored; left out: the highest of the data + 60 %", true),
        &P::max_current}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<StudyJob>& fit_table() {
  using P = StudyJob;
  static const std::array<ParameterSpec<P>, 2> rows{
      {{row("min_ess", Unit::one, P{}.min_ess, 1.0, 1e9, "Least effective sample size of an accepted fit"),
        &P::min_ess},
       {row("correlation_length", Unit::pA, P{}.correlation_length, 0.0, most_current,
            "Currents nearer than this share the variation between cells", true),
        &P::correlation_length}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<EffectJob>& effect_inference_table() {
  using P = EffectJob;
  static const std::array<ParameterSpec<P>, 1> rows{
      {{row("voltage_shift", Unit::mV, P{}.voltage_shift, 0.0, 100.0,
            "Shifts of E_L and of V_T within +- this are thought possible", true),
        &P::voltage_shift}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<NetworkJob>& network_table() {
  using P = NetworkJob;
  static const std::array<ParameterSpec<P>, 5> rows{
      {{time_row("duration", required_value, "Length of the run"), &P::duration},
       {time_row("transient", P{}.transient, "Time at the start that is left out of statistics", false), &P::transient},
       {row("tolerance", Unit::ms, P{}.tolerance, 1e-9, 0.1,
            "Largest estimated error of one step of a neuron, as a shift in time"),
        &P::tolerance},
       {row("max_rate", Unit::Hz, P{}.max_rate, 0.0, most_rate,
            "Mean rate of a population over 50 ms at which the run stops: runaway excitation", true),
        &P::max_rate},
       {row("checkpoint_interval", Unit::ms, P{}.checkpoint_interval, 1.0, most_time,
            "Model time between two states from which an interrupted run goes on"),
        &P::checkpoint_interval}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<NetworkJob>& network_record_table() {
  using P = NetworkJob;
  static const std::array<ParameterSpec<P>, 3> rows{
      {{row("rate_interval", Unit::ms, P{}.rate_interval, 0.01, 1e4, "Bin of the population rates"), &P::rate_interval},
       {row("reserved_rate", Unit::Hz, P{}.reserved_rate, 0.0, most_rate,
            "Mean rate of the recorded populations over the run for whose spikes space is reserved"),
        &P::reserved_rate},
       {row("trace_interval", Unit::ms, P{}.trace_interval, 1e-3, 1e4, "Time between two samples of a trace"),
        &P::trace_interval}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<models::SynapticPort>& port_table() {
  using P = models::SynapticPort;
  static const std::array<ParameterSpec<P>, 2> rows{
      {{row("tau", Unit::ms, required_value, 0.0, 1e4, "Time constant of the decay; of an alpha function its peak time",
            true),
        &P::tau},
       {like_neuron("E_rev", required_value, "E_L", "Reversal potential of a conductance"), &P::E_rev}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<models::ShortTermPlasticity>& short_term_table() {
  using P = models::ShortTermPlasticity;
  static const std::array<ParameterSpec<P>, 3> rows{
      {{row("U", Unit::one, required_value, 0.0, 1.0, "Share of the resources that a first spike uses", true), &P::U},
       {time_row("tau_rec", required_value, "Time constant of the recovery of resources", false), &P::tau_rec},
       {time_row("tau_facil", P{}.tau_facil, "Time constant of facilitation; 0: none", false), &P::tau_facil}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<models::NetworkModulation>& modulation_table() {
  using P = models::NetworkModulation;
  static const std::array<ParameterSpec<P>, 1> rows{
      {{row("modulation_interval", Unit::ms, P{}.interval, 0.1, 1e4,
            "Parameters follow the occupancies of receptors at least this often"),
        &P::interval}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<models::Dose>& dose_table() {
  using P = models::Dose;
  static const std::array<ParameterSpec<P>, 2> rows{
      {{time_row("time", P{}.time, "When; 0: from the start, and settled", false), &P::time},
       {row("tonic", Unit::uM, required_value, 0.0, most_concentration, "Tonic concentration from then on"),
        &P::tonic}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<models::Sheet>& sheet_table() {
  using P = models::Sheet;
  static const std::array<ParameterSpec<P>, 2> rows{
      {{row("width", Unit::mm, required_value, 0.0, most_length, "Extent of the sheet along x", true), &P::width},
       {row("height", Unit::mm, required_value, 0.0, most_length, "Extent of the sheet along y", true), &P::height}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<models::Pulse>& pulse_table() {
  using P = models::Pulse;
  static const std::array<ParameterSpec<P>, 1> rows{
      {{row("amount", Unit::uM, required_value, 0.0, most_concentration, "What is added to the concentration"),
        &P::amount}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<models::DistanceKernel>& kernel_table() {
  using P = models::DistanceKernel;
  static const std::array<ParameterSpec<P>, 3> rows{
      {{row("length", Unit::mm, required_value, 0.0, most_length, "Over which the probability falls", true),
        &P::length},
       {row("max_distance", Unit::mm, NAN, 0.0, most_length, "Beyond it nobody is connected", true), &P::max_distance},
       {row("velocity", Unit::m_per_s, NAN, 0.0, 1e3, "Of conduction: the distance over it is added to the delay",
            true),
        &P::velocity}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

const ParameterTable<models::Release>& release_table() {
  using P = models::Release;
  static const std::array<ParameterSpec<P>, 1> rows{
      {{row("amount", Unit::uM, required_value, 0.0, most_concentration, "What a spike adds to the concentration"),
        &P::amount}}};
  static const ParameterTable<P> table{std::span<const ParameterSpec<P>>(rows)};
  return table;
}

ParameterInfo source_rate_info() {
  return row("rate", Unit::Hz, required_value, 0.0, most_rate, "Rate of every Poisson source");
}

ParameterInfo background_rate_info() {
  return row("rate", Unit::Hz, required_value, 0.0, most_rate, "Rate of the Poisson events of every neuron");
}

ParameterInfo population_current_info() {
  return current_row("current", models::Population{}.current, "Current into every neuron");
}

ParameterInfo time_info(std::string_view key, std::string_view text) {
  return time_row(key, required_value, text, false);
}

ParameterInfo probability_info() {
  return row("probability", Unit::one, required_value, 0.0, 1.0, "Of a pair to be connected");
}

ParameterInfo weight_info(models::SynapticEffect effect) {
  if (effect == models::SynapticEffect::current)
    return row("weight", Unit::pA, required_value, -most_current, most_current, "Jump or peak of the current");
  return row("weight", Unit::nS, required_value, 0.0, 1e4, "Jump or peak of the conductance");
}

ParameterInfo delay_info() {
  return row("delay", Unit::ms, required_value, 0.01, 1e3, "Time from the spike to its arrival");
}

ParameterInfo current_info(std::string_view key) {
  return current_row(key, required_value, "Injected current");
}

}  // namespace modscape::config
