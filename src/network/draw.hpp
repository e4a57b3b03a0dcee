// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/rng.hpp"
#include "models/network_model.hpp"

namespace modscape::network {

/// Item of a random stream that belongs to neuron `gid` and, of several of its kind, to number `which`.
inline std::uint64_t stream_of(std::size_t which, std::int64_t gid) {
  return static_cast<std::uint64_t>(which) << 40U | static_cast<std::uint64_t>(gid);
}

/// One value of `distribution`. Normal draws outside its bounds (NaN: none) are drawn again; the mean lies between
/// them.
double draw(const models::Distribution& distribution, RandomWords& words);

}  // namespace modscape::network
