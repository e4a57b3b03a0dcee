// SPDX-License-Identifier: Apache-2.0
// A shared counter in one rank's memory, advanced by one-sided MPI_Fetch_and_op: dynamic load balancing without a
// manager.
#pragma once
#include <cstdint>

#include "parallel/communicator.hpp"

namespace modscape::parallel {

class TaskCounter {
 public:
  explicit TaskCounter(const Communicator& comm);  ///< collective; MPI_Win_allocate on rank 0, starts at 0
  ~TaskCounter();                                  ///< frees nothing that needs communication; call close() first
  TaskCounter(const TaskCounter&) = delete;
  TaskCounter& operator=(const TaskCounter&) = delete;

  std::int64_t claim(std::int64_t count);  ///< the old value; the counter advances by `count`
  void poll() const noexcept;              ///< lets the host's MPI make progress; call it often from the host rank
  void close();                            ///< collective

 private:
  MPI_Win window_ = MPI_WIN_NULL;
  std::int64_t* base_ = nullptr;
  MPI_Comm comm_ = MPI_COMM_NULL;  // not owned
};

}  // namespace modscape::parallel
