#pragma once

#include <string>
#include <string_view>

namespace tandem::contract_tool {

/// The C++ enumerator of an operationId: "list_orders_v2" -> "ListOrdersV2", "dialCall" ->
/// "DialCall". Empty when nothing that could start an identifier is left.
std::string enumerator(std::string_view operation_id);

}  // namespace tandem::contract_tool
