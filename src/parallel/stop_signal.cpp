// SPDX-License-Identifier: Apache-2.0
#include "parallel/stop_signal.hpp"

#include <atomic>
#include <chrono>
#include <csignal>

#include "core/error.hpp"

namespace modscape::parallel {
namespace {
using Clock = std::chrono::steady_clock;
std::atomic<bool> signalled{false};
static_assert(std::atomic<bool>::is_always_lock_free, "only a lock-free flag may be set in a signal handler");
Clock::time_point installed = Clock::now();
double max_walltime = 0.0;

void on_signal(int /*number*/) {
  signalled.store(true);
}
}  // namespace

void install_stop_signal() {
  installed = Clock::now();
  struct sigaction action{};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;  // a read or write under way goes on
  for (const int number : {SIGUSR1, SIGTERM})
    if (sigaction(number, &action, nullptr) != 0) throw InternalError("sigaction failed: cannot catch the stop signal");
}

bool stop_requested() {
  return signalled.load() || (max_walltime > 0.0 && elapsed_seconds() >= max_walltime);
}
bool stop_expected_within(double seconds) {
  return max_walltime > 0.0 && elapsed_seconds() + seconds >= max_walltime;
}
void set_max_walltime(double seconds) {
  max_walltime = seconds;
}
double elapsed_seconds() {
  return std::chrono::duration<double>(Clock::now() - installed).count();
}

}  // namespace modscape::parallel
