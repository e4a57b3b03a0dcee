// SPDX-License-Identifier: Apache-2.0
#include "config/design_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "config/neuron_input.hpp"
#include "config/suggestions.hpp"

namespace modscape::config {
namespace {

using Parameters = std::vector<SweepParameter>;

DesignKind kind_of(const std::string& name) {
  if (name == "latin_hypercube") return DesignKind::latin_hypercube;
  if (name == "grid") return DesignKind::grid;
  if (name == "list") return DesignKind::list;
  return name == "csv" ? DesignKind::csv : DesignKind::sobol;
}

void read_ranged_part(TableReader ranges, TableReader& part, const Parameters& parameters, DesignPart& into,
                      std::vector<Varied>& varied, ProblemList& problems) {
  if (ranges.keys().empty())
    problems.add(ranges.place(), "[ranges] is empty: the sweep has no parameter to vary",
                 "for example C_m = {from = \"60 pF\", to = \"250 pF\", scale = \"log\"}");
  into.points = part.integer("points", 0, 1, most_points);
  if (!part.has("points")) part.refuse("points", "points is missing in [design]: how many points the sweep has");
  into.seed = static_cast<std::uint64_t>(part.integer("seed", 1, 0, INT64_MAX));
  for (const SweepParameter& parameter : parameters) {
    if (!ranges.has(parameter.name())) continue;
    const Place place = ranges.place_of(parameter.name());
    TableReader entry = ranges.table(parameter.name());
    if (!entry.present()) continue;
    into.ranges.push_back(read_range(entry, parameter.info, problems));
    varied.push_back({parameter.name(), place, into.ranges.back().lower, into.ranges.back().upper});
  }
  ranges.finish();
}

// points = [{a = "2 nS", b = "60 pA"}, ...]: all with the same keys, in the order of the first.
void read_list(TableReader& part, const Parameters& parameters, DesignPart& into, std::vector<Varied>& varied) {
  std::vector<TableReader> points = part.tables("points");
  if (points.empty()) part.refuse("points", "points is missing or empty", "points = [{a = \"2 nS\", b = \"60 pA\"}]");
  for (TableReader& point : points) {
    if (into.columns.empty())
      for (const std::string& key : point.keys())
        if (find_parameter(parameters, key) != nullptr) into.columns.push_back(key);
    for (const std::string& name : into.columns) {
      ParameterInfo info = find_parameter(parameters, name)->info;
      info.default_value = required_value;
      into.table.push_back(point.quantity(info));
    }
    for (const SweepParameter& parameter : parameters)
      if (point.has(parameter.name()) && std::ranges::find(into.columns, parameter.name()) == into.columns.end())
        point.refuse(parameter.name(), fmt::format("{} is not in the first point", parameter.name()),
                     "all points have the same parameters");
    point.finish();
  }
  add_columns(into, part.place(), varied);
}

void read_csv(TableReader& part, const std::string& job_path, const Parameters& parameters, DesignPart& into,
              std::vector<Varied>& varied, ProblemList& problems) {
  if (!part.has("file")) part.required_text("file", "the CSV table of the points");
  into.file = part.file("file", job_path);
  if (into.file.empty()) return;
  try {
    read_design_csv(into.file, parameters, into);
  } catch (const BadInput& bad) {
    problems.add(bad);
  }
  add_columns(into, part.place_of("file"), varied);
}

class DesignReader {
 public:
  DesignReader(const std::string& job_path, const Parameters& parameters, ProblemList& problems)
      : job_path_(job_path), parameters_(parameters), problems_(problems) {}

  // `part` holds the keys of the design, `tables` its [ranges] and [axes].
  void read_part(const std::string& kind, TableReader& part, TableReader& tables, DesignInput& into) {
    DesignPart read;
    read.kind = kind_of(kind);
    std::vector<Varied> varied;
    const bool ranged = read.kind == DesignKind::sobol || read.kind == DesignKind::latin_hypercube;
    const bool grid = read.kind == DesignKind::grid;
    if (tables.has("axes") && !grid)
      tables.refuse("axes", fmt::format("[axes] are those of a grid, but the design is of kind \"{}\"", kind),
                    "kind = \"grid\", or use [ranges]");
    if (tables.has("ranges") && !ranged)
      tables.refuse("ranges",
                    fmt::format("[ranges] are for sobol and latin_hypercube; the design is of kind \"{}\"", kind),
                    grid ? "use [axes]" : "remove it");
    if (ranged) read_ranged_part(tables.table("ranges"), part, parameters_, read, varied, problems_);
    if (grid) read_axes(tables.table("axes"), part, parameters_, read, varied);
    if (read.kind == DesignKind::list) read_list(part, parameters_, read, varied);
    if (read.kind == DesignKind::csv) read_csv(part, job_path_, parameters_, read, varied, problems_);
    into.design.parts.push_back(std::move(read));
    for (Varied& one : varied) add(std::move(one), into);
  }

 private:
  void add(Varied one, DesignInput& into) {
    if (into.find(one.name) != nullptr)
      problems_.add(one.place, fmt::format("{} is varied twice", one.name), "each parameter in one part only");
    else
      into.varied.push_back(std::move(one));
  }
  const std::string& job_path_;
  const Parameters& parameters_;
  ProblemList& problems_;
};

// An upper bound of the number of points: as if every conditional axis existed everywhere.
double most_points_of(const DesignPart& part) {
  if (part.kind == DesignKind::list || part.kind == DesignKind::csv)
    return static_cast<double>(part.table.size()) / static_cast<double>(std::max<std::size_t>(part.columns.size(), 1));
  if (part.kind != DesignKind::grid) return static_cast<double>(part.points);
  double points = 1.0;
  for (const GridAxis& axis : part.axes) points *= static_cast<double>(axis.size());
  for (const auto& group : part.zip)  // counted once per member
    for (std::size_t m = 1; m < group.size(); ++m)
      for (const GridAxis& axis : part.axes)
        if (axis.name == group[m]) points /= static_cast<double>(axis.size());
  return points;
}

}  // namespace

const Varied* DesignInput::find(std::string_view name) const {
  for (const Varied& one : varied)
    if (one.name == name) return &one;
  return nullptr;
}

void add_columns(const DesignPart& part, Place place, std::vector<Varied>& varied) {
  const std::size_t width = part.columns.size();
  for (std::size_t c = 0; c < width; ++c) {
    Varied one{part.columns[c], place, INFINITY, -INFINITY};
    for (std::size_t i = c; i < part.table.size(); i += width) {
      one.lower = std::fmin(one.lower, part.table[i]);
      one.upper = std::fmax(one.upper, part.table[i]);
    }
    varied.push_back(std::move(one));
  }
}

DesignInput read_design(TableReader& root, const std::string& job_path, const Parameters& parameters,
                        ProblemList& problems) {
  DesignInput into;
  DesignReader reader(job_path, parameters, problems);
  TableReader table = root.table("design");
  const std::vector<std::string> kinds{"sobol", "latin_hypercube", "grid", "list", "csv", "nested"};
  const bool plain_grid = !table.has("kind") && root.has("axes") && !root.has("ranges");
  const std::string kind = plain_grid ? "grid" : table.choice("kind", kinds);
  if (kind != "nested") {
    reader.read_part(kind, table, root, into);
    table.finish();
  } else {
    for (const char* name : {"ranges", "axes"})
      if (root.has(name))
        root.refuse(name, fmt::format("[{}] belongs to a part of the nested design", name),
                    fmt::format("write [design.part.{}] below its [[design.part]]", name));
    std::vector<TableReader> parts = table.tables("part");
    if (parts.size() < 2) table.refuse("part", "a nested design has at least two parts", "[[design.part]]");
    for (TableReader& part : parts) {
      if (!part.has("kind")) part.required_text("kind", "sobol, latin_hypercube, grid, list or csv");
      reader.read_part(part.choice("kind", {kinds.begin(), kinds.end() - 1}), part, part, into);
      part.finish();
    }
    table.finish();
  }
  for (const DesignPart& part : into.design.parts) into.most_points *= most_points_of(part);
  if (const double points = into.most_points; points > static_cast<double>(most_points))
    problems.add(table.place(),
                 fmt::format("the design has {:.3g} points; at most {} are possible", points, most_points));
  return into;
}

std::vector<Round> read_rounds(TableReader& root, const DesignInput& input) {
  constexpr double most_refined = 2e7;  // rows that one rank looks at together
  const Design& design = input.design;
  std::vector<Round> rounds;
  double rows = input.most_points;
  const bool extendable = design.parts.size() == 1 && (design.parts[0].kind == DesignKind::sobol ||
                                                       design.parts[0].kind == DesignKind::latin_hypercube);
  for (TableReader& table : root.tables("round")) {
    Round round;
    if (!table.has("kind")) table.required_text("kind", "\"extend\" or \"refine\"");
    round.kind = table.choice("kind", {"refine", "extend"}) == "extend" ? RoundKind::extend : RoundKind::refine;
    if (!table.has("points")) table.refuse("points", "points is missing in [[round]]: how many rows it adds");
    round.points = table.integer("points", 1, 1, most_points);
    if (round.kind == RoundKind::refine)
      round.by = table.choice("by", {"regime", "counts"}) == "counts" ? RefineBy::counts : RefineBy::regime;
    else if (!extendable && table.has("kind"))
      table.refuse("kind", "only a design of kind sobol or latin_hypercube can be extended",
                   "make the grid, list or table longer: that is another job");
    rows += static_cast<double>(round.points);
    if (round.kind == RoundKind::refine && rows > most_refined)
      table.refuse("kind", fmt::format("refinement looks at all rows so far, here {:.3g} with its own; at most {} are "
                                       "possible",
                                       rows, most_refined));
    table.finish();
    rounds.push_back(round);
  }
  return rounds;
}

}  // namespace modscape::config
