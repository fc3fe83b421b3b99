#include "names.h"

namespace tandem::contract_tool {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string enumerator(std::string_view operation_id) {
  std::string name;
  bool word_start = true;
  for (const char c : operation_id) {
    if (!is_lower(c) && !is_upper(c) && !is_digit(c)) {
      word_start = true;
      continue;
    }
    name.push_back(word_start && is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c);
    word_start = false;
  }
  return name.empty() || is_digit(name[0]) ? std::string() : name;
}

}  // namespace tandem::contract_tool
