// SPDX-License-Identifier: Apache-2.0
#include "config/job.hpp"

#include <fmt/format.h>

#include "config/job_kinds.hpp"
#include "config/text_file.hpp"

namespace modscape::config {
namespace {

std::string kind_of(const TomlNode& document) {
  const TomlNode* table = document.find("job");
  const TomlNode* kind = table == nullptr ? nullptr : table->find("kind");
  return kind == nullptr ? std::string() : kind->text;
}

// Of another kind, or none, the rest of the job means nothing: its problems are not looked for.
std::string read_kind(TableReader& table, const std::string& expected, const ProblemList& problems) {
  if (!table.has("kind")) {
    table.required_text("kind", "\"simulate\", \"sweep\", \"continue\", \"landscape\", \"study\" or \"network\"");
    return expected;
  }
  const std::string kind = table.choice("kind", {"simulate", "sweep", "continue", "landscape", "study", "network"});
  const bool known = kind == table.text("kind", {});
  if (known && !expected.empty() && kind != expected)
    table.refuse("kind", fmt::format("this job is a {}, not a {}", kind, expected),
                 fmt::format("run: modscape {} <job file>", kind));
  if (!known || (!expected.empty() && kind != expected)) problems.throw_if_any();
  return kind;
}

void read_network_job(TableReader& root, TableReader& table, const std::string& job_path,
                      std::vector<Placeholder>& placeholders, ProblemList& problems, Job& job) {
  job.network = read_network(root, table, job_path, problems);
  if (root.has("vary") || root.has("sweep"))
    read_network_points(root, table, job_path, placeholders, problems, job);
  else
    for (const char* key : {"design", "axes", "ranges"})
      if (root.has(key))
        root.refuse(key, "a network has no such table without [vary], which says what is varied",
                    "for example [vary] b = \"population.RS.neuron.b\"");
}

Job read_job(TomlNode document, const std::string& job_path, const std::string& expected_kind, ProblemList& problems) {
  Job job;
  const std::string kind = kind_of(document);
  std::vector<Placeholder> placeholders;
  if ((kind.empty() ? expected_kind : kind) == "network") placeholders = place_varied(document, problems);
  TableReader root(&document, {}, {}, problems);
  TableReader table = root.table("job");
  job.kind = read_kind(table, expected_kind, problems);
  job.output = table.text("output", {});
  if (job.kind == "simulate") job.simulate = read_simulate(root, job_path, problems);
  if (job.kind == "sweep") job.sweep = read_sweep(root, job_path, problems);
  if (job.kind == "continue") job.continuation = read_continue(root, job_path, problems);
  if (job.kind == "landscape") job.landscape = read_landscape(root, job_path, problems);
  if (job.kind == "study") job.study = read_study(root, table, job_path, problems);
  if (job.kind == "network") read_network_job(root, table, job_path, placeholders, problems, job);
  table.finish();
  root.finish();
  refuse_unread(placeholders, problems);
  problems.throw_if_any();
  return job;
}

}  // namespace

const NeuronDesign& neuron_design(const Job& job) {
  if (job.kind == "continue") return job.continuation;
  if (job.kind == "landscape") return job.landscape;
  if (job.kind == "sweep") return job.sweep;
  throw InternalError("a job of kind " + job.kind + " has no design of neurons");
}

Job load_job(const std::string& path, const std::string& expected_kind) {
  const std::string text = read_text_file(path);
  ProblemList problems(path);
  Job job = read_job(parse_toml(text, path), path, expected_kind, problems);
  if (job.network_points.wanted) job.network_points.document = text;
  add_identity(job);
  return job;
}

std::string kind_of_job(const std::string& text) {
  return kind_of(parse_toml(text, "job"));
}

Job study_from_table(const std::string& fi_path, const std::vector<std::string>& gauge, const std::string& cell_type) {
  ProblemList problems("command line");
  Job job = read_job(study_document(fi_path, gauge, cell_type), {}, "study", problems);
  add_identity(job);
  return job;
}

}  // namespace modscape::config
