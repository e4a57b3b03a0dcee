// SPDX-License-Identifier: Apache-2.0
#include "study/effect_inference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/rng.hpp"
#include "study/model_analysis.hpp"

namespace modscape::study {
namespace {

constexpr double proposal_ess = 80.0;            // as in the fits to single conditions
constexpr std::uint64_t first_item = 1U << 20U;  // beyond the streams of those fits
constexpr double outer_twentieth = 0.025;        // at either end

// The row's numbers in the file, the base and the modulated neuron.
struct Candidate {
  models::AdexParameters base;
  models::ModulatedNeuron modulated;
  double offset_sd = 0.0;
};

Candidate candidate(const Plan& plan, const fit::EffectFamily& family, std::span<const double> z, io::RowBlock& block,
                    std::int64_t row) {
  const EffectColumns columns = effect_columns(plan);
  const std::size_t n = plan.space.size();
  const std::vector<double> values = plan.space.values(z.first(n));
  for (std::size_t d = 0; d < n; ++d) block.f64(row, columns.base + d)[0] = values[d];
  const std::vector<double> numbers = fit::effect_values(family, z.subspan(n));
  for (std::size_t d = 0; d < effect_numbers; ++d)
    block.f64(row, columns.effect + d)[0] = d < numbers.size() ? numbers[d] : NAN;
  Candidate made{plan.space.neuron(values), {}, plan.space.offset_sd(values)};
  made.modulated = fit::with_effects(made.base, fit::effects_of(family, made.base, numbers));
  return made;
}

std::size_t first_condition(const config::StudyJob& job, const EffectQuestion& question) {
  return condition_index(job, job.pairs[question.pair].from);
}

std::size_t second_condition(const config::StudyJob& job, const EffectQuestion& question) {
  return question.null ? first_condition(job, question) : condition_index(job, job.pairs[question.pair].to);
}

PointResult point_result(const fit::FiRow& row, double offset_sd) {
  return {row.rheobase, row.counts,      row.count_at_rheobase,
          offset_sd,    row.spontaneous, row.status == solvers::RunStatus::done};
}

}  // namespace

std::size_t effect_coordinates(const Plan& plan) {
  return plan.space.size() + effect_numbers;
}

void compute_effects(const config::StudyJob& job, const Plan& plan, const EffectQuestion& question,
                     std::span<const fit::FiTarget> targets, std::span<const double> z,
                     solvers::SpikeIntegrator& integrator, io::RowBlock& block) {
  const EffectColumns columns = effect_columns(plan);
  const std::size_t width = effect_coordinates(plan);
  const fit::FiTarget& from = targets[first_condition(job, question)];
  const fit::FiTarget& to = targets[second_condition(job, question)];
  std::vector<models::ModulatedNeuron> neurons;  // base and modulated of each row that is within bounds
  std::vector<Candidate> candidates;
  std::vector<std::int64_t> rows;
  for (std::int64_t row = block.first(); row < block.first() + block.count(); ++row) {
    const std::size_t family = question.families[static_cast<std::size_t>(row) % question.families.size()];
    block.i32(row, columns.family)[0] = static_cast<std::int32_t>(family);
    const Candidate made =
        candidate(plan, plan.families[family], z.subspan(static_cast<std::size_t>(row) * width, width), block, row);
    if (!models::adex_problems(made.modulated.parameters).empty()) {
      block.set_status(row, io::RowStatus::out_of_bounds);
      continue;
    }
    rows.push_back(row);
    candidates.push_back(made);
    neurons.push_back({made.base});
    neurons.push_back(made.modulated);
  }
  const std::vector<fit::FiRow> results = fit::compute_fi_rows(neurons, plan.grid, integrator);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const fit::FiRow &before = results[2 * i], &after = results[2 * i + 1];
    const double sd = candidates[i].offset_sd;
    block.f64(rows[i], columns.rheobase_from)[0] = before.rheobase;
    block.f64(rows[i], columns.rheobase_to)[0] = after.rheobase;
    block.f64(rows[i], columns.log_likelihood_from)[0] =
        log_likelihood(from, point_result(before, sd), plan, fit_mode(job));
    block.f64(rows[i], columns.log_likelihood_to)[0] = log_likelihood(to, point_result(after, sd), plan, fit_mode(job));
    const solvers::RunStatus status = before.status == solvers::RunStatus::done ? after.status : before.status;
    block.set_status(rows[i], static_cast<io::RowStatus>(status));
  }
}

EffectSearch::EffectSearch(const config::StudyJob& job, const Plan& plan, EffectQuestion question, const Sampler& fits)
    : job_(job),
      plan_(plan),
      question_(std::move(question)),
      from_(first_condition(job, question_)),
      to_(second_condition(job, question_)),
      condition_fits_(fits),
      null_(fits.target(from_), fits.target(to_), job.seed) {
  for (std::size_t f = 0; f < question_.families.size(); ++f)
    states_.push_back({fit::SamplePool(plan.space.size() + family_of(f).coordinates.size()), {}, {}, {}, {}, {}});
}

// Streams of random numbers of a family: those of the nulls follow those of all pairs.
std::uint64_t EffectSearch::of_family(std::size_t family) const {
  const std::size_t question = question_.pair + (question_.null ? job_.pairs.size() : 0);
  return question * plan_.families.size() + question_.families[family];
}

std::uint64_t EffectSearch::item(std::size_t family, std::int64_t round) const {
  return first_item + of_family(family) * static_cast<std::uint64_t>(job_.effect.rounds) +
         static_cast<std::uint64_t>(round);
}

std::vector<fit::Proposal> EffectSearch::propose(std::int64_t round) const {
  std::vector<fit::Proposal> proposals;
  for (std::size_t f = 0; f < states_.size(); ++f) {
    const State& state = states_[f];
    // While no point of a family explains both conditions, it goes on as it began.
    if (round == 0 || state.pool.weights(state.sum).ess == 0.0) {
      proposals.push_back(fit::first_proposal(condition_fits_.pool(), condition_fits_.log_likelihoods(from_),
                                              family_of(f).coordinates.size(), job_.seed, item(f, round)));
      continue;
    }
    const fit::Weights weights = fit::flattened(state.pool.weights(state.sum), proposal_ess);
    proposals.push_back(fit::make_proposal(state.pool, weights, job_.seed, item(f, round)));
  }
  return proposals;
}

std::vector<double> EffectSearch::draw(const std::vector<fit::Proposal>& proposals, std::int64_t round) const {
  const std::size_t width = effect_coordinates(plan_);
  std::vector<double> z;
  for (std::size_t row = 0; row < static_cast<std::size_t>(question_.rows); ++row) {
    const std::size_t f = row % states_.size(), i = row / states_.size();
    std::vector<double> point =
        fit::draw(proposals[f], states_[f].pool.dimensions(), job_.seed, item(f, round), static_cast<std::uint64_t>(i));
    point.resize(width, NAN);
    z.insert(z.end(), point.begin(), point.end());
  }
  return z;
}

void EffectSearch::add_round(const std::vector<fit::Proposal>& proposals, const std::vector<double>& z,
                             io::RowBlock& rows) {
  const EffectColumns columns = effect_columns(plan_);
  const std::size_t width = effect_coordinates(plan_);
  for (std::size_t f = 0; f < states_.size(); ++f) {
    State& state = states_[f];
    std::vector<double> points;
    for (auto row = static_cast<std::int64_t>(f); row < question_.rows;
         row += static_cast<std::int64_t>(states_.size())) {
      const auto first = z.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(row) * width);
      points.insert(points.end(), first, first + static_cast<std::ptrdiff_t>(state.pool.dimensions()));
      const bool usable = rows.status(row) == io::RowStatus::done;
      const double none = -std::numeric_limits<double>::infinity();
      state.log_likelihood_from.push_back(usable ? rows.f64(row, columns.log_likelihood_from)[0] : none);
      state.log_likelihood_to.push_back(usable ? rows.f64(row, columns.log_likelihood_to)[0] : none);
      const double temper = question_.null ? null_temper : 1.0;
      state.sum.push_back(temper * (state.log_likelihood_from.back() + state.log_likelihood_to.back()));
      state.rheobase_from.push_back(rows.f64(row, columns.rheobase_from)[0]);
      state.rheobase_to.push_back(rows.f64(row, columns.rheobase_to)[0]);
    }
    state.pool.add(proposals[f], points);
  }
}

std::vector<fit::FamilyFit> EffectSearch::fits() const {
  std::vector<fit::FamilyFit> all;
  for (std::size_t f = 0; f < states_.size(); ++f)
    all.push_back(fit::summarise_family(states_[f].pool, states_[f].log_likelihood_from, states_[f].log_likelihood_to,
                                        family_of(f).coordinates.size(), null_));
  return all;
}

fit::FamilyFit EffectSearch::separate_fits() const {
  const auto from = condition_fits_.log_likelihoods(from_), to = condition_fits_.log_likelihoods(to_);
  fit::FamilyFit fit;
  fit.dimensions = plan_.space.size();
  fit.log_evidence = condition_fits_.pool().log_evidence(from) + condition_fits_.pool().log_evidence(to);
  const double ess_from = condition_fits_.weights(from_).ess, ess_to = condition_fits_.weights(to_).ess;
  fit.ess = std::min(ess_from, ess_to);
  fit.log_evidence_error = std::sqrt(1.0 / ess_from + 1.0 / ess_to);
  // The order of the draws is independent between conditions, so draw i of both is a draw of the product.
  const std::vector<std::size_t> draws_from = condition_fits_.accepted(from_), draws_to = condition_fits_.accepted(to_);
  fit.p_value = fit.p_value_from = fit.p_value_to = 0.0;
  for (std::size_t i = 0; i < draws_from.size(); ++i) {
    const double share = 1.0 / static_cast<double>(draws_from.size());
    const double a = -2.0 * from[draws_from[i]], b = -2.0 * to[draws_to[i]];
    fit.p_value += share * null_.both.p_value(a + b);
    fit.p_value_from += share * null_.from.p_value(a);
    fit.p_value_to += share * null_.to.p_value(b);
  }
  return fit;
}

std::vector<double> EffectSearch::weights(std::size_t family) const {
  return states_[family].pool.weights(states_[family].sum).w;
}

EffectDraw EffectSearch::draw_at(std::size_t family, std::size_t point) const {
  const State& state = states_[family];
  const std::span<const double> z = state.pool.point(point);
  const std::size_t n = plan_.space.size();
  EffectDraw draw;
  draw.base = plan_.space.neuron(plan_.space.values(z.first(n)));
  draw.effects = fit::effects_of(family_of(family), draw.base, fit::effect_values(family_of(family), z.subspan(n)));
  draw.offset_sd = plan_.space.offset_sd(plan_.space.values(z.first(n)));
  const VoltageScale scale = gauge_scale(draw.base, job_.gauge);
  draw.base = in_gauge(draw.base, job_.gauge);
  for (models::Effect& effect : draw.effects) effect = fit::regauged(effect, scale.alpha, scale.beta);
  draw.modulated = fit::with_effects(draw.base, draw.effects);
  draw.rheobase_from = state.rheobase_from[point];
  draw.rheobase_to = state.rheobase_to[point];
  return draw;
}

std::vector<std::size_t> EffectSearch::draw_points(std::size_t family, std::size_t count) const {
  const CounterRng rng(job_.seed, Purpose::population, first_item + of_family(family));
  return fit::shuffled_resample(weights(family), count, rng);
}

double EffectSearch::edge_share(std::size_t family, std::size_t d) const {
  const std::vector<double> w = weights(family);
  double share = 0.0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double u = normal_cdf(states_[family].pool.point(i)[plan_.space.size() + d]);
    if (std::min(u, 1.0 - u) < outer_twentieth) share += w[i];
  }
  return share;
}

}  // namespace modscape::study
