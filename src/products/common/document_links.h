#pragma once

#include <string_view>

#include "api/call.h"

/// What uses an uploaded document (a porting order, a requirement group) is written down as a link;
/// while there is one, the document can't be deleted and does not expire.
namespace tandem::products {

inline constexpr std::string_view kDocuments = "documents";
inline constexpr std::string_view kDocumentLinks = "document_links";

/// Adds the link of `resource_id`, a thing of the kind `record_type` ("porting_order"), to the
/// account's document. That the document exists is for the caller to have checked.
void link_document(api::Moment moment, std::string_view account, std::string_view document_id,
                   std::string_view record_type, std::string_view resource_id,
                   api::Effects& effects);

/// Takes away all links of `resource_id`: before it is deleted, or linked anew.
void unlink_documents(const store::Snapshot& snapshot, std::string_view account,
                      std::string_view resource_id, api::Effects& effects);

}  // namespace tandem::products
