// SPDX-License-Identifier: Apache-2.0
// Where the row of each source begins among the synapses of this rank. A rank of many has synapses of few of the
// sources: those have a bit, and only they have an offset (of 32 bits where that suffices). A quarter of a byte per
// source and 4 bytes per row.
#pragma once
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

namespace modscape::network {

class SourceIndex {
 public:
  explicit SourceIndex(std::int64_t sources) : words_(static_cast<std::size_t>((sources + 63) / 64)) {}

  /// Rows follow each other in the order of their sources; those without synapses may be left out.
  void add(std::int64_t source, std::uint64_t size) {
    if (size == 0) return;
    words_[static_cast<std::size_t>(source) / 64].bits |= std::uint64_t{1} << (static_cast<std::uint64_t>(source) % 64);
    end_ += size;
    if (wide_.empty() && end_ > std::numeric_limits<std::uint32_t>::max()) wide_.assign(narrow_.begin(), narrow_.end());
    if (wide_.empty())
      narrow_.push_back(static_cast<std::uint32_t>(end_));
    else
      wide_.push_back(end_);
  }
  /// After the last row.
  void finish() {
    if (wide_.empty())
      narrow_.shrink_to_fit();
    else
      narrow_ = {};
    wide_.shrink_to_fit();
    std::uint32_t before = 0;
    for (Word& word : words_) {
      word.before = before;
      before += static_cast<std::uint32_t>(std::popcount(word.bits));
    }
  }

  struct Range {
    std::uint64_t first, last;
  };
  Range operator()(std::int64_t source) const {
    const Word& word = words_[static_cast<std::size_t>(source) / 64];
    const std::uint64_t bit = std::uint64_t{1} << (static_cast<std::uint64_t>(source) % 64);
    if ((word.bits & bit) == 0) return {0, 0};
    const std::size_t row = word.before + static_cast<std::size_t>(std::popcount(word.bits & (bit - 1)));
    return wide_.empty() ? Range{narrow_[row], narrow_[row + 1]} : Range{wide_[row], wide_[row + 1]};
  }
  std::uint64_t size() const noexcept { return end_; }  ///< synapses
  std::uint64_t bytes() const noexcept {
    return words_.capacity() * sizeof(Word) + narrow_.capacity() * sizeof(std::uint32_t) +
           wide_.capacity() * sizeof(std::uint64_t);
  }

 private:
  struct Word {  // of 64 sources
    std::uint64_t bits = 0;
    std::uint32_t before = 0;  // rows of the sources before
  };
  std::vector<Word> words_;
  std::vector<std::uint32_t> narrow_{0};  // ends of the rows, after the start of the first
  std::vector<std::uint64_t> wide_;       // instead, from 2^32 synapses on
  std::uint64_t end_ = 0;
};

}  // namespace modscape::network
