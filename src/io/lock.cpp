// SPDX-License-Identifier: Apache-2.0
#include "io/lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "core/build_info.hpp"
#include "core/error.hpp"

namespace modscape::io {
namespace {
std::string holder_of(const FileDescriptor& file) {
  std::array<char, 256> text{};
  const ssize_t length = ::pread(file.get(), text.data(), text.size(), 0);
  return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : "another process";
}

/// The owner before us may have removed the file between our open and our flock; then we hold a lock nobody else can
/// see.
bool still_named(const FileDescriptor& file, const std::string& path) {
  struct stat ours{}, named{};
  return ::fstat(file.get(), &ours) == 0 && ::stat(path.c_str(), &named) == 0 && ours.st_ino == named.st_ino &&
         ours.st_dev == named.st_dev;
}

/// For the message only: on a full disk the lock holds without a name.
void write_holder(const FileDescriptor& file) {
  const auto environment = run_environment();
  const auto host = environment.find("host");
  const std::string text =
      fmt::format("process {} on host {}", ::getpid(), host == environment.end() ? "unknown" : host->second);
  const bool named = ::ftruncate(file.get(), 0) == 0 && ::pwrite(file.get(), text.data(), text.size(), 0) > 0;
  static_cast<void>(named);
}
}  // namespace

FileLock::FileLock(const std::string& path) : lock_path_(path + ".lock") {
  for (;;) {
    FileDescriptor file(::open(lock_path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (!file)
      throw BadInput(path, fmt::format("the folder {} cannot be written: {}", folder_of(path), errno_text()),
                     "choose another folder");
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK)
        throw BadInput(path, fmt::format("is being written by {}", holder_of(file)),
                       "wait for it, or write to another file");
      ::unlink(lock_path_.c_str());  // no locks on this file system: held() tells
      return;
    }
    if (!still_named(file, lock_path_)) continue;
    write_holder(file);
    file_ = std::move(file);
    return;
  }
}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(lock_path_, other.lock_path_);
  std::swap(file_, other.file_);
  return *this;
}

FileLock::~FileLock() {
  if (file_) ::unlink(lock_path_.c_str());
}

}  // namespace modscape::io
