// SPDX-License-Identifier: Apache-2.0
// The equality oracle: same tree, shapes, types, attributes and bytes outside /provenance. (h5diff exits 0 when shapes
// differ.)
#pragma once
#include <string>
#include <vector>

namespace modscape::io {

/// One line per difference ("/sweep/b: shape 3 against 4"); empty = identical. At most `limit` lines, then "... and
/// more".
std::vector<std::string> compare_files(const std::string& a, const std::string& b, std::size_t limit = 50);

}  // namespace modscape::io
