// SPDX-License-Identifier: Apache-2.0
#include "config/network_points.hpp"

#include <fmt/format.h>

#include <cmath>

#include "config/document_path.hpp"
#include "config/job_kinds.hpp"

namespace modscape::config {
namespace {

/// A bare number: in the unit of its table. Whole numbers are written as such, for keys that count.
TomlNode number_node(double value) {
  constexpr double most_exact = 9007199254740992.0;  // 2^53
  TomlNode node;
  const bool whole = value == std::floor(value) && std::abs(value) <= most_exact;
  node.kind = whole ? TomlNode::Kind::integer : TomlNode::Kind::real;
  node.real = value;
  if (whole) node.integer = static_cast<std::int64_t>(value);
  return node;
}

}  // namespace

std::vector<SweepParameter> network_parameters(const NetworkPointsJob& job) {
  std::vector<SweepParameter> parameters;
  for (const VariedQuantity& quantity : job.varied) {
    SweepParameter parameter;
    parameter.info = {quantity.name,  quantity.name,       quantity.unit, NAN, quantity.lower,
                      quantity.upper, quantity.open_lower, quantity.text, {},  {}};
    parameters.push_back(parameter);
  }
  return parameters;
}

NetworkPointReader::NetworkPointReader(const NetworkPointsJob& job)
    : job_path_(job.job_path), document_(parse_toml(job.document, job.job_path)) {
  const TomlNode* const vary = document_.find("vary");
  for (const std::string& name : job.design.parameters())
    for (const VariedQuantity& quantity : job.varied)
      if (quantity.name == name) {
        varied_.push_back(quantity);
        places_.push_back(vary->find(name)->place);
      }
}

NetworkJob NetworkPointReader::at(std::span<const double> values) const {
  TomlNode document = document_;
  for (std::size_t d = 0; d < varied_.size(); ++d)
    for (const std::string& path : varied_[d].paths)
      if (!std::isnan(values[d])) put_at(document, path, number_node(values[d]), places_[d]);
  ProblemList problems(job_path_);
  TableReader root(&document, {}, {}, problems);
  TableReader table = root.table("job");
  NetworkJob job = read_network(root, table, job_path_, problems);
  problems.throw_if_any();
  return job;
}

std::string NetworkPointReader::text(std::span<const double> values) const {
  std::string text;
  for (std::size_t d = 0; d < varied_.size(); ++d)
    if (!std::isnan(values[d]))
      text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", varied_[d].name,
                          format_quantity(values[d], varied_[d].unit));
  return text;
}

}  // namespace modscape::config
