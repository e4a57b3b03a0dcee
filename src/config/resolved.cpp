// SPDX-License-Identifier: Apache-2.0
// The canonical text of a job: a job file with every default written out, from which its identity is hashed. Files
// appear by base name and digest, so that the text does not depend on where the job lies.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "config/job_kinds.hpp"
#include "config/network_points.hpp"
#include "config/sweep_parameters.hpp"
#include "config/toml_writer.hpp"
#include "core/build_info.hpp"
#include "core/digest.hpp"

namespace modscape::config {
namespace {

std::vector<std::string> names_of(const std::vector<Range>& ranges) {
  std::vector<std::string> names;
  for (const Range& range : ranges) names.push_back(range.name);
  return names;
}

// `left_out`: parameters whose values are elsewhere.
void write_neuron(TomlWriter& out, const models::AdexParameters& neuron, const std::vector<std::string>& left_out,
                  const std::string& cell_type = {}) {
  out.table("neuron");
  out.text("model", "adex");
  if (!cell_type.empty()) out.text("cell_type", cell_type);
  for (const auto& row : models::adex_table())
    if (std::find(left_out.begin(), left_out.end(), row.name) == left_out.end()) out.quantity(row, neuron.*row.member);
}

// The unit of anything that may have a range: all are in the units of their tables.
Unit unit_of(const std::vector<SweepParameter>& parameters, std::string_view name) {
  return find_parameter(parameters, name)->info.unit;
}

std::string_view scale_text(Scale scale) {
  return scale == Scale::log ? "log" : "linear";
}

void write_ranges(TomlWriter& out, const std::vector<Range>& ranges, const std::vector<SweepParameter>& parameters,
                  const std::string& table = "ranges") {
  out.table(table);
  for (const Range& range : ranges) {
    const Unit unit = unit_of(parameters, range.name);
    out.line(range.name, fmt::format("{{from = {}, to = {}, scale = \"{}\"}}", quantity_text(range.lower, unit),
                                     quantity_text(range.upper, unit), scale_text(range.scale)));
  }
}

void write_integrator(TomlWriter& out, const IntegratorJob& integrator) {
  out.table("integrator");
  out.text("method", integrator.method);
  out.rows(integrator_table(), integrator);
  out.integer("max_rhs", integrator.max_rhs);
}

template <class Segment>
void write_segments(TomlWriter& out, std::string_view name, const ParameterTable<Segment>& rows,
                    const std::vector<Segment>& segments) {
  for (const Segment& segment : segments) {
    out.element(name);
    out.rows(rows, segment);
    if constexpr (std::is_same_v<Segment, models::CurrentNoise>) out.seed(segment.seed);
  }
}

void write_simulate(TomlWriter& out, const SimulateJob& job) {
  write_neuron(out, job.neuron, {});
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

std::string axis_text(const GridAxis& axis, Unit unit, const std::vector<SweepParameter>& parameters) {
  std::string conditions;
  for (const AxisCondition& condition : axis.when)
    conditions += fmt::format("{}{} = {}", conditions.empty() ? "" : ", ", condition.axis,
                              list_text(condition.values, unit_of(parameters, condition.axis)));
  if (!conditions.empty()) conditions = fmt::format(", when = {{{}}}", conditions);
  if (!axis.values.empty())
    return conditions.empty() ? list_text(axis.values, unit)
                              : fmt::format("{{values = {}{}}}", list_text(axis.values, unit), conditions);
  const std::string spacing = axis.step != 0.0
                                  ? "step = " + quantity_text(axis.step, unit)
                                  : fmt::format("count = {}, scale = \"{}\"", axis.count, scale_text(axis.scale));
  return fmt::format("{{from = {}, to = {}, {}{}}}", quantity_text(axis.from, unit), quantity_text(axis.to, unit),
                     spacing, conditions);
}

constexpr std::array<std::string_view, 5> kind_names{"sobol", "latin_hypercube", "grid", "list", "csv"};

void write_points(TomlWriter& out, const DesignPart& part, const std::vector<SweepParameter>& parameters) {
  std::string list;
  for (std::size_t i = 0; i < part.table.size(); ++i) {
    const std::string& name = part.columns[i % part.columns.size()];
    const bool first = i % part.columns.size() == 0, last = (i + 1) % part.columns.size() == 0;
    list += fmt::format("{}{} = {}{}", first ? "\n  {" : ", ", name,
                        quantity_text(part.table[i], unit_of(parameters, name)), last ? "}," : "");
  }
  out.line("points", "[" + list + "\n]");
}

// Keys of [design] or [[design.part]]; the tables of ranges and axes come later.
void write_part(TomlWriter& out, const DesignPart& part, const std::vector<SweepParameter>& parameters) {
  out.text("kind", std::string(kind_names[static_cast<std::size_t>(part.kind)]));
  if (part.kind == DesignKind::sobol || part.kind == DesignKind::latin_hypercube) {
    out.integer("points", part.points);
    out.seed(part.seed);
  }
  if (part.kind == DesignKind::list) write_points(out, part, parameters);
  if (part.kind == DesignKind::csv) out.file("file", part.file);
  if (part.zip.empty()) return;
  std::string groups;
  for (const std::vector<std::string>& group : part.zip) {
    std::string names;
    for (const std::string& name : group) names += (names.empty() ? "" : ", ") + quoted(name);
    groups += (groups.empty() ? "[" : ", [") + names + "]";
  }
  out.line("zip", "[" + groups + "]");
}

void write_part_tables(TomlWriter& out, const DesignPart& part, const std::vector<SweepParameter>& parameters,
                       const std::string& prefix) {
  if (!part.ranges.empty()) write_ranges(out, part.ranges, parameters, prefix + "ranges");
  if (part.axes.empty()) return;
  out.table(prefix + "axes");
  for (const GridAxis& axis : part.axes)
    out.line(axis.name, axis_text(axis, unit_of(parameters, axis.name), parameters));
}

void write_design(TomlWriter& out, const Design& design, const std::vector<SweepParameter>& parameters) {
  if (design.parts.empty()) return;
  out.table("design");
  if (design.parts.size() == 1) {
    write_part(out, design.parts.front(), parameters);
    write_part_tables(out, design.parts.front(), parameters, {});
    return;
  }
  out.text("kind", "nested");
  for (const DesignPart& part : design.parts) {
    out.element("design.part");
    write_part(out, part, parameters);
    write_part_tables(out, part, parameters, "design.part.");
  }
}

void write_effect(TomlWriter& out, const models::Effect& effect) {
  constexpr std::array<std::string_view, 3> rules{"conductance", "shift", "scale"};
  out.element("effect");
  out.text("receptor", effect.receptor);
  if (!effect.on.empty()) out.text("on", effect.on);
  out.text("rule", std::string(rules[static_cast<std::size_t>(effect.rule)]));
  if (effect.rule == models::EffectRule::conductance) {
    out.line("g", quantity_text(effect.size, Unit::nS));
    out.line("E_rev", quantity_text(effect.E_rev, Unit::mV));
  } else {
    out.text("parameter", effect.parameter);
    const bool scale = effect.rule == models::EffectRule::scale;
    out.line(scale ? "factor" : "by", quantity_text(effect.size, scale ? Unit::one : effect_unit(effect.parameter)));
  }
  out.rows(effect_table(), effect);
}

}  // namespace

void write_modulation(TomlWriter& out, const models::Modulation& modulation) {
  for (const models::Modulator& modulator : modulation.modulators) {
    out.table("modulator." + modulator.name);
    out.rows(modulator_table(), modulator);
  }
  for (const models::Receptor& receptor : modulation.receptors) {
    out.element("receptor");
    out.text("name", receptor.name);
    out.text("modulator", receptor.modulator);
    out.rows(receptor_table(), receptor);
  }
  for (const models::Effect& effect : modulation.effects) write_effect(out, effect);
}

namespace {

// Parameters without a value of their own: what is varied at every point.
std::vector<std::string> always_varied(const Design& design) {
  std::vector<std::string> names = design.parameters();
  for (const DesignPart& part : design.parts)
    for (const GridAxis& axis : part.axes)
      if (!axis.when.empty()) std::erase(names, axis.name);
  return names;
}

void write_points(TomlWriter& out, const NeuronDesign& job, const std::vector<std::string>& varied) {
  write_neuron(out, job.neuron, varied, job.cell_type);
  write_modulation(out, job.modulation);
  write_design(out, job.design, sweep_parameters(job.modulation));
}

void write_sweep(TomlWriter& out, const SweepJob& job, std::size_t rounds) {
  const std::vector<std::string> varied = always_varied(job.design);
  write_points(out, job, varied);
  for (std::size_t r = 0; r < rounds; ++r) {
    const Round& round = job.rounds[r];
    out.element("round");
    out.text("kind", round.kind == RoundKind::extend ? "extend" : "refine");
    out.integer("points", round.points);
    if (round.kind == RoundKind::refine) out.text("by", round.by == RefineBy::counts ? "counts" : "regime");
  }
  out.table("protocol");
  for (const auto& row : sweep_protocol_table())
    if (std::find(varied.begin(), varied.end(), row.name) == varied.end()) out.quantity(row, job.protocol.*row.member);
  if (!job.protocol.currents.empty()) out.currents("currents", job.protocol.currents);
  write_integrator(out, job.integrator);
  out.table("sweep");
  out.flag("asymptotic", job.asymptotic);
  out.integer("max_failed", job.max_failed);
}

void write_along(TomlWriter& out, const ContinueJob& job, const std::string& table) {
  std::vector<std::string> varied = always_varied(job.design);
  varied.push_back(job.parameter);
  write_points(out, job, varied);
  out.table("protocol");
  if (!std::isnan(job.protocol.amplitude)) out.line("amplitude", quantity_text(job.protocol.amplitude, Unit::pA));
  out.table(table);
  const Unit unit = unit_of(sweep_parameters(job.modulation), job.parameter);
  out.text("parameter", job.parameter);
  out.line("from", quantity_text(job.from, unit));
  out.line("to", quantity_text(job.to, unit));
  out.integer("max_spikes", job.max_spikes);
  out.integer("max_points", job.max_points);
  out.rows(continue_table(), job);
  out.integer("max_failed", job.max_failed);
}

void write_continue(TomlWriter& out, const ContinueJob& job) {
  write_along(out, job, "continue");
  out.flag("cycles", job.cycles);
}

void write_landscape(TomlWriter& out, const LandscapeJob& job) {
  write_along(out, job, "landscape");
  out.integer("cells", job.cells);
}

void write_data(TomlWriter& out, const StudyJob& job) {
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

void write_fit(TomlWriter& out, const StudyJob& job) {
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

void write_effect_inference(TomlWriter& out, const EffectJob& job) {
  out.table("effect");
  out.integer("rounds", job.rounds);
  out.integer("draws", job.draws);
  out.flag("pairs", job.pairs);
  out.integer("paths", job.paths);
  out.rows(effect_inference_table(), job);
}

void write_study(TomlWriter& out, const StudyJob& job, bool with_effects) {
  write_data(out, job);
  out.table("gauge");
  out.rows(gauge_table(), job.gauge);
  out.text("source", job.gauge.source);
  if (!std::isnan(job.gauge.R_in)) out.line("# V_T before rescaling", quantity_text(job.neuron.V_T, Unit::mV));
  std::vector<std::string> elsewhere = names_of(job.ranges);
  elsewhere.insert(elsewhere.end(), {"E_L", "V_T"});  // in [gauge]
  write_neuron(out, job.neuron, elsewhere);
  write_ranges(out, job.ranges, sweep_parameters({}));
  write_fit(out, job);
  if (with_effects) write_effect_inference(out, job.effect);
  write_integrator(out, job.integrator);
}

// What a job may grow by: the rounds of a sweep, and the effects of a study.
struct Growth {
  std::size_t rounds;
  bool effects;
};

std::string resolved_text(const Job& job, const Growth& growth) {
  TomlWriter out;
  out.line("# format", fmt::format("{}", format_version));
  out.table("job");
  out.text("kind", job.kind);
  if (job.kind == "study") out.text("title", job.study.title);
  if (job.kind == "network") out.text("title", job.network.title);
  if (job.kind == "simulate") write_simulate(out, job.simulate);
  if (job.kind == "sweep") write_sweep(out, job.sweep, growth.rounds);
  if (job.kind == "continue") write_continue(out, job.continuation);
  if (job.kind == "landscape") write_landscape(out, job.landscape);
  if (job.kind == "study") write_study(out, job.study, growth.effects);
  if (job.kind == "network") write_network(out, job.network);
  return out.result();
}

/// The first value of what a part varies, and others that show what it is put into.
struct Ends {
  double first;
  std::vector<double> others;
};
void add_ends(const DesignPart& part, std::vector<Ends>& ends) {
  for (const Range& range : part.ranges) ends.push_back({range.lower, {range.upper}});
  for (const GridAxis& axis : part.axes) {
    ends.push_back({axis.value(0), {axis.value(axis.size() - 1)}});
    if (!axis.when.empty()) ends.back().others.push_back(NAN);  // elsewhere the file's own value holds
  }
  for (std::size_t c = 0; c < part.columns.size(); ++c)
    ends.push_back({part.table[c], {part.table[part.table.size() - part.columns.size() + c]}});
}

// A network as the values say; empty if there is none.
std::string network_text(const NetworkPointReader& reader, std::span<const double> values) {
  try {
    Job job;
    job.kind = "network";
    job.network = reader.at(values);
    return resolved_text(job, {});
  } catch (const BadInput&) {
    return {};
  }
}

// Networks at every point: the text is the job file itself, with one network as a comment for its defaults. The
// identity is in the networks that the values mean: all at their first, and each of them alone at another. What these
// have in common does not vary, and what they differ in shows what each value is put into.
void add_identity_of_points(Job& job) {
  const NetworkPointsJob& points = job.network_points;
  TomlWriter design;
  write_design(design, points.design, network_parameters(points));
  std::vector<Ends> ends;
  for (const DesignPart& part : points.design.parts) add_ends(part, ends);
  std::vector<double> values;
  for (const Ends& of : ends) values.push_back(of.first);
  const NetworkPointReader reader(points);
  job.resolved = document_text(parse_toml(points.document, points.job_path));
  const std::string base = network_text(reader, values);
  std::string identity = fmt::format("seeds {}, max_failed {}\n{}\n{}", points.seeds, points.max_failed,
                                     design.result(), base.empty() ? job.resolved : base);
  for (std::size_t d = 0; d < ends.size(); ++d) {
    for (const double other : ends[d].others) {
      values[d] = other;
      identity += network_text(reader, values);
    }
    values[d] = ends[d].first;
  }
  job.hash = sha256_hex(identity);
  job.resolved += "\n# All defaults written out, where every varied value is the first:\n# ";
  for (const char c : base) job.resolved += c == '\n' ? std::string("\n# ") : std::string(1, c);
  job.resolved += '\n';
}

}  // namespace

void add_identity(Job& job) {
  if (job.network_points.wanted) return add_identity_of_points(job);
  const std::size_t rounds = job.sweep.rounds.size();
  const bool effects = job.study.effect.wanted;
  job.resolved = resolved_text(job, {rounds, effects});
  // The text names the format version and the digest of every file, so its digest identifies the job.
  job.hash = sha256_hex(job.resolved);
  for (std::size_t r = 0; r < rounds; ++r) job.earlier_hashes.push_back(sha256_hex(resolved_text(job, {r, false})));
  if (effects) job.earlier_hashes.push_back(sha256_hex(resolved_text(job, {0, false})));
}

}  // namespace modscape::config
