// SPDX-License-Identifier: Apache-2.0
#include "io/file_system.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "core/error.hpp"

namespace modscape::io {
namespace {
[[noreturn]] void fail(const char* call, const std::string& path) {
  throw IoFailure(fmt::format("{} of {} failed: {}", call, path, errno_text()));
}

[[noreturn]] void no_space(const std::string& target, std::int64_t needed) {
  const std::int64_t available = free_bytes(folder_of(target));
  throw BadInput(target,
                 fmt::format("the results need {} bytes, {} are available, {} are missing", needed, available,
                             std::max<std::int64_t>(needed - available, 1)),
                 "free some space or write to another file system");
}
}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

void write_at(const FileDescriptor& file, const std::string& path, std::string_view bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t part = ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) throw IoFailure(fmt::format("cannot write {}: {}", path, errno_text()));
    bytes.remove_prefix(static_cast<std::size_t>(part));
    offset += static_cast<std::uint64_t>(part);
  }
}

std::string temporary_path(const std::string& target) {
  return target + ".tmp";
}

TemporaryFile::~TemporaryFile() {
  if (!committed_) ::unlink(path_.c_str());
}

void TemporaryFile::commit() {
  sync_file(path_);
  if (std::rename(path_.c_str(), target_.c_str()) != 0) fail("rename", path_);
  committed_ = true;
  sync_file(folder_of(target_));
}

std::string errno_text() {
  return std::generic_category().message(errno);
}

std::string folder_of(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

bool file_exists(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0;
}

std::int64_t file_size(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) fail("stat", path);
  return status.st_size;
}

std::int64_t free_bytes(const std::string& folder) {
  struct statvfs status{};
  if (::statvfs(folder.c_str(), &status) != 0) fail("statvfs", folder);
  return static_cast<std::int64_t>(status.f_bavail * status.f_frsize);
}

void copy_file(const std::string& from, const std::string& to) {
  std::error_code error;
  // What a copy that runs out of space reports depends on the file system.
  if (free_bytes(folder_of(to)) < file_size(from))
    error = std::make_error_code(std::errc::no_space_on_device);
  else
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing, error);
  if (error) throw IoFailure(fmt::format("copying {} to {} failed: {}", from, to, error.message()));
}

void sync_file(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) fail("open", path);
  if (::fsync(file.get()) != 0) fail("fsync", path);
}

void reserve_space(const std::string& path, const std::string& target) {
  const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file) fail("open", path);
  const std::int64_t size = file_size(path);
  const int error = ::posix_fallocate(file.get(), 0, std::max<std::int64_t>(size, 1));
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) no_space(target, size);
  errno = error;
  if (error != 0) fail("posix_fallocate", path);
}

void require_space(const std::string& target, std::int64_t bytes) {
  if (free_bytes(folder_of(target)) < bytes) no_space(target, bytes);
}

void require_writable(const std::string& target) {
  const std::string folder = folder_of(target);
  struct stat status{};
  if (::stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
    throw BadInput(target, fmt::format("the folder {} does not exist", folder), "create it, or choose another");
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    throw BadInput(target, fmt::format("the folder {} cannot be written: {}", folder, errno_text()),
                   "choose another folder");
  if (::stat(target.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) throw BadInput(target, "is not a regular file");
}

}  // namespace modscape::io
