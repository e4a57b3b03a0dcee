// SPDX-License-Identifier: Apache-2.0
#include "io/crc32c.hpp"

#include <array>
#include <cstring>

namespace modscape::io {
namespace {
constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78U : 0U);
    table[byte] = crc;
  }
  return table;
}

#if defined(__x86_64__)
// The instruction takes three cycles and a row is one chain of them: rows go side by side.
template <std::size_t side_by_side>
__attribute__((target("sse4.2"))) void extend_rows(std::uint32_t* running, const unsigned char* rows,
                                                   std::size_t row_bytes) {
  std::array<std::uint64_t, side_by_side> crc;
  for (std::size_t row = 0; row < side_by_side; ++row) crc[row] = running[row];
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= row_bytes; at += sizeof(std::uint64_t))
    for (std::size_t row = 0; row < side_by_side; ++row) {
      std::uint64_t word = 0;
      std::memcpy(&word, rows + row * row_bytes + at, sizeof word);
      crc[row] = __builtin_ia32_crc32di(crc[row], word);
    }
  for (; at < row_bytes; ++at)
    for (std::size_t row = 0; row < side_by_side; ++row)
      crc[row] = __builtin_ia32_crc32qi(static_cast<std::uint32_t>(crc[row]), rows[row * row_bytes + at]);
  for (std::size_t row = 0; row < side_by_side; ++row) running[row] = static_cast<std::uint32_t>(crc[row]);
}

void extend_by_instruction(std::span<std::uint32_t> running, const void* first, std::size_t row_bytes) {
  constexpr std::size_t group = 4;
  const auto* rows = static_cast<const unsigned char*>(first);
  std::size_t row = 0;
  for (; row + group <= running.size(); row += group)
    extend_rows<group>(&running[row], rows + row * row_bytes, row_bytes);
  for (; row < running.size(); ++row) extend_rows<1>(&running[row], rows + row * row_bytes, row_bytes);
}
#endif

auto choose() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return &extend_by_instruction;
#endif
  return &extend_crc32c_bytewise;
}
}  // namespace

void extend_crc32c_bytewise(std::span<std::uint32_t> running, const void* rows, std::size_t row_bytes) {
  static constexpr std::array<std::uint32_t, 256> table = make_table();
  const auto* byte = static_cast<const unsigned char*>(rows);
  for (std::uint32_t& crc : running)
    for (const unsigned char* const end = byte + row_bytes; byte < end; ++byte)
      crc = (crc >> 8) ^ table[(crc ^ *byte) & 0xFFU];
}

void extend_crc32c(std::span<std::uint32_t> running, const void* rows, std::size_t row_bytes) {
  static const auto extend = choose();
  extend(running, rows, row_bytes);
}

std::vector<std::uint32_t> row_checksums(std::size_t rows, std::span<const ColumnBytes> columns) {
  std::vector<std::uint32_t> running(rows, crc32c_start);
  for (const ColumnBytes& column : columns) extend_crc32c(running, column.rows, column.row_bytes);
  for (std::uint32_t& crc : running) crc = ~crc;
  return running;
}

std::uint32_t crc32c(const void* data, std::size_t size) {
  std::uint32_t running = crc32c_start;
  extend_crc32c({&running, 1}, data, size);
  return ~running;
}

}  // namespace modscape::io
