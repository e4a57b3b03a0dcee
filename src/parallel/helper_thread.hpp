// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <thread>

namespace modscape::parallel {

/// A thread that no signal is delivered to: they are for the main thread, whose waiting they may interrupt.
std::thread start_helper_thread(std::function<void()> body);

}  // namespace modscape::parallel
