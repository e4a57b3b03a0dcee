// SPDX-License-Identifier: Apache-2.0
// Speed of the integrators beside their accuracy, on one core: a population of AdEx neurons under 1 s of constant
// current (a 0-10 nS, b 0-200 pA, tau_w 20-500 ms, V_r -70 to -48 mV, 400-600 pA, uniform; about 29 Hz). Every spike is
// compared with the kernel at rtol 1e-12. One JSON object per line; benchmarks/README.md keeps the figures.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <vector>

#include "core/rng.hpp"
#include "models/adex.hpp"
#include "models/protocol.hpp"
#include "solvers/adex_kernel.hpp"
#include "solvers/cvode.hpp"

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

using Integrator = std::function<std::vector<double>(const Neuron&)>;

Integrator kernel(double rtol) {
  return [rtol](const Neuron& n) {
    solvers::KernelOptions options;
    options.rtol = rtol;
    return solvers::run_adex(n.parameters, n.current, duration, {n.parameters.E_L, 0.0}, options).times;
  };
}

Integrator cvode(double rtol) {
  return [rtol](const Neuron& n) {
    solvers::CvodeIntegrator integrator(2);
    const models::Adex model(n.parameters);
    solvers::CvodeOptions options;
    options.rtol = rtol;
    return integrator
        .run(model, models::input_segments(models::step_protocol(n.current, duration)), model.initial_state(), options)
        .times;
  };
}

void measure(const char* name, double rtol, const Integrator& integrate, std::size_t neurons,
             const std::vector<std::vector<double>>& reference) {
  std::vector<std::vector<double>> trains;
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < neurons; ++i) trains.push_back(integrate(neuron(i)));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::size_t spikes = 0, wrong_counts = 0;
  double worst = 0.0;
  for (std::size_t i = 0; i < neurons; ++i) {
    spikes += trains[i].size();
    if (trains[i].size() != reference[i].size()) {
      ++wrong_counts;
      continue;
    }
    for (std::size_t k = 0; k < trains[i].size(); ++k)
      worst = std::max(worst, std::abs(trains[i][k] - reference[i][k]));
  }
  fmt::print(
      "{{\"bench\": \"single_neuron\", \"integrator\": \"{}\", \"rtol\": {}, \"neurons\": {}, \"neuron_s_per_core_s\": "
      "{:.0f}, \"us_per_spike\": {:.2f}, \"worst_error_ms\": {:.1e}, \"wrong_counts\": {}}}\n",
      name, rtol, neurons, static_cast<double>(neurons) * duration / 1000.0 / seconds,
      1e6 * seconds / static_cast<double>(spikes), worst, wrong_counts);
}

}  // namespace

int main() {
  constexpr std::size_t many = 4000, few = 200;
  std::vector<std::vector<double>> reference;
  for (std::size_t i = 0; i < many; ++i) reference.push_back(kernel(1e-12)(neuron(i)));
  for (const double rtol : {1e-4, 1e-5, 1e-6, 1e-8}) measure("bulk", rtol, kernel(rtol), many, reference);
  for (const double rtol : {1e-6, 1e-8}) measure("cvode", rtol, cvode(rtol), few, reference);
  return EXIT_SUCCESS;
}
