// SPDX-License-Identifier: Apache-2.0
// SIGUSR1 and SIGTERM (what Slurm sends before the limit) and --max-walltime ask the job to drain: finish what is
// claimed, save, exit 75.
#pragma once

namespace modscape::parallel {

/// Installs the handlers (once per process). The handler only sets a flag.
void install_stop_signal();

/// This rank was asked to stop, or `max_walltime_seconds` (0 = none) since install has passed.
bool stop_requested();
void set_max_walltime(double seconds);
/// Whether the wall-time limit (if any) ends within the next `seconds`: work that long must not be started.
bool stop_expected_within(double seconds);
/// Seconds since install_stop_signal().
double elapsed_seconds();

}  // namespace modscape::parallel
