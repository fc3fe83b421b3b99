#pragma once

#include <string_view>

#include "api/registry.h"
#include "products/common/services.h"

/// Documents that are given by their address: answered at once, fetched behind the answer, a few
/// times when the server fails; what can't be had in the end is denied. Survives a restart.
namespace tandem::products::regulatory {

/// Largest document, however it comes.
inline constexpr size_t kMaxDocumentBytes = 20u << 20;

/// Writes down in a new document where its file is and when to fetch it. 10003 for what is no http
/// or https URL.
Result<void, api::ApiError> fetch_later(api::Draft& draft, std::string_view url);

/// Refuses what needs the file while it is not there: 10036 as long as it is being fetched, 10027
/// when it never came.
Result<void, api::ApiError> check_fetched(const json::Value& document);

/// What happens once the file is there: the review.
using AfterFetch = void (*)(const json::Value& document, std::string_view account, WallTime now,
                            api::Effects& effects);

void declare_document_fetch(api::Registry& registry, const Services& services, AfterFetch then);

}  // namespace tandem::products::regulatory
