// SPDX-License-Identifier: Apache-2.0
// SHA-256, for the identity of a job and of the files it refers to.
#pragma once
#include <string>
#include <string_view>

namespace modscape {

/// 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace modscape
