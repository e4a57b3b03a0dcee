// SPDX-License-Identifier: Apache-2.0
#include "study/path_analysis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <numeric>

#include "dynamics/excitability.hpp"
#include "dynamics/family_field.hpp"
#include "study/code_column.hpp"
#include "study/model_analysis.hpp"
#include "study/regime_column.hpp"
#include "study/row_writer.hpp"

namespace modscape::study {
namespace {

using dynamics::Excitability;
using dynamics::RegimeSpans;

constexpr std::size_t pilot_bases = 4;
constexpr std::size_t most_spans = 8;  // stored; further ones are known to the verdict, but not written
constexpr double least_width = 5.0;    // pA: a quarter of a protocol step
constexpr double least_fraction = 0.005;
constexpr int halvings = 6;              // of the fraction of the effect: critical fractions are good to 1/64
constexpr double fraction_scale = 0.05;  // a typical change of the fraction
constexpr double fraction_step = 1e-4;   // of differences: parameters go linearly with the fraction, or nearly so

Excitability excitability_at(const EffectDraw& draw, double fraction, const Plan& plan) {
  return dynamics::excitability(fit::with_effects(draw.base, draw.effects, fraction),
                                {.from = 0.0, .to = plan.regime_currents.back(), .least = least_width});
}

bool decided(const Excitability& neuron) {
  return !neuron.spans.empty();
}

/// The lowest fraction known at which the neuron has switched; `from` has not.
double critical_fraction(const EffectDraw& draw, const Excitability& from, const Plan& plan) {
  double before = 0.0, after = 1.0;
  for (int i = 0; i < halvings; ++i) {
    const double middle = 0.5 * (before + after);
    const Excitability there = excitability_at(draw, middle, plan);
    if (!decided(there)) return NAN;
    const bool switched = (dynamics::regime_changes(from, there) & dynamics::switching_changes) != 0;
    (switched ? after : before) = middle;
  }
  return after;
}

RegimeSpans along_effect(const EffectDraw& draw, double current) {
  const auto at = [&](std::span<const double> fraction) {
    const models::ModulatedNeuron neuron = fit::with_effects(draw.base, draw.effects, fraction[0]);
    return dynamics::DrivenNeuron{neuron.parameters, current + neuron.current_offset};
  };
  const dynamics::NeuronFamily family(at, {fraction_step}, {fraction_scale});
  return dynamics::regime_spans(family.along(0, {0.0}), {.from = 0.0, .to = 1.0, .least = least_fraction});
}

/// A single effect of one standard deviation of its prior, up or down.
struct PilotEffect {
  const fit::EffectFamily* family;
  double z;
};
std::vector<PilotEffect> pilot_effects(const Plan& plan) {
  std::vector<PilotEffect> effects;
  for (const fit::EffectFamily& family : plan.families)
    if (family.coordinates.size() == 1)
      for (const double z : {-1.0, 1.0}) effects.push_back({&family, z});
  return effects;
}

/// "1 firing without input, 2 ...": the bits of a column of changes.
std::string change_meanings() {
  std::string text;
  for (std::size_t bit = 0; bit < dynamics::names_of_changes.size(); ++bit)
    text += fmt::format("{}{} {}", bit == 0 ? "" : ", ", 1 << bit, dynamics::names_of_changes[bit]);
  return text;
}

void write_spans(const RegimeSpans& spans, RowWriter& row) {
  const std::span<std::int32_t> regime = row.codes(), spikes = row.codes();
  const std::span<double> begin = row.values();
  const std::span<std::int32_t> point = row.codes();
  std::ranges::fill(regime, -1);
  std::ranges::fill(spikes, 0);
  std::ranges::fill(point, 0);
  for (std::size_t i = 0; i < std::min(spans.size(), most_spans); ++i) {
    regime[i] = static_cast<std::int32_t>(spans[i].settled.regime);
    spikes[i] = spans[i].settled.spikes;
    begin[i] = spans[i].from;
    point[i] = static_cast<std::int32_t>(spans[i].begins_with);
  }
}

void write_curve(const fit::FiRow& curve, const Plan& plan, RowWriter& row) {
  std::ranges::copy(curve.counts, row.values().begin());
  row.values()[0] = curve.rheobase;
  row.values()[0] = curve.count_at_rheobase;
  const fit::FiCurveModel model(plan.grid.currents, curve.counts, curve.rheobase, curve.count_at_rheobase);
  row.values()[0] = fi_gain(model, curve.rheobase, plan.grid.duration);
}

void write_path(const EffectPath& path, const PathQuestion& question, const Plan& plan,
                const std::array<const fit::FiRow*, 2>& curves, RowWriter& row) {
  row.codes()[0] = path.family;
  row.values()[0] = path.source;
  row.values()[0] = path.draw.offset_sd;
  for (const fit::FiRow* curve : curves) write_curve(*curve, plan, row);
  const Excitability from = excitability_at(path.draw, 0.0, plan), to = excitability_at(path.draw, 1.0, plan);
  for (const Excitability* end : {&from, &to}) {
    write_spans(end->spans, row);
    row.codes()[0] = static_cast<std::int32_t>(end->onset);
  }
  const bool known = decided(from) && decided(to);
  const std::int32_t changes = known ? dynamics::regime_changes(from, to) : -1;
  row.codes()[0] = changes;
  const bool switches = known && (changes & dynamics::switching_changes) != 0;
  row.values()[0] = switches && question.along_effect ? critical_fraction(path.draw, from, plan) : NAN;
  row.values()[0] = question.current;
  write_spans(question.along_effect ? along_effect(path.draw, question.current) : RegimeSpans(), row);
}

}  // namespace

void add_path_columns(const Plan& plan, io::LiveTable& table) {
  using Type = io::ColumnType;
  table.axes = {{"current", "pA", "Step current", plan.grid.currents},
                {"span", "1", "Pieces with one regime, in their order", positions(most_spans)}};
  const auto add = [&](const std::string& name, Type type, const std::string& unit, const std::string& text,
                       const std::vector<std::string>& axes = {}, const std::map<std::string, std::string>& more = {}) {
    table.columns.push_back({name, type, unit, text, axes, more});
  };
  const std::string kinds = code_meanings(static_cast<int>(dynamics::last_point_kind) + 1, [](int code) {
    return dynamics::to_string(static_cast<dynamics::PointKind>(code));
  });
  const auto add_spans = [&](const std::string& which, const std::string& unit, const std::string& what) {
    add("span_regime_" + which, Type::i32, "1", "Regime " + what + "; -1: no further piece", {"span"},
        regime_meanings());
    add("span_spikes_" + which, Type::i32, "1", "Spikes per period of its firing; -1: irregular", {"span"});
    add("span_begin_" + which, Type::f64, unit, "Where the piece begins", {"span"});
    add("span_point_" + which, Type::i32, "1", "Special point that it begins with", {"span"},
        {{"kind_meanings", kinds}});
  };
  add("family", Type::i32, "1", "Family of effects", {}, family_meanings(plan));
  add("source_index", Type::f64, "1", "Point of the family's search: round by round");
  add("offset_sd", Type::f64, "pA", "Standard deviation of the per-cell current offset; 0: not sampled");
  for (const std::string end : {"from", "to"}) {
    const std::string who = end == "from" ? "base model" : "modulated model";
    add("counts_" + end, Type::f64, "1", "Spikes per step of the " + who, {"current"});
    add("rheobase_" + end, Type::f64, "pA", "Lowest step current that fires the " + who + ", bisected");
    add("count_at_rheobase_" + end, Type::f64, "1", "Spikes just above the rheobase");
    add("gain_" + end, Type::f64, "Hz/pA", "Slope of the f-I curve over 100 pA above the rheobase");
  }
  for (const std::string end : {"from", "to"}) {
    add_spans(end, "pA", std::string("of the ") + (end == "from" ? "base" : "modulated") + " model along the current");
    add("onset_class_" + end, Type::i32, "1", "1 saddle-node, 2 Hopf, 3 rest is never stable");
  }
  add("changes", Type::i32, "1", "Sum of what differs between the ends; -1: cannot be told", {},
      {{"bit_meanings", change_meanings()}});
  add("critical_fraction", Type::f64, "1", "Fraction of the effect from which on the regimes have changed");
  add("followed_current", Type::f64, "pA", "Constant current of span_*_along");
  add_spans("along", "1", "along the fraction of the effect, at followed_current");
}

std::vector<std::size_t> families_to_follow(const std::vector<fit::FamilyFit>& fits) {
  using fit::Judgement;
  constexpr std::size_t most = 6;
  const std::vector<Judgement> judgements = fit::judge(fits, {});
  std::vector<std::size_t> kept, single;
  for (std::size_t f = 0; f < fits.size(); ++f) {
    if (judgements[f] == Judgement::kept && fits[f].dimensions > 0) kept.push_back(f);
    if (judgements[f] == Judgement::not_rejected && fits[f].dimensions == 1) single.push_back(f);
  }
  std::vector<std::size_t>& followed = kept.empty() ? single : kept;
  std::ranges::stable_sort(followed, std::greater<>{}, [&](std::size_t f) { return fits[f].log_evidence; });
  followed.resize(std::min(followed.size(), most));
  return followed;
}

std::vector<EffectPath> paths_of(const EffectSearch& search, const std::vector<std::size_t>& families,
                                 std::int64_t rows) {
  const auto n = static_cast<std::int64_t>(families.size());
  const auto each = static_cast<std::size_t>((rows + n - 1) / n);
  std::vector<std::size_t> positions;
  std::vector<std::vector<std::size_t>> points;
  for (const std::size_t family : families) {
    const auto found = std::ranges::find(search.question().families, family);
    positions.push_back(static_cast<std::size_t>(found - search.question().families.begin()));
    points.push_back(search.draw_points(positions.back(), each));
  }
  std::vector<EffectPath> paths;
  for (std::int64_t row = 0; row < rows; ++row) {
    const auto f = static_cast<std::size_t>(row % n);
    const std::size_t point = points[f][static_cast<std::size_t>(row / n)];
    paths.push_back(
        {static_cast<std::int32_t>(families[f]), static_cast<double>(point), search.draw_at(positions[f], point)});
  }
  return paths;
}

double current_between(const std::vector<EffectPath>& paths, const std::vector<double>& data_currents) {
  double sum = 0.0, count = 0.0;
  for (const EffectPath& path : paths) {
    const double middle = 0.5 * (path.draw.rheobase_from + path.draw.rheobase_to);
    if (!std::isfinite(middle)) continue;
    sum += middle;
    count += 1.0;
  }
  if (count == 0.0) return data_currents.front();
  return *std::ranges::min_element(data_currents, {}, [&](double I) { return std::abs(I - sum / count); });
}

double seconds_per_path(const config::StudyJob& job, const Plan& plan, const std::vector<double>& z,
                        io::RowBlock& points, solvers::SpikeIntegrator& integrator) {
  const fit::FiTarget target = make_targets(job)[condition_index(job, job.pairs.front().from)];
  std::vector<double> likelihood;
  for (std::int64_t row = 0; row < points.count(); ++row)
    likelihood.push_back(log_likelihood(target, read_point(plan, points, row), plan, fit_mode(job)));
  std::vector<std::size_t> best(likelihood.size());
  std::iota(best.begin(), best.end(), std::size_t{0});
  std::ranges::stable_sort(best, std::greater<>{}, [&](std::size_t point) { return likelihood[point]; });
  PathQuestion question{{}, true, 0.0};
  const std::size_t n = plan.space.size();
  std::size_t next = 0;
  for (const auto& [family, size] : pilot_effects(plan)) {
    const std::size_t point = best[next++ % std::min(best.size(), pilot_bases)];
    const std::vector<double> values = plan.space.values(std::span(z).subspan(point * n, n));
    EffectDraw draw{plan.space.neuron(values), {}, {}, 0.0, 0.0, 0.0};
    draw.effects = fit::effects_of(*family, draw.base, fit::effect_values(*family, std::vector<double>{size}));
    draw.modulated = fit::with_effects(draw.base, draw.effects);
    draw.rheobase_from = draw.rheobase_to =
        points.f64(static_cast<std::int64_t>(point), point_columns(plan).rheobase)[0];
    if (models::adex_problems(draw.modulated.parameters).empty()) question.paths.push_back({0, 0.0, draw});
  }
  if (question.paths.empty()) return 0.0;
  question.current = current_between(question.paths, plan.data_currents);
  const auto start = std::chrono::steady_clock::now();
  for (const bool along : {true, false}) {
    question.along_effect = along;
    io::RowBlock block(plan.paths.front(), 0, static_cast<std::int64_t>(question.paths.size()));
    follow_paths(question, plan, integrator, block);
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() /
         static_cast<double>(question.paths.size());
}

void follow_paths(const PathQuestion& question, const Plan& plan, solvers::SpikeIntegrator& integrator,
                  io::RowBlock& block) {
  std::vector<models::ModulatedNeuron> neurons;
  for (std::int64_t row = block.first(); row < block.first() + block.count(); ++row) {
    const EffectDraw& draw = question.paths[static_cast<std::size_t>(row)].draw;
    neurons.push_back({draw.base});
    neurons.push_back(draw.modulated);
  }
  const std::vector<fit::FiRow> curves = fit::compute_fi_rows(neurons, plan.grid, integrator);
  for (std::int64_t i = 0; i < block.count(); ++i) {
    const std::int64_t row = block.first() + i;
    const fit::FiRow &from = curves[2 * static_cast<std::size_t>(i)], &to = curves[2 * static_cast<std::size_t>(i) + 1];
    RowWriter writer(block, row, 0);
    write_path(question.paths[static_cast<std::size_t>(row)], question, plan, {&from, &to}, writer);
    const solvers::RunStatus status = from.status == solvers::RunStatus::done ? to.status : from.status;
    block.set_status(row, static_cast<io::RowStatus>(status));
  }
}

FollowedPaths read_paths(const io::LiveTable& table, io::RowBlock& rows, std::int32_t family) {
  const auto column = [&](const std::string& name) { return column_index(table, name); };
  const auto curve = [&](std::int64_t row, const std::string& end) {
    PointResult made;
    const std::span<const double> counts = rows.f64(row, column("counts_" + end));
    made.counts.assign(counts.begin(), counts.end());
    made.rheobase = rows.f64(row, column("rheobase_" + end))[0];
    made.count_at_rheobase = rows.f64(row, column("count_at_rheobase_" + end))[0];
    made.offset_sd = rows.f64(row, column("offset_sd"))[0];
    made.usable = true;
    return made;
  };
  FollowedPaths found;
  double all = 0.0;
  for (std::int64_t row = 0; row < rows.count(); ++row) {
    if (rows.i32(row, column("family"))[0] != family || rows.status(row) != io::RowStatus::done) continue;
    all += 1.0;
    const std::int32_t changes = rows.i32(row, column("changes"))[0];
    const PointResult from = curve(row, "from"), to = curve(row, "to");
    const double shift = to.rheobase - from.rheobase;
    if (changes < 0 || !std::isfinite(shift)) {
      found.undecided += 1.0;
      continue;
    }
    const bool switches = (changes & dynamics::switching_changes) != 0;
    if (changes == dynamics::changes_bistability) found.latent += 1.0;
    found.paths.switches.push_back(switches ? 1.0 : 0.0);
    found.paths.shift.push_back(shift);
    found.paths.log_gain.push_back(
        std::log(rows.f64(row, column("gain_to"))[0] / rows.f64(row, column("gain_from"))[0]));
    found.critical.push_back(rows.f64(row, column("critical_fraction"))[0]);
    found.changes.push_back(changes);
    found.from.push_back(from);
    found.to.push_back(to);
  }
  if (all > 0.0) {
    found.undecided /= all;
    found.latent /= all;
  }
  return found;
}

}  // namespace modscape::study
