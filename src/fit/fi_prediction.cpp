// SPDX-License-Identifier: Apache-2.0
#include "fit/fi_prediction.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/rng.hpp"

namespace modscape::fit {
namespace {

constexpr double lowest_step = 2e4;  // pA; the search for a rheobase below the grid ends here

double normal_density(double x) {
  return std::exp(-0.5 * x * x) / std::sqrt(2.0 * std::numbers::pi);
}

// The rheobases of many models side by side: every round runs one step of each model that is still searched for.
class RheobaseSearch {
 public:
  RheobaseSearch(std::span<const models::ModulatedNeuron> neurons, const FiProtocol& protocol,
                 solvers::SpikeIntegrator& integrator)
      : neurons_(neurons), protocol_(protocol), integrator_(integrator) {}

  /// Starts with the step of the grid below the first current that fires.
  void add(std::size_t model, std::size_t first) {
    const double step = protocol_.currents[1] - protocol_.currents[0], firing = protocol_.currents[first];
    searches_.push_back({model, firing - step, firing, step, first == 0});
  }

  void run(std::vector<FiRow>& rows) {
    widen();
    for (int i = 0; i < 6; ++i) {
      const std::vector<bool> fired = fires([](const Search& s) { return 0.5 * (s.silent + s.firing); }, all());
      for (std::size_t k = 0; k < searches_.size(); ++k) {
        Search& s = searches_[k];
        (fired[k] ? s.firing : s.silent) = 0.5 * (s.silent + s.firing);
      }
    }
    const std::vector<solvers::SpikeRun> runs = steps([](const Search& s) { return s.firing; }, all(), 0);
    for (std::size_t k = 0; k < searches_.size(); ++k) {
      rows[searches_[k].model].rheobase = searches_[k].firing;
      rows[searches_[k].model].count_at_rheobase = static_cast<double>(runs[k].times.size());
    }
  }

 private:
  struct Search {
    std::size_t model;
    double silent, firing, step;
    bool below_grid;  // fires at the lowest current: `silent` may fire as well
  };

  std::vector<std::size_t> all() const {
    std::vector<std::size_t> indices(searches_.size());
    std::iota(indices.begin(), indices.end(), std::size_t{0});
    return indices;
  }

  // Goes down in growing steps until nothing fires.
  void widen() {
    std::vector<std::size_t> open;
    for (std::size_t k = 0; k < searches_.size(); ++k)
      if (searches_[k].below_grid) open.push_back(k);
    while (!open.empty()) {
      const std::vector<bool> fired = fires([](const Search& s) { return s.silent; }, open);
      std::vector<std::size_t> still;
      for (std::size_t i = 0; i < open.size(); ++i) {
        Search& s = searches_[open[i]];
        if (!fired[i]) continue;
        s.firing = s.silent;
        s.silent -= s.step;
        s.step *= 2.0;
        if (s.step < lowest_step) still.push_back(open[i]);
      }
      open = std::move(still);
    }
  }

  template <class Current>
  std::vector<bool> fires(const Current& current, const std::vector<std::size_t>& which) {
    std::vector<bool> fired;
    for (const solvers::SpikeRun& run : steps(current, which, 1)) fired.push_back(!run.times.empty());
    return fired;
  }

  template <class Current>
  std::vector<solvers::SpikeRun> steps(const Current& current, const std::vector<std::size_t>& which,
                                       std::size_t max_spikes) {
    std::vector<models::InputSegment> inputs;
    for (const std::size_t k : which)
      inputs.push_back(
          {0.0, protocol_.duration, current(searches_[k]) + neurons_[searches_[k].model].current_offset, 0.0});
    std::vector<solvers::SpikeTask> tasks;
    for (std::size_t i = 0; i < which.size(); ++i) {
      const models::ModulatedNeuron& neuron = neurons_[searches_[which[i]].model];
      tasks.push_back({neuron.parameters, {&inputs[i], 1}, neuron.rest(), max_spikes});
    }
    return integrator_.run(tasks);
  }

  std::span<const models::ModulatedNeuron> neurons_;
  const FiProtocol& protocol_;
  solvers::SpikeIntegrator& integrator_;
  std::vector<Search> searches_;
};

// The first current of the grid that fires, or the grid's size.
std::size_t read_counts(std::span<const solvers::SpikeRun> runs, FiRow& row) {
  std::size_t first = runs.size();
  for (std::size_t k = 0; k < runs.size(); ++k) {
    if (runs[k].status != solvers::RunStatus::done) {
      row.status = runs[k].status;
      return runs.size();
    }
    row.counts[k] = static_cast<double>(runs[k].times.size());
    if (runs[k].times.empty()) continue;
    row.latency[k] = runs[k].times.front();
    first = std::min(first, k);
  }
  return first;
}

}  // namespace

std::vector<FiRow> compute_fi_rows(std::span<const models::ModulatedNeuron> neurons, const FiProtocol& protocol,
                                   solvers::SpikeIntegrator& integrator) {
  const std::size_t n = protocol.currents.size();
  std::vector<models::InputSegment> inputs;
  inputs.reserve(neurons.size() * (n + 1));
  std::vector<solvers::SpikeTask> tasks;
  for (const models::ModulatedNeuron& neuron : neurons)
    for (std::size_t k = 0; k <= n; ++k) {
      inputs.push_back({0.0, protocol.duration, (k < n ? protocol.currents[k] : 0.0) + neuron.current_offset, 0.0});
      tasks.push_back({neuron.parameters, {&inputs.back(), 1}, neuron.rest(), k == n ? std::size_t{1} : 0});
    }
  const std::vector<solvers::SpikeRun> runs = integrator.run(tasks);

  std::vector<FiRow> rows(neurons.size());
  RheobaseSearch search(neurons, protocol, integrator);
  for (std::size_t m = 0; m < neurons.size(); ++m) {
    rows[m].counts.assign(n, 0.0);
    rows[m].latency.assign(n, NAN);
    const std::size_t first = read_counts(std::span(runs).subspan(m * (n + 1), n), rows[m]);
    rows[m].spontaneous = !runs[m * (n + 1) + n].times.empty();
    if (first < n) search.add(m, first);
  }
  search.run(rows);
  return rows;
}

FiCurveModel::FiCurveModel(std::span<const double> currents, std::span<const double> counts, double rheobase,
                           double count_at_rheobase) {
  if (std::isnan(rheobase)) return;
  x_.push_back(rheobase);
  n_.push_back(count_at_rheobase);
  for (std::size_t k = 0; k < currents.size(); ++k)
    if (currents[k] > rheobase) {
      x_.push_back(currents[k]);
      n_.push_back(counts[k]);
    }
  integral_.assign(x_.size(), 0.0);
  for (std::size_t k = 1; k < x_.size(); ++k)
    integral_[k] = integral_[k - 1] + 0.5 * (n_[k - 1] + n_[k]) * (x_[k] - x_[k - 1]);
}

double FiCurveModel::integral(double current) const {
  if (x_.empty() || current <= x_.front()) return 0.0;
  const auto above = std::upper_bound(x_.begin(), x_.end(), current) - x_.begin();
  const auto k = static_cast<std::size_t>(above) - 1;
  return integral_[k] + 0.5 * (n_[k] + count(current)) * (current - x_[k]);
}

double FiCurveModel::mean_over_cells(double current, std::span<const double> rheobases, double step) const {
  if (x_.empty()) return 0.0;
  double sum = 0.0;
  for (const double r : rheobases) {
    const double shifted = current - r + x_.front();  // the cell's rheobase at the upper end of its interval
    sum += (integral(shifted + step) - integral(shifted)) / step;
  }
  return sum / static_cast<double>(rheobases.size());
}

double FiCurveModel::count(double current) const {
  if (x_.empty() || current < x_.front()) return 0.0;
  if (x_.size() == 1) return n_.front();
  const auto above = std::upper_bound(x_.begin() + 1, x_.end() - 1, current) - x_.begin();
  const auto k = static_cast<std::size_t>(above);
  return n_[k - 1] + (n_[k] - n_[k - 1]) * (current - x_[k - 1]) / (x_[k] - x_[k - 1]);
}

double FiCurveModel::mean_count(double current, double sd) const {
  if (sd <= 0.0) return count(current);
  if (x_.empty()) return 0.0;
  // x = I - delta ~ Normal(current, sd). Sum over pieces of the integral of (n_k + slope (x - x_k)) density(x) dx.
  double mean = 0.0;
  const auto z_of = [&](double x) { return (x - current) / sd; };
  double cdf = normal_cdf(z_of(x_[0])), density = normal_density(z_of(x_[0]));
  for (std::size_t k = 0; k < x_.size(); ++k) {
    const bool last = k + 1 == x_.size();
    if (last && x_.size() == 1) return mean + n_[k] * (1.0 - cdf);
    const std::size_t left = last ? k - 1 : k;
    const double slope = (n_[left + 1] - n_[left]) / (x_[left + 1] - x_[left]);
    const double cdf_next = last ? 1.0 : normal_cdf(z_of(x_[k + 1]));
    const double density_next = last ? 0.0 : normal_density(z_of(x_[k + 1]));
    const double mass = cdf_next - cdf;
    // E[x; piece] = current * mass - sd * (density_next - density)
    mean += n_[k] * mass + slope * (current * mass - sd * (density_next - density) - x_[k] * mass);
    cdf = cdf_next;
    density = density_next;
  }
  return mean;
}

}  // namespace modscape::fit
