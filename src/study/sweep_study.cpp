// SPDX-License-Identifier: Apache-2.0
#include "study/sweep_study.hpp"

#include <fmt/format.h>

#include <chrono>

#include "ephys/spike_features.hpp"
#include "fit/parameter_space.hpp"
#include "study/integrator.hpp"
#include "study/session.hpp"
#include "sweep/design.hpp"
#include "sweep/progress.hpp"
#include "sweep/run_table.hpp"
#include "sweep/shard.hpp"

namespace modscape::study {
namespace {

io::LiveTable sweep_table(const config::SweepJob& job) {
  io::LiveTable table;
  table.path = "/sweep";
  table.text = "One row per parameter point";
  table.rows = job.points;
  table.axes = {{"current", "pA", "Step current", job.currents}};
  for (const config::Range& range : job.ranges) {
    const auto* row = models::adex_table().find(range.name);
    table.columns.push_back(
        {range.name, io::ColumnType::f64, std::string(symbol(row->unit)), std::string(row->text), {}, {}});
  }
  const std::vector<std::string> axes{"current"};
  table.columns.push_back({"counts", io::ColumnType::f64, "1", "Spikes per step from rest", axes, {}});
  table.columns.push_back({"time_to_first_spike", io::ColumnType::f64, "ms", "Time to the first spike", axes, {}});
  table.columns.push_back({"mean_frequency", io::ColumnType::f64, "Hz", "eFEL mean_frequency", axes, {}});
  table.columns.push_back({"ISI_CV", io::ColumnType::f64, "1", "Coefficient of variation of the intervals", axes, {}});
  table.columns.push_back({"adaptation_index2", io::ColumnType::f64, "1", "eFEL adaptation_index2", axes, {}});
  return table;
}

class PointRunner {
 public:
  explicit PointRunner(const config::SweepJob& job, std::int64_t first_point = 0)
      : job_(job),
        first_point_(first_point),
        space_(job.ranges, job.neuron, false),
        unit_(sweep::sobol_points(job.points, job.ranges.size(), job.seed)),
        integrator_(integrator_of(job.integrator)) {
    for (const double current : job.currents)
      inputs_.push_back(models::input_segments(models::step_protocol(current, job.step_duration)));
  }

  void operator()(io::RowBlock& block) {
    std::vector<solvers::SpikeTask> tasks;
    for (std::int64_t row = block.first(); row < block.first() + block.count(); ++row) add_tasks(block, row, tasks);
    const std::vector<solvers::SpikeRun> runs = integrator_->run(tasks);
    for (std::int64_t i = 0; i < block.count(); ++i)
      write_row(block, block.first() + i,
                std::span(runs).subspan(static_cast<std::size_t>(i) * currents(), currents()));
  }

 private:
  std::size_t currents() const { return job_.currents.size(); }

  void add_tasks(io::RowBlock& block, std::int64_t row, std::vector<solvers::SpikeTask>& tasks) const {
    const std::size_t n = space_.size();
    const std::vector<double> values =
        space_.values_from_unit(std::span(unit_).subspan(static_cast<std::size_t>(first_point_ + row) * n, n));
    for (std::size_t d = 0; d < n; ++d) block.f64(row, d)[0] = values[d];
    const models::AdexParameters neuron = space_.neuron(values);
    for (const auto& input : inputs_) tasks.push_back({neuron, input, models::Adex(neuron).initial_state()});
  }

  void write_row(io::RowBlock& block, std::int64_t row, std::span<const solvers::SpikeRun> runs) const {
    block.set_status(row, io::RowStatus::done);
    for (std::size_t k = 0; k < runs.size(); ++k) {
      if (runs[k].status != solvers::RunStatus::done) {
        block.set_status(row, static_cast<io::RowStatus>(runs[k].status));
        return;
      }
      const ephys::SpikeFeatures features = ephys::spike_features(runs[k].times, {0.0, job_.step_duration});
      const double cells[] = {static_cast<double>(features.spike_count), features.time_to_first_spike,
                              features.mean_frequency, features.ISI_CV, features.adaptation_index2};
      for (std::size_t c = 0; c < std::size(cells); ++c) block.f64(row, space_.size() + c)[k] = cells[c];
    }
  }

  const config::SweepJob& job_;
  std::int64_t first_point_;  // design index of row 0
  fit::ParameterSpace space_;
  std::vector<double> unit_;
  std::unique_ptr<solvers::SpikeIntegrator> integrator_;
  std::vector<std::vector<models::InputSegment>> inputs_;
};

}  // namespace

SweepOutcome run_sweep_job(const parallel::Communicator& comm, const config::Job& job, const Shard& shard,
                           const std::string& path, bool force) {
  const io::LiveTable table = sweep::cut_to_shard(sweep_table(job.sweep), shard);
  io::ResultsFile file = io::ResultsFile::open(comm, path, {"sweep", job.resolved, job.hash, {table}, shard},
                                               session_provenance(comm), force);
  PointRunner runner(job.sweep, table.first_row);
  const sweep::TableRun run = sweep::run_table(comm, file, table, "sweep", std::ref(runner));
  file.close();
  return {run.done, run.failed, run.stopped};
}

std::string sweep_plan_text(const config::Job& job, const Shard& shard, int ranks) {
  const io::LiveTable mine = sweep::cut_to_shard(sweep_table(job.sweep), shard);
  config::SweepJob pilot = job.sweep;
  pilot.points = std::min<std::int64_t>(job.sweep.points, 16);
  const io::LiveTable table = sweep_table(pilot);
  io::RowBlock block(table, 0, pilot.points);
  PointRunner runner(pilot);
  const auto start = std::chrono::steady_clock::now();
  runner(block);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() /
                         static_cast<double>(pilot.points);
  const auto bytes_per_row = static_cast<double>(job.sweep.ranges.size() + 5 * job.sweep.currents.size()) * 8.0 + 5.0;
  return fmt::format(
      "points        {} x {} currents with {}\nrows          {} in 1 table{}\noutput        {}\n"
      "time          about {} on {} rank{}\n",
      job.sweep.points, job.sweep.currents.size(), job.sweep.integrator.method, mine.rows,
      shard.is_whole()
          ? ""
          : fmt::format(" ({}: points {} to {})", to_string(shard), mine.first_row, mine.first_row + mine.rows - 1),
      sweep::format_bytes(bytes_per_row * static_cast<double>(mine.rows)),
      sweep::format_duration(seconds * static_cast<double>(mine.rows) / ranks), ranks, ranks == 1 ? "" : "s");
}

}  // namespace modscape::study
