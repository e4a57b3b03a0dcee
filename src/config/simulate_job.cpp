// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>

#include "config/job_kinds.hpp"
#include "config/neuron_input.hpp"

namespace modscape::config {
namespace {

constexpr double most_samples = 1e8;       // of a trace
constexpr double most_noise_pieces = 1e7;  // of one noise current

// One segment alone in an otherwise empty protocol, so that a problem gets the place of its own table.
template <class Segment>
void check_segment(const Segment& segment, std::vector<Segment> models::Protocol::* list, double duration, Place place,
                   ProblemList& problems) {
  models::Protocol alone;
  alone.duration = duration;
  (alone.*list).push_back(segment);
  for (const std::string& text : models::protocol_problems(alone)) problems.add(place, text);
}

bool all_numbers(std::initializer_list<double> values) {
  for (const double value : values)
    if (!std::isfinite(value)) return false;
  return true;
}

template <class Segment>
void read_segments(TableReader& table, const std::string& key, const ParameterTable<Segment>& rows,
                   std::vector<Segment> models::Protocol::* list, models::Protocol& protocol, ProblemList& problems) {
  for (TableReader& entry : table.tables(key)) {
    Segment segment;
    entry.rows(rows, segment);
    if constexpr (std::is_same_v<Segment, models::CurrentNoise>) {
      segment.seed = static_cast<std::uint64_t>(entry.integer("seed", 1, 0, INT64_MAX));
      if ((segment.stop - segment.start) / segment.interval > most_noise_pieces)
        entry.refuse("interval", fmt::format("the noise has more than {} intervals", most_noise_pieces));
    }
    entry.finish();
    if (all_numbers({segment.start, segment.stop, protocol.duration}))
      check_segment(segment, list, protocol.duration, entry.place(), problems);
    (protocol.*list).push_back(segment);
  }
}

void read_sampled(TableReader& table, const std::string& job_path, models::SampledCurrent& sampled,
                  ProblemList& problems) {
  sampled.file = table.file("file", job_path);
  if (sampled.file.empty()) return;
  try {
    Waveform waveform = read_waveform(sampled.file);
    sampled.times = std::move(waveform.times);
    sampled.values = std::move(waveform.values);
  } catch (const BadInput& bad) {
    problems.add(bad);
  }
}

void read_protocol(TableReader table, const std::string& job_path, SimulateJob& job, ProblemList& problems) {
  models::Protocol& protocol = job.protocol;
  table.rows(protocol_table(), protocol);
  table.rows(junction_table(), job);
  read_segments(table, "step", step_table(), &models::Protocol::steps, protocol, problems);
  read_segments(table, "ramp", ramp_table(), &models::Protocol::ramps, protocol, problems);
  read_segments(table, "noise", noise_table(), &models::Protocol::noise, protocol, problems);
  read_sampled(table, job_path, protocol.sampled, problems);
  table.finish();
}

void read_initial(TableReader table, SimulateJob& job) {
  table.rows(initial_table(), job);
  if (!table.has("V")) job.initial_V = job.neuron.E_L;
  if (job.initial_V >= job.neuron.V_peak)
    table.refuse("V",
                 fmt::format("V = {} mV at time 0 must be below V_peak = {} mV", job.initial_V, job.neuron.V_peak));
  table.finish();
}

void read_record(TableReader table, SimulateJob& job) {
  job.record_trace = table.flag("trace", job.record_trace);
  table.rows(record_table(), job);
  if (job.record_trace && job.protocol.duration / job.sample_interval > most_samples)
    table.refuse("interval", fmt::format("the trace has more than {} samples", most_samples));
  table.finish();
}

}  // namespace

SimulateJob read_simulate(TableReader& root, const std::string& job_path, ProblemList& problems) {
  SimulateJob job;
  NeuronInput neuron;
  read_neuron(root.table("neuron"), {}, neuron);
  check_neuron(neuron, problems);
  job.neuron = neuron.values;
  read_protocol(root.table("protocol"), job_path, job, problems);
  read_initial(root.table("initial"), job);
  read_record(root.table("record"), job);
  TableReader integrator = root.table("integrator");
  job.integrator = read_integrator(integrator, {"cvode", "ensemble"});
  const bool constant = job.protocol.ramps.empty() && job.protocol.sampled.file.empty();
  if (job.integrator.method == "ensemble" && !constant)
    integrator.refuse("method", "the ensemble method knows steps and noise, not ramps or files", "method = \"cvode\"");
  if (job.integrator.method == "ensemble" && job.record_trace)
    integrator.refuse("method", "the ensemble method stores no trace", "method = \"cvode\"");
  return job;
}

}  // namespace modscape::config
