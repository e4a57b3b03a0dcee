// SPDX-License-Identifier: Apache-2.0
#include "fit/fi_prediction.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/rng.hpp"

namespace modscape::fit {
namespace {

constexpr double lowest_step = 2e4;  // pA; the search for a rheobase below the grid ends here

double normal_density(double x) {
  return std::exp(-0.5 * x * x) / std::sqrt(2.0 * std::numbers::pi);
}

// Bisects the first current that fires: within the step of the grid below `first`, or, if that is the lowest of the
// grid, as far below as needed.
void bisect_rheobase(const models::AdexParameters& p, const FiProtocol& protocol, solvers::KernelOptions kernel,
                     std::size_t first, FiRow& row) {
  kernel.max_spikes = 1;
  const auto fires = [&](double current) {
    return !solvers::run_adex(p, current, protocol.duration, {p.E_L, 0.0}, kernel).times.empty();
  };
  double step = protocol.currents[1] - protocol.currents[0];
  double firing = protocol.currents[first], silent = firing - step;
  for (; first == 0 && step < lowest_step && fires(silent); step *= 2.0) {
    firing = silent;
    silent -= step;
  }
  for (int i = 0; i < 6; ++i) {
    const double middle = 0.5 * (silent + firing);
    (fires(middle) ? firing : silent) = middle;
  }
  row.rheobase = firing;
  kernel.max_spikes = 0;
  row.count_at_rheobase =
      static_cast<double>(solvers::run_adex(p, firing, protocol.duration, {p.E_L, 0.0}, kernel).times.size());
}

}  // namespace

FiRow compute_fi_row(const models::AdexParameters& p, const FiProtocol& protocol,
                     const solvers::KernelOptions& kernel) {
  FiRow row;
  const std::size_t n = protocol.currents.size();
  row.counts.assign(n, 0.0);
  row.latency.assign(n, NAN);
  std::size_t first = n;
  for (std::size_t k = 0; k < n; ++k) {
    const solvers::SpikeRun run = solvers::run_adex(p, protocol.currents[k], protocol.duration, {p.E_L, 0.0}, kernel);
    if (run.status != solvers::RunStatus::done) {
      row.status = run.status;
      return row;
    }
    row.counts[k] = static_cast<double>(run.times.size());
    if (run.times.empty()) continue;
    row.latency[k] = run.times.front();
    first = std::min(first, k);
  }
  solvers::KernelOptions one = kernel;
  one.max_spikes = 1;
  row.spontaneous = !solvers::run_adex(p, 0.0, protocol.duration, {p.E_L, 0.0}, one).times.empty();
  if (first == n) return row;
  bisect_rheobase(p, protocol, kernel, first, row);
  return row;
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
