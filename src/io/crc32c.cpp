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
__attribute__((target("sse4.2"))) void extend_by_instruction(std::span<std::uint32_t> running, const void* first,
                                                             std::size_t row_bytes) {
  const auto* rows = static_cast<const unsigned char*>(first);
  for (std::uint32_t& state : running) {
    std::uint64_t crc = state;
    std::size_t left = row_bytes;
    for (; left >= sizeof(std::uint64_t); left -= sizeof(std::uint64_t), rows += sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, rows, sizeof word);
      crc = __builtin_ia32_crc32di(crc, word);
    }
    auto last = static_cast<std::uint32_t>(crc);
    for (; left > 0; --left, ++rows) last = __builtin_ia32_crc32qi(last, *rows);
    state = last;
  }
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

std::uint32_t crc32c(const void* data, std::size_t size) {
  std::uint32_t running = crc32c_start;
  extend_crc32c({&running, 1}, data, size);
  return ~running;
}

}  // namespace modscape::io
