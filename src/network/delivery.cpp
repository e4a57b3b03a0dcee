// SPDX-License-Identifier: Apache-2.0
#include "network/delivery.hpp"

#include <algorithm>

#include "core/rng.hpp"
#include "network/draw.hpp"
#include "network/synapse_values.hpp"

namespace modscape::network {
namespace {

using solvers::EventLists;
using solvers::SynapticEvent;

constexpr std::size_t rows_ahead = 8;  // to be fetched
constexpr std::size_t blocks_at_once = 256;
constexpr double ms_per_s = 1000.0;

}  // namespace

Delivery::Delivery(const models::NetworkModel& model, const std::vector<Connectivity>& connectivity,
                   const Partition& partition, std::uint64_t seed)
    : model_(&model), connectivity_(&connectivity), partition_(&partition), seed_(seed), words_(blocks_at_once) {
  for (std::size_t p = 0; p < model.populations.size(); ++p) whole_.push_back(has_delays(model, p));
  for (const bool whole : whole_) sorted_.push_back(!whole);
  for (const models::Background& background : model.backgrounds) sorted_[background.to] = false;
}

bool has_delays(const models::NetworkModel& model, std::size_t population) {
  return std::ranges::any_of(model.projections, [&](const models::Projection& projection) {
    return projection.to == population && SynapseValues(model, projection).has_delays();
  });
}

void Delivery::set_rates(std::int64_t now, std::int64_t length) {
  background_counts_.clear();
  for (const models::Background& b : model_->backgrounds)
    background_counts_.emplace_back(b.rate_steps.at(solvers::in_ms(now), b.rate) * solvers::in_ms(length) / ms_per_s);
}

void Delivery::begin(std::size_t population, std::span<const Arrival> arrivals, std::int64_t now, std::int64_t length) {
  const parallel::BlockRange own = partition_->owned(population);
  population_ = population;
  now_ = now;
  length_ = length;
  first_ = last_ = 0;
  at_once_ = whole_[population] ? static_cast<std::size_t>(own.last - own.first) : neurons_at_once;
  passing_.clear();
  if (rows_.size() < arrivals.size()) rows_.resize(arrivals.size());
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    const Arrival& a = arrivals[i];
    const Connectivity& c = (*connectivity_)[a.projection];
    if (!c.has_delays() && (a.tick < now || a.tick >= now + length))
      continue;  // of the other part of an epoch cut in two
    const DelayWindow window =
        c.has_delays() ? DelayWindow::of_ticks(now - a.tick, now - a.tick + length) : DelayWindow();
    const Connectivity::Row row = c.row(a.source, rows_[i], window);
    const float weight = row.weights == nullptr ? c.constant_weight() * a.efficacy : a.efficacy;
    const auto port = static_cast<std::uint32_t>(model_->projections[a.projection].port);
    if (row.size > 0) passing_.push_back({row, 0, 0, a.tick, port, weight});
    delivered_ += static_cast<std::int64_t>(row.size);
  }
}

void Delivery::next(std::size_t count, EventLists& lists) {
  first_ = last_;
  last_ = first_ + count;
  for (Passing& passing : passing_) passing.from = passing.to;
  const std::int64_t before = delivered_;
  do {
    delivered_ = before;
    lists.clear(count);
    for (std::size_t i = 0; i < passing_.size(); ++i) {
      if (i + rows_ahead < passing_.size()) {
        const Passing& soon = passing_[i + rows_ahead];
        __builtin_prefetch(soon.row.targets + soon.from);
      }
      deliver(passing_[i], lists);
    }
    for (std::size_t b = 0; b < model_->backgrounds.size(); ++b)
      if (model_->backgrounds[b].to == population_) deliver_background(b, lists);
  } while (!lists.finish(static_cast<std::uint32_t>(length_), sorted_[population_]));
}

void Delivery::deliver(Passing& p, EventLists& lists) const {
  const std::uint32_t* const targets = p.row.targets;
  const auto offset = static_cast<std::uint32_t>(p.tick - now_), first = static_cast<std::uint32_t>(first_);
  std::size_t k = p.from;
  if (p.row.delays != nullptr) {
    const std::int64_t age = now_ - p.tick;
    for (; k < p.row.size; ++k) {
      const float weight = p.row.weights == nullptr ? p.weight : p.row.weights[k] * p.weight;
      const auto ticks = static_cast<std::uint32_t>(delay_unit * std::int64_t{p.row.delays[k]} - age);
      lists.add(targets[k], SynapticEvent::at(ticks, p.port, weight));
    }
  } else if (p.row.weights != nullptr) {
    for (; k < p.row.size && targets[k] < last_; ++k)
      lists.add(targets[k] - first, SynapticEvent::at(offset, p.port, p.row.weights[k] * p.weight));
  } else {
    const SynapticEvent event = SynapticEvent::at(offset, p.port, p.weight);
    for (; k < p.row.size && targets[k] < last_; ++k) lists.add(targets[k] - first, event);
  }
  p.to = k;
}

void Delivery::deliver_background(std::size_t number, EventLists& lists) {
  const models::Background& background = model_->backgrounds[number];
  const PoissonCount& counts = background_counts_[number];
  const auto port = static_cast<std::uint32_t>(background.port);
  const auto weight = static_cast<float>(background.weight);
  const std::int64_t first_gid = partition_->first_gid(population_) + partition_->owned(population_).first;
  const auto series = static_cast<std::uint64_t>(now_);
  for (std::size_t first = first_; first < last_; first += words_.size()) {
    const std::size_t some = std::min(words_.size(), last_ - first);
    const std::uint64_t item = stream_of(number, first_gid + static_cast<std::int64_t>(first));
    first_words(seed_, Purpose::background, item, series, std::span(words_).first(some));
    for (std::size_t i = 0; i < some; ++i) {
      const auto list = static_cast<std::uint32_t>(first + i - first_);
      const RandomBlock& block = words_[i];
      const std::uint32_t count = counts(uniform_of(block[0]));
      delivered_ += count;
      const auto add = [&](std::uint64_t bits32) {
        lists.add(list, SynapticEvent::at(tick_of(bits32, length_), port, weight));
      };
      // Two events from each word after the first; where a block is not enough, from the words that follow.
      const std::uint32_t here = std::min(count, std::uint32_t{6});
      for (std::uint32_t k = 0; k < here; ++k) add((block[1 + k / 2] >> (32U * (k % 2))) & 0xffffffffU);
      if (count == here) continue;
      RandomWords words(seed_, Purpose::background, item + i, series);
      for (std::size_t k = 0; k < block.size(); ++k) words.next();
      std::uint64_t bits = 0;
      for (std::uint32_t k = here; k < count; ++k) {
        bits = k % 2 == 0 ? words.next() : bits >> 32U;
        add(bits & 0xffffffffU);
      }
    }
  }
}

}  // namespace modscape::network
