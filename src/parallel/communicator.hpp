// SPDX-License-Identifier: Apache-2.0
// The only module that includes mpi.h. Every return code is checked (InternalError, exit 70); destructors never
// communicate.
#pragma once
#include <mpi.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace modscape::parallel {

/// MPI for the lifetime of main(): MPI_Init_thread(SERIALIZED), errors return. The destructor finalizes, but not while
/// an exception unwinds or after an abort (other ranks may sit in a collective).
class Session {
 public:
  Session(int* argc, char*** argv);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  /// Runs when the session ends, while MPI still works: the end of a library that lives on MPI.
  static void before_end(std::function<void()> action);
};

/// Ends the job on all ranks with this exit code.
[[noreturn]] void abort_job(int exit_code) noexcept;

/// Owned (duplicated) communicator, move-only. A moved-from one is empty.
class Communicator {
 public:
  static Communicator world();  ///< collective: a duplicate of MPI_COMM_WORLD
  static Communicator self();
  Communicator(Communicator&& other) noexcept;
  Communicator& operator=(Communicator&& other) noexcept;
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;
  ~Communicator();

  int rank() const noexcept { return rank_; }
  int size() const noexcept { return size_; }
  bool is_root() const noexcept { return rank_ == 0; }
  MPI_Comm handle() const noexcept { return comm_; }

  // All below are collective.
  void barrier() const;
  std::string broadcast(std::string bytes, int root = 0) const;  ///< any length; returns root's bytes on every rank
  std::int64_t max(std::int64_t value) const;
  std::int64_t sum(std::int64_t value) const;
  bool all_of(bool value) const;
  std::vector<std::string> gather(const std::string& bytes,
                                  int root = 0) const;  ///< in rank order on root, empty elsewhere
  void all_gather(const std::vector<std::uint64_t>& mine, std::vector<std::uint64_t>& all) const;  ///< in rank order
  Communicator split(int color, int key) const;
  Communicator node() const;       ///< the ranks of this one's node
  Communicator cartesian() const;  ///< the same ranks as a one-dimensional grid

 private:
  explicit Communicator(MPI_Comm owned);
  MPI_Comm comm_ = MPI_COMM_NULL;
  int rank_ = 0, size_ = 0;
};

/// Throws InternalError naming `call` unless `code` is MPI_SUCCESS.
void check_mpi(int code, const char* call);

/// [first, last) of `total` items for part `part` of `parts`; sizes differ by at most one.
struct BlockRange {
  std::int64_t first, last;
};
BlockRange block_range(std::int64_t total, int part, int parts);

/// Empty, or why this looks like singletons where ranks were meant (a scheduler or launcher announces more tasks than
/// MPI sees).
std::string singleton_problem(const Communicator& world);

}  // namespace modscape::parallel
