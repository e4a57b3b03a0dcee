// SPDX-License-Identifier: Apache-2.0
#include "study/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

#include "core/build_info.hpp"
#include "io/results_file.hpp"
#include "solvers/cvode.hpp"
#include "solvers/solver_versions.hpp"
#include "study/integrator.hpp"
#include "sweep/progress.hpp"

namespace modscape::study {
namespace {

struct Trace {
  std::vector<double> t, V, w;
};

std::array<double, 2> initial_state(const config::SimulateJob& job) {
  return {std::isnan(job.initial_V) ? job.neuron.E_L : job.initial_V, job.initial_w};
}

solvers::SpikeRun run_cvode(const config::SimulateJob& job, Trace& trace) {
  const models::Adex neuron(job.neuron);
  solvers::CvodeOptions options;
  options.rtol = job.integrator.rtol;
  options.limits.max_rhs = job.integrator.max_rhs;
  options.sample_interval = job.record_trace ? job.sample_interval : 0.0;
  const solvers::Observer observer = [&](double t, std::span<const double> y) {
    trace.t.push_back(t);
    trace.V.push_back(y[0] + job.junction_potential);
    trace.w.push_back(y[1]);
  };
  const std::array<double, 2> start = initial_state(job);
  return solvers::CvodeIntegrator(2).run(neuron, models::input_segments(job.protocol), start, options, observer);
}

solvers::SpikeRun run_ensemble(const config::SimulateJob& job) {
  const auto input = models::input_segments(job.protocol);
  const solvers::SpikeTask task{job.neuron, input, initial_state(job)};
  return integrator_of(job.integrator)->run({&task, 1}).front();
}

std::vector<double> injected(const std::vector<models::InputSegment>& segments, const std::vector<double>& times) {
  std::vector<double> current;
  std::size_t k = 0;
  for (const double t : times) {
    while (k + 1 < segments.size() && t >= segments[k].stop) ++k;
    current.push_back(segments[k].value + segments[k].slope * (t - segments[k].start));
  }
  return current;
}

void write(const config::SimulateJob& job, const solvers::SpikeRun& run, const Trace& trace, io::TreeWriter& out) {
  std::vector<double> spikes(run.times.size());
  std::iota(spikes.begin(), spikes.end(), 0.0);
  out.axis("/spikes/spike", spikes, "1", "Spike");
  out.dataset("/spikes/times", run.times, {"spike"}, "ms", "Spike times");
  out.dataset("/spikes/w_after", run.w_after, {"spike"}, "pA", "Adaptation current after the reset");
  out.attribute("/spikes", "status", std::string(io::to_string(static_cast<io::RowStatus>(run.status))));
  out.attribute("/spikes", "method", job.integrator.method);
  out.attribute("/spikes", "rhs_evaluations", static_cast<double>(run.rhs_evaluations));
  out.attribute("/spikes", "V_peak", job.neuron.V_peak);
  if (!job.record_trace) return;
  out.axis("/trace/time", trace.t, "ms", "Time");
  out.dataset("/trace/V", trace.V, {"time"}, "mV", "Membrane potential plus junction potential");
  out.dataset("/trace/w", trace.w, {"time"}, "pA", "Adaptation current");
  out.dataset("/trace/I", injected(models::input_segments(job.protocol), trace.t), {"time"}, "pA", "Injected current");
}

}  // namespace

std::string simulation_plan_text(const config::SimulateJob& job) {
  config::SimulateJob pilot = job;
  pilot.protocol.duration = std::min(job.protocol.duration, 1000.0);
  pilot.record_trace = false;
  Trace none;
  const auto start = std::chrono::steady_clock::now();
  const solvers::SpikeRun run = job.integrator.method == "ensemble" ? run_ensemble(pilot) : run_cvode(pilot, none);
  const double scale = job.protocol.duration / pilot.protocol.duration;
  const double seconds = scale * std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double samples = job.record_trace ? std::floor(job.protocol.duration / job.sample_interval) + 1.0 : 0.0;
  const double spikes = scale * static_cast<double>(run.times.size());
  return fmt::format(
      "protocol      {} ms with {}\nrows          about {:.0f} spikes, {:.0f} samples of the trace\noutput        {}\n"
      "time          about {} on 1 rank\n",
      job.protocol.duration, job.integrator.method, spikes, samples,
      sweep::format_bytes(8.0 * (3.0 * spikes + 4.0 * samples)), sweep::format_duration(seconds));
}

SimulationReport simulate(const config::Job& job, const std::string& path, bool force) {
  Trace trace;
  const solvers::SpikeRun run =
      job.simulate.integrator.method == "ensemble" ? run_ensemble(job.simulate) : run_cvode(job.simulate, trace);
  std::map<std::string, std::string> provenance = run_environment();
  const BuildInfo build = build_info();
  provenance.insert({{"job_text", job.resolved},
                     {"job_hash", job.hash},
                     {"version", build.version},
                     {"commit", build.commit},
                     {"written", utc_now()}});
  provenance.merge(solvers::solver_versions());
  io::write_tree_file(path, force, provenance, [&](io::TreeWriter& out) { write(job.simulate, run, trace, out); });
  return {run.times.size(), run.rhs_evaluations, std::string(io::to_string(static_cast<io::RowStatus>(run.status))),
          run.status == solvers::RunStatus::done};
}

}  // namespace modscape::study
