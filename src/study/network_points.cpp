// SPDX-License-Identifier: Apache-2.0
#include "study/network_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "config/network_points.hpp"
#include "io/agreement.hpp"
#include "io/archive.hpp"
#include "parallel/background_progress.hpp"
#include "solvers/adex_ensemble.hpp"
#include "study/code_column.hpp"
#include "study/network_epoch.hpp"
#include "study/network_pilot.hpp"
#include "study/network_run.hpp"
#include "study/row_writer.hpp"
#include "study/session.hpp"
#include "sweep/design.hpp"
#include "sweep/progress.hpp"
#include "sweep/shard.hpp"

namespace modscape::study {
namespace {

constexpr std::int64_t most_checked = 1000;

io::LiveTable points_table(const config::NetworkPointsJob& job, const config::NetworkJob& shared, std::int64_t points) {
  const std::vector<models::Population>& populations = shared.model.populations;
  const auto name = [&](int p) { return populations[static_cast<std::size_t>(p)].name; };
  const std::string names = code_meanings(static_cast<int>(populations.size()), name);
  io::LiveTable table;
  table.path = "/points";
  table.text = "Networks at the points of the design, and the activity of their populations";
  table.rows = points * job.seeds;
  table.axes = {{"population", "1", "Population: " + names, positions(populations.size())}};
  const std::vector<config::SweepParameter> parameters = config::network_parameters(job);
  for (const std::string& varied : job.design.parameters()) {
    const ParameterInfo& info = config::find_parameter(parameters, varied)->info;
    table.columns.push_back(
        {varied, io::ColumnType::f64, std::string(symbol(info.unit)), std::string(info.text), {}, {}});
  }
  table.columns.push_back({"seed", io::ColumnType::f64, "1", "Seed of the run", {}, {}});
  for (const network::ActivityStatistic& statistic : network::activity_statistics())
    table.columns.push_back({statistic.name,
                             io::ColumnType::f64,
                             statistic.unit,
                             statistic.text,
                             {"population"},
                             {{"population_names", names}}});
  return table;
}

class NetworkPoints {
 public:
  NetworkPoints(const config::Job& job, const Shard& shard)
      : job_(job.network_points),
        design_(job_.design),
        reader_(job_),
        table_(sweep::cut_to_shard(points_table(job_, job.network, design_.size()), shard)) {}

  const io::LiveTable& table() const { return table_; }
  std::int64_t points() const { return design_.size(); }
  io::FileLayout layout(const config::Job& job, const Shard& shard) const {
    return {job.network.title, job.resolved, job.hash, {table_}, shard, {}, solvers::simd_class()};
  }

  /// Serial. The network of a row; BadInput if there is none. Nothing of it is recorded but statistics.
  config::NetworkJob network(std::int64_t row) const {
    const std::int64_t run = table_.first_row + row;
    config::NetworkJob network = reader_.at(values(run));
    network.seed += static_cast<std::uint64_t>(run % job_.seeds);
    network.record_spikes.clear();
    network.traces.clear();
    network.rate_interval = network.duration;
    return network;
  }

  /// A GroupFunction of sweep/run_table.hpp; `all`: the ranks of all groups.
  void compute(io::RowBlock& block, const parallel::Communicator& group, const parallel::Communicator& all) const {
    for (std::int64_t row = block.first(); row < block.first() + block.count(); ++row) compute(block, row, group, all);
  }

 private:
  std::vector<double> values(std::int64_t run) const {
    std::vector<double> values(design_.parameters().size());
    design_.point(run / job_.seeds, values);
    return values;
  }

  void compute(io::RowBlock& block, std::int64_t row, const parallel::Communicator& group,
               const parallel::Communicator& all) const {
    RowWriter write(block, row, 0);
    const std::vector<double> point = values(table_.first_row + row);
    for (const double value : point) write.values()[0] = value;
    const std::optional<config::NetworkJob> network = shared_network(row, group);
    const std::span<double> seed = write.values();
    std::vector<std::span<double>> cells;
    for (std::size_t s = 0; s < network::activity_statistics().size(); ++s) cells.push_back(write.values());
    if (network) seed[0] = static_cast<double>(network->seed);
    const io::RowStatus status = network ? run(*network, group, all, cells) : io::RowStatus::out_of_bounds;
    block.set_status(row, status);
  }

  /// Read by rank 0 of the group, because a network may have tables of edges. None: it is impossible; where all points
  /// were looked at before, one is not, and what is wrong now ends the job.
  std::optional<config::NetworkJob> shared_network(std::int64_t row, const parallel::Communicator& group) const {
    const auto read = [&]() -> std::optional<config::NetworkJob> {
      try {
        return network(row);
      } catch (const BadInput&) {
        if (design_.size() <= most_checked) throw;
        return std::nullopt;
      }
    };
    if (group.size() == 1) return read();
    const std::string bytes = io::on_root(group, [&] {
      const std::optional<config::NetworkJob> network = read();
      return network ? io::pack(*network) : std::string();
    });
    if (bytes.empty()) return std::nullopt;
    Expected<config::NetworkJob> network = io::unpack<config::NetworkJob>(bytes);
    if (!network) throw InternalError("the network did not survive its broadcast: " + network.error().message);
    return std::move(*network);
  }

  /// Empty if it was asked to stop. Cells stay NaN unless the run came to its end.
  static io::RowStatus run(const config::NetworkJob& job, const parallel::Communicator& group,
                           const parallel::Communicator& all, const std::vector<std::span<double>>& cells) {
    constexpr double time_to_stop = 1.0;  // s: there is nothing to save
    NetworkRecorder recorder(group, job);
    network::Simulation simulation(group, job.model, {.seed = job.seed, .tolerance = job.tolerance});
    while (simulation.now() < solvers::in_ticks(job.duration)) {
      if (const auto halt = advance_epoch(simulation, recorder, job, time_to_stop)) return halt->status;
      parallel::answer_others(all);
    }
    const std::vector<network::PopulationActivity> activity = recorder.activity();
    for (std::size_t p = 0; p < activity.size(); ++p)
      for (std::size_t s = 0; s < cells.size(); ++s) cells[s][p] = activity[p].*network::activity_statistics()[s].value;
    return io::RowStatus::done;
  }

  const config::NetworkPointsJob& job_;
  sweep::SweepDesign design_;
  config::NetworkPointReader reader_;
  io::LiveTable table_;
};

/// Seconds that one rank takes for a network, from the first moments of a run; NaN: too large to try, or it fails.
double seconds_of(const config::NetworkJob& job, double synapses) {
  constexpr double largest = 1e7;
  constexpr double enough = 0.5;  // s
  if (synapses > largest) return NAN;
  const NetworkPilot pilot = pilot_network(parallel::Communicator::self(), job, enough);
  return pilot.failure.empty() ? pilot.seconds() : NAN;
}

void require_names(const config::NetworkPointsJob& job, const config::NetworkJob& shared) {
  std::set<std::string> names{"row", "population", "status", "crc"};
  for (const io::Column& column : points_table(job, shared, 1).columns)
    if (!names.insert(column.name).second)
      throw BadInput(job.job_path, fmt::format("[vary] {}: the results have a column of that name", column.name),
                     "choose another name");
}

}  // namespace

void require_possible_networks(const config::NetworkPointsJob& job, const config::NetworkJob& shared) {
  require_names(job, shared);
  constexpr std::uint64_t most_exact = std::uint64_t{1} << 53;  // as a number of a column
  if (shared.seed > most_exact - static_cast<std::uint64_t>(job.seeds))
    throw BadInput(job.job_path, fmt::format("seed = {}: the seeds of a sweep must be below 2^53", shared.seed));
  const sweep::SweepDesign design(job.design);
  const config::NetworkPointReader reader(job);
  const std::int64_t checked = std::min(design.size(), most_checked);
  std::vector<double> values(design.parameters().size());
  std::vector<Problem> problems;
  std::int64_t impossible = 0;
  for (std::int64_t k = 0; k < checked; ++k) {
    const std::int64_t index = checked == design.size() ? k : k * (design.size() - 1) / (checked - 1);
    design.point(index, values);
    try {
      reader.at(values);
    } catch (const BadInput& bad) {
      if (++impossible > 1) continue;
      problems = bad.problems();
      for (Problem& problem : problems)
        problem.message = fmt::format("at {} (point {}): {}", reader.text(values), index, problem.message);
    }
  }
  if (impossible == 0) return;
  if (impossible > 1)
    problems.push_back(
        {job.job_path, fmt::format("{} of the {} points looked at are impossible", impossible, checked), {}});
  throw BadInput(problems);
}

sweep::TableRun run_network_points(const parallel::Communicator& comm, const config::Job& job, const std::string& path,
                                   const Shard& shard, bool force) {
  sweep::require_groups(comm, job.network_points.ranks_per_point);
  const NetworkPoints points(job, shard);
  require_memory(comm, job.network, static_cast<int>(job.network_points.ranks_per_point));
  io::ResultsFile file = io::ResultsFile::open(comm, path, points.layout(job, shard), session_provenance(comm), force);
  sweep::TableOptions one_by_one;  // a run is long
  one_by_one.chunk_rows = 1;
  one_by_one.claim_ahead = false;
  const sweep::TableRun run = sweep::run_table_in_groups(
      comm, file, points.table(), "networks", static_cast<int>(job.network_points.ranks_per_point),
      [&](io::RowBlock& block, const parallel::Communicator& group) { points.compute(block, group, comm); },
      one_by_one);
  file.close();
  return run;
}

std::string network_points_plan_text(const config::Job& job, const Shard& shard, int ranks) {
  const NetworkPoints points(job, shard);
  const auto per_point = static_cast<int>(job.network_points.ranks_per_point);
  const config::NetworkJob first = points.network(0);
  const NetworkSize size = network_size(first, per_point);
  const double seconds = seconds_of(first, size.synapses) * static_cast<double>(points.table().rows) / ranks;
  const double bytes = static_cast<double>(io::estimated_bytes(points.layout(job, shard)));
  const std::string groups = ranks % per_point == 0 ? fmt::format("{} at a time, of {} rank{}", ranks / per_point,
                                                                  per_point, per_point == 1 ? "" : "s")
                                                    : fmt::format("need a multiple of {} ranks", per_point);
  return fmt::format("networks      {}: {} points x {} seed{}, {}\n", points.table().rows, points.points(),
                     job.network_points.seeds, job.network_points.seeds == 1 ? "" : "s", groups) +
         "the first of them:\n" + size.text +
         (std::isnan(seconds) ? fmt::format("output        {}\ntime          not tried: run one of them first\n",
                                            sweep::format_bytes(bytes))
                              : sweep::format_costs(bytes, seconds, ranks));
}

}  // namespace modscape::study
