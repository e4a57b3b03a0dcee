// SPDX-License-Identifier: Apache-2.0
// Frames: what is not exactly what was written is refused before Boost sees it.
#include "io/archive.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace {
using namespace modscape;
using testing::HasSubstr;

const std::map<std::string, std::vector<double>> sample{{"I_SN", {1.5, -0.0}}, {"rheobase", {}}};
using Sample = std::map<std::string, std::vector<double>>;

std::string problem_of(const std::string& bytes) {
  const Expected<Sample> value = io::unpack<Sample>(bytes);
  return value ? "accepted" : value.error().message;
}

TEST(Archive, RoundTrip) {
  const Expected<Sample> value = io::unpack<Sample>(io::pack(sample));
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(*value, sample);
}

TEST(Archive, AnEmptyPayloadIsAPayload) {
  const Expected<std::string> payload = io::unframed(io::framed(""));
  ASSERT_TRUE(payload.has_value());
  EXPECT_EQ(*payload, "");
}

TEST(Archive, EveryTruncationIsRefused) {
  const std::string bytes = io::pack(sample);
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_THAT(problem_of(bytes.substr(0, length)), HasSubstr("archive")) << length;
}

TEST(Archive, EveryFlippedByteIsRefused) {
  const std::string bytes = io::pack(sample);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x40);
    EXPECT_THAT(problem_of(damaged), HasSubstr("archive")) << i;
  }
}

TEST(Archive, ForeignBytesAreRefused) {
  EXPECT_EQ(problem_of("id,rate\n1,2\n"), "not a modscape archive");
  EXPECT_EQ(problem_of(io::pack(sample) + "x").find("truncated"), 0U);
  EXPECT_THAT(problem_of(io::framed("not a boost archive")), HasSubstr("damaged archive: written by another version"));
  EXPECT_THAT(problem_of(io::framed(io::archive_header() + "x")), HasSubstr("damaged archive"));
}

TEST(Archive, FilesAreReplacedWhole) {
  const std::string path = "archive_test.bin";
  io::write_file_atomically(path, "first version");
  io::write_file_atomically(path, io::pack(sample));
  EXPECT_EQ(io::read_file(path).value(), io::pack(sample));
  EXPECT_FALSE(std::filesystem::exists(path + ".tmp"));
  std::filesystem::remove(path);
  EXPECT_FALSE(io::read_file(path).has_value());
  EXPECT_FALSE(io::read_file(".").has_value());
  EXPECT_THROW(io::write_file_atomically("no_such_folder/x", "bytes"), IoFailure);
}
}  // namespace
