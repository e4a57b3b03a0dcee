// SPDX-License-Identifier: Apache-2.0
#include "study/continuation.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "study/diagram_table.hpp"
#include "study/session.hpp"
#include "sweep/design.hpp"
#include "sweep/progress.hpp"
#include "sweep/shard.hpp"

namespace modscape::study {
namespace {

class Continuation {
 public:
  Continuation(const config::ContinueJob& job, const Shard& shard)
      : job_(job),
        design_(job.design),
        neurons_(job, {job.parameter}),
        table_(sweep::cut_to_shard(diagram_table(job, neurons_, design_.size()), shard)) {}

  const io::LiveTable& table() const { return table_; }
  std::int64_t size_of_design() const { return design_.size(); }
  io::FileLayout layout(const config::Job& job, const Shard& shard) const {
    return {"continue", job.resolved, job.hash, {table_}, shard};
  }

  void compute(io::RowBlock& block, std::int64_t row) const {
    std::vector<double> values(neurons_.parameters().size());
    const std::size_t varied = values.size() - 1;
    design_.point(table_.first_row + row, std::span(values).first(varied));
    for (std::size_t d = 0; d < varied; ++d) block.f64(row, d)[0] = values[d];
    const dynamics::NeuronPath path = path_through(values);
    for (const double end : {job_.from, job_.to})
      if (!models::adex_problems(path.at(end).neuron).empty()) {
        for (std::size_t c = varied; c < table_.columns.size(); ++c) block.set_missing(row, c);
        block.set_status(row, io::RowStatus::out_of_bounds);
        return;
      }
    write_diagram(dynamics::diagram(path, neurons_.parameters().back().info, options()), varied, block, row);
  }

 private:
  dynamics::DiagramOptions options() const {
    return {.from = job_.from,
            .to = job_.to,
            .cycles = job_.cycles,
            .max_spikes = static_cast<std::size_t>(job_.max_spikes),
            .max_points = static_cast<std::size_t>(job_.max_points),
            .max_branches = most_branches};
  }

  /// The neurons of a point along the parameter, which is the last of the values.
  dynamics::NeuronPath path_through(const std::vector<double>& values) const {
    const auto at = [this, values](double parameter) {
      std::vector<double> here = values;
      here.back() = parameter;
      const DesignedNeuron made = neurons_.at(here);
      return dynamics::DrivenNeuron{made.neuron.parameters, made.protocol.amplitude + made.neuron.current_offset};
    };
    // Only Newton's Jacobian uses it, so central differences will do: exact for whatever is linear in the parameter.
    const double step = 1e-5 * (job_.to - job_.from);
    const auto derivative = [at, step](double parameter) {
      const dynamics::DrivenNeuron left = at(parameter - step), right = at(parameter + step);
      dynamics::DrivenNeuron change = dynamics::no_change();
      for (const auto& member : models::adex_table())
        change.neuron.*member.member = (right.neuron.*member.member - left.neuron.*member.member) / (2.0 * step);
      change.current = (right.current - left.current) / (2.0 * step);
      return change;
    };
    // A branch's longest step is half a unit of scaled arclength.
    return {at, derivative, 2.0 * job_.max_step * (job_.to - job_.from)};
  }

  const config::ContinueJob& job_;
  sweep::SweepDesign design_;
  DesignedNeurons neurons_;
  io::LiveTable table_;
};

}  // namespace

sweep::TableRun run_continue_job(const parallel::Communicator& comm, const config::Job& job, const std::string& path,
                                 const Shard& shard, bool force) {
  const Continuation continuation(job.continuation, shard);
  io::ResultsFile file =
      io::ResultsFile::open(comm, path, continuation.layout(job, shard), session_provenance(comm), force);
  const sweep::TableRun run = sweep::run_table(
      comm, file, continuation.table(), "continue",
      sweep::row_by_row([&](io::RowBlock& block, std::int64_t row) { continuation.compute(block, row); }));
  file.close();
  return run;
}

std::string continue_plan_text(const config::Job& job, const Shard& shard, int ranks) {
  const Continuation continuation(job.continuation, shard);
  const io::LiveTable& table = continuation.table();
  const auto start = std::chrono::steady_clock::now();
  io::RowBlock block(table, table.rows / 2, 1);
  continuation.compute(block, block.first());
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const config::ContinueJob& wanted = job.continuation;
  return fmt::format(
      "diagrams      {} along {}{}\noutput        {}\ntime          about {} on {} rank{}\n", table.rows,
      wanted.parameter, wanted.cycles ? fmt::format(", cycles of up to {} spikes", wanted.max_spikes) : "",
      sweep::format_bytes(static_cast<double>(io::estimated_bytes(continuation.layout(job, shard)))),
      sweep::format_duration(seconds * static_cast<double>(table.rows) / ranks), ranks, ranks == 1 ? "" : "s");
}

}  // namespace modscape::study
