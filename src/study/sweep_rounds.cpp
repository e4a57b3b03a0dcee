// SPDX-License-Identifier: Apache-2.0
#include "study/sweep_rounds.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "io/agreement.hpp"
#include "io/archive.hpp"
#include "sweep/refinement.hpp"
#include "sweep/shard.hpp"

namespace modscape::study {
namespace {

// Numbers the different classes of rows: the regimes, or the counts, along the currents.
class Classes {
 public:
  Classes(const config::SweepJob& job, config::RefineBy by)
      : by_counts_(by == config::RefineBy::counts), column_(by_counts_ ? counts_column(job) : regime_column(job)) {}

  std::int64_t of(io::RowBlock& rows, std::int64_t row) {
    if (rows.status(row) != io::RowStatus::done) return sweep::unknown_class;
    std::vector<double> cells;
    if (by_counts_)
      for (const double count : rows.f64(row, column_)) cells.push_back(count);
    else
      for (const std::int32_t regime : rows.i32(row, column_)) cells.push_back(regime);
    return numbers_.try_emplace(std::move(cells), static_cast<std::int64_t>(numbers_.size())).first->second;
  }

 private:
  bool by_counts_;
  std::size_t column_;
  std::map<std::vector<double>, std::int64_t> numbers_;
};

}  // namespace

SweepRounds::SweepRounds(const config::SweepJob& job, const Shard& shard) : job_(job), design_(job.design) {
  if (!shard.is_whole() && !job.rounds.empty())
    throw BadInput("--shard", "this job has rounds, which follow from all rows of the design",
                   "run the shards of the job without its [[round]] tables, merge them, then run the job with them on "
                   "the merged file");
  tables_.push_back(sweep::cut_to_shard(sweep_table(job, 0, design_.size()), shard));
  for (std::size_t r = 0; r < job.rounds.size(); ++r) {
    io::LiveTable table = sweep_table(job, static_cast<std::int64_t>(r) + 1, job.rounds[r].points);
    if (job.rounds[r].kind == config::RoundKind::refine)
      for (const io::LiveTable& earlier : tables_) table.derived_from.push_back(earlier.path);
    tables_.push_back(std::move(table));
  }
}

PointRunner::PointSource SweepRounds::design_points() const {
  const std::int64_t first = tables_.front().first_row;
  return [this, first](std::int64_t row, std::span<double> values) { design_.point(first + row, values); };
}

std::vector<double> SweepRounds::refined(std::size_t round, io::ResultsFile& file) const {
  const config::Round& wanted = job_.rounds[round - 1];
  sweep::ClassifiedPoints given;
  given.parameters = design_.parameters().size();
  Classes classes(job_, wanted.by);
  for (std::size_t r = 0; r < round; ++r) {
    io::RowBlock rows = file.read(tables_[r].path);
    for (std::int64_t row = 0; row < tables_[r].rows; ++row) {
      for (std::size_t d = 0; d < given.parameters; ++d) given.values.push_back(rows.f64(row, d)[0]);
      given.classes.push_back(classes.of(rows, row));
    }
  }
  std::vector<double> points =
      sweep::refine_boundary(given, sweep::refinement_ranges(job_.design), wanted.points, round);
  if (points.empty())
    throw BadInput(fmt::format("round {}", round),
                   fmt::format("no two neighbouring points of the rounds before differ in {}: there is no boundary to "
                               "refine",
                               wanted.by == config::RefineBy::counts ? "counts" : "regime"),
                   "more points in the rounds before, wider ranges, or no refinement");
  return points;
}

PointRunner::PointSource SweepRounds::points(std::size_t round, const parallel::Communicator& comm,
                                             io::ResultsFile& file) const {
  if (round == 0) return design_points();
  const config::Round& wanted = job_.rounds[round - 1];
  if (wanted.kind == config::RoundKind::extend) {
    std::int64_t earlier = design_.size();
    int number = 1;
    for (std::size_t r = 0; r + 1 < round; ++r)
      if (job_.rounds[r].kind == config::RoundKind::extend) {
        earlier += job_.rounds[r].points;
        ++number;
      }
    return [this, number, earlier, count = wanted.points](std::int64_t row, std::span<double> values) {
      design_.extension_point(number, earlier, count, row, values);
    };
  }
  const std::string bytes = io::on_root(comm, [&] { return io::pack(refined(round, file)); });
  Expected<std::vector<double>> found = io::unpack<std::vector<double>>(bytes);
  if (!found) throw InternalError("broadcast of the refined points: " + found.error().message);
  return [found = std::move(*found), width = design_.parameters().size()](std::int64_t row, std::span<double> values) {
    const auto first = static_cast<std::size_t>(row) * width;
    std::copy_n(found.begin() + static_cast<std::ptrdiff_t>(first), width, values.begin());
  };
}

}  // namespace modscape::study
