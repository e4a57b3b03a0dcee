// SPDX-License-Identifier: Apache-2.0
#include "parallel/task_counter.hpp"

#include "core/error.hpp"

namespace modscape::parallel {
namespace {
constexpr int host = 0;
}

// MPI_Win_allocate and not MPI_Win_create: with memory of its own the library serves one-sided calls while the host
// computes.
TaskCounter::TaskCounter(const Communicator& comm) : comm_(comm.handle()) {
  const MPI_Aint bytes = comm.rank() == host ? sizeof(std::int64_t) : 0;
  check_mpi(MPI_Win_allocate(bytes, sizeof(std::int64_t), MPI_INFO_NULL, comm_, static_cast<void*>(&base_), &window_),
            "MPI_Win_allocate");
  check_mpi(MPI_Win_set_errhandler(window_, MPI_ERRORS_RETURN), "MPI_Win_set_errhandler");
  check_mpi(MPI_Win_lock_all(0, window_), "MPI_Win_lock_all");
  if (comm.rank() == host) *base_ = 0;
  check_mpi(MPI_Win_sync(window_), "MPI_Win_sync");
  comm.barrier();  // nobody claims before the counter is zero
}

TaskCounter::~TaskCounter() = default;

std::int64_t TaskCounter::claim(std::int64_t count) {
  std::int64_t before = 0;
  check_mpi(MPI_Fetch_and_op(&count, &before, MPI_INT64_T, host, 0, MPI_SUM, window_), "MPI_Fetch_and_op");
  check_mpi(MPI_Win_flush(host, window_), "MPI_Win_flush");
  return before;
}

void TaskCounter::poll() const noexcept {
  int waiting = 0;
  if (MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, comm_, &waiting, MPI_STATUS_IGNORE) != MPI_SUCCESS)
    abort_job(static_cast<int>(ExitCode::internal));
}

void TaskCounter::close() {
  if (window_ == MPI_WIN_NULL) return;
  check_mpi(MPI_Win_unlock_all(window_), "MPI_Win_unlock_all");
  check_mpi(MPI_Win_free(&window_), "MPI_Win_free");
  base_ = nullptr;
}

}  // namespace modscape::parallel
