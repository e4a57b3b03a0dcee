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
    if (is_possible(job_, path, table_, varied, block, row))
      write_diagram(dynamics::diagram(path, neurons_.parameters().back().info, diagram_options(job_)), varied, block,
                    row);
  }

 private:
  /// The neurons of a point along the parameter, which is the last of the values.
  dynamics::NeuronPath path_through(const std::vector<double>& values) const {
    return neurons_.family(std::vector(values.size(), job_.to - job_.from), job_.max_step)
        .along(values.size() - 1, values);
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
  return fmt::format("diagrams      {} along {}{}\n", table.rows, wanted.parameter,
                     wanted.cycles ? fmt::format(", cycles of up to {} spikes", wanted.max_spikes) : "") +
         sweep::format_costs(static_cast<double>(io::estimated_bytes(continuation.layout(job, shard))),
                             seconds * static_cast<double>(table.rows) / ranks, ranks);
}

}  // namespace modscape::study
