// SPDX-License-Identifier: Apache-2.0
// [axes] of a grid: lists, {from, to, count | step}, zipped and conditional axes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "config/design_input.hpp"
#include "config/suggestions.hpp"

namespace modscape::config {
namespace {

ParameterInfo as_key(ParameterInfo info, std::string_view key) {
  info.name = key;
  info.default_value = required_value;
  return info;
}

// {from, to, count} or {from, to, step}; both ends belong to it (with `step`, `to` if the steps meet it).
void read_span(TableReader& table, const ParameterInfo& info, GridAxis& axis) {
  axis.from = table.quantity(as_key(info, "from"));
  axis.to = table.quantity(as_key(info, "to"));
  if (table.has("step") == table.has("count"))
    table.refuse(table.has("step") ? "count" : "from", fmt::format("{}: give either count or step", axis.name));
  axis.count = table.integer("count", 2, 2, most_points);
  if (table.has("step"))
    axis.step = table.quantity(as_key({"step", "step", info.unit, 0, -1e12, 1e12, false, {}, {}, {}}, "step"));
  axis.scale = table.choice("scale", {"linear", "log"}) == "log" ? Scale::log : Scale::linear;
  if (axis.scale == Scale::log && table.has("step")) table.refuse("scale", "a log scale needs count, not step");
  if (axis.scale == Scale::log && axis.from <= 0.0)
    table.refuse("from", fmt::format("{}: from = {} must be greater than 0 on a log scale", axis.name,
                                     format_quantity(axis.from, info.unit)));
  if (std::isnan(axis.from + axis.to + axis.step)) return;
  if (axis.from >= axis.to)
    table.refuse("from", fmt::format("{}: from = {} must be less than to = {}", axis.name,
                                     format_quantity(axis.from, info.unit), format_quantity(axis.to, info.unit)));
  else if (table.has("step") && axis.step <= 0.0)
    table.refuse("step", fmt::format("step = {} must be greater than 0", format_quantity(axis.step, info.unit)));
  else if (table.has("step"))
    axis.count = static_cast<std::int64_t>(
        std::min(std::floor((axis.to - axis.from) / axis.step + 1e-9) + 1.0, static_cast<double>(most_points)));
}

void check_list(TableReader& table, const std::string& key, const GridAxis& axis) {
  if (table.is_empty_list(key)) table.refuse(key, fmt::format("{} has no values", axis.name));
  std::vector<double> sorted = axis.values;
  std::erase_if(sorted, [](double value) { return std::isnan(value); });
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) table.refuse(key, fmt::format("{} has the value {} twice", axis.name, *twice));
}

// An axis with the table that declares it, for its conditions.
struct Declared {
  GridAxis axis;
  TableReader table;
};

Declared read_axis(TableReader& axes, const ParameterInfo& info) {
  const std::string name(info.name);
  GridAxis axis;
  axis.name = name;
  if (!axes.is_table(name)) {
    axis.values = axes.quantities(info);
    check_list(axes, name, axis);
    return {std::move(axis), TableReader(axes)};
  }
  TableReader table = axes.table(name);
  if (table.has("values")) {
    axis.values = table.quantities(as_key(info, "values"));
    check_list(table, "values", axis);
  } else {
    read_span(table, info, axis);
  }
  return {std::move(axis), std::move(table)};
}

class AxesReader {
 public:
  AxesReader(const std::vector<SweepParameter>& parameters, DesignPart& into) : parameters_(parameters), part_(into) {}

  void read_conditions(TableReader table, std::size_t index) {
    TableReader when = table.table("when");
    for (const std::string& name : when.keys()) {
      const std::size_t parent = position(name);
      if (parent >= index) {
        std::vector<std::string> before;
        for (std::size_t i = 0; i < index; ++i) before.push_back(part_.axes[i].name);
        when.refuse(name, fmt::format("{} is not an axis before {}", name, part_.axes[index].name),
                    before.empty() ? "a condition names an axis above" : "axes before it: " + joined(before));
        continue;
      }
      const GridAxis& on = part_.axes[parent];
      ParameterInfo info = find_parameter(parameters_, name)->info;
      AxisCondition condition{name, {}};
      for (const double value : when.quantities(info)) {
        const std::int64_t found = on.index_of(value);
        if (found < 0 && !std::isnan(value))
          when.refuse(name, fmt::format("{} is not a value of the axis {}", format_quantity(value, info.unit), name));
        else if (found >= 0)
          condition.values.push_back(on.value(found));
      }
      if (when.is_empty_list(name)) when.refuse(name, "no value: the axis would never exist");
      part_.axes[index].when.push_back(std::move(condition));
    }
  }

  void read_zip(TableReader& design) {
    std::vector<std::string> seen;
    for (const std::vector<std::string>& group : design.text_lists("zip")) {
      if (group.size() < 2) design.refuse("zip", "a zipped group has at least two axes");
      for (const std::string& name : group) check_zipped(design, name, group, seen);
      part_.zip.push_back(group);
    }
  }

 private:
  std::size_t position(const std::string& name) const {
    for (std::size_t i = 0; i < part_.axes.size(); ++i)
      if (part_.axes[i].name == name) return i;
    return part_.axes.size();
  }

  void check_zipped(TableReader& design, const std::string& name, const std::vector<std::string>& group,
                    std::vector<std::string>& seen) {
    const std::size_t index = position(name), first = position(group.front());
    if (std::find(seen.begin(), seen.end(), name) != seen.end())
      design.refuse("zip", fmt::format("{} is zipped twice", name));
    seen.push_back(name);
    if (index == part_.axes.size()) {
      std::vector<std::string> names;
      for (const GridAxis& axis : part_.axes) names.push_back(axis.name);
      design.refuse("zip", fmt::format("{} is not an axis", name), suggestion_for(name, names));
      return;
    }
    if (!part_.axes[index].when.empty())
      design.refuse("zip", fmt::format("{} is a conditional axis and cannot be zipped", name));
    if (first < part_.axes.size() && part_.axes[index].size() != part_.axes[first].size())
      design.refuse("zip", fmt::format("{} has {} values, {} has {}: zipped axes are equally long", name,
                                       part_.axes[index].size(), group.front(), part_.axes[first].size()));
  }

  const std::vector<SweepParameter>& parameters_;
  DesignPart& part_;
};

}  // namespace

void read_axes(TableReader axes, TableReader& part, const std::vector<SweepParameter>& parameters, DesignPart& into,
               std::vector<Varied>& varied) {
  if (axes.keys().empty())
    part.refuse("axes", "[axes] is empty: the grid has no axis",
                "for example a = {from = \"-2 nS\", to = \"6 nS\", count = 17}");
  std::vector<TableReader> tables;
  for (const std::string& name : axes.keys()) {
    const SweepParameter* parameter = find_parameter(parameters, name);
    if (parameter == nullptr) continue;
    Declared declared = read_axis(axes, parameter->info);
    into.axes.push_back(std::move(declared.axis));
    tables.push_back(std::move(declared.table));
  }
  // What is not a parameter is reported by finish(), with the names that are.
  for (const SweepParameter& parameter : parameters) axes.has(parameter.name());
  axes.finish();
  AxesReader reader(parameters, into);
  for (std::size_t i = 0; i < into.axes.size(); ++i) {
    if (!axes.is_table(into.axes[i].name)) continue;
    reader.read_conditions(tables[i], i);
    tables[i].has("when");
    tables[i].finish();
  }
  reader.read_zip(part);
  if (into.axes.size() > 64) part.refuse("axes", "a grid has at most 64 axes");
  for (const GridAxis& axis : into.axes) {
    Varied one{axis.name, axes.place_of(axis.name), NAN, NAN, !axis.when.empty()};
    if (axis.count > 0) {
      one.lower = axis.from;
      one.upper = axis.to;
    }
    if (!axis.values.empty()) {
      one.lower = *std::min_element(axis.values.begin(), axis.values.end());
      one.upper = *std::max_element(axis.values.begin(), axis.values.end());
    }
    varied.push_back(std::move(one));
  }
}

}  // namespace modscape::config
