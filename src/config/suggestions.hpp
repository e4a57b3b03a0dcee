// SPDX-License-Identifier: Apache-2.0
// Names: which are allowed, and what to say about one that nobody knows: the closest known one, or how another
// simulator's parameter is written here.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace modscape::config {

/// "did you mean V_T?", a sentence for a name of another simulator, or empty.
std::string suggestion_for(const std::string& name, const std::vector<std::string>& known);

/// "off, on, on+SCH".
std::string joined(const std::vector<std::string>& names);
/// suggestion_for() if there is one, else the names that are declared.
std::string declared_names(const std::string& given, const std::vector<std::string>& declared);

/// "20, 40, 60".
std::string joined_numbers(const std::vector<double>& values);

/// Letters, digits and _, and no digit first: what may be the name of a group in the results.
bool is_identifier(const std::string& name);

std::string lower_case(std::string_view text);

}  // namespace modscape::config
