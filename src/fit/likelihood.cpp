// SPDX-License-Identifier: Apache-2.0
#include "fit/likelihood.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "fit/linear_algebra.hpp"

namespace modscape::fit {
namespace {

std::vector<double> fi_subset(const config::FiCurve& curve, const std::vector<double>& rheobases) {
  std::vector<double> subset = rheobases;
  if (static_cast<int>(rheobases.size()) <= curve.cells) return subset;
  for (std::size_t k = 0; k < curve.currents.size(); ++k) {
    if (curve.mean[k] == 0.0) continue;
    std::erase_if(subset, [&](double r) { return r < curve.currents[k]; });
    break;
  }
  return static_cast<int>(subset.size()) < curve.cells ? rheobases : subset;
}

}  // namespace

FiTarget make_target(const config::FiCurve& curve, std::span<const double> rheobases, std::span<const double> held_out,
                     double correlation_length) {
  FiTarget target;
  target.currents = curve.currents;
  target.mean = curve.mean;
  target.sem = curve.sem;
  target.cells = curve.cells;
  if (curve.currents.size() > 1) target.step = curve.currents[1] - curve.currents[0];
  target.rheobases.assign(rheobases.begin(), rheobases.end());
  target.fi_rheobases = fi_subset(curve, target.rheobases);
  const double floor = 0.5 / std::sqrt(static_cast<double>(curve.cells));
  for (std::size_t k = 0; k < curve.currents.size(); ++k) {
    target.sd.push_back(curve.sem[k] > floor ? curve.sem[k] : floor);  // also where a single cell has no SEM
    const bool is_held_out = std::ranges::find(held_out, curve.currents[k]) != held_out.end();
    (is_held_out ? target.held_out : curve.sem[k] > 0.0 ? target.correlated : target.one_sided).push_back(k);
  }
  const std::size_t n = target.correlated.size();
  std::vector<double> covariance(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < n; ++k) {
      const std::size_t p = target.correlated[i], q = target.correlated[k];
      covariance[i * n + k] = target.sd[p] * target.sd[q] *
                              std::exp(-std::abs(target.currents[p] - target.currents[q]) / correlation_length);
    }
  if (n > 0) target.cholesky = cholesky(std::move(covariance), n);
  return target;
}

double fi_log_likelihood(const FiTarget& target, std::span<const double> predicted) {
  std::vector<double> residual;
  for (const std::size_t k : target.correlated) residual.push_back(predicted[k] - target.mean[k]);
  double log_likelihood = 0.0;
  for (const double x : solve_lower(target.cholesky, residual)) log_likelihood -= 0.5 * x * x;
  for (const std::size_t k : target.one_sided) {
    // No cell differed from the others here: above a mean of 0 (all silent) only more spikes count against the model.
    const double difference = predicted[k] - target.mean[k];
    const double counted = target.mean[k] == 0.0 ? std::max(difference, 0.0) : difference;
    log_likelihood -= 0.5 * (counted / target.sd[k]) * (counted / target.sd[k]);
  }
  return log_likelihood;
}

std::vector<double> predicted_means(const FiTarget& target, const FiCurveModel& model, double offset_sd, FitMode mode) {
  std::vector<double> predicted;
  for (const double current : target.currents) {
    if (mode == FitMode::single_cell)
      predicted.push_back(model.count(current));
    else if (target.fi_rheobases.empty())
      predicted.push_back(model.mean_count(current, offset_sd));
    else
      predicted.push_back(model.mean_over_cells(current, target.fi_rheobases, target.step));
  }
  return predicted;
}

double location_log_likelihood(const FiTarget& target, double rheobase) {
  if (target.rheobases.size() < 2) return 0.0;
  if (std::isnan(rheobase)) return -std::numeric_limits<double>::infinity();
  const auto n = static_cast<double>(target.rheobases.size());
  const double centre = std::accumulate(target.rheobases.begin(), target.rheobases.end(), 0.0) / n - 0.5 * target.step;
  double squares = 0.0;
  for (const double r : target.rheobases)
    squares += (r - 0.5 * target.step - centre) * (r - 0.5 * target.step - centre);
  // Cells measured on a grid may all agree: their spread is at least that of one grid interval.
  const double variance = std::max(squares / (n - 1.0), target.step * target.step / 12.0);
  const double t = (rheobase - centre) / std::sqrt(variance / n);
  return -0.5 * n * std::log1p(t * t / (n - 1.0));
}

}  // namespace modscape::fit
