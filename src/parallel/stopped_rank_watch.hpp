// SPDX-License-Identifier: Apache-2.0
// Ends a job in which a rank was stopped (SIGSTOP, a frozen container) and not continued: the others would wait for it
// until the wall-time limit. Each rank looks every few seconds at the state of the next rank of its node, in a ring, as
// the kernel tells it in /proc: exact, so a rank that computes or writes for hours is never mistaken for a stopped one,
// and no message is sent. Not covered: the only rank of a node, and a node that died (the launcher sees that). A job
// that the scheduler suspends as a whole stops its watchers too and goes on when it is continued.
#pragma once
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "parallel/communicator.hpp"

namespace modscape::parallel {

class StoppedRankWatch {
 public:
  /// Collective. A rank found stopped for `patience_seconds` on end makes its watcher leave with exit code 70, and the
  /// launcher ends the job.
  explicit StoppedRankWatch(const Communicator& comm, double patience_seconds = 20.0);
  ~StoppedRankWatch();
  StoppedRankWatch(const StoppedRankWatch&) = delete;
  StoppedRankWatch& operator=(const StoppedRankWatch&) = delete;

 private:
  void watch();

  int rank_ = 0;     // of the watched one
  std::string pid_;  // empty: nobody to watch
  std::string start_time_;
  double patience_seconds_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread thread_;
};

/// What /proc says of a process: its state letter (T = stopped) and start time, which tells processes with the same
/// number apart. Empty if there is none.
struct ProcessState {
  std::string state, start_time;
};
ProcessState process_state(const std::string& pid);

}  // namespace modscape::parallel
