// SPDX-License-Identifier: Apache-2.0
// Where site profiles lie: slurm/profiles of the checkout this program was built in, or share/modscape of its
// installation.
#pragma once
#include <string>

namespace modscape::batch {

/// The running executable, absolute.
std::string program_path();

/// The file of profile `name`: a path if it ends in .toml, else a name in those folders. BadInput with the names there
/// are and a "did you mean".
std::string profile_path(const std::string& name);

}  // namespace modscape::batch
