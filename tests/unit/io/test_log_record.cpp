// SPDX-License-Identifier: Apache-2.0
// The commit record of a log: an interrupted write costs the record being written, never the one before.
#include "io/log_record.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {
using namespace modscape;
using io::LogRecord;

constexpr std::size_t columns = 2;
using Slots = std::vector<std::uint64_t>;

Slots empty() {
  return Slots(io::log_record_slots * io::log_slot_size(columns));
}

void put(Slots& slots, const LogRecord& record) {
  const Slots slot = io::log_slot(record);
  ASSERT_EQ(slot.size(), io::log_slot_size(columns));
  const std::size_t place = record.sequence % io::log_record_slots;
  std::ranges::copy(slot, slots.begin() + static_cast<std::ptrdiff_t>(place * slot.size()));
}

TEST(LogRecord, TheHighestSequenceCounts) {
  Slots slots = empty();
  EXPECT_FALSE(io::latest_record(slots, columns));
  for (std::uint64_t sequence = 1; sequence < 5; ++sequence) {
    const LogRecord record{sequence, 100 - sequence, {7, 8}};
    put(slots, record);
    EXPECT_EQ(io::latest_record(slots, columns), record);
  }
}

TEST(LogRecord, ATornRecordLeavesTheOneBefore) {
  const LogRecord before{4, 10, {1, 2}}, after{5, 20, {3, 4}};
  Slots good = empty();
  put(good, before);
  Slots full = good;
  put(full, after);
  const std::size_t size = io::log_slot_size(columns);
  for (std::size_t written = 1; written < size; ++written) {  // numbers of the new slot that reached the file
    Slots torn = good;
    std::copy_n(full.begin() + static_cast<std::ptrdiff_t>(size), written,
                torn.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(io::latest_record(torn, columns), before) << written;
  }
}

TEST(LogRecord, NoFlippedBitGoesUnseen) {
  Slots slots = empty();
  put(slots, {5, 20, {3, 4}});
  const std::size_t size = io::log_slot_size(columns);
  for (std::size_t number = size; number < 2 * size; ++number)
    for (int bit = 0; bit < 64; ++bit) {
      Slots damaged = slots;
      damaged[number] ^= std::uint64_t{1} << bit;
      EXPECT_FALSE(io::latest_record(damaged, columns)) << number << " bit " << bit;
    }
}
}  // namespace
