// SPDX-License-Identifier: Apache-2.0
#include "study/study.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>

#include "io/archive.hpp"
#include "io/lock.hpp"
#include "study/comparison.hpp"
#include "study/effect_results.hpp"
#include "study/fit_summary.hpp"
#include "study/model_analysis.hpp"
#include "study/session.hpp"
#include "study/verdict_results.hpp"
#include "sweep/progress.hpp"
#include "sweep/run_table.hpp"

namespace modscape::study {
namespace {

using parallel::Communicator;

// The sampler's checkpoint: what the finished rounds were drawn from. It saves time, never correctness: without it, or
// with a damaged one, the proposals are derived again from the tables.
struct SamplerCheckpoint {
  std::string job_hash;
  std::vector<fit::Proposal> proposals;  ///< rounds in the order they were run
  template <class Archive>
  void serialize(Archive& ar, unsigned) {
    ar & job_hash & proposals;
  }
};

std::string checkpoint_of(const std::string& path) {
  return path + ".sampler";
}

struct Interrupted {};  // unwinds the stages when the job was asked to stop

class Study {
 public:
  Study(const Communicator& comm, const config::Job& job, const std::string& path, const StudyOptions& options)
      : comm_(comm),
        only_effects_(options.only_effects),
        job_(job.study),
        hash_(job.hash),
        plan_(make_plan(job.study)),
        file_(io::ResultsFile::open(comm, path, plan_.layout(job), session_provenance(comm), options.force)),
        checkpoint_path_(checkpoint_of(path)) {
    if (comm_.is_root()) {
      for (const std::string& warning : file_.warnings()) fmt::print(stderr, "modscape: warning: {}\n", warning);
      sampler_.emplace(job_, plan_);
    }
  }

  void run() {
    explore();
    for (std::size_t c = 0; c < job_.conditions.size(); ++c) require_explained(c);
    load_checkpoint();
    for (std::int64_t round = 0; round < job_.rounds; ++round)
      for (std::size_t c = 0; c < job_.conditions.size(); ++c) refine(c, round);
    for (std::size_t c = 0; c < job_.conditions.size(); ++c) fit(c);
    if (job_.effect.wanted)
      for (std::size_t p = 0; p < job_.pairs.size(); ++p) infer_effects(p);
    if (!only_effects_) {
      for (std::size_t c = 0; c < job_.conditions.size(); ++c) analyse(c);
      compare();
    }
    finished_ = true;
  }

  /// Collective; also after an interruption.
  std::int64_t close() {
    if (finished_ && comm_.is_root()) std::filesystem::remove(checkpoint_path_);
    file_.close();  // collective: when any rank goes on, the checkpoint is gone
    return failed_;
  }

 private:
  void run_table(const io::LiveTable& table, const std::string& label, const sweep::BlockFunction& compute) {
    const sweep::TableRun run = sweep::run_table(comm_, file_, table, label, compute);
    failed_ += run.failed;
    if (run.stopped) throw Interrupted{};
  }

  void compute_points(const io::LiveTable& table, const std::string& label, const std::vector<double>& z) {
    const auto integrator = solvers::make_spike_integrator(plan_.ensemble);
    run_table(table, label, [&](io::RowBlock& block) { study::compute_points(plan_, z, *integrator, block); });
  }

  void explore() {
    const std::vector<double> z = exploration_points(job_, plan_);
    compute_points(plan_.exploration, "exploration", z);
    if (!comm_.is_root()) return;
    io::RowBlock rows = file_.read(plan_.exploration.path);
    sampler_->add_exploration(z, rows);
  }

  // Collective. Without a single point of any likelihood there is nothing to refine or to draw from.
  void require_explained(std::size_t condition) const {
    if (comm_.all_of(!comm_.is_root() || sampler_->weights(condition).ess > 0.0)) return;
    throw BadInput("condition " + job_.conditions[condition].name,
                   "no point of the exploration can explain these data at all",
                   "widen [ranges] or raise [exploration] points");
  }

  void load_checkpoint() {
    if (!comm_.is_root() || !std::filesystem::exists(checkpoint_path_)) return;
    const Expected<std::string> bytes = io::read_file(checkpoint_path_);
    const Expected<SamplerCheckpoint> read =
        bytes ? io::unpack<SamplerCheckpoint>(*bytes) : tl::unexpected<Error>(bytes.error());
    if (read && read->job_hash == hash_)
      checkpoint_ = *read;
    else
      fmt::print(stderr, "modscape: warning: {} is not usable ({}); deriving the proposals again\n", checkpoint_path_,
                 read ? "of another job" : read.error().message);
  }

  // The proposal of the next round, from the checkpoint if it is there, else made and saved.
  fit::Proposal next_proposal(std::size_t condition, std::int64_t round) {
    const std::size_t index = proposals_used_++;
    if (index < checkpoint_.proposals.size()) return checkpoint_.proposals[index];
    checkpoint_.job_hash = hash_;
    checkpoint_.proposals.push_back(sampler_->propose(condition, round));
    io::write_file_atomically(checkpoint_path_, io::pack(checkpoint_));
    return checkpoint_.proposals.back();
  }

  void refine(std::size_t condition, std::int64_t round) {
    fit::Proposal proposal;
    std::string bytes;
    if (comm_.is_root()) {
      proposal = next_proposal(condition, round);
      bytes = io::pack(sampler_->draw(proposal, condition, round));
    }
    const auto z = unpacked<std::vector<double>>(comm_.broadcast(std::move(bytes)));
    const io::LiveTable& table = plan_.rounds[condition][static_cast<std::size_t>(round)];
    compute_points(table, fmt::format("refine {} {}/{}", job_.conditions[condition].name, round + 1, job_.rounds), z);
    if (!comm_.is_root()) return;
    io::RowBlock rows = file_.read(table.path);
    sampler_->add_round(proposal, z, rows);
  }

  template <class T>
  static T unpacked(const std::string& bytes) {
    Expected<T> value = io::unpack<T>(bytes);
    if (!value) throw InternalError("broadcast: " + value.error().message);
    return std::move(*value);
  }

  void fit(std::size_t condition) {
    const std::string stage = "fit/" + job_.conditions[condition].name;
    if (file_.has_stage(stage)) return;
    file_.write_stage(stage, "Fit of condition " + job_.conditions[condition].name, [&](io::TreeWriter& out) {
      const FitSummary summary = summarise_fit(*sampler_, plan_, job_, condition);
      write_fit(summary, *sampler_, plan_, job_, condition, out);
      if (summary.ess < job_.min_ess)
        fmt::print(stderr,
                   "modscape: warning: condition {}: effective sample size {:.0f} is below min_ess = {:.0f}; raise "
                   "[exploration] points, or [fit] rounds or draws\n",
                   job_.conditions[condition].name, summary.ess, job_.min_ess);
    });
  }

  // Collective; the search is on rank 0.
  std::optional<EffectSearch> search_effects(const EffectQuestion& question, const std::string& label,
                                             const std::vector<io::LiveTable>& tables) {
    std::optional<EffectSearch> search;
    if (comm_.is_root()) search.emplace(job_, plan_, question, *sampler_);
    const std::vector<fit::FiTarget> targets = make_targets(job_);
    const auto integrator = solvers::make_spike_integrator(plan_.ensemble);
    for (std::int64_t round = 0; round < job_.effect.rounds; ++round) {
      std::vector<fit::Proposal> proposals;
      std::string bytes;
      if (comm_.is_root()) {
        proposals = search->propose(round);
        bytes = io::pack(search->draw(proposals, round));
      }
      const auto z = unpacked<std::vector<double>>(comm_.broadcast(std::move(bytes)));
      const io::LiveTable& table = tables[static_cast<std::size_t>(round)];
      run_table(table, fmt::format("{} {}/{}", label, round + 1, job_.effect.rounds),
                [&](io::RowBlock& block) { compute_effects(job_, plan_, question, targets, z, *integrator, block); });
      if (!comm_.is_root()) continue;
      io::RowBlock rows = file_.read(table.path);
      search->add_round(proposals, z, rows);
    }
    return search;
  }

  EffectQuestion all_families(std::size_t pair) const {
    EffectQuestion question{pair, false, {}, plan_.effect_rounds[pair].front().rows};
    for (std::size_t f = 0; f < plan_.families.size(); ++f) question.families.push_back(f);
    return question;
  }

  // Collective. The paths need the search again; its tables are complete, so that is quick.
  void infer_effects(std::size_t pair) {
    const std::string name = pair_name(job_.pairs[pair]), stage = "effect/" + name;
    const bool followed = only_effects_ || file_.has_stage("path_verdict/" + name);
    if (file_.has_stage(stage) && followed) return;
    const std::optional<EffectSearch> search =
        search_effects(all_families(pair), "effects " + name, plan_.effect_rounds[pair]);
    if (!file_.has_stage(stage))
      file_.write_stage(stage,
                        fmt::format("Effects that lead from {} to {}", job_.pairs[pair].from, job_.pairs[pair].to),
                        [&](io::TreeWriter& out) { write_effects(*search, job_, plan_, out); });
    if (!only_effects_) follow(pair, search);
  }

  // Collective: paths of the families kept, and of their null.
  void follow(std::size_t pair, const std::optional<EffectSearch>& search) {
    const std::string name = pair_name(job_.pairs[pair]);
    std::string bytes;
    if (comm_.is_root())
      bytes = io::pack(
          EffectQuestion{pair, true, families_to_follow(search->fits()), plan_.effect_null_rounds[pair].front().rows});
    const auto question = unpacked<EffectQuestion>(comm_.broadcast(std::move(bytes)));
    if (question.families.empty()) return;
    followed_[pair] = question.families;
    const std::optional<EffectSearch> null =
        search_effects(question, "effects within " + job_.pairs[pair].from, plan_.effect_null_rounds[pair]);
    if (comm_.is_root())
      for (const std::size_t family : question.families) family_ess_[pair].push_back(search->fits()[family].ess);
    follow_paths_of(search, question.families, plan_.paths[pair], "paths " + name, true);
    follow_paths_of(null, question.families, plan_.null_paths[pair], "null paths " + name, false);
  }

  void follow_paths_of(const std::optional<EffectSearch>& search, const std::vector<std::size_t>& families,
                       const io::LiveTable& table, const std::string& label, bool along_effect) {
    std::string bytes;
    if (comm_.is_root()) {
      PathQuestion made{paths_of(*search, families, table.rows), along_effect};
      made.current = current_between(made.paths, plan_.data_currents);
      bytes = io::pack(made);
    }
    const auto question = unpacked<PathQuestion>(comm_.broadcast(std::move(bytes)));
    const auto integrator = solvers::make_spike_integrator(plan_.ensemble);
    run_table(table, label, [&](io::RowBlock& block) { follow_paths(question, plan_, *integrator, block); });
  }

  AcceptedModel accepted_model(std::size_t condition, std::size_t point) const {
    AcceptedModel model;
    const PointResult& result = sampler_->result(point);
    model.neuron = in_gauge(plan_.space.neuron(plan_.space.values(sampler_->pool().point(point))), job_.gauge);
    model.source_index = static_cast<double>(point);
    model.counts = result.counts;
    model.rheobase = result.rheobase;
    model.count_at_rheobase = result.count_at_rheobase;
    model.spontaneous = result.spontaneous;
    // On the union of the conditions' currents; NaN where this condition was not measured.
    const fit::FiTarget& target = sampler_->target(condition);
    const std::vector<double> predicted = sampler_->predicted(target, point);
    for (const double current : plan_.data_currents) {
      const auto found = std::ranges::find(target.currents, current);
      model.population_mean.push_back(
          found == target.currents.end() ? NAN : predicted[static_cast<std::size_t>(found - target.currents.begin())]);
    }
    return model;
  }

  // Collective: the models rank 0 drew, on every rank.
  std::vector<AcceptedModel> drawn_models(std::size_t condition, double temper) {
    std::string bytes;
    if (comm_.is_root()) {
      std::vector<AcceptedModel> models;
      for (const std::size_t point : sampler_->accepted(condition, temper))
        models.push_back(accepted_model(condition, point));
      bytes = io::pack(models);
    }
    return unpacked<std::vector<AcceptedModel>>(comm_.broadcast(std::move(bytes)));
  }

  void analyse(std::size_t condition) {
    const std::string& name = job_.conditions[condition].name;
    const std::vector<AcceptedModel> models = drawn_models(condition, 1.0);
    Integrators integrators(plan_);
    const io::LiveTable& table = plan_.models[condition];
    run_table(table, "models " + name,
              [&](io::RowBlock& block) { analyse_models(models, plan_, job_, table, integrators, block); });
    const std::vector<AcceptedModel> wide = drawn_models(condition, null_temper);
    const io::LiveTable& null_table = plan_.null_models[condition];
    run_table(null_table, "null " + name,
              [&](io::RowBlock& block) { analyse_null_models(wide, plan_, null_table, integrators, block); });
  }

  std::vector<FamilyVerdict> family_verdicts(std::size_t pair, const dynamics::VerdictCriterion& criterion) {
    std::vector<FamilyVerdict> verdicts;
    if (!followed_.contains(pair)) return verdicts;
    io::RowBlock rows = file_.read(plan_.paths[pair].path), null_rows = file_.read(plan_.null_paths[pair].path);
    for (std::size_t f = 0; f < followed_[pair].size(); ++f) {
      const std::size_t family = followed_[pair][f];
      const auto number = static_cast<std::int32_t>(family);
      FollowedPaths paths = read_paths(plan_.paths[pair], rows, number);
      const FollowedPaths null = read_paths(plan_.null_paths[pair], null_rows, number);
      const dynamics::PathDraws draws = path_draws(paths, null, *sampler_, job_, plan_, pair, family_ess_[pair][f]);
      verdicts.push_back(
          {plan_.families[family].name, std::move(paths), dynamics::compare_along_paths(draws, criterion)});
    }
    return verdicts;
  }

  void compare() {
    std::vector<ModelSet> sets(job_.conditions.size());
    std::vector<dynamics::ConditionDraws> draws(job_.conditions.size());
    dynamics::VerdictCriterion criterion;
    criterion.min_ess = job_.min_ess;
    if (comm_.is_root())
      for (std::size_t c = 0; c < sets.size(); ++c) {
        io::RowBlock rows = file_.read(plan_.models[c].path);
        sets[c] = read_models(plan_.models[c], rows);
        io::RowBlock null_rows = file_.read(plan_.null_models[c].path);
        draws[c] = condition_draws(sets[c], read_null(plan_.null_models[c], null_rows), *sampler_, job_, c);
      }
    if (!file_.has_stage("reduction"))
      file_.write_stage("reduction", "Principal components of the accepted models",
                        [&](io::TreeWriter& out) { write_reduction(sets, job_, out); });
    for (std::size_t p = 0; p < job_.pairs.size(); ++p) {
      const config::PairJob& pair = job_.pairs[p];
      const std::string name = pair_name(pair);
      dynamics::Verdict unpaired;
      std::vector<FamilyVerdict> families;
      if (comm_.is_root()) {
        unpaired = dynamics::compare_conditions(draws[condition_index(job_, pair.from)],
                                                draws[condition_index(job_, pair.to)], criterion);
        families = family_verdicts(p, criterion);
      }
      if (!file_.has_stage("verdict/" + name))
        file_.write_stage("verdict/" + name, fmt::format("{} compared with {}", pair.to, pair.from),
                          [&](io::TreeWriter& out) { write_verdict(unpaired, criterion, job_, out); });
      if (job_.effect.wanted && !file_.has_stage("path_verdict/" + name))
        file_.write_stage("path_verdict/" + name,
                          fmt::format("{} compared with {} along paths, by family", pair.to, pair.from),
                          [&](io::TreeWriter& out) { write_path_verdict(families, unpaired, criterion, job_, out); });
    }
    if (!file_.has_stage("complete"))
      file_.write_stage("complete", "Every stage of the study is here",
                        [&](io::TreeWriter& out) { out.attribute("/", "caveat", job_.caveat); });
  }

  const Communicator& comm_;
  bool only_effects_;
  const config::StudyJob& job_;
  std::string hash_;
  Plan plan_;
  io::ResultsFile file_;
  std::string checkpoint_path_;
  std::optional<Sampler> sampler_;                            // rank 0
  SamplerCheckpoint checkpoint_;                              // rank 0
  std::map<std::size_t, std::vector<std::size_t>> followed_;  // families, by pair
  std::map<std::size_t, std::vector<double>> family_ess_;     // of those; rank 0
  std::size_t proposals_used_ = 0;
  std::int64_t failed_ = 0;
  bool finished_ = false;
};

// A job killed between its last stage and its end leaves the checkpoint and the lock file.
void remove_leftovers(const std::string& path) {
  std::filesystem::remove(checkpoint_of(path));
  if (std::filesystem::exists(path + ".lock")) const io::FileLock removes_the_file(path);
}

bool has_stages(const io::TreeReader& file, const config::StudyJob& job, const std::string& group) {
  return std::ranges::all_of(job.pairs,
                             [&](const config::PairJob& pair) { return file.exists(group + pair_name(pair)); });
}

// A finished file of the same job is left untouched. One that is to grow by effects is complete but for them.
bool already_complete(const Communicator& comm, const config::Job& job, const std::string& path, bool only_effects) {
  bool complete = false;
  if (comm.is_root() && std::filesystem::exists(path)) {
    try {
      const io::TreeReader file(path);
      complete = file.attribute("/provenance", "job_hash") == job.hash;
      if (!only_effects) complete = complete && file.exists("/complete");
      if (job.study.effect.wanted)
        complete = complete && has_stages(file, job.study, only_effects ? "/effect/" : "/path_verdict/");
      if (complete) remove_leftovers(path);
    } catch (const Failure&) {
      complete = false;  // ResultsFile::open says what is wrong with it
    }
  }
  return comm.max(complete ? 1 : 0) == 1;
}

}  // namespace

StudyOutcome run_study(const Communicator& comm, const config::Job& job, const std::string& path,
                       const StudyOptions& options) {
  if (!options.force && already_complete(comm, job, path, options.only_effects)) return StudyOutcome::nothing_to_do;
  Study study(comm, job, path, options);
  bool stopped = false;
  try {
    study.run();
  } catch (const Interrupted&) {
    stopped = true;
  }
  const std::int64_t failed = study.close();
  if (stopped) return StudyOutcome::stopped;
  return options.max_failed >= 0 && failed > options.max_failed ? StudyOutcome::too_many_failures : StudyOutcome::done;
}

std::string study_plan_text(const config::Job& job, int ranks, bool only_effects) {
  const Plan plan = make_plan(job.study);
  constexpr std::int64_t pilot = 512;
  const auto points = std::min<std::int64_t>(pilot, job.study.points);
  const std::vector<double> z = exploration_points(job.study, plan);
  const auto integrator = solvers::make_spike_integrator(plan.ensemble);
  io::RowBlock block(plan.exploration, 0, points);
  const auto start = std::chrono::steady_clock::now();
  compute_points(plan, z, *integrator, block);
  const double per_point =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / static_cast<double>(points);
  const auto conditions = static_cast<std::int64_t>(job.study.conditions.size());
  const std::int64_t refinement = conditions * job.study.rounds * job.study.draws,
                     models = only_effects ? 0 : conditions * job.study.accepted;
  std::int64_t rows = 0, effect_rows = 0, paths = 0;
  const std::vector<io::LiveTable> tables = plan.tables();
  for (const io::LiveTable& table : tables) rows += table.rows;
  const auto add_rows = [&](const std::vector<std::vector<io::LiveTable>>& searches) {
    for (const auto& of_pair : searches)
      for (const io::LiveTable& table : of_pair) effect_rows += table.rows;
  };
  add_rows(plan.effect_rounds);
  if (!only_effects) {
    add_rows(plan.effect_null_rounds);
    for (const io::LiveTable& table : plan.paths) paths += table.rows;
  }
  // A CVODE run of the data currents costs as much as several hundred points of the exploration (benchmarks/README.md);
  // a base model and an effect are two points.
  constexpr double points_per_model = 600.0;
  const double per_path = paths > 0 ? seconds_per_path(job.study, plan, z, block, *integrator) : 0.0;
  const double seconds = (per_point * (static_cast<double>(job.study.points + refinement + 2 * effect_rows) +
                                       points_per_model * static_cast<double>(models)) +
                          per_path * static_cast<double>(paths)) /
                         ranks;
  std::string text = fmt::format(
      "exploration   {} points x {} currents ({} to {} pA), {} parameters\n"
      "refinement    {} conditions x {} rounds x {} points\n",
      job.study.points, plan.grid.currents.size(), plan.grid.currents.front(), plan.grid.currents.back(),
      plan.space.size(), conditions, job.study.rounds, job.study.draws);
  if (job.study.effect.wanted)
    text += fmt::format("effects       {} pairs of conditions x {} families x {} rounds x {} points\n",
                        job.study.pairs.size(), plan.families.size(), job.study.effect.rounds, job.study.effect.draws);
  if (paths > 0)
    text += fmt::format("paths         {} base models followed to their modulated models, and as many for the null\n",
                        paths);
  if (models > 0)
    text += fmt::format("models        {} accepted models, each re-integrated with CVODE at {} currents\n", models,
                        plan.data_currents.size());
  return text + fmt::format("rows          {} in {} tables\n", rows, tables.size()) +
         sweep::format_costs(static_cast<double>(plan.bytes()), seconds, ranks);
}

}  // namespace modscape::study
