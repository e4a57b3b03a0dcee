// SPDX-License-Identifier: Apache-2.0
// Lets MPI answer the other ranks while this one computes. One-sided calls to this rank's memory wait, with some
// transports, until it calls MPI; a computation of seconds would make everybody wait that long. A helper thread calls
// MPI every half millisecond meanwhile. MPI_THREAD_SERIALIZED is enough, since never two threads are inside MPI:
// MPI_THREAD_MULTIPLE would change the MPI-IO path and exclude Open MPI's one-sided calls over TCP (osc/pt2pt).
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "parallel/communicator.hpp"

namespace modscape::parallel {

/// Answers what the other ranks have asked of this one so far: for computations that call it now and then.
void answer_others(const Communicator& comm);

class BackgroundProgress {
 public:
  explicit BackgroundProgress(const Communicator& comm);
  ~BackgroundProgress();
  BackgroundProgress(const BackgroundProgress&) = delete;
  BackgroundProgress& operator=(const BackgroundProgress&) = delete;

  /// Runs `work`, which must not call MPI.
  void during(const std::function<void()>& work);

 private:
  void serve();
  void lend(bool lent);

  MPI_Comm comm_;  // not owned
  std::mutex mutex_;
  std::condition_variable changed_;
  bool lent_ = false, ended_ = false;  // lent: MPI belongs to the helper thread
  std::thread thread_;
};

}  // namespace modscape::parallel
