// SPDX-License-Identifier: Apache-2.0
#include "parallel/short_gather.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "core/error.hpp"

namespace modscape::parallel {
namespace {

using Clock = std::chrono::steady_clock;
// A rank that waits longer than this for others lets go of its core: they may need it.
constexpr std::chrono::microseconds polling{300}, nap{20};
constexpr int polls_between_looks = 64;  // at the clock

}  // namespace

ShortGather::ShortGather(const Communicator& comm)
    : comm_(&comm),
      buffers_(std::make_unique<Buffers>()),
      counts_(static_cast<std::size_t>(comm.size())),
      places_(static_cast<std::size_t>(comm.size())) {}

ShortGather::~ShortGather() {
  if (request_ == MPI_REQUEST_NULL) return;
  // The job ends in an error. MPI may still write to the buffers, so they stay.
  Buffers* const kept = buffers_.release();
  static_cast<void>(kept);
}

void ShortGather::start(std::span<const std::uint64_t> mine) {
  if (request_ != MPI_REQUEST_NULL) throw InternalError("a gather was started before the last one was finished");
  Buffers& b = *buffers_;
  const std::size_t first = std::min(mine.size(), block_ - 1);
  b.sent.assign(block_, 0);
  b.sent[0] = mine.size();
  std::ranges::copy(mine.first(first), b.sent.begin() + 1);
  b.rest.assign(mine.begin() + static_cast<std::ptrdiff_t>(first), mine.end());
  b.received.resize(block_ * counts_.size());
  const auto words = static_cast<int>(block_);
  check_mpi(MPI_Iallgather(b.sent.data(), words, MPI_UINT64_T, b.received.data(), words, MPI_UINT64_T, comm_->handle(),
                           &request_),
            "MPI_Iallgather");
}

void ShortGather::wait(MPI_Request& request) {
  const Clock::time_point until = Clock::now() + polling;
  bool patient = false;
  for (int polls = 1;; ++polls) {
    int done = 0;
    check_mpi(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "MPI_Test");
    if (done != 0) return;
    if (patient)
      std::this_thread::sleep_for(nap);
    else if (polls % polls_between_looks == 0)
      patient = Clock::now() > until;
  }
}

void ShortGather::finish(std::vector<std::uint64_t>& all) {
  if (request_ == MPI_REQUEST_NULL) throw InternalError("a gather was not started");
  wait(request_);
  Buffers& b = *buffers_;
  const std::size_t most_here = block_ - 1;
  std::size_t longest = 0, rest = 0;
  for (std::size_t rank = 0; rank < counts_.size(); ++rank) {
    const std::size_t size = b.received[rank * block_];
    longest = std::max(longest, size);
    counts_[rank] = static_cast<int>(size - std::min(size, most_here));
    places_[rank] = static_cast<int>(rest);
    rest += static_cast<std::size_t>(counts_[rank]);
  }
  std::vector<std::uint64_t> tails(rest);
  if (rest > 0) {
    MPI_Request request = MPI_REQUEST_NULL;
    check_mpi(MPI_Iallgatherv(b.rest.data(), static_cast<int>(b.rest.size()), MPI_UINT64_T, tails.data(),
                              counts_.data(), places_.data(), MPI_UINT64_T, comm_->handle(), &request),
              "MPI_Iallgatherv");
    wait(request);
  }
  all.clear();
  for (std::size_t rank = 0; rank < counts_.size(); ++rank) {
    const auto head = b.received.begin() + static_cast<std::ptrdiff_t>(rank * block_);
    const auto size = static_cast<std::ptrdiff_t>(std::min<std::size_t>(*head, most_here));
    all.insert(all.end(), head + 1, head + 1 + size);
    const auto tail = tails.begin() + places_[rank];
    all.insert(all.end(), tail, tail + counts_[rank]);
  }
  fit(longest);
}

// The same on all ranks: room for a quarter more than the longest list just met, but not more than twice as much.
void ShortGather::fit(std::size_t longest) {
  constexpr std::size_t least = 16, step = 8;
  const std::size_t wanted = std::max(least, (longest + longest / 4 + step) / step * step);
  if (wanted > block_ || wanted < block_ / 2) block_ = wanted;
}

}  // namespace modscape::parallel
