// SPDX-License-Identifier: Apache-2.0
#include "config/text_file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "core/error.hpp"

namespace modscape::config {
namespace {
constexpr std::uintmax_t most_bytes = 256u << 20u;
}

std::string read_text_file(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw BadInput(path, "no such file");
  if (!std::filesystem::is_regular_file(status)) throw BadInput(path, "is not a regular file");
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) throw BadInput(path, "cannot be read: " + error.message());
  if (size > most_bytes) throw BadInput(path, fmt::format("has {} bytes; at most {} are read", size, most_bytes));
  std::ifstream in(path, std::ios::binary);
  std::string bytes(size, '\0');
  if (!in.read(bytes.data(), static_cast<std::streamsize>(size))) throw BadInput(path, "cannot be read");
  return bytes;
}

std::string beside(const std::string& job_path, const std::string& name) {
  return (std::filesystem::path(job_path).parent_path() / name).lexically_normal().string();
}

std::string base_name(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

}  // namespace modscape::config
