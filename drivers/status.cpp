// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <memory>

#include "commands.hpp"
#include "io/results_file.hpp"
#include "study/study.hpp"

namespace modscape::drivers {
namespace {

ExitCode run(const std::string& path, const parallel::Communicator& comm) {
  if (!comm.is_root()) return ExitCode::done;
  std::int64_t rows = 0, finished = 0;
  for (const io::TableProgress& table : io::read_progress(path)) {
    rows += table.rows;
    finished += table.done + table.failed;
    fmt::print("{:<40} {:>8}/{} done{}\n", table.path, table.done, table.rows,
               table.failed > 0 ? fmt::format(", {} failed", table.failed) : "");
  }
  fmt::print("{:<40} {:>8}/{} rows\n", "all tables", finished, rows);
  fmt::print("{}", study::study_summary(path));
  return ExitCode::done;
}

}  // namespace

void add_status(CLI::App& app, Action& action) {
  auto path = std::make_shared<std::string>();
  CLI::App* sub = app.add_subcommand("status", "Progress and verdicts of a results file, also while a job writes it");
  sub->add_option("file", *path, "Results file")->required();
  sub->footer("Example:\n  modscape status spn.h5");
  sub->callback([path, &action] { action = [path](const parallel::Communicator& comm) { return run(*path, comm); }; });
}

}  // namespace modscape::drivers
