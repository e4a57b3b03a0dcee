// SPDX-License-Identifier: Apache-2.0
// Reading [vary], the design and [sweep] of a job of kind "network". What [vary] names is replaced by placeholders
// first: the reader of networks then says for each of them what it is, with unit and bounds, or that it knows no such
// key.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "config/design_input.hpp"
#include "config/document_path.hpp"
#include "config/job_kinds.hpp"
#include "config/network_points.hpp"
#include "config/suggestions.hpp"

namespace modscape::config {
namespace {

constexpr const char* example = "for example b = \"population.RS.neuron.b\"";
constexpr std::int64_t most_seeds = 1000000;

void place_one(const std::string& path, Place place, TomlNode& document, Placeholder& into, ProblemList& problems) {
  const std::string top = path.substr(0, path.find('.'));
  const std::vector<std::string> launch{"job", "vary", "axes", "ranges", "design", "sweep", "record", "trace"};
  if (std::find(launch.begin(), launch.end(), top) != launch.end()) {
    problems.add(place, fmt::format("{}: nothing in [{}] can be varied", into.quantity.name, top));
    return;
  }
  TomlNode node;
  node.kind = TomlNode::Kind::varied;
  node.read_as = std::make_shared<ReadAs>();
  if (const auto problem = put_at(document, path, node, place)) {
    problems.add(place, fmt::format("{}: {}", into.quantity.name, problem->message), problem->suggestion);
    return;
  }
  into.quantity.paths.push_back(path);
  into.read_as.push_back(node.read_as);
}

/// What all paths of a placeholder have in common. False: the reader did not come to them.
bool settle(Placeholder& of, ProblemList& problems) {
  VariedQuantity& quantity = of.quantity;
  for (std::size_t i = 0; i < of.read_as.size(); ++i) {
    const ReadAs& read = *of.read_as[i];
    if (!read.read) return false;
    if (i == 0) {
      quantity.unit = read.unit;
      quantity.lower = read.lower;
      quantity.upper = read.upper;
      quantity.open_lower = read.open_lower;
      quantity.text = fmt::format("{} ({})", read.text, joined(quantity.paths));
      continue;
    }
    if (read.unit != quantity.unit)
      problems.add(of.place, fmt::format("{}: {} is in {}, {} in {}", quantity.name, quantity.paths.front(),
                                         symbol(quantity.unit), quantity.paths[i], symbol(read.unit)));
    quantity.open_lower = read.lower > quantity.lower
                              ? read.open_lower
                              : read.lower == quantity.lower && (read.open_lower || quantity.open_lower);
    quantity.lower = std::max(quantity.lower, read.lower);
    quantity.upper = std::min(quantity.upper, read.upper);
  }
  return !of.read_as.empty();
}

void read_sweep_table(TableReader table, NetworkPointsJob& job) {
  job.seeds = table.integer("seeds", job.seeds, 1, most_seeds);
  job.ranks_per_point = table.integer("ranks_per_point", job.ranks_per_point, 1, INT32_MAX);
  job.max_failed = table.integer("max_failed", job.max_failed, -1, INT64_MAX);
  table.finish();
}

void read_points_design(TableReader& root, const std::string& job_path, const std::vector<Placeholder>& placeholders,
                        NetworkPointsJob& job, ProblemList& problems) {
  const DesignInput input = read_design(root, job_path, network_parameters(job), problems);
  job.design = input.design;
  for (const Placeholder& placeholder : placeholders)
    if (input.find(placeholder.quantity.name) == nullptr)
      problems.add(placeholder.place, fmt::format("{} has no values", placeholder.quantity.name),
                   fmt::format("[axes] {} = [...]", placeholder.quantity.name));
  if (input.most_points * static_cast<double>(job.seeds) > static_cast<double>(most_points))
    problems.add(root.place_of("sweep"), fmt::format("more than {} runs", most_points));
}

std::string default_title(const NetworkPointsJob& job) {
  std::vector<std::string> names;
  for (const VariedQuantity& quantity : job.varied) names.push_back(quantity.name);
  return names.empty() ? fmt::format("A network with {} seeds", job.seeds) : "Networks over " + joined(names);
}

}  // namespace

std::vector<Placeholder> place_varied(TomlNode& document, ProblemList& problems) {
  std::vector<Placeholder> placeholders;
  const TomlNode* const found = document.find("vary");
  if (found == nullptr) return placeholders;
  const TomlNode vary = *found;  // the document changes
  TableReader table(&vary, "vary", {}, problems);
  if (vary.kind != TomlNode::Kind::table) return placeholders;  // the reader of the document says so
  if (table.keys().empty()) problems.add(table.place(), "[vary] names nothing", example);
  for (const std::string& name : table.keys()) {
    Placeholder placeholder;
    placeholder.quantity.name = name;
    placeholder.place = table.place_of(name);
    if (!is_identifier(name))
      table.refuse(name, fmt::format("\"{}\": the name must be letters, digits and _", name), example);
    const bool empty = table.is_empty_list(name);
    if (empty) table.refuse(name, fmt::format("{} names no value", name), example);
    for (const std::string& path : table.one_or_more_texts(name)) {
      const bool twice = std::any_of(placeholders.begin(), placeholders.end(), [&](const Placeholder& other) {
        const auto& paths = other.quantity.paths;
        return std::find(paths.begin(), paths.end(), path) != paths.end();
      });
      if (twice)
        table.refuse(name, fmt::format("{} is varied twice", path));
      else
        place_one(path, placeholder.place, document, placeholder, problems);
    }
    placeholders.push_back(std::move(placeholder));
  }
  return placeholders;
}

void read_network_points(TableReader& root, TableReader& job_table, const std::string& job_path,
                         std::vector<Placeholder>& placeholders, ProblemList& problems, Job& job) {
  NetworkPointsJob& points = job.network_points;
  points.wanted = true;
  points.job_path = job_path;
  root.has("vary");
  read_sweep_table(root.table("sweep"), points);
  bool settled = true;
  for (Placeholder& placeholder : placeholders) settled = settle(placeholder, problems) && settled;
  for (const Placeholder& placeholder : placeholders) points.varied.push_back(placeholder.quantity);
  const bool designed = root.has("design") || root.has("axes") || root.has("ranges");
  if (placeholders.empty() && designed)
    problems.add(root.place_of("axes"), "what these values are for is missing", fmt::format("[vary], {}", example));
  else if (settled && !placeholders.empty())
    read_points_design(root, job_path, placeholders, points, problems);
  TableReader record = root.table("record");
  if (record.has("spikes") && !record.is_empty_list("spikes"))
    record.refuse("spikes", "runs of a sweep store statistics, no spikes", "remove it");
  if (root.has("trace")) root.refuse("trace", "runs of a sweep store statistics, no traces", "remove it");
  if (!job_table.has("title")) job.network.title = default_title(points);
}

void refuse_unread(const std::vector<Placeholder>& placeholders, ProblemList& problems) {
  if (!problems.empty()) return;
  for (const Placeholder& placeholder : placeholders)
    for (std::size_t i = 0; i < placeholder.read_as.size(); ++i)
      if (!placeholder.read_as[i]->read)
        problems.add(placeholder.place, fmt::format("{}: {} means nothing in this network", placeholder.quantity.name,
                                                    placeholder.quantity.paths[i]));
}

}  // namespace modscape::config
