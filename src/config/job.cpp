// SPDX-License-Identifier: Apache-2.0
#include "config/job.hpp"

#include <fmt/format.h>

#include "config/job_kinds.hpp"
#include "config/text_file.hpp"

namespace modscape::config {
namespace {

std::string read_kind(TableReader& table, const std::string& expected) {
  if (!table.has("kind"))
    table.required_text("kind", "\"simulate\", \"sweep\", \"continue\", \"landscape\", \"study\" or \"network\"");
  std::string kind = table.has("kind")
                         ? table.choice("kind", {"simulate", "sweep", "continue", "landscape", "study", "network"})
                         : expected;
  if (!expected.empty() && kind != expected)
    table.refuse("kind", fmt::format("this job is a {}, not a {}", kind, expected),
                 fmt::format("run: modscape {} <job file>", kind));
  return kind;
}

Job read_job(const TomlNode& document, const std::string& job_path, const std::string& expected_kind,
             ProblemList& problems) {
  Job job;
  TableReader root(&document, {}, {}, problems);
  TableReader table = root.table("job");
  job.kind = read_kind(table, expected_kind);
  job.output = table.text("output", {});
  if (job.kind == "simulate") job.simulate = read_simulate(root, job_path, problems);
  if (job.kind == "sweep") job.sweep = read_sweep(root, job_path, problems);
  if (job.kind == "continue") job.continuation = read_continue(root, job_path, problems);
  if (job.kind == "landscape") job.landscape = read_landscape(root, job_path, problems);
  if (job.kind == "study") job.study = read_study(root, table, job_path, problems);
  if (job.kind == "network") job.network = read_network(root, table, job_path, problems);
  table.finish();
  root.finish();
  problems.throw_if_any();
  add_identity(job);
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
  const TomlNode document = parse_toml(read_text_file(path), path);
  ProblemList problems(path);
  return read_job(document, path, expected_kind, problems);
}

std::string kind_of_job(const std::string& text) {
  const TomlNode document = parse_toml(text, "job");
  const TomlNode* table = document.find("job");
  const TomlNode* kind = table == nullptr ? nullptr : table->find("kind");
  return kind == nullptr ? std::string() : kind->text;
}

Job study_from_table(const std::string& fi_path, const std::vector<std::string>& gauge, const std::string& cell_type) {
  const TomlNode document = study_document(fi_path, gauge, cell_type);
  ProblemList problems("command line");
  return read_job(document, {}, "study", problems);
}

}  // namespace modscape::config
