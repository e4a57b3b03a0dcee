// SPDX-License-Identifier: Apache-2.0
// Speed of the integrators beside their accuracy, on one core: a population of AdEx neurons under 1 s of constant
// current (a 0-10 nS, b 0-200 pA, tau_w 20-500 ms, V_r -70 to -48 mV, 400-600 pA, uniform; about 29 Hz). Every spike is
// compared with an independent integration at rtol 1e-12; speed is in processor time. One JSON object per line;
// benchmarks/README.md keeps the figures.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <numeric>
#include <string_view>
#include <vector>

#include "core/rng.hpp"
#include "models/adex.hpp"
#include "solvers/adex_ensemble.hpp"
#include "support/reference_kernel.hpp"

namespace {
using namespace modscape;

constexpr double duration = 1000.0;  // ms

struct Neuron {
  models::AdexParameters parameters;
  double current;
};

Neuron neuron(std::uint64_t item) {
  const CounterRng rng(1, Purpose::synthetic, item);
  const auto between = [&](std::uint64_t step, double low, double high) {
    return low + (high - low) * rng.uniform(step);
  };
  models::AdexParameters p;
  p.C_m = 200;
  p.g_L = 10;
  p.E_L = -65;
  p.V_T = -50;
  p.Delta_T = 2;
  p.V_peak = -30;
  p.t_ref = 0;
  p.a = between(0, 0, 10);
  p.b = between(1, 0, 200);
  p.tau_w = between(2, 20, 500);
  p.V_r = between(3, -70, -48);
  return {p, between(4, 400, 600)};
}

using Trains = std::vector<std::vector<double>>;

// The independent integration the tests compare with too, at rtol 1e-12.
Trains reference(const std::vector<Neuron>& population) {
  Trains trains;
  for (const Neuron& n : population)
    trains.push_back(test_support::reference_run(n.parameters, n.current, duration, {n.parameters.E_L, 0.0}).times);
  return trains;
}

struct Accuracy {
  double worst = 0.0, p99 = 0.0, median = 0.0;  // ms, over all spikes of all neurons
  std::size_t spikes = 0, wrong_counts = 0;
};

Accuracy accuracy(const std::vector<solvers::SpikeRun>& runs, const Trains& expected) {
  Accuracy result;
  std::vector<double> errors;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    result.spikes += runs[i].times.size();
    if (runs[i].times.size() != expected[i].size()) {
      ++result.wrong_counts;
      continue;
    }
    for (std::size_t k = 0; k < expected[i].size(); ++k) errors.push_back(std::abs(runs[i].times[k] - expected[i][k]));
  }
  std::ranges::sort(errors);
  result.worst = errors.back();
  result.p99 = errors[errors.size() * 99 / 100];
  result.median = errors[errors.size() / 2];
  return result;
}

struct Measured {
  double speed;  // neuron-seconds per core-second, median of the repeats
  Accuracy accuracy;
};

Measured measure(const char* name, const char* control, double setting, solvers::SpikeIntegrator& integrator,
                 const std::vector<Neuron>& population, std::size_t neurons, const Trains& expected) {
  std::vector<models::InputSegment> inputs;
  for (const Neuron& n : population) inputs.push_back({0.0, duration, n.current, 0.0});
  std::vector<solvers::SpikeTask> tasks;
  for (std::size_t i = 0; i < neurons; ++i)
    tasks.push_back({population[i].parameters, {&inputs[i], 1}, {population[i].parameters.E_L, 0.0}});
  std::vector<double> speeds;
  std::vector<solvers::SpikeRun> runs;
  for (int repeat = 0; repeat < 3; ++repeat) {
    const std::clock_t start = std::clock();
    runs = integrator.run(tasks);
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    speeds.push_back(static_cast<double>(neurons) * duration / 1000.0 / seconds);
  }
  std::ranges::sort(speeds);
  const Measured measured{speeds[1], accuracy(runs, expected)};
  const Accuracy& a = measured.accuracy;
  fmt::print(
      "{{\"name\": \"{}\", \"value\": {:.0f}, \"unit\": \"neuron-s/core-s\", \"accuracy\": {{\"worst_ms\": {:.1e}, "
      "\"p99_ms\": {:.1e}, \"median_ms\": {:.1e}, \"wrong_counts\": {}}}, \"ranks\": 1, \"simd\": \"{}\", \"{}\": {}, "
      "\"neurons\": {}, \"us_per_spike\": {:.2f}, \"rhs_per_spike\": {:.0f}}}\n",
      name, measured.speed, a.worst, a.p99, a.median, a.wrong_counts,
      std::string_view(name).starts_with("cvode") ? "none" : solvers::simd_target(), control, setting, neurons,
      1e6 * static_cast<double>(neurons) / measured.speed / static_cast<double>(a.spikes),
      static_cast<double>(
          std::accumulate(runs.begin(), runs.end(), std::int64_t{0},
                          [](std::int64_t sum, const auto& run) { return sum + run.rhs_evaluations; })) /
          static_cast<double>(a.spikes));
  std::fflush(stdout);
  return measured;
}

}  // namespace

int main() {
  constexpr std::size_t many = 4000, few = 100;
  std::vector<Neuron> population;
  for (std::size_t i = 0; i < many; ++i) population.push_back(neuron(i));
  const Trains expected = reference(population);
  const auto ensemble = [&](const char* name, double tolerance) {
    solvers::AdexEnsemble integrator(tolerance);
    return measure(name, "tolerance_ms", tolerance, integrator, population, many, expected);
  };
  for (const std::string& target : solvers::simd_targets()) {
    solvers::use_simd_target(target);
    for (const double tolerance : {1e-2, 1e-3, 1e-5, 1e-6}) ensemble("ensemble.s1.other", tolerance);
    ensemble("ensemble.s1", 1e-4);
  }
  solvers::use_simd_target("");
  const auto cvode = [&](const char* name, double rtol) {
    const auto integrator = solvers::make_spike_integrator({.method = "cvode", .rtol = rtol, .limits = {}});
    return measure(name, "rtol", rtol, *integrator, population, few, expected);
  };
  cvode("cvode.s1.other", 1e-6);
  // At equal error: the same neurons, the loosest tolerance at which the ensemble is no worse.
  const Measured slow = cvode("cvode.s1", 1e-8);
  for (const double tolerance : {1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7}) {
    solvers::AdexEnsemble integrator(tolerance);
    const Measured fast = measure("ensemble.s1.few", "tolerance_ms", tolerance, integrator, population, few, expected);
    if (fast.accuracy.worst > slow.accuracy.worst || fast.accuracy.median > slow.accuracy.median) continue;
    const Measured full = ensemble("ensemble.s1.at_equal_error", tolerance);
    fmt::print(
        "{{\"name\": \"ensemble_over_cvode\", \"value\": {:.0f}, \"unit\": \"1\", \"accuracy\": {{\"worst_ms\": "
        "{:.1e}, \"worst_cvode_ms\": {:.1e}}}, \"ranks\": 1, \"simd\": \"{}\"}}\n",
        full.speed / slow.speed, fast.accuracy.worst, slow.accuracy.worst, solvers::simd_target());
    break;
  }
  return EXIT_SUCCESS;
}
