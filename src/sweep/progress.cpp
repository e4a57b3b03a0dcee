// SPDX-License-Identifier: Apache-2.0
#include "sweep/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace modscape::sweep {

std::string format_duration(double seconds) {
  if (seconds >= 0.05 && seconds < 0.95) return fmt::format("{:.1f} s", seconds);
  const auto whole = std::int64_t{std::llround(seconds)};
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

std::string format_bytes(double bytes) {
  if (bytes < 1e3) return fmt::format("{:.0f} bytes", bytes);
  if (bytes < 1e6) return fmt::format("{:.1f} kB", bytes / 1e3);
  return bytes < 1e9 ? fmt::format("{:.1f} MB", bytes / 1e6) : fmt::format("{:.1f} GB", bytes / 1e9);
}

namespace {
std::string format_rate(double per_second, const std::string& unit) {
  if (per_second >= 10.0) return fmt::format("{:.0f} {}/s", per_second, unit);
  return per_second >= 1.0 ? fmt::format("{:.1f} {}/s", per_second, unit)
                           : fmt::format("{:.1f} {}/min", 60.0 * per_second, unit);
}
}  // namespace

std::string format_costs(double bytes, double seconds, int ranks) {
  return fmt::format("output        {}\ntime          about {} on {} rank{}\n", format_bytes(bytes),
                     format_duration(seconds), ranks, ranks == 1 ? "" : "s");
}

Progress::Progress(std::string label, std::int64_t total, std::int64_t already_done, bool active, std::string unit)
    : label_(std::move(label)),
      unit_(std::move(unit)),
      total_(total),
      already_done_(already_done),
      active_(active),
      terminal_(isatty(STDERR_FILENO) == 1) {}

void Progress::update(std::int64_t done, std::int64_t failed) {
  const double since = std::chrono::duration<double>(Clock::now() - last_).count();
  if (!active_ || since < (terminal_ ? 0.2 : 10.0)) return;
  last_ = Clock::now();
  print(done, failed);
}

void Progress::finish(std::int64_t done, std::int64_t failed) {
  if (!active_) return;
  print(done + failed, failed);
  if (terminal_) std::fputc('\n', stderr);
}

void Progress::print(std::int64_t done, std::int64_t failed) const {
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  const double rate = static_cast<double>(done - already_done_) / std::max(elapsed, 1e-3);
  const double left = rate > 0 ? static_cast<double>(total_ - done) / rate : 0.0;
  std::string bar;
  if (terminal_) {
    const auto filled = static_cast<std::size_t>(total_ > 0 ? 24 * done / total_ : 24);
    bar = "[" + std::string(filled, '#') + std::string(24 - filled, '.') + "] ";
  }
  const std::string ending =
      done >= total_ ? "in " + format_duration(elapsed) : "about " + format_duration(left) + " left";
  const std::string failures = unit_ == "rows" ? fmt::format(", {} failed", failed) : "";
  fmt::print(stderr, "{}{:<28} {}{}/{} {}, {}, {}{}{}", terminal_ ? "\r" : "", label_, bar, done, total_, unit_,
             format_rate(rate, unit_), ending, failures, terminal_ ? "  " : "\n");
  std::fflush(stderr);
}

}  // namespace modscape::sweep
