#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "contract/schema.h"

namespace tandem::api {

/// The envelope of a list, read from the contract: which member holds the documents and which tell
/// where in the list the page lies. Every paging style of the API comes down to these.
struct PageForm {
  enum class Fact {
    Items,   // data, records, calls ...
    Number,  // page_number, page
    Size,    // page_size, recordsPerPage
    TotalPages,
    Total,    // total_results, totalRecords, total_records, total_items
    Start,    // index of the first document of the page
    End,      // index of the last
    Cursors,  // {before, after}
    Uri,      // of this page
    FirstUri,
    NextUri,  // null at the end
    PreviousUri
  };
  struct Member {
    std::string name;
    Fact fact;
  };
  std::vector<Member> top;
  std::vector<Member> meta;  // inside "meta", when there is one
  bool zero_based = false;   // TeXML counts pages from 0
  bool wants_total = false;
  bool bare = false;  // the answer is the array itself

  static PageForm of(contract::Schema answer);
};

/// Where a page lies.
struct PageFacts {
  int64_t number = 1;  // from 1
  int64_t size = 20;
  int64_t offset = 0;
  int64_t total = 0;
  int64_t count = 0;  // documents on this page
  bool more = false;
  std::string_view path;   // of the request, to build links with
  std::string_view query;  // as sent
};

/// The list as JSON text; `items` are the documents joined by commas.
std::string page_body(const PageForm& form, const PageFacts& facts, std::string_view items);

/// A place in a list as an opaque text, and back; -1 for a text that is none.
std::string cursor_of(int64_t offset);
int64_t offset_of(std::string_view cursor);

}  // namespace tandem::api
