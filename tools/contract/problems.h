#pragma once

#include <string>
#include <vector>

namespace tandem::contract_tool {

/// What is wrong with the contract's files, gathered so that one run tells all of it.
class Problems {
 public:
  /// `where` is a place a person finds again: "account.yaml: GET /invoices".
  void add(const std::string& where, const std::string& what) {
    all_.push_back(where + ": " + what);
  }
  bool empty() const { return all_.empty(); }
  const std::vector<std::string>& all() const { return all_; }

 private:
  std::vector<std::string> all_;
};

}  // namespace tandem::contract_tool
