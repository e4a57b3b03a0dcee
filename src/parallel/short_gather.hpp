// SPDX-License-Identifier: Apache-2.0
// All ranks learn the words of all others, again and again: in one collective call while lists are about as short as
// before, and while the ranks go on computing. Waiting costs no core that another rank needs.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "parallel/communicator.hpp"

namespace modscape::parallel {

class ShortGather {
 public:
  explicit ShortGather(const Communicator& comm);  ///< kept
  ShortGather(const ShortGather&) = delete;
  ShortGather& operator=(const ShortGather&) = delete;
  ~ShortGather();

  /// Collective. Sends `mine`, which may change afterwards.
  void start(std::span<const std::uint64_t> mine);
  /// Collective, after start(): the words of all ranks in rank order.
  void finish(std::vector<std::uint64_t>& all);

 private:
  void wait(MPI_Request& request);
  void fit(std::size_t longest);

  struct Buffers {
    std::vector<std::uint64_t> sent, received, rest;
  };
  const Communicator* comm_;
  std::unique_ptr<Buffers> buffers_;
  std::vector<int> counts_, places_;
  std::size_t block_ = 32;  // words that every rank sends: how many it has, and the first of them
  MPI_Request request_ = MPI_REQUEST_NULL;
};

}  // namespace modscape::parallel
