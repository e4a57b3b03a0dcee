// SPDX-License-Identifier: Apache-2.0
#include "parallel/communicator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <numeric>
#include <utility>

#include "core/error.hpp"

namespace modscape::parallel {
namespace {
// MPI counts are int; longer messages travel in pieces of this size.
constexpr std::size_t chunk_bytes = std::size_t{1} << 30;
constexpr int gather_tag = 1;

bool mpi_running() noexcept {
  int initialized = 0, finalized = 0;
  return MPI_Initialized(&initialized) == MPI_SUCCESS && initialized != 0 && MPI_Finalized(&finalized) == MPI_SUCCESS &&
         finalized == 0;
}

/// Calls transfer(pointer, count) for consecutive pieces of `bytes`.
template <class Transfer>
void in_chunks(std::string& bytes, Transfer transfer) {
  for (std::size_t first = 0; first < bytes.size(); first += chunk_bytes)
    transfer(bytes.data() + first, static_cast<int>(std::min(chunk_bytes, bytes.size() - first)));
}

std::int64_t reduce(std::int64_t value, MPI_Op op, MPI_Comm comm) {
  std::int64_t result = 0;
  check_mpi(MPI_Allreduce(&value, &result, 1, MPI_INT64_T, op, comm), "MPI_Allreduce");
  return result;
}

MPI_Comm duplicate(MPI_Comm comm) {
  MPI_Comm copy = MPI_COMM_NULL;
  check_mpi(MPI_Comm_dup(comm, &copy), "MPI_Comm_dup");
  return copy;
}
}  // namespace

void check_mpi(int code, const char* call) {
  if (code == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  if (MPI_Error_string(code, text.data(), &length) != MPI_SUCCESS) length = 0;
  throw InternalError(
      fmt::format("{} failed: {} (code {})", call, std::string(text.data(), std::size_t(length)), code));
}

void abort_job(int exit_code) noexcept {
  std::fflush(nullptr);
  if (mpi_running()) MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code);
}

namespace {
std::vector<std::function<void()>>& at_end() {
  static std::vector<std::function<void()>> actions;
  return actions;
}
}  // namespace

Session::Session(int* argc, char*** argv) {
  int provided = MPI_THREAD_SINGLE;
  check_mpi(MPI_Init_thread(argc, argv, MPI_THREAD_SERIALIZED, &provided), "MPI_Init_thread");
  check_mpi(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  check_mpi(MPI_Comm_set_errhandler(MPI_COMM_SELF, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  if (provided < MPI_THREAD_SERIALIZED) throw InternalError("this MPI library offers no MPI_THREAD_SERIALIZED");
}

Session::~Session() {
  if (std::uncaught_exceptions() > 0 || !mpi_running()) return;
  for (const std::function<void()>& action : at_end()) action();
  MPI_Finalize();
}

void Session::before_end(std::function<void()> action) {
  if (!mpi_running()) throw InternalError("MPI is not initialised");
  at_end().push_back(std::move(action));
}

Communicator::Communicator(MPI_Comm owned) : comm_(owned) {
  check_mpi(MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  check_mpi(MPI_Comm_rank(comm_, &rank_), "MPI_Comm_rank");
  check_mpi(MPI_Comm_size(comm_, &size_), "MPI_Comm_size");
}

Communicator Communicator::world() {
  return Communicator(duplicate(MPI_COMM_WORLD));
}
Communicator Communicator::self() {
  return Communicator(duplicate(MPI_COMM_SELF));
}

Communicator::Communicator(Communicator&& other) noexcept
    : comm_(std::exchange(other.comm_, MPI_COMM_NULL)),
      rank_(std::exchange(other.rank_, 0)),
      size_(std::exchange(other.size_, 0)) {}

Communicator& Communicator::operator=(Communicator&& other) noexcept {
  std::swap(comm_, other.comm_);
  std::swap(rank_, other.rank_);
  std::swap(size_, other.size_);
  return *this;
}

// MPI_Comm_free only drops the local handle, yet the standard calls it collective: not while an exception unwinds.
Communicator::~Communicator() {
  if (comm_ != MPI_COMM_NULL && std::uncaught_exceptions() == 0 && mpi_running()) MPI_Comm_free(&comm_);
}

void Communicator::barrier() const {
  check_mpi(MPI_Barrier(comm_), "MPI_Barrier");
}

std::string Communicator::broadcast(std::string bytes, int root) const {
  auto length = static_cast<std::uint64_t>(bytes.size());
  check_mpi(MPI_Bcast(&length, 1, MPI_UINT64_T, root, comm_), "MPI_Bcast");
  bytes.resize(length);
  in_chunks(bytes,
            [&](char* piece, int count) { check_mpi(MPI_Bcast(piece, count, MPI_BYTE, root, comm_), "MPI_Bcast"); });
  return bytes;
}

std::int64_t Communicator::max(std::int64_t value) const {
  return reduce(value, MPI_MAX, comm_);
}
std::int64_t Communicator::sum(std::int64_t value) const {
  return reduce(value, MPI_SUM, comm_);
}
bool Communicator::all_of(bool value) const {
  return reduce(value ? 1 : 0, MPI_MIN, comm_) == 1;
}

std::vector<std::string> Communicator::gather(const std::string& bytes, int root) const {
  const auto length = static_cast<std::uint64_t>(bytes.size());
  std::vector<std::uint64_t> lengths(rank_ == root ? static_cast<std::size_t>(size_) : 0);
  check_mpi(MPI_Gather(&length, 1, MPI_UINT64_T, lengths.data(), 1, MPI_UINT64_T, root, comm_), "MPI_Gather");
  std::vector<std::string> all(lengths.size());
  if (rank_ != root) {
    std::string copy = bytes;
    in_chunks(copy, [&](char* piece, int count) {
      check_mpi(MPI_Send(piece, count, MPI_BYTE, root, gather_tag, comm_), "MPI_Send");
    });
    return all;
  }
  for (int source = 0; source < size_; ++source) {
    std::string& part = all[static_cast<std::size_t>(source)];
    if (source == root) {
      part = bytes;
      continue;
    }
    part.resize(lengths[static_cast<std::size_t>(source)]);
    in_chunks(part, [&](char* piece, int count) {
      check_mpi(MPI_Recv(piece, count, MPI_BYTE, source, gather_tag, comm_, MPI_STATUS_IGNORE), "MPI_Recv");
    });
  }
  return all;
}

void Communicator::all_gather(const std::vector<std::uint64_t>& mine, std::vector<std::uint64_t>& all) const {
  const auto own = static_cast<int>(mine.size());
  std::vector<int> counts(static_cast<std::size_t>(size_)), places(static_cast<std::size_t>(size_));
  check_mpi(MPI_Allgather(&own, 1, MPI_INT, counts.data(), 1, MPI_INT, comm_), "MPI_Allgather");
  std::exclusive_scan(counts.begin(), counts.end(), places.begin(), 0);
  all.resize(static_cast<std::size_t>(places.back()) + static_cast<std::size_t>(counts.back()));
  check_mpi(
      MPI_Allgatherv(mine.data(), own, MPI_UINT64_T, all.data(), counts.data(), places.data(), MPI_UINT64_T, comm_),
      "MPI_Allgatherv");
}

Communicator Communicator::split(int color, int key) const {
  MPI_Comm part = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split(comm_, color, key, &part), "MPI_Comm_split");
  return Communicator(part);
}

Communicator Communicator::node() const {
  MPI_Comm part = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split_type(comm_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &part), "MPI_Comm_split_type");
  return Communicator(part);
}

Communicator Communicator::cartesian() const {
  MPI_Comm grid = MPI_COMM_NULL;
  const int periodic = 0, reorder = 0;
  check_mpi(MPI_Cart_create(comm_, 1, &size_, &periodic, reorder, &grid), "MPI_Cart_create");
  return Communicator(grid);
}

BlockRange block_range(std::int64_t total, int part, int parts) {
  if (total < 0 || parts < 1 || part < 0 || part >= parts)
    throw InternalError(fmt::format("block_range({}, {}, {}): no such part", total, part, parts));
  const std::int64_t length = total / parts, longer = total % parts;
  const std::int64_t first = part * length + std::min<std::int64_t>(part, longer);
  return {first, first + length + (part < longer ? 1 : 0)};
}

}  // namespace modscape::parallel
