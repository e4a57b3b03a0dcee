// SPDX-License-Identifier: Apache-2.0
#include "study/sweep_study.hpp"

#include <fmt/format.h>

#include <chrono>

#include "solvers/adex_ensemble.hpp"
#include "study/session.hpp"
#include "study/sweep_rounds.hpp"
#include "sweep/progress.hpp"
#include "sweep/run_table.hpp"

namespace modscape::study {
namespace {

constexpr std::uint64_t verify_seed = 1;

io::FileLayout layout_of(const config::Job& job, const SweepRounds& rounds, const Shard& shard) {
  return {"sweep", job.resolved, job.hash, rounds.tables(), shard, job.earlier_hashes, solvers::simd_class()};
}

// Seconds per point, from points spread over the design; stops after a third of a second, so that a plan is instant
// however long a point takes.
double seconds_per_point(const config::SweepJob& job, const SweepRounds& rounds) {
  using Clock = std::chrono::steady_clock;
  constexpr std::int64_t most = 16;
  constexpr std::chrono::milliseconds enough(300);
  const io::LiveTable& table = rounds.tables().front();
  PointRunner runner(job, rounds.design_points());
  const std::int64_t pilot = std::min(most, table.rows);
  const auto start = Clock::now();
  std::int64_t done = 0;
  while (done < pilot && Clock::now() - start < enough) {
    io::RowBlock block(table, table.rows / pilot * done, 1);
    runner(block);
    ++done;
  }
  return std::chrono::duration<double>(Clock::now() - start).count() / static_cast<double>(done);
}

std::string currents_text(const config::SweepProtocol& protocol) {
  const std::size_t currents = protocol.currents.size();
  return currents == 0 ? "1 step" : fmt::format("{} current{}", currents, currents == 1 ? "" : "s");
}

}  // namespace

SweepOutcome run_sweep_job(const parallel::Communicator& comm, const config::Job& job, const std::string& path,
                           const SweepOptions& options) {
  const SweepRounds rounds(job.sweep, options.shard);
  io::ResultsFile file =
      io::ResultsFile::open(comm, path, layout_of(job, rounds, options.shard), session_provenance(comm), options.force);
  SweepOutcome outcome;
  for (std::size_t r = 0; r < rounds.tables().size() && !outcome.rows.stopped; ++r) {
    PointRunner runner(job.sweep, rounds.points(r, comm, file));
    const sweep::TableRun run = sweep::run_table(comm, file, rounds.tables()[r],
                                                 r == 0 ? "sweep" : fmt::format("round {}", r), std::ref(runner));
    outcome.rows.done += run.done;
    outcome.rows.failed += run.failed;
    outcome.rows.stopped = run.stopped;
  }
  if (options.verify > 0 && !outcome.rows.stopped)
    outcome.verification = verify_runs(comm, file, rounds.tables().front(),
                                       PointRunner(job.sweep, rounds.design_points()), options.verify, verify_seed);
  file.close();
  return outcome;
}

std::string sweep_plan_text(const config::Job& job, const Shard& shard, int ranks) {
  const SweepRounds rounds(job.sweep, shard);
  const std::vector<io::LiveTable>& tables = rounds.tables();
  std::int64_t rows = 0;
  for (const io::LiveTable& table : tables) rows += table.rows;
  std::string further;
  for (std::size_t r = 0; r < job.sweep.rounds.size(); ++r)
    further += fmt::format(
        "round {:<8}{} points, {}\n", r + 1, job.sweep.rounds[r].points,
        job.sweep.rounds[r].kind == config::RoundKind::extend ? "extending the design" : "refining boundaries");
  const double seconds = seconds_per_point(job.sweep, rounds) * static_cast<double>(rows) / ranks;
  const std::string points =
      fmt::format("points        {} x {} with {}\n{}rows          {} in {} table{}{}\n", rounds.size_of_design(),
                  currents_text(job.sweep.protocol), job.sweep.integrator.method, further, rows, tables.size(),
                  tables.size() == 1 ? "" : "s",
                  shard.is_whole() ? ""
                                   : fmt::format(" ({}: points {} to {})", to_string(shard), tables.front().first_row,
                                                 tables.front().first_row + tables.front().rows - 1));
  return points +
         sweep::format_costs(static_cast<double>(io::estimated_bytes(layout_of(job, rounds, shard))), seconds, ranks);
}

}  // namespace modscape::study
