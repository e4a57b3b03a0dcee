// SPDX-License-Identifier: Apache-2.0
// One job cut into contiguous blocks of rows that separate MPI jobs compute, each into a file of its own.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace modscape {

/// Block `index` (from 0) of `count`; the whole job is block 0 of 1.
struct Shard {
  std::int64_t index = 0, count = 1;
  bool is_whole() const noexcept { return count == 1; }
  bool operator==(const Shard&) const = default;
};
inline constexpr std::int64_t most_shards = 1'000'000;

/// "3/64": index from 0, then the number of shards, at most most_shards.
Expected<Shard> parse_shard(std::string_view text);

/// "shard 3/64", or "the whole job".
std::string to_string(const Shard& shard);

/// Where a shard of the results `path` lies by default: "a/sweep.h5" -> "a/sweep.shard-03-of-64.h5". The numbers have
/// equal length, so that the files sort in the order of the design. The whole job lies at `path` itself.
std::string shard_path(const std::string& path, const Shard& shard);

}  // namespace modscape
