// SPDX-License-Identifier: Apache-2.0
#include "core/shard.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <optional>

namespace modscape {
namespace {

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

}  // namespace

Expected<Shard> parse_shard(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto index = whole_number(text.substr(0, slash));
  const auto count = slash == std::string_view::npos ? std::nullopt : whole_number(text.substr(slash + 1));
  if (!index || !count) return unexpected(fmt::format("'{}' is not of the form K/N, such as 3/64", text));
  if (*count < 1 || *count > most_shards)
    return unexpected(fmt::format("'{}': there can be 1 to {} shards", text, most_shards));
  if (*index < 0 || *index >= *count)
    return unexpected(fmt::format("'{}': shards are counted from 0, the last of {} is {}", text, *count, *count - 1));
  return Shard{*index, *count};
}

std::string to_string(const Shard& shard) {
  return shard.is_whole() ? "the whole job" : fmt::format("shard {}/{}", shard.index, shard.count);
}

std::string shard_path(const std::string& path, const Shard& shard) {
  if (shard.is_whole()) return path;
  const std::filesystem::path file(path);
  const std::size_t digits = std::to_string(shard.count).size();
  const std::string name = fmt::format("{}.shard-{:0{}}-of-{}{}", file.stem().string(), shard.index, digits,
                                       shard.count, file.extension().string());
  return (file.parent_path() / name).string();
}

}  // namespace modscape
