// SPDX-License-Identifier: Apache-2.0
#include "parallel/task_counter.hpp"

#include "core/error.hpp"

namespace modscape::parallel {
namespace {
constexpr int host = 0;
}

// MPI_Win_allocate and not MPI_Win_create: with memory of its own the library serves one-sided calls while the host
// computes.
TaskCounter::TaskCounter(const Communicator& comm) {
  if (comm.size() == 1) return;
  const MPI_Aint bytes = comm.rank() == host ? sizeof(std::int64_t) : 0;
  check_mpi(
      MPI_Win_allocate(bytes, sizeof(std::int64_t), MPI_INFO_NULL, comm.handle(), static_cast<void*>(&base_), &window_),
      "MPI_Win_allocate");
  check_mpi(MPI_Win_set_errhandler(window_, MPI_ERRORS_RETURN), "MPI_Win_set_errhandler");
  check_mpi(MPI_Win_lock_all(0, window_), "MPI_Win_lock_all");
  if (comm.rank() == host) *base_ = 0;
  check_mpi(MPI_Win_sync(window_), "MPI_Win_sync");
  comm.barrier();  // nobody claims before the counter is zero
}

TaskCounter::~TaskCounter() = default;

std::int64_t TaskCounter::claim(std::int64_t count) {
  request(count);
  return answer();
}

// MPI_Rget_accumulate and not MPI_Fetch_and_op with a flush: its request is sent at once and completes with the answer,
// while a flush asks the host a second time.
void TaskCounter::request(std::int64_t count) {
  count_ = count;
  if (window_ == MPI_WIN_NULL) {
    before_ = alone_;
    alone_ += count;
    return;
  }
  check_mpi(MPI_Rget_accumulate(&count_, 1, MPI_INT64_T, &before_, 1, MPI_INT64_T, host, 0, 1, MPI_INT64_T, MPI_SUM,
                                window_, &request_),
            "MPI_Rget_accumulate");
}

std::int64_t TaskCounter::answer() {
  check_mpi(MPI_Wait(&request_, MPI_STATUS_IGNORE), "MPI_Wait");
  return before_;
}

void TaskCounter::close() {
  if (window_ == MPI_WIN_NULL) return;
  check_mpi(MPI_Win_unlock_all(window_), "MPI_Win_unlock_all");
  check_mpi(MPI_Win_free(&window_), "MPI_Win_free");
  base_ = nullptr;
}

}  // namespace modscape::parallel
