#include "reason.h"

#include <utility>

namespace tandem::contract_tool {

std::string_view reason(std::string_view status) {
  static constexpr std::pair<std::string_view, std::string_view> kReasons[] = {
      {"200", "OK"},
      {"201", "Created"},
      {"202", "Accepted"},
      {"204", "No content"},
      {"302", "Found"},
      {"400", "Bad request"},
      {"401", "Not authenticated"},
      {"403", "Not permitted"},
      {"404", "Not found"},
      {"409", "Conflict"},
      {"413", "Content too large"},
      {"422", "Unprocessable content"},
      {"500", "Internal error"},
      {"502", "Bad gateway"},
      {"504", "Gateway timeout"},
      {"default", "Any error"},
  };
  for (const auto& [known, text] : kReasons) {
    if (known == status) return text;
  }
  return "Answer";
}

}  // namespace tandem::contract_tool
