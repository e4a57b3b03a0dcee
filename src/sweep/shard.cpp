// SPDX-License-Identifier: Apache-2.0
#include "sweep/shard.hpp"

#include <fmt/format.h>

namespace modscape::sweep {

io::LiveTable cut_to_shard(io::LiveTable table, const Shard& shard) {
  if (shard.is_whole()) return table;
  if (shard.count > table.rows)
    throw BadInput("--shard", fmt::format("{} shards of a design of {} points", shard.count, table.rows),
                   "give every shard some hundreds of points or more");
  const parallel::BlockRange mine =
      parallel::block_range(table.rows, static_cast<int>(shard.index), static_cast<int>(shard.count));
  table.all_rows = table.rows;
  table.first_row = mine.first;
  table.rows = mine.last - mine.first;
  return table;
}

}  // namespace modscape::sweep
