// SPDX-License-Identifier: Apache-2.0
#include "sweep/missing_list.hpp"

#include <algorithm>

namespace modscape::sweep {

MissingList::MissingList(std::vector<io::MissingRows> missing) : missing_(std::move(missing)), starts_{0} {
  for (const io::MissingRows& rows : missing_) starts_.push_back(starts_.back() + rows.last - rows.first);
}

void MissingList::for_each_block(std::int64_t first, std::int64_t last, std::int64_t longest,
                                 const std::function<void(const io::MissingRows&)>& visit) const {
  auto entry = static_cast<std::size_t>(std::ranges::upper_bound(starts_, first) - starts_.begin()) - 1;
  for (; first < last; ++entry) {
    const io::MissingRows& rows = missing_[entry];
    const std::int64_t end = std::min(last, starts_[entry + 1]), most = rows.begun ? 1 : longest;
    while (first < end) {
      const std::int64_t count = std::min(most, end - first);
      const std::int64_t row = rows.first + first - starts_[entry];
      visit({row, row + count, rows.begun});
      first += count;
    }
  }
}

}  // namespace modscape::sweep
