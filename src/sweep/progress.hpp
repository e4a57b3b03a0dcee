// SPDX-License-Identifier: Apache-2.0
// Progress on stderr of rank 0: done/total, rate, time left, failures. A bar that redraws itself on a terminal, else a
// line every ten seconds.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace modscape::sweep {

class Progress {
 public:
  /// `unit` is what is counted; only rows can fail.
  Progress(std::string label, std::int64_t total, std::int64_t already_done, bool active, std::string unit = "rows");
  void update(std::int64_t done, std::int64_t failed);
  void finish(std::int64_t done, std::int64_t failed);

 private:
  void print(std::int64_t done, std::int64_t failed) const;
  using Clock = std::chrono::steady_clock;
  std::string label_, unit_;
  std::int64_t total_, already_done_;
  bool active_, terminal_;
  Clock::time_point start_ = Clock::now(), last_ = start_;
};

/// "0.3 s", "3 s", "2 min 05 s", "1 h 12 min".
std::string format_duration(double seconds);

/// "812 bytes", "3.4 kB", "1.2 MB", "5.0 GB".
std::string format_bytes(double bytes);

/// The last lines of every plan: what the job will write, and how long it takes all ranks.
std::string format_costs(double bytes, double seconds, int ranks);

}  // namespace modscape::sweep
