// SPDX-License-Identifier: Apache-2.0
// The commit record of a log: how many of its rows count. Two slots are written in turn, so that a write that is
// interrupted never harms the record before.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace modscape::io {

struct LogRecord {
  std::uint64_t sequence = 0;       ///< grows by one with each record
  std::uint64_t used = 0;           ///< rows of this file that count
  std::vector<std::uint32_t> tail;  ///< as LogMark says
  bool operator==(const LogRecord&) const = default;
};
inline constexpr std::size_t log_record_slots = 2;

/// Numbers in the slot of a log with this many columns: sequence, used, one tail per column, CRC-32C of those before.
std::size_t log_slot_size(std::size_t columns);
std::vector<std::uint64_t> log_slot(const LogRecord& record);
/// The intact record with the highest sequence; none if no slot is intact.
std::optional<LogRecord> latest_record(std::span<const std::uint64_t> slots, std::size_t columns);

}  // namespace modscape::io
