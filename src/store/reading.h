#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "store/layout.h"
#include "store/query_writer.h"
#include "store/store.h"

/// What the snapshots of all drivers do alike.
namespace tandem::store {

/// The query behind Snapshot::find, or nothing when no document can have that value. Looking for
/// what is not indexed that way is a mistake of the caller.
std::optional<Query> find_query(const Layout& layout, std::string_view collection,
                                std::optional<std::string_view> account, std::string_view path,
                                std::string_view value);

/// Query::limit and Query::offset within their bounds.
int64_t rows_of_page(const Query& query);
int64_t offset_of_page(const Query& query);

/// Takes the row that was read beyond the page, if any, for Page::more.
void trim(Page& page, const Query& query);

/// The statement with its values as one text, to remember its answer by.
std::string question_of(const Sql& sql);

/// Refuses data of a schema that only a newer program knows.
Result<void> refuse_newer(int64_t version, int64_t newest_known);

}  // namespace tandem::store
