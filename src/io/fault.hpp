// SPDX-License-Identifier: Apache-2.0
// A test hook, not a feature: MODSCAPE_FAULT="<point>:<n>[:<action>]" interrupts the process at its n-th passage of a
// named point of the write path, so that tests can interrupt a job in every state. Actions: kill (SIGKILL, the
// default), stop (SIGSTOP), usr1 (SIGUSR1 to the parent, which is mpirun and forwards it to all ranks).
// MODSCAPE_FAULT_RANK=<r> limits it to one rank. Points: create (temporary file complete, not yet renamed), first-row
// (before a process writes its first rows), between (data and crc written, status not), row (rows written), stage
// (temporary copy filled, not yet renamed), close; of checkpoints: checkpoint-written (in full, not yet renamed),
// checkpoint-renamed (the one before is out of the way, the new one not yet in place); of logs: log-begin (before rows
// are written), log-data (rows written), log-crc (checksums of full blocks written, commit record not), log-commit
// (record written), finish (temporary copy complete, not yet renamed).
#pragma once
#include <string_view>

namespace modscape::io {

void fault_point(std::string_view point, int rank);

}  // namespace modscape::io
