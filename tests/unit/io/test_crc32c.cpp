// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "io/crc32c.hpp"

namespace {
using namespace modscape;

/// Bit by bit, as the polynomial is defined.
std::uint32_t extended(std::uint32_t crc, std::string_view bytes) {
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78U : 0U);
  }
  return crc;
}

std::string some_bytes(std::size_t count) {
  std::string bytes;
  for (std::uint32_t i = 0; i < count; ++i) bytes += static_cast<char>((i * 2654435761U) >> 24);
  return bytes;
}

/// Full groups of rows, whatever their size, and some left over.
constexpr std::size_t rows = 17;

std::vector<std::uint32_t> different_starts() {
  std::vector<std::uint32_t> running(rows);
  for (std::uint32_t row = 0; row < rows; ++row) running[row] = io::crc32c_start - 0x01234567U * row;
  return running;
}

TEST(Crc32c, KnownVectors) {
  EXPECT_EQ(io::crc32c("123456789", 9), 0xE3069283U);  // check value of the CRC catalogue, CRC-32/ISCSI
  const std::string zeros(32, '\0'), ones(32, '\xFF');
  EXPECT_EQ(io::crc32c(zeros.data(), zeros.size()), 0x8A9136AAU);  // RFC 3720 B.4
  EXPECT_EQ(io::crc32c(ones.data(), ones.size()), 0x62A8AB43U);
  EXPECT_EQ(io::crc32c(nullptr, 0), 0U);
}

TEST(Crc32c, RowsOfAnyLengthAndAlignmentWithAndWithoutTheInstruction) {
  for (std::size_t row_bytes = 0; row_bytes <= 600; ++row_bytes) {
    const std::string bytes = some_bytes(rows * row_bytes);
    std::vector<std::uint32_t> expected = different_starts();
    for (std::size_t row = 0; row < rows; ++row)
      expected[row] = extended(expected[row], std::string_view(bytes).substr(row * row_bytes, row_bytes));
    for (const std::size_t shift : {0, 1, 3, 7}) {
      const std::string shifted = std::string(shift, 'x') + bytes;
      std::vector<std::uint32_t> by_instruction = different_starts(), bytewise = by_instruction;
      io::extend_crc32c(by_instruction, shifted.data() + shift, row_bytes);
      io::extend_crc32c_bytewise(bytewise, shifted.data() + shift, row_bytes);
      EXPECT_EQ(by_instruction, expected) << row_bytes << " bytes from " << shift;
      EXPECT_EQ(bytewise, expected) << row_bytes << " bytes from " << shift;
    }
  }
}

TEST(Crc32c, ARowIsItsBytesOfEveryColumnInOrder) {
  std::vector<std::string> cells;
  std::vector<io::ColumnBytes> columns;
  const std::vector<std::size_t> widths{8, 384, 4, 0, 12, 77, 1};
  for (const std::size_t width : widths) cells.push_back(some_bytes(rows * width + width).substr(width));
  for (std::size_t c = 0; c < widths.size(); ++c) columns.push_back({cells[c].data(), widths[c]});
  for (std::size_t count = 0; count <= rows; ++count) {
    const std::vector<std::uint32_t> sums = io::row_checksums(count, columns);
    ASSERT_EQ(sums.size(), count);
    for (std::size_t row = 0; row < count; ++row) {
      std::uint32_t expected = io::crc32c_start;
      for (std::size_t c = 0; c < widths.size(); ++c)
        expected = extended(expected, std::string_view(cells[c]).substr(row * widths[c], widths[c]));
      EXPECT_EQ(sums[row], ~expected) << row << " of " << count;
    }
  }
}

TEST(Crc32c, PiecesJoinToTheWhole) {
  const std::string bytes = some_bytes(5000);
  for (const std::size_t cut : {0UL, 1UL, 8UL, 255UL, 256UL, 4095UL, 4999UL, 5000UL}) {
    const std::uint32_t first = io::crc32c(bytes.data(), cut);
    const std::uint32_t second = io::crc32c(bytes.data() + cut, bytes.size() - cut);
    EXPECT_EQ(io::joined_crc32c(first, second, bytes.size() - cut), io::crc32c(bytes.data(), bytes.size())) << cut;
  }
  EXPECT_EQ(io::crc32c(nullptr, 0), 0U);
}
}  // namespace
