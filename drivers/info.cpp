// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <memory>

#include "commands.hpp"
#include "core/build_info.hpp"
#include "io/results_file.hpp"
#include "models/adex.hpp"
#include "models/montbrio.hpp"
#include "models/qif_adaptation.hpp"
#include "solvers/solver_versions.hpp"

namespace modscape::drivers {
namespace {

std::string range_text(const ParameterInfo& row) {
  return fmt::format("{} {} … {}", row.open_lower ? ">" : "≥", row.lower, row.upper);
}

/// The models, each with the rows of its table.
struct Model {
  std::string_view name, text, paper;
  std::vector<ParameterInfo> rows;
};
std::vector<Model> models_known() {
  return {{"adex", "Adaptive exponential integrate-and-fire neuron", "Brette & Gerstner 2005",
           models::adex_table().infos()},
          {"montbrio", "Mean field of quadratic integrate-and-fire neurons", "Montbrio, Pazo & Roxin 2015",
           models::montbrio_table().infos()},
          {"qif_adaptation", "The same with spike-frequency adaptation", "Gast, Schmidt & Knoesche 2020",
           models::qif_adaptation_table().infos()}};
}

void print_markdown() {
  fmt::print("# Models\n\nMade by `modscape info --markdown`; do not edit.\n");
  for (const Model& model : models_known()) {
    fmt::print(
        "\n## {}\n\n{} ({}).\n\n| name | unit | default | bounds | meaning | source |\n|---|---|---|---|---|---|\n",
        model.name, model.text, model.paper);
    for (const ParameterInfo& row : model.rows)
      fmt::print("| `{}` | {} | {} | {} | {} | {} |\n", row.name, symbol(row.unit), row.default_value, range_text(row),
                 row.text, row.citation);
  }
}

void print_text() {
  const BuildInfo build = build_info();
  fmt::print("modscape {} (commit {}, {}, {})\n", build.version, build.commit, build.compiler, build.build_type);
  for (const auto& versions : {io::io_versions(), solvers::solver_versions()})
    for (const auto& [name, version] : versions) fmt::print("  {:<14} {}\n", name, version);
  fmt::print("results format {}\n", format_version);
  for (const Model& model : models_known()) {
    fmt::print("\nmodel {} ({})\n", model.name, model.paper);
    for (const ParameterInfo& row : model.rows)
      fmt::print("  {:<8} {:>8.6g} {:<4} {:<22} {}\n", row.name, row.default_value, symbol(row.unit), range_text(row),
                 row.text);
  }
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
