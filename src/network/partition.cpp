// SPDX-License-Identifier: Apache-2.0
#include "network/partition.hpp"

#include <algorithm>

namespace modscape::network {

Partition::Partition(const models::NetworkModel& model, int rank, int ranks) : first_gid_{0} {
  for (const models::Population& population : model.populations) {
    first_gid_.push_back(first_gid_.back() + population.size);
    owned_.push_back(parallel::block_range(population.size, rank, ranks));
  }
}

std::size_t Partition::population_of(std::int64_t gid) const {
  const auto after = std::upper_bound(first_gid_.begin(), first_gid_.end(), gid);
  return static_cast<std::size_t>(after - first_gid_.begin()) - 1;
}

}  // namespace modscape::network
