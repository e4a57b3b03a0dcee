// SPDX-License-Identifier: Apache-2.0
#include "config/document_path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "config/job.hpp"
#include "config/suggestions.hpp"

namespace modscape::config {
namespace {

using Kind = TomlNode::Kind;

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> parts(1);
  for (const char c : path)
    if (c == '.')
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

TomlNode* child(TomlNode& table, const std::string& key) {
  return const_cast<TomlNode*>(std::as_const(table).find(key));
}

TomlNode& add(TomlNode& table, const std::string& key, TomlNode value, Place place) {
  value.place = value.key_place = place;
  table.keys.push_back(key);
  table.items.push_back(std::move(value));
  return table.items.back();
}

bool is_list_of_tables(const TomlNode& node) {
  return node.kind == Kind::array && std::all_of(node.items.begin(), node.items.end(),
                                                 [](const TomlNode& item) { return item.kind == Kind::table; });
}

/// All of its entries are tables: their names are the user's.
bool holds_named_tables(const TomlNode& table) {
  return !table.items.empty() && std::all_of(table.items.begin(), table.items.end(),
                                             [](const TomlNode& item) { return item.kind == Kind::table; });
}

std::string meant(const std::string& name, const std::vector<std::string>& known) {
  const std::string suggestion = suggestion_for(name, known);
  return suggestion.empty() && !known.empty() ? "there are: " + joined(known) : suggestion;
}

/// Along a path, as far as it has been followed.
class Walk {
 public:
  Walk(TomlNode& document, Place place) : node_(&document), place_(place) {}

  std::optional<PathProblem> enter(const std::string& part) {
    if (part.empty()) return PathProblem{"a part of the path is empty", "for example population.RS.neuron.b"};
    if (node_->kind == Kind::table) {
      if (auto problem = enter_table(part)) return problem;
    } else if (is_list_of_tables(*node_)) {
      if (auto problem = enter_list(part)) return problem;
    } else {
      return PathProblem{fmt::format("{} is {}, it has no {}", followed_, kind_text(*node_), part), {}};
    }
    followed_ += (followed_.empty() ? "" : ".") + part;
    return std::nullopt;
  }

  std::optional<PathProblem> put(const std::string& key, TomlNode value) {
    if (node_->kind != Kind::table)
      return PathProblem{fmt::format("{} is {}, it has no {}", followed_, kind_text(*node_), key),
                         is_list_of_tables(*node_) ? "which of its elements? by name, or by number from 0" : ""};
    if (key.empty()) return PathProblem{"a part of the path is empty", "for example population.RS.neuron.b"};
    TomlNode* const there = child(*node_, key);
    if (there == nullptr) {
      add(*node_, key, std::move(value), place_);
    } else {
      value.place = value.key_place = place_;
      *there = std::move(value);
    }
    return std::nullopt;
  }

 private:
  std::optional<PathProblem> enter_table(const std::string& key) {
    if (TomlNode* const there = child(*node_, key)) {
      node_ = there;
      return std::nullopt;
    }
    if (!followed_.empty() && holds_named_tables(*node_))
      return PathProblem{fmt::format("there is no {} in [{}]", key, followed_), meant(key, node_->keys)};
    node_ = &add(*node_, key, {}, place_);
    return std::nullopt;
  }

  std::optional<PathProblem> enter_list(const std::string& part) {
    std::vector<std::string> names;
    for (TomlNode& item : node_->items) {
      const TomlNode* const name = item.find("name");
      if (name == nullptr) continue;
      names.push_back(name->text);
      if (name->text == part) {
        node_ = &item;
        return std::nullopt;
      }
    }
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    if (error == std::errc() && end == part.data() + part.size() && number < node_->items.size()) {
      node_ = &node_->items[number];
      return std::nullopt;
    }
    std::string suggestion = suggestion_for(part, names);
    if (suggestion.empty()) suggestion = fmt::format("by name, or by number from 0 to {}", node_->items.size() - 1);
    return PathProblem{fmt::format("there is no {} in [[{}]]", part, followed_), suggestion};
  }

  TomlNode* node_;
  Place place_;
  std::string followed_;
};

}  // namespace

std::optional<PathProblem> put_at(TomlNode& document, const std::string& path, TomlNode value, Place place) {
  const std::vector<std::string> parts = split(path);
  if (parts.size() < 2)
    return PathProblem{fmt::format("\"{}\" is not the path of a value", path), "for example population.RS.neuron.b"};
  Walk walk(document, place);
  for (std::size_t i = 0; i + 1 < parts.size(); ++i)
    if (auto problem = walk.enter(parts[i])) return problem;
  return walk.put(parts.back(), std::move(value));
}

}  // namespace modscape::config
