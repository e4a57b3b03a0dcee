// SPDX-License-Identifier: Apache-2.0
#include "study/diagram_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "study/code_column.hpp"

namespace modscape::study {
namespace {

using Type = io::ColumnType;

std::map<std::string, std::string> kind_meanings() {
  return {{"kind_meanings", "0 none, 1 equilibria, 2 cycles"}};
}

std::map<std::string, std::string> end_meanings() {
  std::string text = "0 none";
  for (int code = 0; code <= static_cast<int>(dynamics::CurveEnd::singular); ++code)
    text += fmt::format(", {} {}", code + 1, to_string(static_cast<dynamics::CurveEnd>(code)));
  return {{"end_meanings", text}};
}

std::map<std::string, std::string> point_meanings() {
  return {{"kind_meanings", code_meanings(static_cast<int>(dynamics::last_point_kind) + 1,
                                          [](int code) { return to_string(static_cast<dynamics::PointKind>(code)); })}};
}

/// A number of a point of a diagram, and its column: without and with the prefix "special_".
struct PointNumber {
  const char *name, *units, *text;
  double dynamics::DiagramPoint::* member;
};
const std::vector<PointNumber>& point_numbers() {
  using P = dynamics::DiagramPoint;
  static const std::vector<PointNumber> all{
      {"V", "mV", "Potential of an equilibrium", &P::V},
      {"w", "pA", "w of an equilibrium; of a cycle, after its first reset", &P::w},
      {"eigenvalue_re", "1/ms", "Eigenvalue with the largest real part, of an equilibrium", &P::eigenvalue_re},
      {"eigenvalue_im", "1/ms", "Its imaginary part", &P::eigenvalue_im},
      {"multiplier", "1", "Multiplier of a cycle", &P::multiplier},
      {"period", "ms", "Period of a cycle", &P::period}};
  return all;
}

void write_branches(const dynamics::Diagram& diagram, RowWriter& row) {
  const auto& branches = diagram.branches;
  const std::span<std::int32_t> kind = row.codes(), spikes = row.codes(), points = row.codes(), end = row.codes();
  const std::span<double> residuals = row.values();
  for (std::size_t b = 0; b < branches.size(); ++b) {
    kind[b] = static_cast<std::int32_t>(branches[b].kind);
    spikes[b] = static_cast<std::int32_t>(branches[b].spikes);
    points[b] = static_cast<std::int32_t>(branches[b].points.size());
    for (std::size_t side = 0; side < 2; ++side) {
      const dynamics::DiagramBranch::End& of = branches[b].ends[side];
      end[2 * b + side] = static_cast<std::int32_t>(of.end) + 1;
      // The last ones: where it failed.
      const std::size_t kept = std::min(of.last_residuals.size(), most_residuals);
      std::copy_n(of.last_residuals.end() - static_cast<std::ptrdiff_t>(kept), kept,
                  residuals.begin() + static_cast<std::ptrdiff_t>((2 * b + side) * most_residuals));
    }
  }
}

void write_points(const dynamics::Diagram& diagram, RowWriter& row) {
  const std::span<std::int32_t> stable = row.codes();
  const std::size_t room = stable.size() / most_branches;
  const auto place = [&](double dynamics::DiagramPoint::* member) {
    const std::span<double> cells = row.values();
    for (std::size_t b = 0; b < diagram.branches.size(); ++b)
      for (std::size_t i = 0; i < diagram.branches[b].points.size(); ++i)
        cells[b * room + i] = diagram.branches[b].points[i].*member;
  };
  for (std::size_t b = 0; b < diagram.branches.size(); ++b)
    for (std::size_t i = 0; i < diagram.branches[b].points.size(); ++i)
      stable[b * room + i] = diagram.branches[b].points[i].stable ? 1 : 0;
  place(&dynamics::DiagramPoint::parameter);
  for (const PointNumber& number : point_numbers()) place(number.member);
}

}  // namespace

void add_special_columns(io::LiveTable& table, const config::SweepParameter& along) {
  const std::string units(symbol(along.info.unit)), name(along.info.name);
  table.axes.push_back({"special", "1", "Special point", positions(most_special)});
  const auto column = [&](const std::string& column_name, Type type, const std::string& unit, const std::string& text,
                          const std::map<std::string, std::string>& more = {}) {
    table.columns.push_back({column_name, type, unit, text, {"special"}, more});
  };
  column("special_kind", Type::i32, "1", "What the special point is", point_meanings());
  column("special_branch", Type::i32, "1", "The branch it lies on");
  column("special_value", Type::f64, units, fmt::format("{} of the special point", name));
  for (const PointNumber& number : point_numbers())
    column(std::string("special_") + number.name, Type::f64, number.units, number.text);
  column("special_omega", Type::f64, "rad/ms", "Angular frequency at a Hopf point");
  column("special_coefficient", Type::f64, "1",
         "Normal form: of a Hopf point the first Lyapunov coefficient (dimensionless), of a fold a (per ms)");
}

void write_special(const dynamics::Diagram& diagram, RowWriter& row) {
  const std::size_t count = std::min(diagram.special.size(), most_special);
  const std::span<std::int32_t> kind = row.codes(), branch = row.codes();
  for (std::size_t s = 0; s < count; ++s) {
    kind[s] = static_cast<std::int32_t>(diagram.special[s].kind);
    branch[s] = static_cast<std::int32_t>(diagram.special[s].branch);
  }
  const auto place = [&](auto value) {
    const std::span<double> cells = row.values();
    for (std::size_t s = 0; s < count; ++s) cells[s] = value(diagram.special[s]);
  };
  using Special = dynamics::DiagramSpecial;
  place([](const Special& special) { return special.at.parameter; });
  for (const PointNumber& number : point_numbers())
    place([&](const Special& special) { return special.at.*number.member; });
  place([](const Special& special) { return special.omega; });
  place([](const Special& special) { return special.coefficient; });
}

dynamics::DiagramOptions diagram_options(const config::ContinueJob& job) {
  return {.from = job.from,
          .to = job.to,
          .cycles = job.cycles,
          .max_spikes = static_cast<std::size_t>(job.max_spikes),
          .max_points = static_cast<std::size_t>(job.max_points),
          .max_branches = most_branches};
}

bool is_possible(const config::ContinueJob& job, const dynamics::NeuronPath& path, const io::LiveTable& table,
                 std::size_t first_column, io::RowBlock& block, std::int64_t row) {
  for (const double end : {job.from, job.to})
    if (!models::adex_problems(path.at(end).neuron).empty()) {
      for (std::size_t c = first_column; c < table.columns.size(); ++c) block.set_missing(row, c);
      block.set_status(row, io::RowStatus::out_of_bounds);
      return false;
    }
  return true;
}

io::LiveTable diagram_table(const config::ContinueJob& job, const DesignedNeurons& neurons, std::int64_t rows) {
  const config::SweepParameter& along = neurons.parameters().back();
  const std::string units(symbol(along.info.unit)), name(along.info.name);
  io::LiveTable table;
  table.path = "/continuation";
  table.text = fmt::format("One row per point of the design: the bifurcation diagram along {}", name);
  table.rows = rows;
  // One more than max_points on either side of the start, which is counted once.
  const std::size_t points = 2 * static_cast<std::size_t>(job.max_points) - 1;
  table.axes = {{"branch", "1", "Branch of the diagram", positions(most_branches)},
                {"side", "1", "0 first point of a branch, 1 last", positions(2)},
                {"iteration", "1", "Iteration of the correction that failed last", positions(most_residuals)},
                {"point", "1", "Point along a branch", positions(points)}};
  table.columns = neurons.columns();
  const auto column = [&](const std::string& column_name, Type type, const std::string& unit, const std::string& text,
                          const std::vector<std::string>& axes, const std::map<std::string, std::string>& more = {}) {
    table.columns.push_back({column_name, type, unit, text, axes, more});
  };
  column("branches", Type::i32, "1", "Branches found", {});
  column("complete", Type::i32, "1", "1: there was room for every branch and special point", {});
  column("unexplained", Type::i32, "1", "Changes of stability of equilibria without a special point", {});
  column("branch_kind", Type::i32, "1", "What the branch is made of", {"branch"}, kind_meanings());
  column("branch_spikes", Type::i32, "1", "Spikes per period of a cycle", {"branch"});
  column("branch_points", Type::i32, "1", "Points of the branch", {"branch"});
  column("branch_end", Type::i32, "1", "How the branch ends", {"branch", "side"}, end_meanings());
  column("residuals", Type::f64, "1", "Scaled residuals of the last failed correction, where a branch ends in one",
         {"branch", "side", "iteration"});
  column("stable", Type::i32, "1", "1: stable", {"branch", "point"});
  column("value", Type::f64, units, fmt::format("{} of the point", name), {"branch", "point"});
  for (const PointNumber& number : point_numbers())
    column(number.name, Type::f64, number.units, number.text, {"branch", "point"});
  add_special_columns(table, along);
  return table;
}

void write_diagram(const dynamics::Diagram& diagram, std::size_t first_column, io::RowBlock& block, std::int64_t row) {
  RowWriter writer(block, row, first_column);
  writer.codes()[0] = static_cast<std::int32_t>(diagram.branches.size());
  writer.codes()[0] = is_complete(diagram) ? 1 : 0;
  writer.codes()[0] = static_cast<std::int32_t>(diagram.unexplained);
  write_branches(diagram, writer);
  write_points(diagram, writer);
  write_special(diagram, writer);
  block.set_status(row, io::RowStatus::done);
}

}  // namespace modscape::study
