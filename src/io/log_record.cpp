// SPDX-License-Identifier: Apache-2.0
#include "io/log_record.hpp"

#include "io/crc32c.hpp"

namespace modscape::io {
namespace {
std::optional<LogRecord> read_slot(std::span<const std::uint64_t> slot) {
  if (slot.back() != crc32c(slot.data(), slot.size_bytes() - sizeof(slot[0]))) return std::nullopt;
  LogRecord record{slot[0], slot[1], {}};
  for (const std::uint64_t crc : slot.subspan(2, slot.size() - 3))
    record.tail.push_back(static_cast<std::uint32_t>(crc));
  return record;
}
}  // namespace

std::size_t log_slot_size(std::size_t columns) {
  return columns + 3;
}

std::vector<std::uint64_t> log_slot(const LogRecord& record) {
  std::vector<std::uint64_t> slot{record.sequence, record.used};
  slot.insert(slot.end(), record.tail.begin(), record.tail.end());
  slot.push_back(crc32c(slot.data(), slot.size() * sizeof(slot[0])));
  return slot;
}

std::optional<LogRecord> latest_record(std::span<const std::uint64_t> slots, std::size_t columns) {
  std::optional<LogRecord> latest;
  const std::size_t size = log_slot_size(columns);
  for (; slots.size() >= size; slots = slots.subspan(size)) {
    std::optional<LogRecord> record = read_slot(slots.first(size));
    if (record && (!latest || record->sequence > latest->sequence)) latest = std::move(record);
  }
  return latest;
}

}  // namespace modscape::io
