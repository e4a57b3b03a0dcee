// SPDX-License-Identifier: Apache-2.0
// Which rank owns which neuron: a block of every population, so that all ranks share all kinds of work.
#pragma once
#include <cstdint>
#include <vector>

#include "models/network_model.hpp"
#include "parallel/communicator.hpp"

namespace modscape::network {

/// At most 2^32 neurons and sources.
class Partition {
 public:
  Partition(const models::NetworkModel& model, int rank, int ranks);
  /// Places within population `p`, from 0, that this rank owns. Sources without neurons are nobody's: all ranks know
  /// their spikes.
  parallel::BlockRange owned(std::size_t p) const { return owned_[p]; }
  std::int64_t owned_size(std::size_t p) const { return owned_[p].last - owned_[p].first; }
  /// Global id of the first neuron of population `p`; p = number of populations: the number of all neurons.
  std::int64_t first_gid(std::size_t p) const { return first_gid_[p]; }
  std::size_t population_of(std::int64_t gid) const;

 private:
  std::vector<std::int64_t> first_gid_;
  std::vector<parallel::BlockRange> owned_;
};

}  // namespace modscape::network
