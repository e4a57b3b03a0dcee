// SPDX-License-Identifier: Apache-2.0
// The search for the effect of a modulator: every family of effects and its base models are fitted jointly to a pair of
// conditions (docs/effects.md). All families advance together, one table per round; what a round tries follows from
// the complete rounds before it and from the fit to the first condition.
#pragma once
#include <span>
#include <vector>

#include "fit/effect_posterior.hpp"
#include "study/sampler.hpp"

namespace modscape::study {

/// A base model and its effects, in the gauge of the job: a draw of a family's joint posterior.
struct EffectDraw {
  models::AdexParameters base;
  std::vector<models::Effect> effects;  ///< weights 0 to 1 lead from the base to the modulated model
  models::ModulatedNeuron modulated;
  double rheobase_from = NAN, rheobase_to = NAN;
  double offset_sd = 0.0;  ///< of the per-cell current, pA; 0: not sampled
  template <class Archive>
  void serialize(Archive& ar, unsigned) {
    ar & base & effects & modulated.parameters & modulated.current_offset & rheobase_from & rheobase_to & offset_sd;
  }
};

/// What is searched for: effects between the conditions of a pair, or, for the null of verdicts, between random halves
/// of its first condition, whose posteriors all lie inside that of effects from this condition to itself given half the
/// evidence.
struct EffectQuestion {
  std::size_t pair = 0;
  bool null = false;
  std::vector<std::size_t> families;  ///< positions in Plan::families
  std::int64_t rows = 0;              ///< points per round, shared by the families in turn: row r is of r % n
  template <class Archive>
  void serialize(Archive& ar, unsigned) {
    ar & pair & null & families & rows;
  }
};

/// Numbers that one point of a table is drawn as: the coordinates of the base and `effect_numbers` more.
std::size_t effect_coordinates(const Plan& plan);

/// Fills the block's rows of a table of effects; row i from the coordinates at z (of the whole table, row-major).
void compute_effects(const config::StudyJob& job, const Plan& plan, const EffectQuestion& question,
                     std::span<const fit::FiTarget> targets, std::span<const double> z,
                     solvers::SpikeIntegrator& integrator, io::RowBlock& block);

/// The families of one question, on rank 0. Below, `family` is a position in the question's families.
class EffectSearch {
 public:
  /// `fits` must outlive the search: the complete fits to the single conditions.
  EffectSearch(const config::StudyJob& job, const Plan& plan, EffectQuestion question, const Sampler& fits);
  const EffectQuestion& question() const noexcept { return question_; }

  /// What round `round` tries, one proposal per family, and its points for compute_effects(): pure functions of what
  /// has been added.
  std::vector<fit::Proposal> propose(std::int64_t round) const;
  std::vector<double> draw(const std::vector<fit::Proposal>& proposals, std::int64_t round) const;
  void add_round(const std::vector<fit::Proposal>& proposals, const std::vector<double>& z, io::RowBlock& rows);

  std::vector<fit::FamilyFit> fits() const;
  /// The two conditions fitted independently: as if the modulator could move every parameter. No family; the bound of
  /// what any family could reach.
  fit::FamilyFit separate_fits() const;

  /// Importance weights and draws of a family's posterior; what one of its points stands for, in the job's gauge.
  std::vector<double> weights(std::size_t family) const;
  std::size_t size(std::size_t family) const { return states_[family].pool.size(); }
  EffectDraw draw_at(std::size_t family, std::size_t point) const;
  /// `count` equally weighted points, in random order.
  std::vector<std::size_t> draw_points(std::size_t family, std::size_t count) const;
  /// Posterior probability that number `d` of the effect lies in the outer twentieth of its prior: much more than that
  /// means that the range, not the data, ends it.
  double edge_share(std::size_t family, std::size_t d) const;

 private:
  struct State {
    fit::SamplePool pool;
    std::vector<double> log_likelihood_from, log_likelihood_to, sum, rheobase_from, rheobase_to;
  };
  std::uint64_t of_family(std::size_t family) const;
  std::uint64_t item(std::size_t family, std::int64_t round) const;
  const fit::EffectFamily& family_of(std::size_t f) const { return plan_.families[question_.families[f]]; }

  const config::StudyJob& job_;
  const Plan& plan_;
  EffectQuestion question_;
  std::size_t from_, to_;
  const Sampler& condition_fits_;
  fit::PairNull null_;
  std::vector<State> states_;  // per family
};

}  // namespace modscape::study
