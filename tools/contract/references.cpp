#include "references.h"

#include <set>
#include <string>
#include <string_view>

namespace tandem::contract_tool {
namespace {

class Checker {
 public:
  Checker(const json::Value& contract, Problems& problems) : problems_(problems) {
    for (const auto& [kind, named] : contract["components"].members()) {
      for (const auto& [name, value] : named.members()) {
        known_.insert("#/components/" + kind + "/" + name);
      }
    }
  }

  void walk(const json::Value& value, const std::string& where) {
    if (value.is_array()) {
      for (const json::Value& item : value.items()) walk(item, where);
      return;
    }
    if (!value.is_object()) return;
    for (const auto& [key, member] : value.members()) {
      if (key == "example" || key == "default" || key == "enum") continue;
      if (key == "$ref" && member.is_string()) check(member.string(), where);
      if (key == "mapping" && member.is_object()) {
        for (const auto& [name, target] : member.members()) check(target.string(), where);
      }
      walk(member, where + "/" + key);
    }
  }

 private:
  void check(std::string_view reference, const std::string& where) {
    if (!known_.contains(std::string(reference))) {
      problems_.add(where, "refers to " + std::string(reference) + ", which is not there");
    }
  }

  Problems& problems_;
  std::set<std::string> known_;
};

}  // namespace

void check_references(const json::Value& contract, Problems& problems) {
  Checker checker(contract, problems);
  checker.walk(contract, "");
}

}  // namespace tandem::contract_tool
