// SPDX-License-Identifier: Apache-2.0
// A shared counter in the memory of rank 0, advanced by one-sided calls: dynamic load balancing without a manager. With
// some transports rank 0 must call MPI for the others to get an answer: BackgroundProgress does.
#pragma once
#include <cstdint>

#include "parallel/communicator.hpp"

namespace modscape::parallel {

class TaskCounter {
 public:
  explicit TaskCounter(const Communicator& comm);  ///< collective; starts at 0
  ~TaskCounter();                                  ///< frees nothing that needs communication; call close() first
  TaskCounter(const TaskCounter&) = delete;
  TaskCounter& operator=(const TaskCounter&) = delete;

  std::int64_t claim(std::int64_t count);  ///< the old value; the counter advances by `count`
  /// The same in two steps, so that the answer travels while this rank computes. One request at a time.
  void request(std::int64_t count);
  std::int64_t answer();
  void close();  ///< collective; no request may be under way

 private:
  MPI_Win window_ = MPI_WIN_NULL;
  std::int64_t* base_ = nullptr;
  MPI_Request request_ = MPI_REQUEST_NULL;
  std::int64_t count_ = 0, before_ = 0;  // of the request
  std::int64_t alone_ = 0;               // the counter of a single rank, which needs no window
};

}  // namespace modscape::parallel
