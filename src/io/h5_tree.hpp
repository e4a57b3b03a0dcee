// SPDX-License-Identifier: Apache-2.0
// Building blocks shared by the writers of trees and of results files.
#pragma once
#include <memory>
#include <string>

#include "io/h5.hpp"
#include "io/results_file.hpp"

namespace modscape::io {

/// Writes below group `root` of an open serial file ("" = the whole file). `file` must outlive the writer.
std::unique_ptr<TreeWriter> make_tree_writer(hid_t file, std::string root);

/// Root attributes every file of the program carries: title (if any), program, format_version.
void write_identity(hid_t file, const std::string& title);
inline constexpr const char* program_name = "modscape";

/// A dimension scale with coordinates; returns it open, to be attached.
h5::Dataset make_axis(hid_t file, const std::string& path, std::span<const double> values, const std::string& units,
                      const std::string& text);
/// A dimension scale that counts; the caller writes the numbers (write_indices), now or when space is reserved.
h5::Dataset make_index_axis(hid_t file, const std::string& path, std::int64_t length, const std::string& text);
/// The name by which netCDF-4 knows a dimension without coordinates.
std::string bare_axis_name(std::int64_t length);
/// A dimension without coordinates, in the netCDF-4 convention that xarray and h5netcdf understand; takes no space.
h5::Dataset make_bare_axis(hid_t file, const std::string& path, std::int64_t length, const std::string& text);
bool is_bare_axis(hid_t dataset);
void write_indices(hid_t file, const std::string& path, std::int64_t first_index);

/// "/a/b/c" -> "/a/b" and "c"; the parent of "/c" is "".
std::string parent_path(const std::string& path);
std::string last_component(const std::string& path);

}  // namespace modscape::io
