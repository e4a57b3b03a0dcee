// SPDX-License-Identifier: Apache-2.0
// The state of a run that many ranks hold, in one file whatever their number: sections that name what they are of, so
// that any other number of ranks finds its share. The file before it is kept as `<path>.previous`, and a checkpoint
// that was not written to its end never takes its place.
//   u64 size of the index | frame of the index (archive.hpp) | frames of the sections
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "parallel/communicator.hpp"

namespace modscape::io {

/// `bytes` made by pack(): items first ... last - 1 of `kind`.
struct CheckpointSection {
  std::uint64_t kind = 0;
  std::int64_t first = 0, last = 0;
  std::string bytes;
};

/// Collective. `shared` (made by pack()) is root's. Throws IoFailure on all ranks if one of them fails; the file that
/// was there is then still there.
void write_checkpoint(const parallel::Communicator& comm, const std::string& path, const std::string& shared,
                      const std::vector<CheckpointSection>& mine);

class CheckpointReader {
 public:
  /// Reads and checks the index; the sections are checked when they are read.
  static Expected<CheckpointReader> open(const std::string& path);

  struct Entry {
    std::uint64_t kind;
    std::int64_t first, last;
    std::uint64_t offset, size;
    template <class A>
    void serialize(A& ar, unsigned) {
      ar & kind & first & last & offset & size;
    }
  };
  const std::string& shared() const noexcept { return shared_; }
  const std::vector<Entry>& entries() const noexcept { return entries_; }
  /// The bytes of a section, for unpack().
  Expected<std::string> section(const Entry& entry) const;

 private:
  std::string path_, shared_;
  std::vector<Entry> entries_;
  std::uint64_t base_ = 0;  // where sections start
};

/// Name of the checkpoint before the one at `path`.
std::string previous_checkpoint(const std::string& path);

}  // namespace modscape::io
