// SPDX-License-Identifier: Apache-2.0
// The rows that a table still lacks, numbered through: the shared counter deals positions in this list.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "io/results_file.hpp"

namespace modscape::sweep {

class MissingList {
 public:
  explicit MissingList(std::vector<io::MissingRows> missing);
  std::int64_t size() const { return starts_.back(); }
  /// Calls visit(rows) for the blocks of neighbouring rows at positions [first, last), `longest` rows each
  /// at most. A row that was begun before and has no result may be the one that ended the job: it is a block of its
  /// own, so that it cannot take its neighbours along again.
  void for_each_block(std::int64_t first, std::int64_t last, std::int64_t longest,
                      const std::function<void(const io::MissingRows& rows)>& visit) const;

 private:
  std::vector<io::MissingRows> missing_;
  std::vector<std::int64_t> starts_;  // position of the first row of each entry, and the end
};

}  // namespace modscape::sweep
