// SPDX-License-Identifier: Apache-2.0
#include "solvers/spike_integrator.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "solvers/adex_kernel.hpp"
#include "solvers/cvode.hpp"

namespace modscape::solvers {
namespace {

class CvodeRuns final : public SpikeIntegrator {
 public:
  explicit CvodeRuns(const IntegratorOptions& options) {
    options_.rtol = options.rtol;
    options_.limits = options.limits;
  }
  std::vector<SpikeRun> run(std::span<const SpikeTask> tasks, const Heartbeat& heartbeat) override {
    std::vector<SpikeRun> runs;
    runs.reserve(tasks.size());
    for (const SpikeTask& task : tasks) {
      options_.max_spikes = task.max_spikes;
      const models::Adex neuron(task.neuron);
      runs.push_back(cvode_.run(neuron, task.input, task.initial, options_));
      if (heartbeat) heartbeat();
    }
    return runs;
  }

 private:
  CvodeOptions options_;
  CvodeIntegrator cvode_{2};
};

// One run per segment, the state handed on. Refractory periods do not cross an edge (configuration refuses protocols
// where they could).
class BulkRuns final : public SpikeIntegrator {
 public:
  explicit BulkRuns(const IntegratorOptions& options) : options_{options.rtol, 0, options.limits} {}
  std::vector<SpikeRun> run(std::span<const SpikeTask> tasks, const Heartbeat& heartbeat) override {
    std::vector<SpikeRun> runs;
    runs.reserve(tasks.size());
    for (const SpikeTask& task : tasks) {
      runs.push_back(run_one(task));
      if (heartbeat) heartbeat();
    }
    return runs;
  }

 private:
  SpikeRun run_one(const SpikeTask& task) {
    SpikeRun all;
    all.final_state = task.initial;
    for (const models::InputSegment& segment : task.input) {
      options_.max_spikes = task.max_spikes == 0 ? 0 : task.max_spikes - all.times.size();
      const SpikeRun run =
          run_adex(task.neuron, segment.value, segment.stop - segment.start, all.final_state, options_);
      for (const double t : run.times) all.times.push_back(segment.start + t);
      all.w_after.insert(all.w_after.end(), run.w_after.begin(), run.w_after.end());
      all.final_state = run.final_state;
      all.rhs_evaluations += run.rhs_evaluations;
      all.status = run.status;
      const bool enough = task.max_spikes != 0 && all.times.size() >= task.max_spikes;
      if (run.status != RunStatus::done || enough) break;
    }
    return all;
  }
  KernelOptions options_;
};

}  // namespace

std::unique_ptr<SpikeIntegrator> make_spike_integrator(const IntegratorOptions& options) {
  if (options.method == "cvode") return std::make_unique<CvodeRuns>(options);
  if (options.method == "bulk") return std::make_unique<BulkRuns>(options);
  throw BadInput("integrator", fmt::format("method = \"{}\" must be one of: cvode, bulk", options.method));
}

}  // namespace modscape::solvers
