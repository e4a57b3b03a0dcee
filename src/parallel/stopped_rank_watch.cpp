// SPDX-License-Identifier: Apache-2.0
#include "parallel/stopped_rank_watch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

#include "core/error.hpp"
#include "parallel/helper_thread.hpp"

namespace modscape::parallel {
namespace {
/// "rank pid start_time" of each rank in order; on every rank.
std::vector<std::string> all_ranks(const Communicator& node, int world_rank) {
  const std::string pid = std::to_string(::getpid());
  std::string lines;
  for (const std::string& line : node.gather(fmt::format("{} {} {}\n", world_rank, pid, process_state(pid).start_time)))
    lines += line;
  std::istringstream stream(node.broadcast(lines));
  std::vector<std::string> ranks;
  for (std::string line; std::getline(stream, line);) ranks.push_back(line);
  return ranks;
}
}  // namespace

ProcessState process_state(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/stat");
  std::string text;
  std::getline(file, text);
  // "pid (name) state ...": the name may hold anything, also ")"; the start time is field 22, the state field 3.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(text.substr(name_end + 1));
  ProcessState found;
  fields >> found.state;
  for (int field = 4; field <= 22; ++field) fields >> found.start_time;
  return found;
}

StoppedRankWatch::StoppedRankWatch(const Communicator& comm, double patience_seconds)
    : patience_seconds_(patience_seconds) {
  const Communicator node = comm.node();
  const std::vector<std::string> ranks = all_ranks(node, comm.rank());
  if (ranks.size() < 2) return;
  std::istringstream next(ranks.at(static_cast<std::size_t>(node.rank() + 1) % ranks.size()));
  next >> rank_ >> pid_ >> start_time_;
  // Containers on one node may number their processes differently.
  if (start_time_.empty() || process_state(pid_).start_time != start_time_) return;
  thread_ = start_helper_thread([this] { watch(); });
}

StoppedRankWatch::~StoppedRankWatch() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void StoppedRankWatch::watch() {
  // Looks are counted, not seconds: a watcher that was itself stopped meanwhile has seen nothing.
  constexpr int looks = 10;
  const std::chrono::duration<double> interval(patience_seconds_ / looks);
  int stopped = 0;
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, interval, [this] { return ended_; })) {
    const ProcessState found = process_state(pid_);
    if (found.start_time != start_time_) return;  // ended; that is the launcher's business
    stopped = found.state == "T" ? stopped + 1 : 0;
    if (stopped <= looks) continue;
    fmt::print(
        stderr,
        "modscape: rank {} (process {}) has been stopped for {:.0f} s: the job ends. Finished rows are kept, run "
        "the same command again\n",
        rank_, pid_, patience_seconds_);
    std::fflush(nullptr);
    std::_Exit(static_cast<int>(ExitCode::internal));  // not MPI_Abort: the main thread may be inside MPI
  }
}

}  // namespace modscape::parallel
