// SPDX-License-Identifier: Apache-2.0
#include "io/session_log.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "io/layout.hpp"
#include "io/results_file.hpp"

namespace modscape::io {
namespace {
/// The line for `entries`; the longest values are shortened until it fits. Bytes that are not UTF-8 are replaced.
std::string as_line(std::map<std::string, std::string> entries) {
  const auto dump = [&] {
    return nlohmann::json(entries).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  };
  std::string line = dump();
  while (line.size() > session_bytes) {
    auto longest = std::ranges::max_element(
        entries, [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
    if (longest->second.empty())
      entries.erase(longest);
    else
      longest->second.resize(longest->second.size() / 2);
    line = dump();
  }
  return line;
}

// Of a line torn by a kill: none.
std::map<std::string, std::string> entries_of(const std::string& line) {
  std::map<std::string, std::string> entries;
  const nlohmann::json parsed = nlohmann::json::parse(line, nullptr, false);
  if (!parsed.is_object()) return entries;
  for (const auto& [key, value] : parsed.items())
    if (value.is_string()) entries[key] = value.get<std::string>();
  return entries;
}
}  // namespace

std::vector<std::string> used_sessions(const TreeReader& file) {
  std::vector<std::string> lines =
      file.exists(sessions_path) ? file.strings(sessions_path) : std::vector<std::string>{};
  std::erase_if(lines, [](const std::string& line) { return line.empty(); });
  return lines;
}

std::map<std::string, std::string> read_last_session(const std::string& path) {
  const std::vector<std::string> lines = used_sessions(TreeReader(path));
  return lines.empty() ? std::map<std::string, std::string>() : entries_of(lines.back());
}

SessionLog::SessionLog(hid_t file, std::map<std::string, std::string> entries) : entries_(std::move(entries)) {
  attach(file);
  std::string bytes(session_lines * session_bytes, '\0');
  h5::check(H5Dread(lines_.get(), h5::text_type(session_bytes).get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()),
            "H5Dread", sessions_path);
  for (line_ = 0; line_ + 1 < session_lines; ++line_) {
    const char* const text = bytes.data() + line_ * session_bytes;
    if (*text == '\0') break;
    earlier_lines_.emplace_back(text, std::find(text, text + session_bytes, '\0'));
  }
  write();
}

void SessionLog::attach(hid_t file) {
  lines_ = h5::open_dataset(file, sessions_path);
}

void SessionLog::note(const std::map<std::string, std::string>& entries) {
  for (const auto& [key, value] : entries) entries_[key] = value;
  write();
}

std::vector<std::string> SessionLog::earlier(const std::string& key) const {
  std::vector<std::string> values;
  for (const std::string& line : earlier_lines_) {
    const std::map<std::string, std::string> entries = entries_of(line);
    const auto found = entries.find(key);
    if (found != entries.end() && std::ranges::find(values, found->second) == values.end())
      values.push_back(found->second);
  }
  return values;
}

void SessionLog::write() const {
  std::string bytes = as_line(entries_);
  bytes.resize(session_bytes, '\0');
  const hsize_t start = line_, count = 1;
  const h5::Space row(h5::check(H5Dget_space(lines_.get()), "H5Dget_space", sessions_path));
  h5::check(H5Sselect_hyperslab(row.get(), H5S_SELECT_SET, &start, nullptr, &count, nullptr), "H5Sselect_hyperslab");
  const h5::Space memory(h5::check(H5Screate_simple(1, &count, nullptr), "H5Screate_simple"));
  // The default transfer is independent: rank 0 writes alone.
  h5::check(
      H5Dwrite(lines_.get(), h5::text_type(session_bytes).get(), memory.get(), row.get(), H5P_DEFAULT, bytes.data()),
      "H5Dwrite", sessions_path);
}

}  // namespace modscape::io
