// SPDX-License-Identifier: Apache-2.0
// The canonical text of a job: a job file with every default written out, from which its identity is hashed. Files
// appear by base name and digest, so that the text does not depend on where the job lies.
#include <fmt/format.h>

#include <cmath>

#include "config/job_kinds.hpp"
#include "config/text_file.hpp"
#include "core/build_info.hpp"
#include "core/digest.hpp"

namespace modscape::config {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + '"';
}

// -0 and 0 are the same value and must not make two identities.
std::string quantity_text(double value, Unit unit) {
  const std::string text = format_quantity(value == 0.0 ? 0.0 : value, unit);
  return unit == Unit::one ? text : quoted(text);
}

class Writer {
 public:
  void table(std::string_view name) { text_ += fmt::format("\n[{}]\n", name); }
  void element(std::string_view name) { text_ += fmt::format("\n[[{}]]\n", name); }
  void text(std::string_view key, const std::string& value) { line(key, quoted(value)); }
  void integer(std::string_view key, std::int64_t value) { line(key, fmt::format("{}", value)); }
  void seed(std::uint64_t value) { line("seed", fmt::format("{}", value)); }
  void flag(std::string_view key, bool value) { line(key, value ? "true" : "false"); }
  void line(std::string_view key, const std::string& value) { text_ += fmt::format("{} = {}\n", key, value); }
  /// The digest is a comment: the text stays a job file that can be run.
  void file(std::string_view key, const std::string& path) {
    if (path.empty()) return;
    line(key, quoted(base_name(path)) + "  # sha256 " + sha256_hex(read_text_file(path)));
  }
  void quantity(const ParameterInfo& info, double value) {
    if (!std::isnan(value)) line(info.name, quantity_text(value, info.unit));
  }
  void currents(std::string_view key, const std::vector<double>& values) {
    std::string list;
    for (const double value : values) list += (list.empty() ? "" : ", ") + quantity_text(value, Unit::pA);
    line(key, "[" + list + "]");
  }
  template <class P>
  void rows(const ParameterTable<P>& table, const P& values) {
    for (const auto& row : table) quantity(row, values.*row.member);
  }
  const std::string& result() const { return text_; }

 private:
  std::string text_;
};

bool is_ranged(const std::vector<Range>& ranges, std::string_view name) {
  for (const Range& range : ranges)
    if (range.name == name) return true;
  return false;
}

void write_neuron(Writer& out, const models::AdexParameters& neuron, const std::vector<Range>& ranges,
                  bool with_gauge_parameters) {
  out.table("neuron");
  out.text("model", "adex");
  for (const auto& row : models::adex_table()) {
    const bool of_gauge = row.name == "E_L" || row.name == "V_T";
    if (!is_ranged(ranges, row.name) && (with_gauge_parameters || !of_gauge)) out.quantity(row, neuron.*row.member);
  }
}

void write_ranges(Writer& out, const std::vector<Range>& ranges) {
  out.table("ranges");
  for (const Range& range : ranges) {
    const Unit unit = models::adex_table().find(range.name)->unit;
    out.line(range.name, fmt::format("{{from = {}, to = {}, scale = \"{}\"}}", quantity_text(range.lower, unit),
                                     quantity_text(range.upper, unit), range.scale == Scale::log ? "log" : "linear"));
  }
}

void write_integrator(Writer& out, const IntegratorJob& integrator) {
  out.table("integrator");
  out.text("method", integrator.method);
  out.rows(integrator_table(), integrator);
  out.integer("max_rhs", integrator.max_rhs);
}

template <class Segment>
void write_segments(Writer& out, std::string_view name, const ParameterTable<Segment>& rows,
                    const std::vector<Segment>& segments) {
  for (const Segment& segment : segments) {
    out.element(name);
    out.rows(rows, segment);
    if constexpr (std::is_same_v<Segment, models::CurrentNoise>) out.seed(segment.seed);
  }
}

void write_simulate(Writer& out, const SimulateJob& job) {
  write_neuron(out, job.neuron, {}, true);
  out.table("protocol");
  out.rows(protocol_table(), job.protocol);
  out.rows(junction_table(), job);
  out.file("file", job.protocol.sampled.file);
  write_segments(out, "protocol.step", step_table(), job.protocol.steps);
  write_segments(out, "protocol.ramp", ramp_table(), job.protocol.ramps);
  write_segments(out, "protocol.noise", noise_table(), job.protocol.noise);
  out.table("initial");
  out.rows(initial_table(), job);
  out.table("record");
  out.flag("trace", job.record_trace);
  out.rows(record_table(), job);
  write_integrator(out, job.integrator);
}

void write_sweep(Writer& out, const SweepJob& job) {
  write_neuron(out, job.neuron, job.ranges, true);
  write_ranges(out, job.ranges);
  out.table("design");
  out.text("kind", "sobol");
  out.integer("points", job.points);
  out.seed(job.seed);
  out.table("protocol");
  out.rows(sweep_protocol_table(), job);
  out.currents("currents", job.currents);
  write_integrator(out, job.integrator);
  out.table("sweep");
  out.integer("max_failed", job.max_failed);
}

void write_data(Writer& out, const StudyJob& job) {
  out.table("data");
  out.file("fi", job.fi_file);
  out.file("rheobase", job.rheobase_file);
  if (!job.cell_type.empty()) out.text("cell", job.cell_type);
  out.text("citation", job.citation);
  out.text("caveat", job.caveat);
  out.rows(data_table(), job);
  for (const ConditionJob& condition : job.conditions) {
    out.element("condition");
    out.text("name", condition.name);
    out.text("label", condition.label);
    out.text("text", condition.text);
  }
  for (const PairJob& pair : job.pairs) {
    out.element("pair");
    out.text("from", pair.from);
    out.text("to", pair.to);
  }
}

void write_fit(Writer& out, const StudyJob& job) {
  out.table("exploration");
  out.integer("points", job.points);
  out.seed(job.seed);
  out.rows(exploration_table(), job);
  out.table("fit");
  out.text("mode", job.fit_mode);
  if (!job.single_cell.empty()) out.text("cell", job.single_cell);
  out.integer("rounds", job.rounds);
  out.integer("draws", job.draws);
  out.integer("accepted", job.accepted);
  out.rows(fit_table(), job);
  out.currents("held_out", job.held_out);
}

void write_study(Writer& out, const StudyJob& job) {
  write_data(out, job);
  out.table("gauge");
  out.rows(gauge_table(), job.gauge);
  out.text("source", job.gauge.source);
  if (!std::isnan(job.gauge.R_in)) out.line("# V_T before rescaling", quantity_text(job.neuron.V_T, Unit::mV));
  write_neuron(out, job.neuron, job.ranges, false);
  write_ranges(out, job.ranges);
  write_fit(out, job);
  write_integrator(out, job.integrator);
}

}  // namespace

void add_identity(Job& job) {
  Writer out;
  out.line("# format", fmt::format("{}", format_version));
  out.table("job");
  out.text("kind", job.kind);
  if (job.kind == "study") out.text("title", job.study.title);
  if (job.kind == "simulate") write_simulate(out, job.simulate);
  if (job.kind == "sweep") write_sweep(out, job.sweep);
  if (job.kind == "study") write_study(out, job.study);
  job.resolved = out.result();
  // The text names the format version and the digest of every file, so its digest identifies the job.
  job.hash = sha256_hex(job.resolved);
}

}  // namespace modscape::config
