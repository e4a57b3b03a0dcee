// SPDX-License-Identifier: Apache-2.0
#include "parallel/background_progress.hpp"

#include <chrono>

#include "core/error.hpp"
#include "parallel/helper_thread.hpp"

namespace modscape::parallel {
namespace {

void call_mpi(MPI_Comm comm) {
  constexpr int calls = 8;  // Open MPI looks at its sockets in every eighth call
  for (int call = 0; call < calls; ++call) {
    int waiting = 0;
    if (MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, comm, &waiting, MPI_STATUS_IGNORE) != MPI_SUCCESS)
      abort_job(static_cast<int>(ExitCode::internal));
  }
}

}  // namespace

void answer_others(const Communicator& comm) {
  call_mpi(comm.handle());
}

BackgroundProgress::BackgroundProgress(const Communicator& comm)
    : comm_(comm.handle()), thread_(start_helper_thread([this] { serve(); })) {}

BackgroundProgress::~BackgroundProgress() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void BackgroundProgress::during(const std::function<void()>& work) {
  struct Loan {
    BackgroundProgress& owner;
    explicit Loan(BackgroundProgress& progress) : owner(progress) { owner.lend(true); }
    ~Loan() { owner.lend(false); }
  } const loan(*this);
  work();
}

void BackgroundProgress::lend(bool lent) {
  {
    const std::lock_guard lock(mutex_);  // taken back only when the thread is outside MPI
    lent_ = lent;
  }
  if (lent) changed_.notify_one();
}

void BackgroundProgress::serve() {
  constexpr std::chrono::microseconds interval(500);
  std::unique_lock lock(mutex_);
  while (!ended_) {
    if (!lent_) {
      changed_.wait(lock, [this] { return lent_ || ended_; });
    } else if (!changed_.wait_for(lock, interval, [this] { return ended_; }) && lent_) {
      call_mpi(comm_);
    }
  }
}

}  // namespace modscape::parallel
