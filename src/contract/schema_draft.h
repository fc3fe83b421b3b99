#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "contract/keyword.h"
#include "contract/tables.h"
#include "core/json.h"

namespace tandem::contract {

/// What the parts of a schema say together: the schema itself, the component it refers to, and
/// those of its allOf. Of keywords that tell something the first part's holds, limits hold all.
struct SchemaDraft {
  struct Member {
    std::string_view name;
    std::vector<json::View> parts;
    bool required = false;
  };
  struct Choice {
    json::View branches;
    json::View discriminator;
  };

  Schema::Kind kind = Schema::Kind::Any;
  bool typed = false;     // a part stated a type
  bool nullable = false;  // the first part that stated a type allows null
  bool read_only = false;
  bool write_only = false;
  bool closed = false;
  bool unique_items = false;
  json::View format;
  json::View default_value;
  json::View example;
  json::View values;  // enum
  json::View pattern;
  std::vector<json::View> items;
  std::vector<json::View> additional;
  std::vector<std::pair<Keyword, double>> limits;
  std::vector<Member> members;
  std::vector<std::string_view> required;
  std::vector<Choice> choices;

  /// Reads one more part.
  void add(json::View part);
  /// Marks the members that are required, and adds those nobody described.
  void settle_required();

 private:
  void add_type(json::View type);
  void add_keyword(Keyword word, json::View value);
  void add_members(json::View properties);
  Member* find(std::string_view name);
  size_t parts_ = 0;
};

}  // namespace tandem::contract
