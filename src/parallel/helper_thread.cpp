// SPDX-License-Identifier: Apache-2.0
#include "parallel/helper_thread.hpp"

#include <csignal>

#include "core/error.hpp"

namespace modscape::parallel {

std::thread start_helper_thread(std::function<void()> body) {
  sigset_t all, before;
  sigfillset(&all);
  if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) throw InternalError("pthread_sigmask failed");
  std::thread thread(std::move(body));  // inherits the mask
  if (pthread_sigmask(SIG_SETMASK, &before, nullptr) != 0) throw InternalError("pthread_sigmask failed");
  return thread;
}

}  // namespace modscape::parallel
