// SPDX-License-Identifier: Apache-2.0
#include "io/archive.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "io/crc32c.hpp"
#include "io/file_system.hpp"

namespace modscape::io {
namespace {
static_assert(std::endian::native == std::endian::little, "frames and result rows are stored little-endian");
constexpr std::string_view magic = "MODSCAPE";
constexpr std::uint32_t frame_version = 1;
constexpr std::size_t header_size =
    magic.size() + sizeof(std::uint32_t) + sizeof(std::uint64_t) + sizeof(std::uint32_t);

template <class T>
void append(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
T take(const std::string& bytes, std::size_t& position) {
  T value;
  std::memcpy(&value, bytes.data() + position, sizeof value);
  position += sizeof value;
  return value;
}
}  // namespace

std::string framed(const std::string& payload) {
  std::string bytes(magic);
  bytes.reserve(header_size + payload.size());
  append(bytes, frame_version);
  append(bytes, static_cast<std::uint64_t>(payload.size()));
  append(bytes, crc32c(payload.data(), payload.size()));
  return bytes + payload;
}

Expected<std::string> unframed(const std::string& bytes) {
  if (!bytes.starts_with(magic)) return unexpected("not a modscape archive");
  if (bytes.size() < header_size) return unexpected("truncated archive: the header is incomplete");
  std::size_t position = magic.size();
  const auto version = take<std::uint32_t>(bytes, position);
  if (version != frame_version)
    return unexpected(fmt::format("archive version {}, this program reads {}", version, frame_version));
  const auto length = take<std::uint64_t>(bytes, position);
  const auto crc = take<std::uint32_t>(bytes, position);
  if (length != bytes.size() - header_size)
    return unexpected(fmt::format("truncated archive: {} of {} bytes", bytes.size() - header_size, length));
  if (crc32c(bytes.data() + header_size, length) != crc) return unexpected("damaged archive: the checksum differs");
  return bytes.substr(header_size);
}

const std::string& archive_header() {
  static const std::string header = [] {
    std::ostringstream stream;
    const boost::archive::binary_oarchive empty(stream);
    return stream.str();
  }();
  return header;
}

void write_file_atomically(const std::string& path, const std::string& bytes) {
  TemporaryFile temporary(path);
  const FileDescriptor file(::open(temporary.path().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file) throw IoFailure(fmt::format("cannot create {}: {}", temporary.path(), errno_text()));
  write_at(file, temporary.path(), bytes, 0);
  temporary.commit();
}

Expected<std::string> read_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::error_code ignored;
  if (!stream || !std::filesystem::is_regular_file(path, ignored)) return unexpected("cannot open " + path);
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  if (stream.bad() || bytes.bad()) return unexpected("cannot read " + path);
  return std::move(bytes).str();
}

}  // namespace modscape::io
