// SPDX-License-Identifier: Apache-2.0
// Joins the shards of one job into the file that a single job would have written (equal for `modscape compare`), every
// row checked against its checksum, compressed, in the order of the design. Serial; memory does not grow with the
// number of rows.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "io/results_file.hpp"

namespace modscape::io {

/// What lacks in one shard.
struct ShardGap {
  Shard shard;
  std::string path;                                    ///< empty if there is no file
  std::vector<std::pair<std::string, RowRange>> rows;  ///< table and rows of the whole table
};

struct MergeReport {
  bool already_merged = false;  ///< the target was complete and newer than every shard: nothing was done
  std::int64_t shards = 0, done = 0, failed = 0, missing = 0;
  std::int64_t bytes_before = 0, bytes_after = 0;
  std::vector<ShardGap> gaps;  ///< in the order of the shards; not empty = nothing was written
};

/// Joins `shards` (files, in any order) into `target`: a temporary file, fsync, rename. A single file of a whole job is
/// checked and compressed. BadInput if the files are not of one job, one format, one arithmetic, if a shard is there
/// twice, or if `target` exists and is not newer than all shards (`force`: replace it). `advance(rows)` hears how it
/// goes on, after `start(rows of all files)`.
MergeReport merge_shards(const std::string& target, const std::vector<std::string>& shards, bool force,
                         const std::function<void(std::int64_t)>& start,
                         const std::function<void(std::int64_t)>& advance);

/// Which part of its job a results file holds. BadInput if it is none.
Shard read_shard(const std::string& path);

/// Files in the folder of `target` that have the name of a shard of it (shard_path), sorted.
std::vector<std::string> find_shards(const std::string& target);

}  // namespace modscape::io
