// SPDX-License-Identifier: Apache-2.0
#include "study/model_analysis.hpp"

#include <algorithm>
#include <cmath>

#include "dynamics/adex_equilibria.hpp"
#include "dynamics/asymptotic.hpp"
#include "ephys/regime.hpp"
#include "ephys/spike_features.hpp"

namespace modscape::study {
namespace {

// Fills a row by column name, so that the order of columns is declared once (plan.cpp).
class RowWriter {
 public:
  RowWriter(const io::LiveTable& table, io::RowBlock& block, std::int64_t row)
      : table_(table), block_(block), row_(row) {}
  void number(const char* name, double value) { block_.f64(row_, column_index(table_, name))[0] = value; }
  void code(const char* name, std::int32_t value) { block_.i32(row_, column_index(table_, name))[0] = value; }
  std::span<double> numbers(const char* name) { return block_.f64(row_, column_index(table_, name)); }
  std::span<std::int32_t> codes(const char* name) { return block_.i32(row_, column_index(table_, name)); }

 private:
  const io::LiveTable& table_;
  io::RowBlock& block_;
  std::int64_t row_;
};

double difference(double a, double b) {
  return std::isnan(a) && std::isnan(b) ? 0.0 : std::abs(a - b);
}

void write_landmarks(const models::AdexParameters& p, RowWriter& out) {
  const dynamics::AdexLandmarks marks = dynamics::adex_landmarks(p), found = dynamics::located_landmarks(p);
  out.number("V_SN", marks.V_SN);
  out.number("I_SN", marks.I_SN);
  out.number("V_H", marks.V_H);
  out.number("I_H", marks.I_H);
  out.number("landmark_error", std::max(difference(marks.I_SN, found.I_SN), difference(marks.I_H, found.I_H)));
  out.code("onset_class", static_cast<std::int32_t>(marks.onset));
  out.code("resonance", static_cast<std::int32_t>(marks.resonance));
}

struct CvodeCheck {
  double time = 0.0;
  std::int32_t count = 0;
  solvers::RunStatus status = solvers::RunStatus::done;
};

void compare_trains(const std::vector<double>& train, const std::vector<double>& reference, CvodeCheck& check) {
  const auto counts = static_cast<std::int32_t>(reference.size()) - static_cast<std::int32_t>(train.size());
  check.count = std::max(check.count, std::abs(counts));
  for (std::size_t i = 0; i < std::min(train.size(), reference.size()); ++i)
    check.time = std::max(check.time, std::abs(train[i] - reference[i]));
}

// What models of the posterior and of the null have in common.
void write_responses(std::span<const AcceptedModel> models, const Plan& plan, const io::LiveTable& table,
                     Integrators& integrators, io::RowBlock& block) {
  const auto first = static_cast<std::size_t>(block.first()), count = static_cast<std::size_t>(block.count());
  std::vector<dynamics::AsymptoticTask> tasks;
  for (const AcceptedModel& model : models.subspan(first, count)) tasks.push_back({model.neuron, plan.regime_currents});
  const auto regimes = dynamics::asymptotic_regimes(tasks, *integrators.ensemble);
  for (std::size_t i = 0; i < count; ++i) {
    const AcceptedModel& model = models[first + i];
    RowWriter out(table, block, block.first() + static_cast<std::int64_t>(i));
    out.number("source_index", model.source_index);
    const fit::FiCurveModel curve(plan.grid.currents, model.counts, model.rheobase, model.count_at_rheobase);
    out.number("rheobase", model.rheobase);
    out.number("gain", fi_gain(curve, model.rheobase, plan.grid.duration));
    for (std::size_t k = 0; k < regimes[i].size(); ++k)
      out.codes("regime_asymptotic")[k] = static_cast<std::int32_t>(regimes[i][k]);
  }
}

// One CVODE run per data current: counts, features, regime, and the largest difference to the ensemble kernel.
CvodeCheck write_protocol(const models::AdexParameters& p, const Plan& plan, const config::StudyJob& job,
                          Integrators& integrators, RowWriter& out) {
  CvodeCheck check;
  const models::Adex neuron(p);
  const std::array<double, 2> rest = neuron.initial_state();
  solvers::CvodeOptions options;
  options.rtol = job.integrator.rtol;
  options.limits.max_rhs = job.integrator.max_rhs;
  for (std::size_t k = 0; k < plan.data_currents.size(); ++k) {
    const auto segments = models::input_segments(models::step_protocol(plan.data_currents[k], plan.grid.duration));
    const solvers::SpikeRun run = integrators.cvode.run(neuron, segments, rest, options);
    if (run.status != solvers::RunStatus::done) {
      check.status = run.status;
      return check;
    }
    const solvers::SpikeTask task{p, segments, rest};
    compare_trains(integrators.ensemble->run({&task, 1}).front().times, run.times, check);
    const ephys::SpikeFeatures features = ephys::spike_features(run.times, {0.0, plan.grid.duration});
    out.numbers("counts")[k] = features.spike_count;
    out.numbers("time_to_first_spike")[k] = features.time_to_first_spike;
    out.numbers("first_ISI")[k] = features.first_ISI;
    out.numbers("last_ISI")[k] = features.last_ISI;
    out.numbers("adaptation_index2")[k] = features.adaptation_index2;
    out.numbers("ISI_CV")[k] = features.ISI_CV;
    out.codes("regime_on_protocol")[k] =
        static_cast<std::int32_t>(ephys::classify_on_protocol(run.times, plan.grid.duration));
  }
  return check;
}

}  // namespace

double fi_gain(const fit::FiCurveModel& curve, double rheobase, double step_duration) {
  constexpr double range = 100.0;  // pA
  const double spikes = curve.count(rheobase + range) - curve.count(rheobase);
  return std::max(1e-4, 1000.0 * spikes / step_duration / range);
}

VoltageScale gauge_scale(const models::AdexParameters& neuron, const config::Gauge& gauge) {
  if (std::isnan(gauge.R_in)) return {};
  const double alpha = (neuron.g_L + neuron.a) * gauge.R_in * 1e-3;  // nS x MOhm = 1e-3
  return {alpha, gauge.E_L - alpha * neuron.E_L};
}

models::AdexParameters in_gauge(const models::AdexParameters& neuron, const config::Gauge& gauge) {
  if (std::isnan(gauge.R_in)) return neuron;
  const VoltageScale scale = gauge_scale(neuron, gauge);
  return models::regauged(neuron, scale.alpha, scale.beta);
}

void analyse_models(std::span<const AcceptedModel> models, const Plan& plan, const config::StudyJob& job,
                    const io::LiveTable& table, Integrators& integrators, io::RowBlock& block) {
  write_responses(models, plan, table, integrators, block);
  for (std::int64_t row = block.first(); row < block.first() + block.count(); ++row) {
    const AcceptedModel& model = models[static_cast<std::size_t>(row)];
    RowWriter out(table, block, row);
    const models::AdexParameters& p = model.neuron;
    for (const auto& spec : models::adex_table()) out.number(std::string(spec.name).c_str(), p.*spec.member);
    write_landmarks(p, out);
    out.code("spontaneous", model.spontaneous ? 1 : 0);
    std::ranges::copy(model.population_mean, out.numbers("population_mean").begin());

    const CvodeCheck check = write_protocol(p, plan, job, integrators, out);
    out.number("cvode_time_difference", check.time);
    out.code("cvode_count_difference", check.count);
    double rheobase_step = NAN;
    for (std::size_t k = plan.data_currents.size(); k-- > 0;)
      if (out.numbers("counts")[k] > 0.0) rheobase_step = plan.data_currents[k];
    out.number("rheobase_step", rheobase_step);
    block.set_status(row, static_cast<io::RowStatus>(check.status));
  }
}

void analyse_null_models(std::span<const AcceptedModel> models, const Plan& plan, const io::LiveTable& table,
                         Integrators& integrators, io::RowBlock& block) {
  write_responses(models, plan, table, integrators, block);
  for (std::int64_t row = block.first(); row < block.first() + block.count(); ++row)
    block.set_status(row, io::RowStatus::done);
}

}  // namespace modscape::study
