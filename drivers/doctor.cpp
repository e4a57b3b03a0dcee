// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "commands.hpp"
#include "io/collective_probe.hpp"
#include "io/probe.hpp"
#include "io/results_file.hpp"

namespace modscape::drivers {
namespace {

struct DoctorOptions {
  std::string folder = ".";
  int collective_files = 0;
};

/// Whatever collective writes do here, only our own way of writing decides: the program uses no other.
io::ProbeResult collective_result(const parallel::Communicator& comm, const DoctorOptions& options) {
  const io::CollectiveProbe found = io::probe_collective(comm, options.folder, options.collective_files);
  const int collective = found.collective_world + found.collective_cartesian;
  return {"collective writes", found.independent == 0,
          fmt::format("independent (as modscape writes): {} of {} files corrupted; collective: {} of {} ({} with the "
                      "plain, {} with a Cartesian communicator){}",
                      found.independent, found.files, collective, found.files, found.collective_world,
                      found.collective_cartesian,
                      collective > 0 ? ": programs that write collectively are not safe here" : ""),
          "do not use this file system for results; tell its administrator and us"};
}

ExitCode run(const DoctorOptions& options, const parallel::Communicator& comm) {
  const std::string& folder = options.folder;
  if (!std::filesystem::is_directory(folder))
    throw BadInput(folder, "not a folder", "give the folder the results will go to");
  std::vector<io::ProbeResult> results;
  const std::string problem = parallel::singleton_problem(comm);
  results.push_back({"launch", problem.empty(),
                     problem.empty() ? fmt::format("{} rank{}", comm.size(), comm.size() == 1 ? "" : "s") : problem,
                     "start it with mpirun or srun --mpi=pmix"});
  for (io::ProbeResult& result : io::probe_storage(comm, folder)) results.push_back(std::move(result));
  if (options.collective_files > 0) results.push_back(collective_result(comm, options));
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
  auto options = std::make_shared<DoctorOptions>();
  CLI::App* sub = app.add_subcommand("doctor", "Check the launch and the storage a job would use");
  sub->add_option("folder", options->folder, "Folder the results will go to (default: here)");
  sub->add_option("--probe-collective", options->collective_files,
                  "Also write this many small files collectively and independently and count the corrupted ones "
                  "(collective writes can fail silently; modscape writes independently)")
      ->check(CLI::Range(1, 100000));
  sub->footer(
      "Exit code 64 if anything is wrong.\nExamples:\n  mpirun -n 2 modscape doctor /scratch/me\n"
      "  mpirun -n 4 modscape doctor /scratch/me --probe-collective 500");
  sub->callback(
      [options, &action] { action = [options](const parallel::Communicator& comm) { return run(*options, comm); }; });
}

}  // namespace modscape::drivers
