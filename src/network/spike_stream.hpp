// SPDX-License-Identifier: Apache-2.0
// What ranks tell each other about an epoch: spikes in five or six bytes each, and rare remarks.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace modscape::network {

/// A spike: tick in the epoch (below 2^29) << 32 | gid. A remark: any word.
struct EpochNews {
  std::vector<std::uint64_t> spikes, remarks;
  void clear() {
    spikes.clear();
    remarks.clear();
  }
};

/// The words of one rank's news, as few as possible; none for none. Puts its spikes in the order of gids: then a spike
/// is 29 bits of tick and, in what is left of four bytes and one or two more, the distance to the gid before.
void pack_news(EpochNews& news, std::vector<std::uint64_t>& words);

/// Appends the news of any number of ranks, whose words follow each other.
void unpack_news(std::span<const std::uint64_t> words, EpochNews& news);

/// Bytes that pack_news() takes for a spike where gids of spikes are `distance` apart on average.
double packed_bytes(double distance);

}  // namespace modscape::network
