// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "commands.hpp"
#include "io/probe.hpp"
#include "io/results_file.hpp"

namespace modscape::drivers {
namespace {

ExitCode run(const std::string& folder, const parallel::Communicator& comm) {
  if (!std::filesystem::is_directory(folder))
    throw BadInput(folder, "not a folder", "give the folder the results will go to");
  std::vector<io::ProbeResult> results;
  const std::string problem = parallel::singleton_problem(comm);
  results.push_back({"launch", problem.empty(),
                     problem.empty() ? fmt::format("{} rank{}", comm.size(), comm.size() == 1 ? "" : "s") : problem,
                     "start it with mpirun or srun --mpi=pmix"});
  for (io::ProbeResult& result : io::probe_storage(comm, folder)) results.push_back(std::move(result));
  bool healthy = true;
  for (const io::ProbeResult& result : results) {
    healthy = healthy && result.ok;
    if (!comm.is_root()) continue;
    fmt::print("{:<4} {:<18} {}\n", result.ok ? "ok" : "BAD", result.name, result.text);
    if (!result.ok && !result.advice.empty()) fmt::print("     {}\n", result.advice);
  }
  return healthy ? ExitCode::done : ExitCode::bad_input;
}

}  // namespace

void add_doctor(CLI::App& app, Action& action) {
  auto folder = std::make_shared<std::string>(".");
  CLI::App* sub = app.add_subcommand("doctor", "Check the launch and the storage a job would use");
  sub->add_option("folder", *folder, "Folder the results will go to (default: here)");
  sub->footer("Exit code 64 if anything is wrong.\nExample:\n  mpirun -n 2 modscape doctor /scratch/me");
  sub->callback(
      [folder, &action] { action = [folder](const parallel::Communicator& comm) { return run(*folder, comm); }; });
}

}  // namespace modscape::drivers
