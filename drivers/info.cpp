// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "commands.hpp"
#include "core/build_info.hpp"
#include "io/results_file.hpp"
#include "models/adex.hpp"
#include "solvers/solver_versions.hpp"

namespace modscape::drivers {
namespace {

std::string range_text(const ParameterInfo& row) {
  return fmt::format("{} {} … {}", row.open_lower ? ">" : "≥", row.lower, row.upper);
}

void print_markdown() {
  fmt::print(
      "# Models\n\nMade by `modscape info --markdown`; do not edit.\n\n## adex\n\n"
      "Adaptive exponential integrate-and-fire neuron (Brette & Gerstner 2005).\n\n"
      "| name | unit | default | bounds | meaning | source |\n|---|---|---|---|---|---|\n");
  for (const auto& row : models::adex_table())
    fmt::print("| `{}` | {} | {} | {} | {} | {} |\n", row.name, symbol(row.unit), row.default_value, range_text(row),
               row.text, row.citation);
}

void print_text() {
  const BuildInfo build = build_info();
  fmt::print("modscape {} (commit {}, {}, {})\n", build.version, build.commit, build.compiler, build.build_type);
  for (const auto& versions : {io::io_versions(), solvers::solver_versions()})
    for (const auto& [name, version] : versions) fmt::print("  {:<14} {}\n", name, version);
  fmt::print("results format {}\n\nmodel adex (Brette & Gerstner 2005)\n", format_version);
  for (const auto& row : models::adex_table())
    fmt::print("  {:<8} {:>8} {:<4} {:<22} {}\n", row.name, row.default_value, symbol(row.unit), range_text(row),
               row.text);
}

}  // namespace

void add_info(CLI::App& app, Action& action) {
  auto markdown = std::make_shared<bool>(false);
  CLI::App* sub = app.add_subcommand("info", "Versions, libraries, models and their parameter tables");
  sub->add_flag("--markdown", *markdown, "The page docs/models.md");
  sub->footer("Example:\n  modscape info --markdown > docs/models.md");
  sub->callback([markdown, &action] {
    action = [markdown](const parallel::Communicator& comm) {
      if (comm.is_root()) *markdown ? print_markdown() : print_text();
      return ExitCode::done;
    };
  });
}

}  // namespace modscape::drivers
