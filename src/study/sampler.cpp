// SPDX-License-Identifier: Apache-2.0
#include "study/sampler.hpp"

#include <algorithm>
#include <limits>

#include "core/rng.hpp"
#include "fit/split_half.hpp"
#include "sweep/sobol.hpp"

namespace modscape::study {
namespace {
constexpr double proposal_ess = 80.0;  // effective points a proposal is built from; fewer would follow single points
}

std::vector<double> exploration_points(const config::StudyJob& job, const Plan& plan) {
  std::vector<double> z = sweep::sobol_points(job.points, plan.space.size(), job.seed);
  for (double& x : z) x = normal_quantile(x);
  return z;
}

void compute_points(const Plan& plan, std::span<const double> z, solvers::SpikeIntegrator& integrator,
                    io::RowBlock& block) {
  const PointColumns columns = point_columns(plan);
  const std::size_t n = plan.space.size();
  std::vector<models::ModulatedNeuron> neurons;
  for (std::int64_t row = block.first(); row < block.first() + block.count(); ++row) {
    const std::vector<double> values = plan.space.values(z.subspan(static_cast<std::size_t>(row) * n, n));
    for (std::size_t d = 0; d < n; ++d) block.f64(row, d)[0] = values[d];
    neurons.push_back({plan.space.neuron(values)});
  }
  const std::vector<fit::FiRow> results = fit::compute_fi_rows(neurons, plan.grid, integrator);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const std::int64_t row = block.first() + static_cast<std::int64_t>(i);
    std::ranges::copy(results[i].counts, block.f64(row, columns.counts).begin());
    block.f64(row, columns.rheobase)[0] = results[i].rheobase;
    block.f64(row, columns.count_at_rheobase)[0] = results[i].count_at_rheobase;
    block.i32(row, columns.spontaneous)[0] = results[i].spontaneous ? 1 : 0;
    block.set_status(row, static_cast<io::RowStatus>(results[i].status));
  }
}

PointResult read_point(const Plan& plan, io::RowBlock& rows, std::int64_t row) {
  const PointColumns columns = point_columns(plan);
  PointResult result;
  result.usable = rows.status(row) == io::RowStatus::done;
  const auto counts = rows.f64(row, columns.counts);
  result.counts.assign(counts.begin(), counts.end());
  result.rheobase = rows.f64(row, columns.rheobase)[0];
  result.count_at_rheobase = rows.f64(row, columns.count_at_rheobase)[0];
  result.spontaneous = rows.i32(row, columns.spontaneous)[0] != 0;
  const std::size_t last = plan.space.size() - 1;
  if (plan.space.ranges()[last].name == fit::offset_range().name) result.offset_sd = rows.f64(row, last)[0];
  return result;
}

fit::FitMode fit_mode(const config::StudyJob& job) {
  return job.fit_mode == "single_cell" ? fit::FitMode::single_cell : fit::FitMode::population;
}

std::vector<fit::FiTarget> make_targets(const config::StudyJob& job) {
  std::vector<fit::FiTarget> targets;
  for (std::size_t c = 0; c < job.conditions.size(); ++c) {
    const std::vector<double> none;
    const bool use_rheobases = fit_mode(job) == fit::FitMode::population && c < job.rheobases.size();
    targets.push_back(
        fit::make_target(job.curves[c], use_rheobases ? job.rheobases[c] : none, job.held_out, job.correlation_length));
  }
  return targets;
}

std::size_t condition_index(const config::StudyJob& job, const std::string& name) {
  for (std::size_t c = 0; c < job.conditions.size(); ++c)
    if (job.conditions[c].name == name) return c;
  throw InternalError("the job has no condition " + name);
}

bool has_halves(const config::StudyJob& job, std::size_t condition) {
  return fit_mode(job) == fit::FitMode::population && job.curves[condition].cells >= 4;
}

std::pair<fit::FiTarget, fit::FiTarget> halves_of(const config::StudyJob& job, std::size_t condition,
                                                  std::uint64_t split) {
  const std::vector<double> none;
  const std::vector<double>& rheobases = condition < job.rheobases.size() ? job.rheobases[condition] : none;
  return fit::split_target(job.curves[condition], rheobases, job.held_out, job.correlation_length, job.seed,
                           condition * split_count + split);
}

std::vector<double> predicted_means(const fit::FiTarget& target, const PointResult& result, const Plan& plan,
                                    fit::FitMode mode) {
  const fit::FiCurveModel curve(plan.grid.currents, result.counts, result.rheobase, result.count_at_rheobase);
  return fit::predicted_means(target, curve, result.offset_sd, mode);
}

double log_likelihood(const fit::FiTarget& target, const PointResult& result, const Plan& plan, fit::FitMode mode) {
  if (!result.usable) return -std::numeric_limits<double>::infinity();
  const double location = fit::location_log_likelihood(target, result.rheobase);
  if (!std::isfinite(location)) return location;
  return location + fit::fi_log_likelihood(target, predicted_means(target, result, plan, mode));
}

Sampler::Sampler(const config::StudyJob& job, const Plan& plan)
    : job_(job), plan_(plan), mode_(fit_mode(job)), targets_(make_targets(job)), pool_(plan.space.size()) {
  log_likelihood_.resize(targets_.size());
  ess_by_round_.resize(targets_.size());
}

std::uint64_t Sampler::item(std::size_t condition, std::int64_t round) const {
  return condition * static_cast<std::uint64_t>(job_.rounds) + static_cast<std::uint64_t>(round);
}

void Sampler::read_rows(io::RowBlock& rows) {
  for (std::int64_t row = 0; row < rows.count(); ++row) {
    results_.push_back(read_point(plan_, rows, row));
    for (std::size_t c = 0; c < targets_.size(); ++c)
      log_likelihood_[c].push_back(log_likelihood(targets_[c], results_.size() - 1));
  }
  for (std::size_t c = 0; c < targets_.size(); ++c) ess_by_round_[c].push_back(weights(c).ess);
}

void Sampler::add_exploration(const std::vector<double>& z, io::RowBlock& rows) {
  pool_.add_prior(z);
  read_rows(rows);
}

void Sampler::add_round(const fit::Proposal& proposal, const std::vector<double>& z, io::RowBlock& rows) {
  pool_.add(proposal, z);
  read_rows(rows);
}

fit::Proposal Sampler::propose(std::size_t condition, std::int64_t round) const {
  const double temper = fit::largest_temper(pool_, log_likelihood_[condition], proposal_ess);
  return fit::make_proposal(pool_, pool_.weights(log_likelihood_[condition], temper), job_.seed,
                            item(condition, round));
}

std::vector<double> Sampler::draw(const fit::Proposal& proposal, std::size_t condition, std::int64_t round) const {
  std::vector<double> z;
  for (std::int64_t i = 0; i < job_.draws; ++i) {
    const std::vector<double> point =
        fit::draw(proposal, pool_.dimensions(), job_.seed, item(condition, round), static_cast<std::uint64_t>(i));
    z.insert(z.end(), point.begin(), point.end());
  }
  return z;
}

std::vector<std::size_t> Sampler::accepted(std::size_t condition, double temper) const {
  // Pool order is shared by the conditions; shuffled, draw i of one says nothing about draw i of another.
  return fit::shuffled_resample(pool_.weights(log_likelihood_[condition], temper).w,
                                static_cast<std::size_t>(job_.accepted),
                                CounterRng(job_.seed, Purpose::population, condition));
}

}  // namespace modscape::study
