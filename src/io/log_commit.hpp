// SPDX-License-Identifier: Apache-2.0
// What the ranks do together with all logs of a file. ResultsFile says what each does.
#pragma once
#include <list>

#include "io/open_log.hpp"
#include "parallel/communicator.hpp"

namespace modscape::io {

tl::expected<std::vector<LogMark>, LogFull> commit_logs(const parallel::Communicator& comm, std::list<OpenLog>& logs,
                                                        const std::vector<std::int64_t>& used);
void truncate_logs(const parallel::Communicator& comm, std::list<OpenLog>& logs, std::vector<LogMark> marks,
                   const std::string& path);
std::vector<LogMark> marks_of(const std::list<OpenLog>& logs);

/// Serial: the file `path` with these logs as long as their used rows, by temporary copy and rename.
void finish_log_file(const std::string& path, const std::vector<LogTable>& logs);

}  // namespace modscape::io
