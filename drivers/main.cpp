// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <sstream>

#include "commands.hpp"
#include "config/suggestions.hpp"
#include "core/build_info.hpp"
#include "parallel/stop_signal.hpp"
#include "parallel/stopped_rank_watch.hpp"

namespace {

using namespace modscape;

int finish(const parallel::Communicator& comm, ExitCode code, const std::string& text) {
  // BadInput is raised on every rank alike; any other failure may be this rank's alone, and the others may sit in a
  // collective.
  const std::string rank =
      code == ExitCode::bad_input || comm.size() == 1 ? "" : fmt::format("[rank {}] ", comm.rank());
  std::istringstream lines(text);
  if (comm.is_root() || code != ExitCode::bad_input)
    for (std::string line; std::getline(lines, line);) fmt::print(stderr, "modscape: {}{}\n", rank, line);
  std::fflush(stderr);
  if (code != ExitCode::bad_input && comm.size() > 1) parallel::abort_job(static_cast<int>(code));
  // After a failed write HDF5 (1.10) may crash when MPI_Finalize makes it clean up: the exit code would be lost.
  if (code == ExitCode::io_failure) {
    std::fflush(stdout);
    std::_Exit(static_cast<int>(code));
  }
  return static_cast<int>(code);
}

int run(const parallel::Communicator& comm, const drivers::Action& action) {
  try {
    return static_cast<int>(action(comm));
  } catch (const Failure& failure) {
    return finish(comm, failure.code(), failure.what());
  } catch (const std::exception& failure) {
    return finish(comm, ExitCode::internal, fmt::format("internal error: {}", failure.what()));
  }
}

// CLI11 says no more of a misspelt subcommand than that one is required.
std::string unknown_subcommand(CLI::App& app, const std::string& name) {
  std::vector<std::string> known;
  for (const CLI::App* sub : app.get_subcommands({})) known.push_back(sub->get_name());
  if (name.empty() || name.starts_with('-') || std::ranges::find(known, name) != known.end()) return {};
  const std::string suggestion = config::suggestion_for(name, known);
  return to_string({"", fmt::format("unknown subcommand {}", name),
                    suggestion.empty() ? "there are " + config::joined(known) : suggestion});
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"modscape: neuromodulated excitability landscapes of adaptive spiking neurons"};
  app.set_version_flag("--version", fmt::format("modscape {} ({})", build_info().version, build_info().commit));
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done, 3 too many failed points, 64 bad input, 70 bug or MPI failure, 74 I/O failure, 75 stopped "
      "early, run me again.\n"
      "Example: mpirun -n 2 modscape study jobs/spn_levodopa_state.toml -o spn.h5");
  drivers::Action action;
  drivers::add_study(app, action);
  drivers::add_effect(app, action);
  drivers::add_sweep(app, action);
  drivers::add_continue(app, action);
  drivers::add_landscape(app, action);
  drivers::add_network(app, action);
  drivers::add_simulate(app, action);
  drivers::add_submit(app, action);
  drivers::add_merge(app, action);
  drivers::add_rerun(app, action);
  drivers::add_compare(app, action);
  drivers::add_status(app, action);
  drivers::add_info(app, action);
  drivers::add_doctor(app, action);

  parallel::Session session(&argc, &argv);
  const parallel::Communicator world = parallel::Communicator::world();
  if (const std::string problem = unknown_subcommand(app, argc > 1 ? argv[1] : ""); !problem.empty())
    return finish(world, ExitCode::bad_input, problem);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (!world.is_root()) return error.get_exit_code() == 0 ? 0 : static_cast<int>(ExitCode::bad_input);
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::bad_input);
  }
  const parallel::StoppedRankWatch watch(world);
  return run(world, action);
}
