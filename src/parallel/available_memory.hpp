// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace modscape::parallel {

/// Bytes that the processes of this node can still take: what the kernel calls available, within the limits of this
/// process (ulimit -v) and of its control group (a batch job's). Infinity where the kernel does not tell.
double available_memory();

}  // namespace modscape::parallel
