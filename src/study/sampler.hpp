// SPDX-License-Identifier: Apache-2.0
// The sampler of a study on rank 0: the pool of evaluated points with, per condition, predicted means and log
// likelihood. Its state follows from the finished tables; what would be costly to derive again (the proposals) is kept
// in a checkpoint beside the file.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fit/importance_sampler.hpp"
#include "fit/likelihood.hpp"
#include "study/plan.hpp"

namespace modscape::study {

/// What a point table says about one point.
struct PointResult {
  double rheobase = NAN;
  std::vector<double> counts;
  double count_at_rheobase = NAN;
  double offset_sd = 0.0;
  bool spontaneous = false;
  bool usable = false;  ///< the row was computed without failure
};

/// Fills the block's rows of a point table, row i from the point at `z` (all points of the table, row-major).
void compute_points(const Plan& plan, std::span<const double> z, solvers::SpikeIntegrator& integrator,
                    io::RowBlock& block);

/// Row `row` of a finished point table.
PointResult read_point(const Plan& plan, io::RowBlock& rows, std::int64_t row);

/// The data of every condition, and how predictions are made for them: pure functions of the job.
fit::FitMode fit_mode(const config::StudyJob& job);
std::vector<fit::FiTarget> make_targets(const config::StudyJob& job);

/// Position of a condition by name; a missing one is a bug.
std::size_t condition_index(const config::StudyJob& job, const std::string& name);

/// Exponent of the likelihood in the populations of nulls: half the cells carry half the evidence, so their posterior
/// lies inside it.
inline constexpr double null_temper = 0.5;

/// Random halves of a condition's cells, `split` < split_count; one cell has none.
inline constexpr std::uint64_t split_count = 100;
bool has_halves(const config::StudyJob& job, std::size_t condition);
std::pair<fit::FiTarget, fit::FiTarget> halves_of(const config::StudyJob& job, std::size_t condition,
                                                  std::uint64_t split);

/// Predicted population mean at the target's currents, and log likelihood; -infinity for what is not usable.
std::vector<double> predicted_means(const fit::FiTarget& target, const PointResult& result, const Plan& plan,
                                    fit::FitMode mode);
double log_likelihood(const fit::FiTarget& target, const PointResult& result, const Plan& plan, fit::FitMode mode);

class Sampler {
 public:
  Sampler(const config::StudyJob& job, const Plan& plan);

  void add_exploration(const std::vector<double>& z, io::RowBlock& rows);
  void add_round(const fit::Proposal& proposal, const std::vector<double>& z, io::RowBlock& rows);

  /// The next proposal for a condition, and its points (z, row-major): pure functions of what has been added.
  fit::Proposal propose(std::size_t condition, std::int64_t round) const;
  std::vector<double> draw(const fit::Proposal& proposal, std::size_t condition, std::int64_t round) const;

  fit::Weights weights(std::size_t condition) const { return pool_.weights(log_likelihood_[condition]); }
  const fit::SamplePool& pool() const noexcept { return pool_; }
  const fit::FiTarget& target(std::size_t condition) const { return targets_[condition]; }
  const PointResult& result(std::size_t point) const { return results_[point]; }
  double log_likelihood(std::size_t condition, std::size_t point) const { return log_likelihood_[condition][point]; }
  std::vector<double> predicted(const fit::FiTarget& target, std::size_t point) const {
    return predicted_means(target, results_[point], plan_, mode_);
  }
  double log_likelihood(const fit::FiTarget& target, std::size_t point) const {
    return study::log_likelihood(target, results_[point], plan_, mode_);
  }
  std::span<const double> log_likelihoods(std::size_t condition) const { return log_likelihood_[condition]; }
  const std::vector<double>& ess_by_round(std::size_t condition) const { return ess_by_round_[condition]; }

  /// `job.accepted` pool points drawn by the weights of prior x likelihood^temper, in an order that is independent
  /// between conditions.
  std::vector<std::size_t> accepted(std::size_t condition, double temper = 1.0) const;

 private:
  void read_rows(io::RowBlock& rows);
  std::uint64_t item(std::size_t condition, std::int64_t round) const;
  const config::StudyJob& job_;
  const Plan& plan_;
  fit::FitMode mode_;
  std::vector<fit::FiTarget> targets_;
  fit::SamplePool pool_;
  std::vector<PointResult> results_;
  std::vector<std::vector<double>> log_likelihood_, ess_by_round_;
};

/// Standard-normal coordinates of the exploration's Sobol points.
std::vector<double> exploration_points(const config::StudyJob& job, const Plan& plan);

}  // namespace modscape::study
