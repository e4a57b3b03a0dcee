// SPDX-License-Identifier: Apache-2.0
#include "study/fit_summary.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/rng.hpp"
#include "fit/linear_algebra.hpp"

namespace modscape::study {
namespace {

double quantile(const std::vector<double>& sorted, double probability) {
  const double position = probability * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(position);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (position - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

void fill_bands(const Sampler& sampler, const config::StudyJob& job, std::size_t condition, FitSummary& summary) {
  const fit::FiTarget& target = sampler.target(condition);
  const std::vector<std::size_t> accepted = sampler.accepted(condition);
  std::vector<std::vector<double>> predicted;
  for (const std::size_t i : accepted) predicted.push_back(sampler.predicted(target, i));
  constexpr double levels[4] = {0.025, 0.16, 0.84, 0.975};
  for (std::size_t k = 0; k < target.currents.size(); ++k) {
    std::vector<double> values, noisy;
    for (std::size_t i = 0; i < accepted.size(); ++i) {
      const CounterRng rng(job.seed, Purpose::synthetic, condition * accepted.size() + i);
      values.push_back(predicted[i][k]);
      noisy.push_back(std::max(0.0, predicted[i][k] + target.sd[k] * rng.normal(k)));
    }
    std::ranges::sort(values);
    std::ranges::sort(noisy);
    for (int b = 0; b < 4; ++b) summary.band[b].push_back(quantile(values, levels[b]));
    summary.predictive[0].push_back(quantile(noisy, levels[0]));
    summary.predictive[1].push_back(quantile(noisy, levels[3]));
  }
}

void fill_means(const Sampler& sampler, const Plan& plan, std::size_t condition, const std::vector<double>& w,
                FitSummary& summary) {
  const fit::FiTarget& target = sampler.target(condition);
  const std::size_t n = plan.space.size();
  summary.predicted_mean.assign(target.currents.size(), 0.0);
  summary.posterior_mean.assign(n, 0.0);
  std::vector<double> squares(n, 0.0);
  double combination = 0.0, combination_squares = 0.0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    if (w[i] == 0.0) continue;
    const std::vector<double> predicted = sampler.predicted(target, i),
                              values = plan.space.values(sampler.pool().point(i));
    for (std::size_t k = 0; k < predicted.size(); ++k) summary.predicted_mean[k] += w[i] * predicted[k];
    for (std::size_t d = 0; d < n; ++d) {
      summary.posterior_mean[d] += w[i] * values[d];
      squares[d] += w[i] * values[d] * values[d];
    }
    const models::AdexParameters p = plan.space.neuron(values);
    const double x = (p.g_L + p.a) * (p.V_T - p.E_L - p.Delta_T);
    combination += w[i] * x;
    combination_squares += w[i] * x * x;
  }
  for (std::size_t d = 0; d < n; ++d)
    summary.posterior_sd.push_back(
        std::sqrt(std::max(0.0, squares[d] - summary.posterior_mean[d] * summary.posterior_mean[d])));
  summary.combination_sd = std::sqrt(std::max(0.0, combination_squares - combination * combination));
}

void fill_prior(const Plan& plan, const std::vector<double>& z, FitSummary& summary) {
  const std::size_t n = plan.space.size(), points = z.size() / n;
  std::vector<double> sum(n + 1, 0.0), squares(n + 1, 0.0);
  for (std::size_t i = 0; i < points; ++i) {
    std::vector<double> values = plan.space.values(std::span<const double>(z).subspan(i * n, n));
    const models::AdexParameters p = plan.space.neuron(values);
    values.push_back((p.g_L + p.a) * (p.V_T - p.E_L - p.Delta_T));
    for (std::size_t d = 0; d <= n; ++d) {
      sum[d] += values[d];
      squares[d] += values[d] * values[d];
    }
  }
  const auto count = static_cast<double>(points);
  for (std::size_t d = 0; d <= n; ++d)
    summary.prior_sd.push_back(std::sqrt(std::max(0.0, squares[d] / count - sum[d] * sum[d] / count / count)));
  summary.combination_prior_sd = summary.prior_sd.back();
  summary.prior_sd.pop_back();
}

void fill_spectrum(const Sampler& sampler, const std::vector<double>& w, FitSummary& summary) {
  const std::size_t n = sampler.pool().dimensions();
  std::vector<double> mean(n, 0.0), covariance(n * n, 0.0);
  for (std::size_t i = 0; i < w.size(); ++i)
    for (std::size_t d = 0; d < n; ++d) mean[d] += w[i] * sampler.pool().point(i)[d];
  for (std::size_t i = 0; i < w.size(); ++i) {
    if (w[i] == 0.0) continue;
    const auto z = sampler.pool().point(i);
    for (std::size_t r = 0; r < n; ++r)
      for (std::size_t c = 0; c < n; ++c) covariance[r * n + c] += w[i] * (z[r] - mean[r]) * (z[c] - mean[c]);
  }
  fit::Eigen eigen = fit::symmetric_eigen(std::move(covariance), n);
  summary.spectrum.assign(eigen.values.rbegin(), eigen.values.rend());
  for (std::size_t k = n; k-- > 0;)
    summary.directions.insert(summary.directions.end(), eigen.vectors.begin() + static_cast<std::ptrdiff_t>(k * n),
                              eigen.vectors.begin() + static_cast<std::ptrdiff_t>((k + 1) * n));
}

// Largest distance, over the protocol's grid, between the distribution of the cells' rheobases and the predicted one.
double distance(std::vector<double> rheobases, double location, double sd, double step) {
  std::ranges::sort(rheobases);
  double largest = 0.0;
  const auto n = static_cast<double>(rheobases.size());
  for (std::size_t i = 0; i < rheobases.size(); ++i) {
    const double predicted = normal_cdf((rheobases[i] - location) / sd);  // P(true rheobase <= grid current)
    const auto at_most = static_cast<double>(std::ranges::upper_bound(rheobases, rheobases[i]) - rheobases.begin());
    const double below = normal_cdf((rheobases[i] - step - location) / sd);
    const auto less = static_cast<double>(std::ranges::lower_bound(rheobases, rheobases[i]) - rheobases.begin());
    largest = std::max({largest, std::abs(at_most / n - predicted), std::abs(less / n - below)});
  }
  return largest;
}

// Posterior predictive p-value (Gelman et al. 1996) of that distance: cells drawn around each accepted model, seen on
// the same grid.
double rheobase_p_value(const Sampler& sampler, const config::StudyJob& job, std::size_t condition) {
  const fit::FiTarget& target = sampler.target(condition);
  const std::size_t n = target.rheobases.size();
  if (n < 2) return NAN;
  double mean = 0.0, squares = 0.0;
  for (const double r : target.rheobases) mean += r / static_cast<double>(n);
  for (const double r : target.rheobases) squares += (r - mean) * (r - mean);
  // Sheppard's correction: the grid itself adds step^2/12 to the variance.
  const double grid_variance = target.step * target.step / 12.0;
  const double sd = std::sqrt(std::max(squares / static_cast<double>(n - 1) - grid_variance, grid_variance));
  const std::vector<std::size_t> accepted = sampler.accepted(condition);
  double as_far = 0.0;
  for (std::size_t i = 0; i < accepted.size(); ++i) {
    const double location = sampler.result(accepted[i]).rheobase;
    const CounterRng rng(job.seed, Purpose::predictive, (condition << 32U) + i);
    std::vector<double> cells;
    for (std::size_t k = 0; k < n; ++k)
      cells.push_back(target.step * std::ceil((location + sd * rng.normal(k)) / target.step));
    if (distance(cells, location, sd, target.step) >= distance(target.rheobases, location, sd, target.step))
      as_far += 1.0;
  }
  return as_far / static_cast<double>(accepted.size());
}

}  // namespace

FitSummary summarise_fit(const Sampler& sampler, const Plan& plan, const config::StudyJob& job, std::size_t condition) {
  FitSummary summary;
  const fit::Weights weights = sampler.weights(condition);
  summary.ess = weights.ess;
  fill_means(sampler, plan, condition, weights.w, summary);
  fill_bands(sampler, job, condition, summary);
  fill_prior(plan, exploration_points(job, plan), summary);
  fill_spectrum(sampler, weights.w, summary);
  summary.rheobase_p_value = rheobase_p_value(sampler, job, condition);
  const fit::FiTarget& target = sampler.target(condition);
  const double share = 1.0 / static_cast<double>(target.currents.size());
  for (std::size_t k = 0; k < target.currents.size(); ++k) {
    const double z = std::abs(summary.predicted_mean[k] - target.mean[k]) / target.sd[k];
    summary.within_1_sem += z <= 1.0 ? share : 0.0;
    summary.within_2_sem += z <= 2.0 ? share : 0.0;
  }
  return summary;
}

void write_fit(const FitSummary& s, const Sampler& sampler, const Plan& plan, const config::StudyJob& job,
               std::size_t condition, io::TreeWriter& out) {
  const fit::FiTarget& target = sampler.target(condition);
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, double>>{{"ess", s.ess},
                                                   {"cells", target.cells},
                                                   {"within_1_sem", s.within_1_sem},
                                                   {"within_2_sem", s.within_2_sem},
                                                   {"rheobase_p_value", s.rheobase_p_value},
                                                   {"combination_sd", s.combination_sd},
                                                   {"combination_prior_sd", s.combination_prior_sd}})
    out.attribute("/", name, value);
  out.attribute("/", "fit_mode", job.fit_mode);
  out.attribute("/", "label", job.conditions[condition].label);
  out.attribute("/", "text", job.conditions[condition].text);
  out.attribute("/", "caveat", job.caveat);
  out.attribute("/", "citation", job.citation);

  out.axis("data_current", target.currents, "pA", "Step current of the data");
  const std::vector<std::string> along{"data_current"};
  std::vector<std::int32_t> held_out(target.currents.size(), 0);
  for (const std::size_t k : target.held_out) held_out[k] = 1;
  out.dataset("mean", target.mean, along, "1", "Mean spikes per step of the cells");
  out.dataset("sem", target.sem, along, "1", "Standard error of the mean as published");
  out.dataset("sd_floored", target.sd, along, "1", "max(SEM, 0.5/sqrt(n))");
  out.dataset("held_out", held_out, along, "1", "1: not used by the fit");
  out.dataset("predicted_mean", s.predicted_mean, along, "1", "Posterior mean of the population mean");
  const char* bands[4] = {"band_2_5", "band_16", "band_84", "band_97_5"};
  for (int b = 0; b < 4; ++b) out.dataset(bands[b], s.band[b], along, "1", "Quantile of the population mean");
  out.dataset("predictive_2_5", s.predictive[0], along, "1", "2.5 % quantile of a new observed mean of n cells");
  out.dataset("predictive_97_5", s.predictive[1], along, "1", "97.5 % quantile of a new observed mean of n cells");

  const std::vector<double>& ess = sampler.ess_by_round(condition);
  std::vector<double> rounds(ess.size());
  std::iota(rounds.begin(), rounds.end(), 0.0);
  out.axis("round", rounds, "1",
           "Table added to the pool: 0 the exploration, then the rounds of all conditions in order");
  out.dataset("ess_by_round", ess, {"round"}, "1", "Effective sample size for this condition");

  std::vector<std::string> names;
  for (const config::Range& range : plan.space.ranges()) names.push_back(range.name);
  out.label_axis("parameter", names, "Sampled parameter");
  out.dataset("posterior_mean", s.posterior_mean, {"parameter"}, "1", "Posterior mean, in the parameter's unit");
  out.dataset("posterior_sd", s.posterior_sd, {"parameter"}, "1",
              "Posterior standard deviation, in the parameter's unit");
  out.dataset("prior_sd", s.prior_sd, {"parameter"}, "1", "Prior standard deviation, in the parameter's unit");
  std::vector<double> directions(s.spectrum.size());
  std::iota(directions.begin(), directions.end(), 1.0);
  out.axis("direction", directions, "1", "Eigenvector of the posterior covariance, stiffest first");
  out.dataset("spectrum", s.spectrum, {"direction"}, "1", "Posterior variance along the direction (prior = 1)");
  out.dataset("directions", s.directions, {"direction", "parameter"}, "1", "Components in prior-normal coordinates");
  std::vector<double> cells(target.rheobases.size());
  std::iota(cells.begin(), cells.end(), 0.0);
  if (cells.empty()) return;
  out.axis("cell", cells, "1", "Cell");
  out.dataset("rheobases", target.rheobases, {"cell"}, "pA", "Lowest step current that fired");
}

}  // namespace modscape::study
