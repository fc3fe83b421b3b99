#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contract/contract.h"
#include "contract/schema_compiler.h"
#include "contract/tables.h"
#include "core/json.h"
#include "core/result.h"

namespace tandem::contract {

/// Fills a Contract's tables from the document. The tables of operations hold spans into other
/// tables, so these are gathered first as ranges and set at the end.
struct Compiler {
  Compiler(Contract& contract, json::View document);
  Result<void> run();

 private:
  struct Ranges {
    Range parameters;
    Range bodies;
    Range answers;
  };

  Schema schema(json::View json);
  Schema schema_at(uint32_t index) const { return {&contract_, index}; }
  json::View resolved(json::View value);
  void add_path(std::string_view path, json::View item);
  void add_operation(std::string_view path, Verb verb, json::View json);
  void add_route(std::string_view path, Verb verb, std::string_view product);
  void add_webhook(std::string_view name, json::View json);
  Range add_parameters(json::View list);
  Range add_bodies(json::View body);
  Range add_answers(json::View list);
  Range add_path_names(std::string_view path);
  void set_spans();

  Contract& contract_;
  Tables& tables_;
  json::View document_;
  SchemaCompiler schemas_;
  std::vector<Ranges> ranges_;  // of each operation
  std::string error_;
};

/// How the operation asks for pages; a second look once its parameters and answers are there.
Paging paging_of(const Operation& operation);

}  // namespace tandem::contract
