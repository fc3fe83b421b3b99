#include "contract/keyword.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tandem::contract {
namespace {

using Entry = std::pair<std::string_view, Keyword>;

constexpr Entry kKeywords[] = {
    {"$ref", Keyword::Ref},
    {"additionalProperties", Keyword::AdditionalProperties},
    {"allOf", Keyword::AllOf},
    {"anyOf", Keyword::AnyOf},
    {"default", Keyword::Default},
    {"discriminator", Keyword::Discriminator},
    {"enum", Keyword::Enum},
    {"example", Keyword::Example},
    {"exclusiveMaximum", Keyword::ExclusiveMaximum},
    {"exclusiveMinimum", Keyword::ExclusiveMinimum},
    {"format", Keyword::Format},
    {"items", Keyword::Items},
    {"maxItems", Keyword::MaxItems},
    {"maxLength", Keyword::MaxLength},
    {"maximum", Keyword::Maximum},
    {"minItems", Keyword::MinItems},
    {"minLength", Keyword::MinLength},
    {"minimum", Keyword::Minimum},
    {"oneOf", Keyword::OneOf},
    {"pattern", Keyword::Pattern},
    {"properties", Keyword::Properties},
    {"readOnly", Keyword::ReadOnly},
    {"required", Keyword::Required},
    {"type", Keyword::Type},
    {"uniqueItems", Keyword::UniqueItems},
    {"writeOnly", Keyword::WriteOnly},
};
static_assert(std::is_sorted(std::begin(kKeywords), std::end(kKeywords),
                             [](const Entry& a, const Entry& b) { return a.first < b.first; }));

}  // namespace

Keyword keyword(std::string_view name) {
  const auto* const found =
      std::lower_bound(std::begin(kKeywords), std::end(kKeywords), name,
                       [](const Entry& e, std::string_view n) { return e.first < n; });
  return found != std::end(kKeywords) && found->first == name ? found->second : Keyword::None;
}

}  // namespace tandem::contract
