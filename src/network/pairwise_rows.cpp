// SPDX-License-Identifier: Apache-2.0
#include "network/pairwise_rows.hpp"

#include <algorithm>
#include <cmath>

#include "network/draw.hpp"

namespace modscape::network {
namespace {

using models::ConnectionRule;
using models::Position;
using models::Sheet;

// Targets of one block. A rank draws through what its first block has before its own neurons, half a block on average,
// so blocks should be smaller than the share of a rank; and each costs a start of its own (one block of random words),
// so they should hold several synapses at a probability of 1 %.
constexpr std::int64_t block_size = 1024;

double gap_to_interval(double from, double lowest, double highest, double length, bool periodic) {
  if (from >= lowest && from <= highest) return 0.0;
  return std::min(models::offset(from, lowest, length, periodic), models::offset(from, highest, length, periodic));
}

}  // namespace

struct PairwiseRows::Row {
  std::int64_t source;
  std::uint64_t stream;
  const DelayWindow& window;
  RowBuffer& into;
};

PairwiseRows::PairwiseRows(const models::NetworkModel& model, std::size_t projection, const Partition& partition,
                           const SynapseValues& values, std::uint64_t seed)
    : projection_(model.projections[projection]),
      values_(values),
      from_(model.populations[projection_.from]),
      number_(projection),
      seed_(seed),
      first_source_(partition.first_gid(projection_.from)),
      targets_(model.populations[projection_.to].size),
      own_(partition.owned(projection_.to)),
      per_log_(1.0 / std::log1p(-projection_.probability)) {
  if (own_.first == own_.last) return;
  first_block_ = own_.first / block_size;
  blocks_ = static_cast<std::size_t>((own_.last - 1) / block_size - first_block_ + 1);
  if (projection_.rule != ConnectionRule::distance) return;
  const Sheet& sheet = model.populations[projection_.to].sheet;
  const std::int64_t first = first_block_ * block_size;
  const std::int64_t last = std::min(first + static_cast<std::int64_t>(blocks_) * block_size, targets_);
  boxes_.assign(blocks_, {{INFINITY, INFINITY}, {-INFINITY, -INFINITY}});
  positions_.reserve(static_cast<std::size_t>(own_.last - own_.first));
  for (std::int64_t target = first; target < last; ++target) {
    const Position at = models::position(sheet, targets_, target, partition.first_gid(projection_.to) + target, seed);
    Box& box = boxes_[static_cast<std::size_t>((target - first) / block_size)];
    box.lowest = {std::min(box.lowest.x, at.x), std::min(box.lowest.y, at.y)};
    box.highest = {std::max(box.highest.x, at.x), std::max(box.highest.y, at.y)};
    if (target >= own_.first && target < own_.last) positions_.push_back(at);
  }
}

double PairwiseRows::least_distance(Position from, const Box& box) const {
  const Sheet& sheet = from_.sheet;
  return std::hypot(gap_to_interval(from.x, box.lowest.x, box.highest.x, sheet.width, sheet.periodic),
                    gap_to_interval(from.y, box.lowest.y, box.highest.y, sheet.height, sheet.periodic));
}

void PairwiseRows::connect(Row& row, std::int64_t target, double distance) const {
  if (projection_.from == projection_.to && !projection_.autapses && target == row.source) return;
  RandomWords words(seed_, Purpose::synapse, row.stream, static_cast<std::uint64_t>(target));
  if (values_.has_delays()) {
    const bool conducted = !std::isnan(projection_.kernel.velocity);
    const std::uint32_t delay = values_.delay(words, conducted ? distance / projection_.kernel.velocity : 0.0);
    if (delay < row.window.first || delay >= row.window.last) return;
    row.into.delays.push_back(delay);
  }
  if (values_.has_weights()) row.into.weights.push_back(values_.weight(words));
  row.into.targets.push_back(static_cast<std::uint32_t>(target - own_.first));
}

// Gaps between the targets are geometric. Ends where this rank's neurons end: the rest of the block is for others.
template <class Act>
void PairwiseRows::each_candidate(RandomWords& words, std::int64_t block, double per_log, Act&& act) const {
  const std::int64_t first = block * block_size, last = std::min(first + block_size, targets_);
  for (std::int64_t target = first - 1;;) {
    const double gap = std::floor(std::log(words.uniform()) * per_log);
    if (gap >= static_cast<double>(last - target - 1)) return;
    target += 1 + static_cast<std::int64_t>(gap);
    if (target >= own_.last) return;
    act(target);
  }
}

void PairwiseRows::draw(std::int64_t source, const DelayWindow& window, RowBuffer& into) const {
  into.targets.clear();
  into.weights.clear();
  into.delays.clear();
  Row row{source, stream_of(number_, first_source_ + source), window, into};
  if (projection_.rule == ConnectionRule::one_to_one) {
    if (source >= own_.first && source < own_.last) connect(row, source, 0.0);
  } else if (projection_.rule == ConnectionRule::all_to_all) {
    for (std::int64_t target = own_.first; target < own_.last; ++target) connect(row, target, 0.0);
  } else {
    draw_blocks(row);
  }
}

void PairwiseRows::draw_blocks(Row& row) const {
  const bool spatial = projection_.rule == ConnectionRule::distance;
  Position from{};
  if (spatial) from = models::position(from_.sheet, from_.size, row.source, first_source_ + row.source, seed_);
  for (std::size_t b = 0; b < blocks_; ++b) {
    const std::int64_t block = first_block_ + static_cast<std::int64_t>(b);
    const double highest = spatial ? projection_.kernel(least_distance(from, boxes_[b])) : 1.0;
    if (highest * projection_.probability <= 0.0) continue;
    const double per_log = spatial ? 1.0 / std::log1p(-highest * projection_.probability) : per_log_;
    RandomWords words(seed_, Purpose::connectivity, row.stream, static_cast<std::uint64_t>(block));
    if (!spatial) {
      each_candidate(words, block, per_log, [&](std::int64_t target) {
        if (target >= own_.first) connect(row, target, 0.0);
      });
      continue;
    }
    // Candidates have the highest probability in the block; they are thinned out to that of their distance.
    each_candidate(words, block, per_log, [&](std::int64_t target) {
      const double level = highest * words.uniform();  // drawn for the neurons of other ranks, too
      if (target < own_.first) return;
      const double d = models::distance(from_.sheet, from, positions_[static_cast<std::size_t>(target - own_.first)]);
      if (level < projection_.kernel(d)) connect(row, target, d);
    });
  }
}

std::uint64_t PairwiseRows::bytes() const noexcept {
  return positions_.capacity() * sizeof(Position) + boxes_.capacity() * sizeof(Box);
}

}  // namespace modscape::network
