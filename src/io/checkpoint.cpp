// SPDX-License-Identifier: Apache-2.0
#include "io/checkpoint.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>

#include "io/agreement.hpp"
#include "io/archive.hpp"
#include "io/fault.hpp"
#include "io/file_system.hpp"

namespace modscape::io {
namespace {

struct Index {
  std::string shared;
  std::vector<CheckpointReader::Entry> entries;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & shared & entries;
  }
};

FileDescriptor open_for_writing(const std::string& path, int flags) {
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0666));
  if (!file) throw IoFailure(fmt::format("cannot write {}: {}", path, errno_text()));
  return file;
}

}  // namespace

std::string previous_checkpoint(const std::string& path) {
  return path + ".previous";
}

void write_checkpoint(const parallel::Communicator& comm, const std::string& path, const std::string& shared,
                      const std::vector<CheckpointSection>& mine) {
  std::vector<CheckpointReader::Entry> entries;
  for (const CheckpointSection& s : mine) entries.push_back({s.kind, s.first, s.last, 0, s.bytes.size()});
  const std::vector<std::string> all = comm.gather(pack(entries));
  std::optional<TemporaryFile> temporary;
  std::string head;
  const std::string packed = on_root(comm, [&] {
    std::vector<std::uint64_t> starts;  // of each rank's sections
    Index index{shared, {}};
    std::uint64_t offset = 0;
    for (const std::string& bytes : all) {
      starts.push_back(offset);
      auto of_rank = unpack<std::vector<CheckpointReader::Entry>>(bytes).value();
      for (CheckpointReader::Entry& entry : of_rank) {
        entry.offset = offset;
        offset += entry.size;
        index.entries.push_back(entry);
      }
    }
    const std::string frame = pack(index);
    const std::uint64_t size = frame.size();
    head.assign(reinterpret_cast<const char*>(&size), sizeof size);
    head += frame;
    for (std::uint64_t& start : starts) start += head.size();
    temporary.emplace(path);
    const FileDescriptor file = open_for_writing(temporary->path(), O_CREAT | O_TRUNC);
    const int full = ::posix_fallocate(file.get(), 0, static_cast<off_t>(head.size() + offset));
    if (full != 0)
      throw IoFailure(fmt::format("no space for the checkpoint {} ({} bytes): {}", path, head.size() + offset,
                                  std::strerror(full)));
    return pack(starts);
  });
  const auto starts = unpack<std::vector<std::uint64_t>>(packed).value();
  on_all(comm, [&] {
    const FileDescriptor file = open_for_writing(temporary_path(path), 0);
    std::uint64_t offset = starts[static_cast<std::size_t>(comm.rank())];
    if (comm.is_root()) write_at(file, path, head, 0);
    for (const CheckpointSection& section : mine) {
      write_at(file, path, section.bytes, offset);
      offset += section.bytes.size();
    }
    if (::fsync(file.get()) != 0) throw IoFailure(fmt::format("cannot write {}: {}", path, errno_text()));
    fault_point("checkpoint-written", comm.rank());
  });
  on_root(comm, [&] {
    if (file_exists(path) && std::rename(path.c_str(), previous_checkpoint(path).c_str()) != 0)
      throw IoFailure(fmt::format("cannot rename {}: {}", path, errno_text()));
    fault_point("checkpoint-renamed", comm.rank());
    temporary->commit();
    return std::string();
  });
}

Expected<CheckpointReader> CheckpointReader::open(const std::string& path) {
  if (!file_exists(path)) return unexpected(path + ": no such file");
  std::ifstream stream(path, std::ios::binary);
  std::uint64_t size = 0;
  const auto total = static_cast<std::uint64_t>(file_size(path));
  if (!stream.read(reinterpret_cast<char*>(&size), sizeof size) || size > total - sizeof size)
    return unexpected(path + ": not a checkpoint, or truncated");
  std::string frame(size, '\0');
  if (!stream.read(frame.data(), static_cast<std::streamsize>(size))) return unexpected("cannot read " + path);
  Expected<Index> index = unpack<Index>(frame);
  if (!index) return unexpected(fmt::format("{}: {}", path, index.error().message));
  CheckpointReader reader;
  reader.path_ = path;
  reader.shared_ = std::move(index->shared);
  reader.entries_ = std::move(index->entries);
  reader.base_ = sizeof size + size;
  for (const Entry& entry : reader.entries_)
    if (entry.size > total || entry.offset > total || reader.base_ + entry.offset + entry.size > total)
      return unexpected(path + ": truncated checkpoint");
  return reader;
}

Expected<std::string> CheckpointReader::section(const Entry& entry) const {
  std::ifstream stream(path_, std::ios::binary);
  std::string bytes(entry.size, '\0');
  stream.seekg(static_cast<std::streamoff>(base_ + entry.offset));
  if (!stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) return unexpected("cannot read " + path_);
  return bytes;
}

}  // namespace modscape::io
