// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>

#include "parallel/communicator.hpp"

namespace modscape::study {

/// What is recorded about a session of a job: program, commit, libraries, host, scheduler, ranks.
std::map<std::string, std::string> session_provenance(const parallel::Communicator& comm);

}  // namespace modscape::study
