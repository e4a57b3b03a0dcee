// SPDX-License-Identifier: Apache-2.0
#include "config/table_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "config/suggestions.hpp"
#include "config/text_file.hpp"

namespace modscape::config {

TableReader::TableReader(const TomlNode* node, std::string name, Place parent, ProblemList& problems)
    : node_(node), name_(std::move(name)), place_(node == nullptr ? parent : node->place), problems_(&problems) {}

std::string TableReader::title() const {
  return name_.empty() ? std::string("the job file") : "[" + name_ + "]";
}

const TomlNode* TableReader::find(const std::string& key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
  return node_ == nullptr ? nullptr : node_->find(key);
}

bool TableReader::has(const std::string& key) {
  return find(key) != nullptr;
}

bool TableReader::is_table(const std::string& key) {
  const TomlNode* value = find(key);
  return value != nullptr && value->kind == TomlNode::Kind::table;
}

bool TableReader::is_empty_list(const std::string& key) {
  const TomlNode* value = find(key);
  return value != nullptr && value->kind == TomlNode::Kind::array && value->items.empty();
}

Place TableReader::place_of(const std::string& key) const {
  const TomlNode* value = node_ == nullptr ? nullptr : node_->find(key);
  return value == nullptr ? place_ : value->place;
}

std::vector<std::string> TableReader::keys() const {
  return node_ == nullptr ? std::vector<std::string>{} : node_->keys;
}

// The value under `key` if it has the right kind; a wrong kind is a problem.
const TomlNode* TableReader::find_kind(const std::string& key, TomlNode::Kind kind, std::string_view expected) {
  const TomlNode* value = find(key);
  if (value == nullptr || value->kind == kind) return value;
  problems_->add(value->place, fmt::format("{} must be {}, not {}", key, expected, kind_text(*value)));
  return nullptr;
}

TableReader TableReader::table(const std::string& key) {
  const TomlNode* value = find_kind(key, TomlNode::Kind::table, "a table");
  return {value, name_.empty() ? key : name_ + "." + key, place_, *problems_};
}

std::vector<TableReader> TableReader::tables(const std::string& key) {
  std::vector<TableReader> readers;
  const std::string full = name_.empty() ? key : name_ + "." + key;
  const TomlNode* value = find(key);
  if (value == nullptr) return readers;
  const bool all_tables = value->kind == TomlNode::Kind::array &&
                          std::all_of(value->items.begin(), value->items.end(),
                                      [](const TomlNode& item) { return item.kind == TomlNode::Kind::table; });
  if (!all_tables) {
    problems_->add(value->place, fmt::format("{} must be a list of tables", key), fmt::format("write [[{}]]", full));
    return readers;
  }
  for (const TomlNode& item : value->items) readers.emplace_back(&item, full, item.place, *problems_);
  return readers;
}

double TableReader::number(const TomlNode& node, const ParameterInfo& info) {
  using Kind = TomlNode::Kind;
  if (node.kind == Kind::varied) {
    *node.read_as = {true, std::string(info.text), info.unit, info.lower, info.upper, info.open_lower};
    return NAN;
  }
  double value = node.real;
  if (node.kind == Kind::text) {
    const Expected<double> parsed = parse_quantity(node.text, info.unit);
    if (parsed && info.unit != Unit::one && parse_quantity(node.text, Unit::one)) {
      problems_->add(node.place, fmt::format("{} = \"{}\" has no unit", info.name, node.text),
                     fmt::format("\"{} {}\", or the number without quotes", node.text, symbol(info.unit)));
      return NAN;
    }
    if (!parsed) {
      problems_->add(node.place, fmt::format("{}: {}", info.name, parsed.error().message));
      return NAN;
    }
    value = *parsed;
  } else if (node.kind != Kind::integer && node.kind != Kind::real) {
    problems_->add(node.place, fmt::format("{} must be a number in {} or text with a unit, not {}", info.name,
                                           symbol(info.unit), kind_text(node)));
    return NAN;
  }
  if (std::string problem = bound_problem(info, value); !problem.empty()) {
    problems_->add(node.place, std::move(problem));
    return NAN;
  }
  return value;
}

double TableReader::quantity(const ParameterInfo& info) {
  const std::string key(info.name);
  if (const TomlNode* value = find(key)) return number(*value, info);
  if (!is_required(info)) return info.default_value;
  problems_->add(place_, fmt::format("{} is missing in {} ({})", key, title(), info.text));
  return NAN;
}

std::vector<double> TableReader::quantities(const ParameterInfo& info) {
  std::vector<double> values;
  const TomlNode* list = find_kind(std::string(info.name), TomlNode::Kind::array, "a list of quantities");
  if (list == nullptr) return values;
  for (const TomlNode& item : list->items) values.push_back(number(item, info));
  return values;
}

std::int64_t TableReader::integer(const std::string& key, std::int64_t fallback, std::int64_t lower,
                                  std::int64_t upper) {
  if (const TomlNode* any = find(key); any != nullptr && any->kind == TomlNode::Kind::varied) {
    *any->read_as = {true, key, Unit::one, static_cast<double>(lower), static_cast<double>(upper), false};
    return fallback;
  }
  if (const TomlNode* real = find(key); real != nullptr && real->kind == TomlNode::Kind::real) {
    problems_->add(real->place, fmt::format("{} = {} must be a whole number", key, real->real));
    return fallback;
  }
  const TomlNode* value = find_kind(key, TomlNode::Kind::integer, "a whole number");
  if (value == nullptr) return fallback;
  if (value->integer < lower)
    problems_->add(value->place, fmt::format("{} = {} must be at least {}", key, value->integer, lower));
  else if (value->integer > upper)
    problems_->add(value->place, fmt::format("{} = {} must be at most {}", key, value->integer, upper));
  return value->integer;
}

std::vector<std::int64_t> TableReader::integers(const std::string& key) {
  std::vector<std::int64_t> values;
  const TomlNode* list = find_kind(key, TomlNode::Kind::array, "a list of whole numbers");
  if (list == nullptr) return values;
  for (const TomlNode& item : list->items)
    if (item.kind == TomlNode::Kind::integer)
      values.push_back(item.integer);
    else
      problems_->add(item.place, fmt::format("{} must hold whole numbers, not {}", key, kind_text(item)));
  return values;
}

std::string TableReader::text(const std::string& key, const std::string& fallback) {
  const TomlNode* value = find_kind(key, TomlNode::Kind::text, "text in quotes");
  return value == nullptr ? fallback : value->text;
}

std::vector<std::string> TableReader::texts(const std::string& key) {
  std::vector<std::string> values;
  const TomlNode* list = find_kind(key, TomlNode::Kind::array, "a list of texts");
  if (list == nullptr) return values;
  for (const TomlNode& item : list->items)
    if (item.kind == TomlNode::Kind::text)
      values.push_back(item.text);
    else
      problems_->add(item.place, fmt::format("{} must hold texts in quotes, not {}", key, kind_text(item)));
  return values;
}

std::vector<std::string> TableReader::one_or_more_texts(const std::string& key) {
  const TomlNode* value = find(key);
  if (value != nullptr && value->kind == TomlNode::Kind::text) return {value->text};
  return texts(key);
}

std::string TableReader::required_text(const std::string& key, const std::string& what) {
  if (!has(key))
    problems_->add(place_, fmt::format("{} is missing in {} ({})", key, title(), what));
  else if (find(key)->kind == TomlNode::Kind::text && find(key)->text.empty())
    problems_->add(place_of(key), fmt::format("{} must not be empty ({})", key, what));
  return text(key, {});
}

std::vector<std::vector<std::string>> TableReader::text_lists(const std::string& key) {
  std::vector<std::vector<std::string>> lists;
  const TomlNode* value = find_kind(key, TomlNode::Kind::array, "a list of lists of names");
  if (value == nullptr) return lists;
  for (const TomlNode& list : value->items) {
    std::vector<std::string> names;
    for (const TomlNode& item : list.items)
      if (item.kind == TomlNode::Kind::text) names.push_back(item.text);
    if (list.kind != TomlNode::Kind::array || names.size() != list.items.size())
      problems_->add(list.place, fmt::format("{} must be a list of lists of names", key), "[[\"V_r\", \"b\"]]");
    else
      lists.push_back(std::move(names));
  }
  return lists;
}

std::string TableReader::choice(const std::string& key, const std::vector<std::string>& options) {
  std::string value = text(key, options.front());
  if (std::find(options.begin(), options.end(), value) != options.end()) return value;
  problems_->add(place_of(key), fmt::format("{} = \"{}\" must be one of: {}", key, value, joined(options)),
                 suggestion_for(value, options));
  return options.front();
}

bool TableReader::flag(const std::string& key, bool fallback) {
  const TomlNode* value = find_kind(key, TomlNode::Kind::boolean, "true or false");
  return value == nullptr ? fallback : value->boolean;
}

std::string TableReader::file(const std::string& key, const std::string& job_path) {
  const std::string name = text(key, {});
  if (name.empty()) return {};
  std::string path = beside(job_path, name);
  if (std::filesystem::exists(path)) return path;
  problems_->add(place_of(key), fmt::format("{} = \"{}\": no such file", key, name),
                 fmt::format("looked for {}; names are relative to the job file", path));
  return {};
}

void TableReader::refuse(const std::string& key, std::string message, std::string suggestion) {
  find(key);
  problems_->add(place_of(key), std::move(message), std::move(suggestion));
}

void TableReader::finish() {
  if (node_ == nullptr) return;
  for (std::size_t i = 0; i < node_->keys.size(); ++i) {
    const std::string& key = node_->keys[i];
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const bool is_table = node_->items[i].kind == TomlNode::Kind::table;
    std::string suggestion = suggestion_for(key, known_);
    if (suggestion.empty()) suggestion = "known here: " + joined(known_);
    const std::string what = is_table ? fmt::format("unknown table [{}]", name_.empty() ? key : name_ + "." + key)
                                      : fmt::format("unknown key {} in {}", key, title());
    problems_->add(node_->items[i].key_place, what, std::move(suggestion));
  }
}

}  // namespace modscape::config
