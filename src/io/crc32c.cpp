// SPDX-License-Identifier: Apache-2.0
#include "io/crc32c.hpp"

#include <array>
#include <cstring>

namespace modscape::io {
namespace {
// Polynomials over GF(2) modulo that of CRC-32C; the highest bit is the coefficient of x^0.
constexpr std::uint32_t times_x(std::uint32_t a) {
  return (a >> 1) ^ ((a & 1) != 0 ? 0x82F63B78U : 0U);
}
std::uint32_t product(std::uint32_t a, std::uint32_t b) {
  std::uint32_t sum = 0;
  for (; a != 0; a <<= 1, b = times_x(b))
    if ((a & 0x80000000U) != 0) sum ^= b;
  return sum;
}

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = times_x(crc);
    table[byte] = crc;
  }
  return table;
}

#if defined(__x86_64__)
using Byte = unsigned char;

// In 64 bits throughout: g++ extends a 32-bit one again before each instruction.
__attribute__((target("sse4.2"))) inline std::uint64_t step(std::uint64_t crc, std::uint64_t word) {
  return __builtin_ia32_crc32di(crc, word);
}
__attribute__((target("sse4.2"))) inline std::uint64_t step(std::uint64_t crc, std::uint32_t word) {
  return __builtin_ia32_crc32si(static_cast<std::uint32_t>(crc), word);
}
__attribute__((target("sse4.2"))) inline std::uint64_t step(std::uint64_t crc, Byte byte) {
  return __builtin_ia32_crc32qi(static_cast<std::uint32_t>(crc), byte);
}

/// Rows of one number each.
template <class Word>
__attribute__((target("sse4.2"))) void extend_single_words(std::span<std::uint32_t> running, const Byte* rows) {
  for (std::uint32_t& crc : running) {
    Word word{};
    std::memcpy(&word, rows, sizeof word);
    crc = static_cast<std::uint32_t>(step(crc, word));
    rows += sizeof word;
  }
}

/// Rows side by side: each is one chain of instructions, and the next has to wait three cycles for the last.
template <std::size_t side_by_side>
__attribute__((target("sse4.2"))) void extend_rows(std::uint32_t* running, const Byte* rows, std::size_t row_bytes) {
  std::array<std::uint64_t, side_by_side> crc;
  for (std::size_t row = 0; row < side_by_side; ++row) crc[row] = running[row];
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= row_bytes; at += sizeof(std::uint64_t))
    for (std::size_t row = 0; row < side_by_side; ++row) {
      std::uint64_t word = 0;
      std::memcpy(&word, rows + row * row_bytes + at, sizeof word);
      crc[row] = step(crc[row], word);
    }
  for (; at < row_bytes; ++at)
    for (std::size_t row = 0; row < side_by_side; ++row) crc[row] = step(crc[row], rows[row * row_bytes + at]);
  for (std::size_t row = 0; row < side_by_side; ++row) running[row] = static_cast<std::uint32_t>(crc[row]);
}

void extend_by_instruction(std::span<std::uint32_t> running, const void* first, std::size_t row_bytes) {
  const auto* rows = static_cast<const Byte*>(first);
  if (row_bytes == sizeof(Byte)) return extend_single_words<Byte>(running, rows);
  if (row_bytes == sizeof(std::uint32_t)) return extend_single_words<std::uint32_t>(running, rows);
  if (row_bytes == sizeof(std::uint64_t)) return extend_single_words<std::uint64_t>(running, rows);
  constexpr std::size_t group = 6;  // two instructions per cycle
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

// Appending a byte multiplies the checksum of what is before it by x^8 (as zlib's crc32_combine).
std::uint32_t joined_crc32c(std::uint32_t first, std::uint32_t second, std::uint64_t second_bytes) {
  for (std::uint32_t factor = 1U << 23; second_bytes > 0; second_bytes >>= 1, factor = product(factor, factor))
    if ((second_bytes & 1) != 0) first = product(factor, first);
  return first ^ second;
}

}  // namespace modscape::io
