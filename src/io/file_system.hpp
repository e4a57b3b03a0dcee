// SPDX-License-Identifier: Apache-2.0
// The few POSIX calls that make a file durable: fsync, rename, reserve space. Errors are IoFailure unless said
// otherwise.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace modscape::io {

/// Owned file descriptor, -1 = none.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();
  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Writes all `bytes` at `offset`; `path` is for the message.
void write_at(const FileDescriptor& file, const std::string& path, std::string_view bytes, std::uint64_t offset);

/// Where a file is prepared that will become `target`.
std::string temporary_path(const std::string& target);

/// A file being prepared at temporary_path(): commit() makes it durable under its final name, otherwise it is removed.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string target) : target_(std::move(target)), path_(temporary_path(target_)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();
  const std::string& path() const noexcept { return path_; }
  void commit();  ///< fsync, rename, fsync the folder

 private:
  std::string target_, path_;
  bool committed_ = false;
};

/// "No such file or directory" and its kin, for the current errno.
std::string errno_text();
std::string folder_of(const std::string& path);
bool file_exists(const std::string& path);
std::int64_t file_size(const std::string& path);
/// Bytes an ordinary user may still write in `folder`.
std::int64_t free_bytes(const std::string& folder);
/// Replaces `to`.
void copy_file(const std::string& from, const std::string& to);
void sync_file(const std::string& path);
/// Allocates the blocks of the whole file. BadInput naming `target` and the missing bytes when the file system has no
/// room.
void reserve_space(const std::string& path, const std::string& target);
/// BadInput unless `bytes` more fit beside `target`.
void require_space(const std::string& target, std::int64_t bytes);
/// BadInput unless the folder of `target` exists and can be written, and `target`, if there, is a regular file.
void require_writable(const std::string& target);

}  // namespace modscape::io
