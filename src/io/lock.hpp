// SPDX-License-Identifier: Apache-2.0
// One writer per results file: an flock on `<path>.lock`, held for the life of the job. The kernel drops it with its
// owner, so a killed job never blocks the next one. The file names the holder.
#pragma once
#include <string>

#include "io/file_system.hpp"

namespace modscape::io {

class FileLock {
 public:
  FileLock() = default;
  /// BadInput naming pid and host of the other writer. Where the file system has no locks, held() is false.
  explicit FileLock(const std::string& path);
  FileLock(FileLock&&) noexcept = default;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();  ///< removes the lock file while still holding the lock
  bool held() const noexcept { return static_cast<bool>(file_); }

 private:
  std::string lock_path_;
  FileDescriptor file_;
};

}  // namespace modscape::io
