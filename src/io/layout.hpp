// SPDX-License-Identifier: Apache-2.0
// The structure of a results file: where things lie, how the file is made, and whether an existing one belongs to a
// job. Everything here is serial and runs on rank 0.
#pragma once
#include <string>

#include "io/results_file.hpp"

namespace modscape::io {

inline constexpr const char* provenance_path = "/provenance";
inline constexpr const char* job_text_path = "/provenance/job_text";
inline constexpr const char* sessions_path = "/provenance/sessions";
inline constexpr const char* job_hash_attribute = "job_hash";
inline constexpr const char* arithmetic_attribute = "arithmetic";  ///< of the root: see FileLayout
// Attributes of a shard: of the file, and of each of its tables.
inline constexpr const char* shard_index_attribute = "shard_index";
inline constexpr const char* shard_count_attribute = "shard_count";
inline constexpr const char* first_row_attribute = "first_row";
inline constexpr const char* all_rows_attribute = "all_rows";
inline constexpr const char* derived_from_attribute = "derived_from";  ///< of a table: paths, separated by spaces
inline constexpr std::size_t session_lines = 128;       ///< starts of one job that get a line of their own
inline constexpr std::size_t session_bytes = 4096;      ///< longest line
inline constexpr std::size_t utilisation_ranks = 1024;  ///< ranks whose utilisation is recorded

std::string status_path(const LiveTable& table);
std::string crc_path(const LiveTable& table);
std::string attempts_path(const LiveTable& table);
std::string utilisation_path(const LiveTable& table);

/// The file with its structure, space and coordinates, not yet durable. BadInput naming `target` if it does not fit.
void write_structure(const std::string& path, const FileLayout& layout, const std::string& target);

/// BadInput unless this program can read the file's format.
void require_program_file(const TreeReader& file, const std::string& path);

/// Which part of its job a results file holds.
Shard shard_of(const TreeReader& file);

/// Creates the file at `<path>.tmp`, reserves its space, makes it durable, renames it. BadInput if it does not fit on
/// the disk.
void create_results_file(const std::string& path, const FileLayout& layout);

/// A file of an earlier job (layout.earlier_hashes) becomes one of this job: a copy at `<path>.tmp` gets the missing
/// tables, the hash and the text of the job, is made durable and renamed. Any other file is left alone. BadInput if the
/// copy does not fit on the disk.
void grow_results_file(const std::string& path, const FileLayout& layout);

/// BadInput unless `path` is a results file of this job, in this format, with this layout. Changes nothing.
void require_same_job(const std::string& path, const FileLayout& layout);

}  // namespace modscape::io
