// SPDX-License-Identifier: Apache-2.0
// Errors that only some ranks see become the same exception on all of them, so that nobody waits in a collective for
// the others.
#pragma once
#include <functional>
#include <string>

#include "parallel/communicator.hpp"

namespace modscape::io {

/// Collective. Runs `action` on rank 0 and returns its bytes on every rank; what it throws is thrown on every rank.
std::string on_root(const parallel::Communicator& comm, const std::function<std::string()>& action);

/// Collective. Runs `action` on every rank; if any threw, all throw the exception of the lowest such rank.
void on_all(const parallel::Communicator& comm, const std::function<void()>& action);

}  // namespace modscape::io
