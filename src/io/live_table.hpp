// SPDX-License-Identifier: Apache-2.0
// One live table of an open results file: whole rows in and out, in the order that makes torn rows visible.
#pragma once
#include "io/h5.hpp"
#include "io/results_file.hpp"

namespace modscape::io {

class OpenTable {
 public:
  OpenTable(hid_t file, const LiveTable& layout);
  const LiveTable& layout() const noexcept { return layout_; }
  bool compressed() const;  ///< by modscape merge: can be read, not written to

  /// Independent: data, crc, status. `rank` is for the fault hook.
  void write(RowBlock& block, int rank);
  /// Rows as they stand, in the order status, data, crc: a row whose crc does not match is empty, and empty rows are
  /// zero.
  RowBlock read(std::int64_t first, std::int64_t count);
  RowBlock read_all();
  std::vector<std::uint8_t> statuses(std::int64_t first, std::int64_t count);  ///< unverified
  std::vector<std::uint8_t> attempts(std::int64_t first, std::int64_t count);
  void note_attempt(const MissingRows& rows);
  void forget_attempt(const MissingRows& rows);
  void note_utilisation(int rank, const Utilisation& seconds);

 private:
  void read_rows(const h5::Dataset& dataset, hid_t type, void* values, std::int64_t first, std::int64_t count);
  void write_rows(const h5::Dataset& dataset, hid_t type, const void* values, std::int64_t first, std::int64_t count);

  LiveTable layout_;
  h5::Properties independent_;
  std::vector<h5::Dataset> columns_;
  h5::Dataset crc_, status_, attempts_, utilisation_;
};

}  // namespace modscape::io
