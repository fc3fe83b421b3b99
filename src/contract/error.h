#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

namespace tandem::contract {

struct Operation;

/// One entry of the documented envelope
/// `errors[{code,title,detail,source{pointer|parameter},meta}]`.
struct ErrorItem {
  std::string code;     // "10004"
  std::string detail;   // one sentence about this very case
  std::string pointer;  // JSON pointer into the body: "/name"; empty when it is not about the body
  std::string parameter;  // name of the path or query parameter: "page[size]"; empty likewise
};

/// What ends a request. `status` 0: the one the operation documents for this code, found by the
/// pipeline (Operation::status_for).
struct ApiError {
  int status = 0;
  std::vector<ErrorItem> items;

  ApiError() = default;
  ApiError(std::string code, std::string detail, std::string pointer = {})
      : items{{std::move(code), std::move(detail), std::move(pointer), {}}} {}
  static ApiError parameter(std::string code, std::string name, std::string detail);
  /// 10005: the thing a path names is not there, or is another account's.
  static ApiError not_found(std::string detail = "No resource has this ID in your account.");
  ApiError& with_status(int s) {
    status = s;
    return *this;
  }
};

/// A code of the catalogue: its title, and the status it has unless the operation knows better.
struct CatalogueEntry {
  std::string_view code;
  std::string_view title;
  int status;
};

/// The entry of `code`; null for one that is not in the catalogue.
const CatalogueEntry* catalogue(std::string_view code);
/// Every entry, in the order of the codes' digits.
std::span<const CatalogueEntry> catalogue();

/// Call control has codes of its own for members that hold what they may not: "Invalid value for
/// loop". What is wrong with such a member takes its code; everything else stays.
void use_member_codes(ApiError& error);

/// The envelope as JSON text; titles come from the catalogue.
std::string envelope(const ApiError& error);

/// The envelope as `operation` documents it for `status`. Where that is another shape (a list under
/// "detail", one error without a list, OAuth's "error"), its members stand beside "errors", so
/// that every client finds what it looks for; numeric codes are numbers where they shall be.
std::string envelope(const Operation& operation, int status, const ApiError& error);

/// `return refuse("10013", "No connection has this ID.", "/connection_id");`
inline tl::unexpected<ApiError> refuse(std::string code, std::string detail,
                                       std::string pointer = {}) {
  return tl::unexpected<ApiError>(ApiError(std::move(code), std::move(detail), std::move(pointer)));
}

}  // namespace tandem::contract
