// SPDX-License-Identifier: Apache-2.0
// Whole text files, with a size limit: job files and data tables are not trusted.
#pragma once
#include <string>

namespace modscape::config {

/// The bytes of the file. A missing, unreadable or implausibly large one is BadInput.
std::string read_text_file(const std::string& path);

/// `name` as seen from the folder of `job_path`; an absolute name stays as it is.
std::string beside(const std::string& job_path, const std::string& name);

/// The last part of a path.
std::string base_name(const std::string& path);

}  // namespace modscape::config
