// SPDX-License-Identifier: Apache-2.0
// One row of a sweep: the values of a design point -> runs of a neuron under current steps -> the columns of a table.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "config/job.hpp"
#include "io/results_file.hpp"
#include "solvers/spike_integrator.hpp"
#include "study/designed_neurons.hpp"

namespace modscape::study {

/// The table of one round: a column per varied parameter, then what was computed.
io::LiveTable sweep_table(const config::SweepJob& job, std::int64_t round, std::int64_t rows);

/// Column numbers of what refinement looks at.
std::size_t counts_column(const config::SweepJob& job);
std::size_t regime_column(const config::SweepJob& job);

/// A sweep's point with everything in it: neuron, modulation, protocol.
struct SweepPoint {
  models::ModulatedNeuron neuron;
  config::SweepProtocol protocol;
  std::vector<double> currents;  ///< pA: the steps of this point; none if the neuron is out of bounds
};

class PointRunner {
 public:
  /// Values of the point at `index` of a round, one per varied parameter. Pure.
  using PointSource = std::function<void(std::int64_t index, std::span<double> values)>;

  PointRunner(const config::SweepJob& job, PointSource source);
  /// A BlockFunction of sweep/run_table.hpp.
  void operator()(io::RowBlock& block);

  /// What row `row` of the round stands for, and its run under its k-th current, also by another integrator.
  SweepPoint point(std::int64_t row) const;
  solvers::SpikeRun run(const SweepPoint& point, std::size_t k) const { return run(point, k, *integrator_); }
  solvers::SpikeRun run(const SweepPoint& point, std::size_t k, solvers::SpikeIntegrator& integrator) const;

 private:
  SweepPoint point_of(std::span<const double> values) const;
  void write_row(io::RowBlock& block, std::int64_t row, const SweepPoint& point,
                 std::span<const solvers::SpikeRun> runs) const;
  void write_asymptotic(io::RowBlock& block, std::span<const SweepPoint> points) const;

  const config::SweepJob& job_;
  PointSource source_;
  DesignedNeurons neurons_;
  std::unique_ptr<solvers::SpikeIntegrator> integrator_;
};

}  // namespace modscape::study
