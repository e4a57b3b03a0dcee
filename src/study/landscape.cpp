// SPDX-License-Identifier: Apache-2.0
#include "study/landscape.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <map>

#include "dynamics/attractors.hpp"
#include "dynamics/landscape.hpp"
#include "study/code_column.hpp"
#include "study/diagram_table.hpp"
#include "study/regime_column.hpp"
#include "study/session.hpp"
#include "sweep/design.hpp"
#include "sweep/progress.hpp"
#include "sweep/shard.hpp"

namespace modscape::study {
namespace {

using Type = io::ColumnType;

constexpr std::size_t most_pieces = 8, most_piece_points = 64, most_corners = 8;
constexpr const char* table_path = "/landscape";

std::vector<double> places_of(const config::LandscapeJob& job) {
  std::vector<double> places;
  const auto last = static_cast<double>(job.cells - 1);
  for (std::int64_t k = 0; k < job.cells; ++k)
    places.push_back(job.from + (job.to - job.from) * static_cast<double>(k) / last);
  return places;
}

io::LiveTable landscape_table(const config::LandscapeJob& job, const DesignedNeurons& neurons, std::int64_t rows) {
  const config::SweepParameter &across = neurons.parameters().front(), &along = neurons.parameters().back();
  const std::string across_unit(symbol(across.info.unit)), along_unit(symbol(along.info.unit));
  io::LiveTable table;
  table.path = table_path;
  table.text = fmt::format("One row per value of {}: regimes and special points along {}, and curves to both sides",
                           across.name(), along.name());
  table.rows = rows;
  table.axes = {{"cell", along_unit, std::string(along.info.text), places_of(job)},
                {"piece", "1", "Piece of a curve", positions(most_pieces)},
                {"step", "1", "Point along a piece", positions(most_piece_points)},
                {"corner", "1", "Point of codimension two", positions(most_corners)}};
  table.columns = neurons.columns();
  const auto column = [&](const std::string& name, Type type, const std::string& unit, const std::string& text,
                          const std::vector<std::string>& axes, const std::map<std::string, std::string>& more = {}) {
    table.columns.push_back({name, type, unit, text, axes, more});
  };
  column("regime", Type::i32, "1", "What the simulation settles to; -1: undecided", {"cell"}, regime_meanings());
  column("firing", Type::i32, "1", "Its firing alone, whether rest is stable as well or not; -1: undecided", {"cell"},
         regime_meanings());
  column("rate", Type::f64, "Hz", "Of that firing; 0: none", {"cell"});
  const std::string agreements = code_meanings(static_cast<int>(dynamics::last_agreement) + 1, [](int code) {
    return to_string(static_cast<dynamics::Agreement>(code));
  });
  column("agreement", Type::i32, "1", "Of simulation and continuation", {"cell"}, {{"agreement_meanings", agreements}});
  column("complete", Type::i32, "1",
         "1: there was room for every branch, special point and piece, and each piece ends at a border of the strip",
         {});
  column("unexplained", Type::i32, "1", "Changes of stability of equilibria without a special point", {});
  column("piece_kind", Type::i32, "1", "What the points of the piece are: 0 none, 1 fold, 2 hopf", {"piece"},
         {{"kind_meanings", "0 none, 1 fold, 2 hopf"}});
  column("piece_across", Type::f64, across_unit, across.name(), {"piece", "step"});
  column("piece_along", Type::f64, along_unit, along.name(), {"piece", "step"});
  column("corner_kind", Type::i32, "1", "What the point is: 0 none, 1 CP, 2 BT, 3 GH", {"corner"},
         {{"kind_meanings", "0 none, 1 CP, 2 BT, 3 GH"}});
  column("corner_across", Type::f64, across_unit, across.name(), {"corner"});
  column("corner_along", Type::f64, along_unit, along.name(), {"corner"});
  add_special_columns(table, along);
  return table;
}

void write_cells(const std::vector<dynamics::SettledState>& states, RowWriter& row) {
  const std::span<std::int32_t> regime = row.codes(), firing = row.codes();
  const std::span<double> rate = row.values();
  const std::span<std::int32_t> agreement = row.codes();
  for (std::size_t k = 0; k < states.size(); ++k) {
    const dynamics::SettledState& state = states[k];
    regime[k] = state.decided ? static_cast<std::int32_t>(state.regime()) : -1;
    firing[k] = state.decided ? static_cast<std::int32_t>(state.firing) : -1;
    if (state.decided) rate[k] = state.rate;
    agreement[k] = static_cast<std::int32_t>(state.agreement);
  }
}

/// False if there was no room for all, or if one ends before the border of the strip.
bool write_pieces(const std::vector<dynamics::BoundaryPiece>& pieces, RowWriter& row) {
  const std::span<std::int32_t> kind = row.codes();
  const std::span<double> across = row.values(), along = row.values();
  const std::span<std::int32_t> corner_kind = row.codes();
  const std::span<double> corner_across = row.values(), corner_along = row.values();
  bool complete = pieces.size() <= most_pieces;
  std::size_t corners = 0;
  for (std::size_t k = 0; k < std::min(pieces.size(), most_pieces); ++k) {
    const dynamics::BoundaryPiece& piece = pieces[k];
    kind[k] = piece.kind == dynamics::PointKind::fold ? 1 : 2;
    const bool whole = piece.end == dynamics::CurveEnd::bound || piece.end == dynamics::CurveEnd::closed;
    complete = complete && whole && piece.points.size() <= most_piece_points;
    for (std::size_t i = 0; i < std::min(piece.points.size(), most_piece_points); ++i) {
      across[k * most_piece_points + i] = piece.points[i][0];
      along[k * most_piece_points + i] = piece.points[i][1];
    }
    for (const dynamics::BoundaryPiece::Special& special : piece.special) {
      if (corners == most_corners) return false;
      corner_kind[corners] =
          static_cast<std::int32_t>(special.kind) - static_cast<std::int32_t>(dynamics::SpecialKind::cusp) + 1;
      corner_across[corners] = special.at[0];
      corner_along[corners++] = special.at[1];
    }
  }
  return complete;
}

class Landscape {
 public:
  Landscape(const config::LandscapeJob& job, const Shard& shard)
      : job_(job),
        axis_(job.design.parts.front().axes.front()),
        neurons_(job, {job.parameter}),
        family_(neurons_.family({axis_.value(axis_.size() - 1) - axis_.value(0), job.to - job.from}, job.max_step)),
        plane_(family_, {neurons_.parameters().front().info, neurons_.parameters().back().info}),
        places_(places_of(job)),
        table_(sweep::cut_to_shard(landscape_table(job, neurons_, axis_.size()), shard)) {}

  const io::LiveTable& table() const { return table_; }
  io::FileLayout layout(const config::Job& job, const Shard& shard) const {
    return {"landscape", job.resolved, job.hash, {table_}, shard};
  }

  void compute(io::RowBlock& block, std::int64_t row, solvers::SpikeIntegrator& integrator) const {
    const std::int64_t index = table_.first_row + row;
    const double across = axis_.value(index);
    block.f64(row, 0)[0] = across;
    const dynamics::NeuronPath path = family_.along(1, {across, NAN});
    if (!is_possible(job_, path, table_, 1, block, row)) return;
    dynamics::DiagramOptions options = diagram_options(job_);
    options.places = places_;  // so that what the simulation may find there has been looked for
    const dynamics::Diagram diagram = dynamics::diagram(path, neurons_.parameters().back().info, options);
    RowWriter writer(block, row, 1);
    write_cells(dynamics::settled_states(path, diagram, options.max_spikes, places_, integrator), writer);
    const std::span<std::int32_t> complete = writer.codes(), unexplained = writer.codes();
    unexplained[0] = static_cast<std::int32_t>(diagram.unexplained);
    const bool room = write_pieces(boundary_pieces(plane_, diagram, across, strip(index)), writer);
    complete[0] = room && is_complete(diagram) ? 1 : 0;
    write_special(diagram, writer);
    block.set_status(row, io::RowStatus::done);
  }

 private:
  /// Half way to the neighbours.
  dynamics::Strip strip(std::int64_t index) const {
    const double here = axis_.value(index);
    const double left = index == 0 ? here : 0.5 * (here + axis_.value(index - 1));
    const double right = index + 1 == axis_.size() ? here : 0.5 * (here + axis_.value(index + 1));
    return {{left, job_.from}, {right, job_.to}};
  }

  const config::LandscapeJob& job_;
  const config::GridAxis& axis_;
  DesignedNeurons neurons_;
  dynamics::NeuronFamily family_;
  dynamics::FamilyField plane_;
  std::vector<double> places_;
  io::LiveTable table_;
};

}  // namespace

sweep::TableRun run_landscape(const parallel::Communicator& comm, const config::Job& job, const std::string& path,
                              const Shard& shard, bool force) {
  const Landscape landscape(job.landscape, shard);
  io::ResultsFile file =
      io::ResultsFile::open(comm, path, landscape.layout(job, shard), session_provenance(comm), force);
  const auto integrator = solvers::make_spike_integrator({});
  const sweep::TableRun run = sweep::run_table(
      comm, file, landscape.table(), "landscape",
      sweep::row_by_row([&](io::RowBlock& block, std::int64_t row) { landscape.compute(block, row, *integrator); }));
  file.close();
  return run;
}

std::string landscape_plan_text(const config::Job& job, const Shard& shard, int ranks) {
  const Landscape landscape(job.landscape, shard);
  const io::LiveTable& table = landscape.table();
  const auto integrator = solvers::make_spike_integrator({});
  const auto start = std::chrono::steady_clock::now();
  io::RowBlock block(table, table.rows / 2, 1);
  landscape.compute(block, block.first(), *integrator);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return fmt::format("strips        {} of {} cells\n", table.rows, job.landscape.cells) +
         sweep::format_costs(static_cast<double>(io::estimated_bytes(landscape.layout(job, shard))),
                             seconds * static_cast<double>(table.rows) / ranks, ranks);
}

std::string landscape_summary(const std::string& path) {
  const io::TreeReader file(path);
  const std::string table(table_path);
  const std::vector<std::int32_t> codes = file.i32(table + "/agreement");
  const std::vector<std::uint8_t> statuses = file.u8(table + "/status");
  const std::size_t per_row = codes.size() / statuses.size();
  std::int64_t differ = 0, undecided = 0, all = 0;
  for (std::size_t row = 0; row < statuses.size(); ++row) {
    if (statuses[row] != static_cast<std::uint8_t>(io::RowStatus::done)) continue;
    for (std::size_t k = 0; k < per_row; ++k) {
      const auto agreement = static_cast<dynamics::Agreement>(codes[row * per_row + k]);
      ++all;
      if (agreement == dynamics::Agreement::undecided) ++undecided;
      if (agreement > dynamics::Agreement::undecided) ++differ;
    }
  }
  return fmt::format(
      "cells         {}; simulation and continuation agree at {}, differ at {}, undecided {}\n{}", all,
      all - differ - undecided, differ, undecided,
      differ == 0 ? "" : "              see the column agreement: do not trust the map where they differ\n");
}

}  // namespace modscape::study
