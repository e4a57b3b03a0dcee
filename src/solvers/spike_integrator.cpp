// SPDX-License-Identifier: Apache-2.0
#include "solvers/spike_integrator.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "solvers/adex_ensemble.hpp"
#include "solvers/cvode.hpp"

namespace modscape::solvers {
namespace {

class CvodeRuns final : public SpikeIntegrator {
 public:
  explicit CvodeRuns(const IntegratorOptions& options) {
    options_.rtol = options.rtol;
    options_.limits = options.limits;
  }
  std::vector<SpikeRun> run(std::span<const SpikeTask> tasks) override {
    std::vector<SpikeRun> runs;
    runs.reserve(tasks.size());
    for (const SpikeTask& task : tasks) {
      options_.max_spikes = task.max_spikes;
      const models::Adex neuron(task.neuron);
      runs.push_back(cvode_.run(neuron, task.input, task.initial, options_));
    }
    return runs;
  }

 private:
  CvodeOptions options_;
  CvodeIntegrator cvode_{2};
};

}  // namespace

std::unique_ptr<SpikeIntegrator> make_spike_integrator(const IntegratorOptions& options) {
  if (options.method == "cvode") return std::make_unique<CvodeRuns>(options);
  if (options.method == "ensemble") return std::make_unique<AdexEnsemble>(options.tolerance, options.limits);
  throw BadInput("integrator", fmt::format("method = \"{}\" must be one of: ensemble, cvode", options.method));
}

SpikeRun run_step(SpikeIntegrator& integrator, const models::AdexParameters& neuron, double current, double duration,
                  std::array<double, 2> initial, std::size_t max_spikes) {
  const models::InputSegment step{0.0, duration, current, 0.0};
  const SpikeTask task{neuron, {&step, 1}, initial, max_spikes};
  return std::move(integrator.run({&task, 1}).front());
}

}  // namespace modscape::solvers
