// SPDX-License-Identifier: Apache-2.0
#include "study/sweep_point.hpp"

#include <fmt/format.h>

#include <cmath>

#include "dynamics/asymptotic.hpp"
#include "ephys/regime.hpp"
#include "ephys/spike_features.hpp"
#include "solvers/adex_ensemble.hpp"
#include "study/integrator.hpp"
#include "study/regime_column.hpp"

namespace modscape::study {
namespace {

// What is computed at each current, in the order of the columns.
const std::vector<io::Column>& result_columns() {
  using Type = io::ColumnType;
  static const std::vector<io::Column> columns{
      {"counts", Type::f64, "1", "Spikes during the step", {}, {}},
      {"time_to_first_spike", Type::f64, "ms", "Time to the first spike", {}, {}},
      {"mean_frequency", Type::f64, "Hz", "eFEL mean_frequency", {}, {}},
      {"ISI_CV", Type::f64, "1", "Coefficient of variation of the intervals", {}, {}},
      {"adaptation_index2", Type::f64, "1", "eFEL adaptation_index2", {}, {}},
      {"regime", Type::i32, "1", "Regime during the step", {}, regime_meanings()}};
  return columns;
}

models::Protocol protocol_of(const config::SweepProtocol& sweep, double amplitude, double offset) {
  models::Protocol protocol;
  protocol.duration = sweep.delay + sweep.step_duration;
  protocol.holding = sweep.holding + offset;
  protocol.steps.push_back({sweep.delay, protocol.duration, amplitude});
  return protocol;
}

std::vector<double> during_step(const std::vector<double>& times, double delay) {
  std::vector<double> shifted;
  for (const double t : times)
    if (t >= delay) shifted.push_back(t - delay);
  return shifted;
}

}  // namespace

io::LiveTable sweep_table(const config::SweepJob& job, std::int64_t round, std::int64_t rows) {
  io::LiveTable table;
  table.path = round == 0 ? "/sweep" : fmt::format("/round_{}", round);
  table.text = round == 0 ? "One row per point of the design" : fmt::format("Round {}: further points", round);
  table.rows = rows;
  std::vector<std::string> axes;
  if (!job.protocol.currents.empty()) {
    table.axes = {{"current", "pA", "Step current", job.protocol.currents}};
    axes = {"current"};
  }
  table.columns = DesignedNeurons(job).columns();
  for (io::Column column : result_columns()) {
    column.axes = axes;
    table.columns.push_back(std::move(column));
  }
  if (job.asymptotic)
    table.columns.push_back(
        {"regime_asymptotic", io::ColumnType::i32, "1", "Regime that the neuron settles to", axes, regime_meanings()});
  return table;
}

std::size_t counts_column(const config::SweepJob& job) {
  return job.design.parameters().size();
}

std::size_t regime_column(const config::SweepJob& job) {
  return counts_column(job) + result_columns().size() - 1;
}

PointRunner::PointRunner(const config::SweepJob& job, PointSource source)
    : job_(job), source_(std::move(source)), neurons_(job), integrator_(integrator_of(job.integrator)) {}

SweepPoint PointRunner::point_of(std::span<const double> values) const {
  DesignedNeuron made = neurons_.at(values);
  SweepPoint point{made.neuron, std::move(made.protocol), {}};
  point.currents = point.protocol.currents;
  if (point.currents.empty()) point.currents = {point.protocol.amplitude};
  if (!models::adex_problems(point.neuron.parameters).empty()) point.currents.clear();
  return point;
}

SweepPoint PointRunner::point(std::int64_t row) const {
  std::vector<double> values(neurons_.parameters().size());
  source_(row, values);
  return point_of(values);
}

solvers::SpikeRun PointRunner::run(const SweepPoint& point, std::size_t k, solvers::SpikeIntegrator& integrator) const {
  const auto input =
      models::input_segments(protocol_of(point.protocol, point.currents[k], point.neuron.current_offset));
  const solvers::SpikeTask task{point.neuron.parameters, input, point.neuron.rest()};
  return std::move(integrator.run({&task, 1}).front());
}

void PointRunner::operator()(io::RowBlock& block) {
  std::vector<SweepPoint> points;
  std::vector<std::vector<models::InputSegment>> inputs;
  std::vector<double> values(neurons_.parameters().size());
  for (std::int64_t row = block.first(); row < block.first() + block.count(); ++row) {
    source_(row, values);
    for (std::size_t d = 0; d < values.size(); ++d) block.f64(row, d)[0] = values[d];
    points.push_back(point_of(values));
    for (const double amplitude : points.back().currents)
      inputs.push_back(
          models::input_segments(protocol_of(points.back().protocol, amplitude, points.back().neuron.current_offset)));
  }
  std::vector<solvers::SpikeTask> tasks;
  for (const SweepPoint& p : points)
    for (std::size_t k = 0; k < p.currents.size(); ++k)
      tasks.push_back({p.neuron.parameters, inputs[tasks.size()], p.neuron.rest()});
  const std::vector<solvers::SpikeRun> runs = integrator_->run(tasks);
  std::size_t first = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::size_t count = points[i].currents.size();
    write_row(block, block.first() + static_cast<std::int64_t>(i), points[i], std::span(runs).subspan(first, count));
    first += count;
  }
  if (job_.asymptotic) write_asymptotic(block, points);
}

void PointRunner::write_asymptotic(io::RowBlock& block, std::span<const SweepPoint> points) const {
  std::vector<std::vector<double>> currents;
  for (const SweepPoint& point : points) {
    currents.emplace_back();
    for (const double current : point.currents)
      currents.back().push_back(current + point.protocol.holding + point.neuron.current_offset);
  }
  std::vector<dynamics::AsymptoticTask> tasks;
  for (std::size_t i = 0; i < points.size(); ++i) tasks.push_back({points[i].neuron.parameters, currents[i]});
  solvers::AdexEnsemble ensemble(job_.integrator.tolerance, {.max_rhs = job_.integrator.max_rhs});
  const auto regimes = dynamics::asymptotic_regimes(tasks, ensemble);
  const std::size_t column = neurons_.parameters().size() + result_columns().size();
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::int64_t row = block.first() + static_cast<std::int64_t>(i);
    if (block.status(row) != io::RowStatus::done) continue;
    for (std::size_t k = 0; k < regimes[i].size(); ++k)
      block.i32(row, column)[k] = static_cast<std::int32_t>(regimes[i][k]);
  }
}

void PointRunner::write_row(io::RowBlock& block, std::int64_t row, const SweepPoint& point,
                            std::span<const solvers::SpikeRun> runs) const {
  const std::size_t first = neurons_.parameters().size();
  // A run that failed, and those after it, have no numbers.
  for (std::size_t c = first; c < first + result_columns().size() + (job_.asymptotic ? 1 : 0); ++c)
    block.set_missing(row, c);
  block.set_status(row, point.currents.empty() ? io::RowStatus::out_of_bounds : io::RowStatus::done);
  for (std::size_t k = 0; k < runs.size(); ++k) {
    if (runs[k].status != solvers::RunStatus::done) {
      block.set_status(row, static_cast<io::RowStatus>(runs[k].status));
      return;
    }
    const double duration = point.protocol.step_duration;
    const std::vector<double> times = during_step(runs[k].times, point.protocol.delay);
    const ephys::SpikeFeatures features = ephys::spike_features(times, {0.0, duration});
    const double cells[] = {static_cast<double>(features.spike_count), features.time_to_first_spike,
                            features.mean_frequency, features.ISI_CV, features.adaptation_index2};
    for (std::size_t c = 0; c < std::size(cells); ++c) block.f64(row, first + c)[k] = cells[c];
    block.i32(row, first + std::size(cells))[k] =
        static_cast<std::int32_t>(ephys::classify_on_protocol(times, duration));
  }
}

}  // namespace modscape::study
