// SPDX-License-Identifier: Apache-2.0
#include "config/study_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "config/suggestions.hpp"

namespace modscape::config {
namespace {

struct Tables {
  std::vector<FiCurve> curves;
  std::map<std::string, std::vector<double>> rheobases;
};

std::vector<std::string> labels_of(const Tables& tables) {
  std::vector<std::string> labels;
  for (const FiCurve& curve : tables.curves) labels.push_back(curve.condition);
  return labels;
}

Tables read_tables(const StudyJob& job, ProblemList& problems) {
  Tables tables;
  try {
    // A faulty step_duration was reported; any other lets the rest of the table be checked.
    const double step = std::isnan(job.step_duration) ? StudyJob{}.step_duration : job.step_duration;
    if (!job.fi_file.empty()) tables.curves = read_fi_table(job.fi_file, step, job.cell_type);
  } catch (const BadInput& bad) {
    problems.add(bad);
  }
  try {
    if (!job.rheobase_file.empty()) tables.rheobases = read_rheobase_table(job.rheobase_file, job.cell_type);
  } catch (const BadInput& bad) {
    problems.add(bad);
  }
  return tables;
}

Tables read_data(TableReader table, const std::string& job_path, StudyJob& job, ProblemList& problems) {
  table.required_text("fi", "the f-I table, a CSV file");
  job.fi_file = table.file("fi", job_path);
  job.rheobase_file = table.file("rheobase", job_path);
  job.cell_type = table.text("cell", {});
  job.citation = table.text("citation", {});
  job.caveat = table.text("caveat", {});
  table.rows(data_table(), job);
  table.finish();
  return read_tables(job, problems);
}

void check_name(TableReader& table, const ConditionJob& condition, const StudyJob& job) {
  if (!condition.name.empty() && !is_identifier(condition.name))
    table.refuse("name", fmt::format("condition name \"{}\" must be an identifier: letters, digits, _", condition.name),
                 fmt::format("name = \"...\", label = \"{}\"", condition.name));
  for (const ConditionJob& other : job.conditions) {
    if (other.name == condition.name)
      table.refuse("name", fmt::format("condition name \"{}\" is used twice", other.name));
    if (other.label == condition.label)
      table.refuse("label", fmt::format("conditions {} and {} have the same label \"{}\"", other.name, condition.name,
                                        other.label));
  }
}

// An empty curve stands for one that could not be found, so that the lists stay parallel.
FiCurve curve_of(TableReader& table, const ConditionJob& condition, const Tables& tables) {
  for (const FiCurve& curve : tables.curves)
    if (curve.condition == condition.label) return curve;
  const std::vector<std::string> labels = labels_of(tables);
  if (!labels.empty())  // else the table itself is the problem
    table.refuse("label",
                 fmt::format("the f-I table has no condition \"{}\"; there are {}", condition.label, joined(labels)),
                 suggestion_for(condition.label, labels));
  return {};
}

void read_condition(TableReader& table, const Tables& tables, StudyJob& job) {
  ConditionJob condition;
  condition.name = table.required_text("name", "an identifier");
  condition.label = table.text("label", condition.name);
  condition.text = table.text("text", condition.label);
  check_name(table, condition, job);
  table.finish();
  job.curves.push_back(curve_of(table, condition, tables));
  const auto rheobases = tables.rheobases.find(condition.label);
  // A table of their own comes first; counts per cell tell the rheobases as well.
  job.rheobases.push_back(rheobases != tables.rheobases.end() ? rheobases->second
                                                              : rheobases_by_cell(job.curves.back()));
  job.conditions.push_back(std::move(condition));
}

std::vector<std::string> condition_names(const StudyJob& job) {
  std::vector<std::string> names;
  for (const ConditionJob& condition : job.conditions) names.push_back(condition.name);
  return names;
}

std::string read_end(TableReader& table, const std::string& key, const std::vector<std::string>& names) {
  std::string name = table.required_text(key, "the name of a condition");
  if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
    table.refuse(key, fmt::format("{} = \"{}\" is not a condition; there are {}", key, name, joined(names)),
                 suggestion_for(name, names));
  return name;
}

}  // namespace

void read_data_and_conditions(TableReader& root, const std::string& job_path, StudyJob& job, ProblemList& problems) {
  const Tables tables = read_data(root.table("data"), job_path, job, problems);
  for (TableReader& table : root.tables("condition")) read_condition(table, tables, job);
  if (job.conditions.empty() && !root.has("condition"))
    root.refuse("condition", "no [[condition]]: a study needs at least one",
                tables.curves.empty() ? "" : "the f-I table has " + joined(labels_of(tables)));
}

void read_pairs(TableReader& root, StudyJob& job) {
  const std::vector<std::string> names = condition_names(job);
  for (TableReader& table : root.tables("pair")) {
    PairJob pair{read_end(table, "from", names), read_end(table, "to", names)};
    table.finish();
    if (!pair.from.empty() && pair.from == pair.to)
      table.refuse("to", fmt::format("a pair needs two conditions, but both are \"{}\"", pair.to));
    for (const PairJob& other : job.pairs)
      if (other.from == pair.from && other.to == pair.to)
        table.refuse("from", fmt::format("the pair {} -> {} is given twice", pair.from, pair.to));
    job.pairs.push_back(std::move(pair));
  }
}

}  // namespace modscape::config
