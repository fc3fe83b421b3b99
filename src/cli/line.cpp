#include "cli/line.h"

#include <algorithm>
#include <string>

#include "app/config.h"

namespace tandem::cli {
namespace {

/// Settings without a value (`--validate-answers`) end where they stand.
bool is_switch(std::string_view flag) {
  const auto settings = app::settings();
  return std::any_of(settings.begin(), settings.end(), [flag](const app::Setting& setting) {
    return setting.value.empty() && flag.substr(2) == setting.name;
  });
}

}  // namespace

std::string_view Line::option(std::string_view name, std::string_view otherwise) const {
  const auto found = options.find(name);
  return found == options.end() ? otherwise : found->second;
}

Result<Line> take_apart(const Arguments& arguments,
                        std::initializer_list<std::string_view> options) {
  Line line;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (!argument.starts_with("--")) {
      line.words.push_back(argument);
      continue;
    }
    const size_t equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    const bool own = std::find(options.begin(), options.end(), name) != options.end();
    const bool whole = equals != std::string_view::npos || (!own && is_switch(name));
    if (!whole && i + 1 == arguments.size()) return fail(std::string(name) + " wants a value");
    if (own) {
      line.options[name] = whole ? argument.substr(equals + 1) : arguments[++i];
      continue;
    }
    line.settings.push_back(argument);
    if (!whole) line.settings.push_back(arguments[++i]);
  }
  return line;
}

}  // namespace tandem::cli
