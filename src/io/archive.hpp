// SPDX-License-Identifier: Apache-2.0
// Boost.Serialization archives as byte strings: the resolved job on its way to the ranks, a sampler's checkpoint on
// disk. Magic, version, length and CRC are checked before Boost parses, so a truncated or foreign file is an error, not
// a crash.
#pragma once
#include <boost/archive/binary_iarchive.hpp>
#include <boost/archive/binary_oarchive.hpp>
#include <boost/serialization/map.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <sstream>
#include <string>

#include "core/error.hpp"

namespace modscape::io {

/// Frames `payload`: "MODSCAPE" | u32 version | u64 length | u32 crc32c | payload.
std::string framed(const std::string& payload);
/// The payload, or why the frame is not acceptable.
Expected<std::string> unframed(const std::string& bytes);

/// What every payload of pack() begins with: Boost's signature, version and sizes of types.
const std::string& archive_header();

/// Writes bytes to `path` by temporary file, fsync, rename (IoFailure). Reads a whole file (error if missing).
void write_file_atomically(const std::string& path, const std::string& bytes);
Expected<std::string> read_file(const std::string& path);

template <class T>
std::string pack(const T& value) {
  std::ostringstream stream;
  {
    boost::archive::binary_oarchive archive(stream);
    archive << value;
  }
  return framed(stream.str());
}

template <class T>
Expected<T> unpack(const std::string& bytes) {
  Expected<std::string> payload = unframed(bytes);
  if (!payload) return tl::unexpected<Error>(payload.error());
  // Boost reads the length of its signature and allocates that much before it looks.
  if (!payload->starts_with(archive_header()))
    return unexpected("damaged archive: written by another version of Boost or on another kind of machine");
  try {
    std::istringstream stream(*payload);
    boost::archive::binary_iarchive archive(stream);
    T value;
    archive >> value;
    return value;
  } catch (const std::exception& failure) {  // Boost's own, or a length that no string can have
    return unexpected(std::string("damaged archive: ") + failure.what());
  }
}

}  // namespace modscape::io
