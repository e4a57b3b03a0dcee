// SPDX-License-Identifier: Apache-2.0
// The quantities of job files, one row each: reading, the resolved text and docs/job-files.md follow these rows.
// A default of NaN means "worked out from other values when left out"; `required_value` means the key must be given.
#pragma once
#include <limits>

#include "config/job.hpp"
#include "core/parameter_table.hpp"

namespace modscape::config {

inline constexpr double required_value = std::numeric_limits<double>::infinity();
inline bool is_required(const ParameterInfo& info) {
  return info.default_value == required_value;
}

// One function per table of the job language; the name says which.
const ParameterTable<models::Protocol>& protocol_table();               // [protocol] of a simulation
const ParameterTable<models::CurrentStep>& step_table();                // [[protocol.step]]
const ParameterTable<models::CurrentRamp>& ramp_table();                // [[protocol.ramp]]
const ParameterTable<models::CurrentNoise>& noise_table();              // [[protocol.noise]]
const ParameterTable<SimulateJob>& junction_table();                    // [protocol] junction_potential
const ParameterTable<SimulateJob>& initial_table();                     // [initial]
const ParameterTable<SimulateJob>& record_table();                      // [record]
const ParameterTable<IntegratorJob>& integrator_table();                // [integrator]
const ParameterTable<SweepProtocol>& sweep_protocol_table();            // [protocol] of a sweep
const ParameterTable<ContinueJob>& continue_table();                    // [continue]
const ParameterTable<models::Modulator>& modulator_table();             // [modulator.NAME]
const ParameterTable<models::Receptor>& receptor_table();               // [[receptor]]
const ParameterTable<models::Effect>& effect_table();                   // [[effect]], what all rules share
const ParameterTable<Gauge>& gauge_table();                             // [gauge]
const ParameterTable<StudyJob>& data_table();                           // [data]
const ParameterTable<StudyJob>& exploration_table();                    // [exploration]
const ParameterTable<StudyJob>& fit_table();                            // [fit]
const ParameterTable<EffectJob>& effect_inference_table();              // [effect] of a study
const ParameterTable<NetworkJob>& network_table();                      // [network]
const ParameterTable<NetworkJob>& network_record_table();               // [record] of a network
const ParameterTable<models::SynapticPort>& port_table();               // [population.NAME.synapse.PORT]
const ParameterTable<models::ShortTermPlasticity>& short_term_table();  // [[projection]] short_term
const ParameterTable<models::NetworkModulation>& modulation_table();    // [network], what concerns modulators
const ParameterTable<models::Dose>& dose_table();                       // [[dose]] of a network
const ParameterTable<models::Pulse>& pulse_table();                     // [[pulse]] of a network
const ParameterTable<models::Release>& release_table();                 // [[release]] of a network
const ParameterTable<models::Sheet>& sheet_table();                     // [population.NAME.sheet]
const ParameterTable<models::DistanceKernel>& kernel_table();           // [[projection]], rule = "distance"

/// Rates of Poisson events, of sources and of background.
ParameterInfo source_rate_info();
ParameterInfo background_rate_info();
ParameterInfo population_current_info();
/// One of the times of `times = [...]`.
ParameterInfo time_info(std::string_view key, std::string_view text);

/// The weight of a synapse onto a port with this effect (nS or pA), and the delay of one.
ParameterInfo weight_info(models::SynapticEffect effect);
ParameterInfo delay_info();
/// Probability of a connection; under rule = "distance" that at distance 0.
ParameterInfo probability_info();

/// Bounds of one injected current, wherever a list of them is given under `key`.
ParameterInfo current_info(std::string_view key);

/// The dose of a modulator, as a parameter of a design. `modulator` must outlive the row.
ParameterInfo dose_info(std::string_view modulator);

}  // namespace modscape::config
