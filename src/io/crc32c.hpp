// SPDX-License-Identifier: Apache-2.0
// CRC-32C (Castagnoli), the checksum of result rows and archive frames.
#pragma once
#include <boost/crc.hpp>
#include <cstdint>

namespace modscape::io {

/// process_bytes(data, size) as often as needed, then checksum().
using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

inline std::uint32_t crc32c(const void* data, std::size_t size) {
  Crc32c crc;
  crc.process_bytes(data, size);
  return crc.checksum();
}

}  // namespace modscape::io
