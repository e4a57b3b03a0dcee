// SPDX-License-Identifier: Apache-2.0
#include "io/log_table.hpp"

#include <fmt/format.h>

namespace modscape::io {

LogTable spike_log(const std::string& population, std::int64_t capacity, std::int64_t first_row) {
  LogTable log;
  log.path = "/spikes/" + population;
  log.row_axis = "spike";
  log.text = "spikes of population " + population;
  log.capacity = capacity;
  log.columns = {{"timestamps", ColumnType::f64, "ms", "time of the spike", {}},
                 {"node_ids", ColumnType::u64, "1", "neuron of the population that fired", {}}};
  log.first_row = first_row;
  log.kind = LogKind::sonata_spikes;
  return log;
}

std::string to_string(const LogFull& full) {
  return fmt::format("log_full: {} has room for {} rows, {} are wanted", full.log, full.capacity, full.wanted);
}

}  // namespace modscape::io
