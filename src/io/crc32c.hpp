// SPDX-License-Identifier: Apache-2.0
// CRC-32C (Castagnoli), the checksum of result rows and archive frames. By the processor's instruction where there is
// one, else bytewise (Boost.CRC is bytewise too, and rows are checksummed at the speed of memory or not at all:
// docs/decisions/0001).
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace modscape::io {

/// Running checksums start as this; the checksum is the complement of the last one.
inline constexpr std::uint32_t crc32c_start = 0xFFFFFFFFU;

/// Extends the running checksums of consecutive rows, one for each, by `row_bytes` bytes per row.
void extend_crc32c(std::span<std::uint32_t> running, const void* rows, std::size_t row_bytes);
/// The same without the instruction.
void extend_crc32c_bytewise(std::span<std::uint32_t> running, const void* rows, std::size_t row_bytes);

/// One column of a block of rows.
struct ColumnBytes {
  const void* rows;
  std::size_t row_bytes;
};
/// The checksum of each row: over its bytes of every column, in this order.
std::vector<std::uint32_t> row_checksums(std::size_t rows, std::span<const ColumnBytes> columns);

std::uint32_t crc32c(const void* data, std::size_t size);
/// Of two pieces one after the other, the second of `second_bytes` bytes; the checksum of nothing is 0.
std::uint32_t joined_crc32c(std::uint32_t first, std::uint32_t second, std::uint64_t second_bytes);

}  // namespace modscape::io
