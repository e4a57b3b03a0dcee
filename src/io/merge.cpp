// SPDX-License-Identifier: Apache-2.0
#include "io/merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "core/build_info.hpp"
#include "io/file_system.hpp"
#include "io/h5_tree.hpp"
#include "io/layout.hpp"
#include "io/lock.hpp"
#include "io/log_layout.hpp"
#include "io/row_copy.hpp"
#include "io/session_log.hpp"

namespace modscape::io {
namespace {
constexpr const char* shard_sessions = "/provenance/shard_sessions";
constexpr const char* verification = "/provenance/verification";

/// One input, as much as fits in memory for thousands of them.
struct Part {
  std::string path, job_hash;
  Shard shard;
  std::vector<RowTable> tables;
  std::map<std::string, std::string> content;
  std::vector<std::string> sessions;  ///< the lines in use
  std::int64_t bytes = 0;
};

Part read_part(const std::string& path) {
  Part part;
  const TreeReader reader(path);
  require_program_file(reader, path);
  part.path = path;
  part.job_hash = reader.attribute(provenance_path, job_hash_attribute);
  part.shard = shard_of(reader);
  part.sessions = used_sessions(reader);
  part.bytes = file_size(path);
  return h5::reading(path, {}, [&] {
    const h5::File file = h5::open_file(path, H5F_ACC_RDONLY);
    for (const std::string& log : log_paths(file.get()))
      if (!log_state(file.get(), log)->finished)
        throw BadInput(path, fmt::format("log {} is not finished", log), "run its job to the end first");
    part.tables = row_tables(file.get());
    part.content = common_content(file.get(), part.tables);
    return std::move(part);
  });
}

parallel::BlockRange expected_rows(const Shard& shard, std::int64_t all_rows) {
  return parallel::block_range(all_rows, static_cast<int>(shard.index), static_cast<int>(shard.count));
}

/// The first object in which two files differ that must not; empty if there is none.
std::string first_difference(const Part& a, const Part& b) {
  for (const auto& [path, text] : a.content) {
    const auto other = b.content.find(path);
    if (other == b.content.end() || other->second != text) return path;
  }
  for (const auto& [path, text] : b.content)
    if (!a.content.contains(path)) return path;
  return {};
}

/// Everything that keeps these files from being joined, at once.
void require_joinable(const std::vector<Part>& parts) {
  std::vector<Problem> problems;
  const Part& first = parts.front();
  const auto refuse = [&](const Part& part, std::string message, std::string advice = {}) {
    problems.push_back({part.path, std::move(message), std::move(advice)});
  };
  std::map<std::int64_t, std::string> seen;
  for (const Part& part : parts) {
    if (part.job_hash != first.job_hash) {
      refuse(part, fmt::format("holds another job than {}", first.path));
      continue;
    }
    if (part.shard.count != first.shard.count) {
      refuse(part, fmt::format("is {}, but {} is {}", to_string(part.shard), first.path, to_string(first.shard)),
             "merge the shards of one cut only");
      continue;
    }
    if (const auto [other, is_new] = seen.emplace(part.shard.index, part.path); !is_new)
      refuse(part, fmt::format("is {}, as {} is", to_string(part.shard), other->second), "leave one of them out");
    if (const std::string path = first_difference(first, part); !path.empty())
      refuse(part, fmt::format("{} is not the same as in {}", path, first.path),
             "the two were not made by the same program and arithmetic");
    for (const RowTable& table : part.tables)
      if (const auto rows = expected_rows(part.shard, table.all_rows);
          table.first_row != rows.first || table.rows != rows.last - rows.first)
        refuse(part, fmt::format("{} does not hold the rows of {}", table.path, to_string(part.shard)));
  }
  if (!problems.empty()) throw BadInput(problems);
}

std::vector<Part> read_parts(const std::vector<std::string>& paths) {
  std::vector<Part> parts;
  for (const std::string& path : paths) parts.push_back(read_part(path));
  if (parts.empty()) throw BadInput("merge", "no shards were given");
  require_joinable(parts);
  std::ranges::sort(parts, {}, [](const Part& part) { return part.shard.index; });
  return parts;
}

/// The target is there already: is it what these shards make?
bool already_merged(const std::string& target, const std::vector<Part>& parts) {
  require_results_of(target, parts.front().job_hash, {});
  const auto written = std::filesystem::last_write_time(target);
  for (const Part& part : parts)
    if (std::filesystem::last_write_time(part.path) > written)
      throw BadInput(target, fmt::format("exists, and {} is newer", part.path), "--force merges again");
  for (const TableProgress& table : read_progress(target))
    if (table.done + table.failed < table.rows)
      throw BadInput(target, fmt::format("exists, and {} has rows without a result", table.path),
                     "run its job to compute them, or --force to merge again");
  return true;
}

std::vector<ShardGap> absent_shards(const std::vector<Part>& parts) {
  std::vector<ShardGap> gaps;
  const std::int64_t count = parts.front().shard.count;
  auto part = parts.begin();
  for (std::int64_t index = 0; index < count; ++index) {
    if (part != parts.end() && part->shard.index == index) {
      ++part;
      continue;
    }
    ShardGap& gap = gaps.emplace_back();
    gap.shard = {index, count};
    for (const RowTable& table : parts.front().tables) {
      const auto rows = expected_rows(gap.shard, table.all_rows);
      gap.rows.push_back({table.path, {rows.first, rows.last}});
    }
  }
  return gaps;
}

/// What is of one shard only is left out. The merged file's own sessions begin with the merge; those of the shards are
/// kept beside.
void write_records(hid_t file, const std::vector<Part>& parts) {
  if (!parts.front().shard.is_whole()) {
    std::vector<std::string> lines;
    for (const Part& part : parts)
      for (const std::string& line : part.sessions) {
        nlohmann::json entries = nlohmann::json::parse(line, nullptr, false);  // a torn line is kept as it is
        if (entries.is_object()) entries["shard"] = fmt::format("{}/{}", part.shard.index, part.shard.count);
        lines.push_back(entries.is_object() ? entries.dump() : line);
      }
    std::vector<double> numbers(lines.size());
    std::iota(numbers.begin(), numbers.end(), 0.0);
    const std::unique_ptr<TreeWriter> writer = make_tree_writer(file, "");
    writer->axis("/provenance/shard_session", numbers, "1", "start of a shard's job");
    writer->dataset(shard_sessions, lines, {"shard_session"}, "Sessions of the shards, in their order");
    // A sample of the first shard's runs is none of the whole.
    if (h5::exists(file, verification))
      h5::check(H5Ldelete(file, verification, H5P_DEFAULT), "H5Ldelete", verification);
    const std::string empty(session_lines * session_bytes, '\0');
    h5::write_all(h5::open_dataset(file, sessions_path).get(), h5::text_type(session_bytes).get(), empty.data(),
                  sessions_path);
  }
  std::map<std::string, std::string> entries = run_environment();
  entries.insert({{"start", utc_now()},
                  {"commit", build_info().commit},
                  {"version", build_info().version},
                  {"merged", fmt::format("{} files", parts.size())}});
  SessionLog(file, entries);
}

/// Checks all rows of all parts and, as long as none is missing, copies them.
void copy_parts(const std::vector<Part>& parts, hid_t to, MergeReport& report,
                const std::function<void(std::int64_t)>& advance) {
  for (const Part& part : parts) {
    const h5::File file = h5::open_file(part.path, H5F_ACC_RDONLY);
    ShardGap gap{part.shard, part.path, {}};
    for (const RowTable& table : part.tables) {
      const RowCount counted = copy_rows(file.get(), report.gaps.empty() ? to : H5I_INVALID_HID, table, advance);
      report.done += counted.done;
      report.failed += counted.failed;
      for (const RowRange& rows : counted.missing) gap.rows.push_back({table.path, rows});
    }
    if (!gap.rows.empty()) report.gaps.push_back(std::move(gap));
  }
}

}  // namespace

MergeReport merge_shards(const std::string& target, const std::vector<std::string>& shards, bool force,
                         const std::function<void(std::int64_t)>& start,
                         const std::function<void(std::int64_t)>& advance) {
  require_writable(target);
  const FileLock lock(target);
  const std::vector<Part> parts = read_parts(shards);
  MergeReport report;
  report.shards = parts.front().shard.count;
  if (!force && file_exists(target)) {
    report.already_merged = already_merged(target, parts);
    return report;
  }
  std::int64_t rows = 0;
  for (const Part& part : parts) {
    report.bytes_before += part.bytes;
    for (const RowTable& table : part.tables) rows += table.rows;
  }
  start(rows);
  report.gaps = absent_shards(parts);
  // What it would take uncompressed: how much less it will be nobody knows before.
  if (report.gaps.empty()) require_space(target, report.bytes_before);
  TemporaryFile temporary(target);
  h5::File out;
  if (report.gaps.empty()) {
    out = h5::create_file(temporary.path());
    const h5::File first = h5::open_file(parts.front().path, H5F_ACC_RDONLY);
    copy_structure(first.get(), out.get(), parts.front().tables, Storage::compressed);
    write_records(out.get(), parts);
  }
  copy_parts(parts, out.get(), report, advance);
  std::ranges::sort(report.gaps, {}, [](const ShardGap& gap) { return gap.shard.index; });
  for (const ShardGap& gap : report.gaps)
    for (const auto& [table, range] : gap.rows) report.missing += range.last - range.first;
  out.close(temporary.path());
  if (report.gaps.empty()) {
    temporary.commit();
    report.bytes_after = file_size(target);
  }
  return report;
}

Shard read_shard(const std::string& path) {
  const TreeReader reader(path);
  require_program_file(reader, path);
  return shard_of(reader);
}

std::vector<std::string> find_shards(const std::string& target) {
  const std::filesystem::path whole(target);
  const std::string start = whole.stem().string() + ".shard-", end = whole.extension().string();
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder_of(target))) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(start) || !name.ends_with(end)) continue;
    const std::string numbers = name.substr(start.size(), name.size() - start.size() - end.size());
    const std::size_t of = numbers.find("-of-");
    if (of == std::string::npos || numbers.find_first_not_of("0123456789-of") != std::string::npos) continue;
    found.push_back((whole.parent_path() / name).string());
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace modscape::io
