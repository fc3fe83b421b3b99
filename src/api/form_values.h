#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/schema.h"
#include "core/json.h"

namespace tandem::api {

using FormPairs = std::vector<std::pair<std::string, std::string>>;

/// A form as a JSON object. The schema types the values: "true" is a boolean and "12" a number
/// where one is asked for; what does not fit stays a string for validation to refuse. Repeated
/// names, "name[]" and fields that are arrays become arrays; "a[b]" and "a.b" become members of an
/// object; a value that is a JSON object where one is asked for is taken as it is.
std::string form_document(const FormPairs& pairs, contract::Schema schema);

/// One form value as the schema wants it.
json::Value typed_value(std::string_view text, contract::Schema schema);

}  // namespace tandem::api
