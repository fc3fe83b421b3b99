#include "api/resource_page.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/json.h"

namespace tandem::api {
namespace {

using contract::Schema;
using Fact = PageForm::Fact;

struct Known {
  std::string_view name;
  Fact fact;
};
constexpr Known kFacts[] = {
    {"page_number", Fact::Number},
    {"page", Fact::Number},
    {"page_size", Fact::Size},
    {"recordsPerPage", Fact::Size},
    {"total_pages", Fact::TotalPages},
    {"total_results", Fact::Total},
    {"totalRecords", Fact::Total},
    {"total_records", Fact::Total},
    {"total_items", Fact::Total},
    {"start", Fact::Start},
    {"end", Fact::End},
    {"cursors", Fact::Cursors},
    {"uri", Fact::Uri},
    {"first_page_uri", Fact::FirstUri},
    {"next_page_uri", Fact::NextUri},
    {"previous_page_uri", Fact::PreviousUri},
    {"next", Fact::NextUri},
    {"previous", Fact::PreviousUri},
};
constexpr std::string_view kPaged[] = {"page_number", "page_size", "total_pages", "total_results"};

std::optional<Fact> fact_of(std::string_view name) {
  for (const Known& known : kFacts) {
    if (known.name == name) return known.fact;
  }
  return std::nullopt;
}

/// The member that holds the documents: "data" where there is one, else the first array.
std::string_view items_member(Schema answer) {
  std::string_view first;
  for (size_t i = 0; i < answer.property_count(); ++i) {
    const Schema::Property property = answer.property(i);
    if (property.schema.kind() != Schema::Kind::Array) continue;
    if (property.name == "data") return property.name;
    if (first.empty()) first = property.name;
  }
  return first;
}

void add_meta(PageForm& form, Schema meta) {
  for (size_t i = 0; i < meta.property_count(); ++i) {
    const std::string_view name = meta.property(i).name;
    if (const auto fact = fact_of(name)) form.meta.push_back({std::string(name), *fact});
  }
  if (!form.meta.empty()) return;
  for (const std::string_view name : kPaged)
    form.meta.push_back({std::string(name), *fact_of(name)});
}

/// The request's query with the given page instead of its own, for links of TeXML.
std::string page_uri(const PageForm& form, const PageFacts& facts, int64_t number) {
  std::string uri(facts.path);
  uri += "?Page=" + std::to_string(form.zero_based ? number - 1 : number);
  uri += "&PageSize=" + std::to_string(facts.size);
  std::string_view rest = facts.query;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const bool ours = pair.empty() || pair.starts_with("Page=") || pair.starts_with("PageSize=") ||
                      pair.starts_with("PageToken=");
    if (!ours) uri.append("&").append(pair);
  }
  return uri;
}

void write_cursors(json::Writer& out, const PageFacts& facts) {
  out.object();
  out.key("after");
  facts.more ? out.value(cursor_of(facts.offset + facts.count)) : out.value(nullptr);
  out.key("before");
  facts.offset > 0 ? out.value(cursor_of(facts.offset)) : out.value(nullptr);
  out.end();
}

void write_fact(json::Writer& out, const PageForm& form, const PageFacts& facts, Fact fact,
                std::string_view items) {
  const int64_t last = facts.offset + std::max<int64_t>(facts.count, 1) - 1;
  const auto link = [&](bool there, int64_t number) {
    there ? out.value(page_uri(form, facts, number)) : out.value(nullptr);
  };
  switch (fact) {
    case Fact::Items:
      out.array();
      if (!items.empty()) out.raw(items);
      out.end();
      break;
    case Fact::Number:
      out.value(form.zero_based ? facts.number - 1 : facts.number);
      break;
    case Fact::Size:
      out.value(facts.size);
      break;
    case Fact::TotalPages:
      out.value((facts.total + facts.size - 1) / facts.size);
      break;
    case Fact::Total:
      out.value(facts.total);
      break;
    case Fact::Start:
      out.value(facts.offset);
      break;
    case Fact::End:
      out.value(last);
      break;
    case Fact::Cursors:
      write_cursors(out, facts);
      break;
    case Fact::Uri:
      link(true, facts.number);
      break;
    case Fact::FirstUri:
      link(true, 1);
      break;
    case Fact::NextUri:
      link(facts.more, facts.number + 1);
      break;
    case Fact::PreviousUri:
      link(facts.number > 1, facts.number - 1);
      break;
  }
}

}  // namespace

PageForm PageForm::of(Schema answer) {
  PageForm form;
  form.bare = answer.kind() == Schema::Kind::Array;
  const std::string_view items = items_member(answer);
  for (size_t i = 0; i < answer.property_count(); ++i) {
    const Schema::Property property = answer.property(i);
    const std::string name(property.name);
    if (property.name == items) {
      form.top.push_back({name, Fact::Items});
    } else if (property.name == "meta") {
      add_meta(form, property.schema);
    } else if (const auto fact = fact_of(property.name)) {
      form.top.push_back({name, *fact});
      form.zero_based = form.zero_based || *fact == Fact::FirstUri;
    }
  }
  for (const auto* members : {&form.top, &form.meta}) {
    for (const Member& member : *members) {
      const bool total = member.fact == Fact::Total || member.fact == Fact::TotalPages;
      form.wants_total = form.wants_total || total;
    }
  }
  return form;
}

std::string page_body(const PageForm& form, const PageFacts& facts, std::string_view items) {
  std::string body;
  body.reserve(items.size() + 256);
  if (form.bare) return body.append("[").append(items).append("]");
  json::Writer out(body);
  out.object();
  for (const PageForm::Member& member : form.top) {
    out.key(member.name);
    write_fact(out, form, facts, member.fact, items);
  }
  if (!form.meta.empty()) {
    out.key("meta").object();
    for (const PageForm::Member& member : form.meta) {
      out.key(member.name);
      write_fact(out, form, facts, member.fact, {});
    }
    out.end();
  }
  out.end();
  return body;
}

std::string cursor_of(int64_t offset) {
  char text[24];
  const auto end = std::to_chars(text, text + sizeof text, offset, 36).ptr;
  return "c" + std::string(text, end);
}

int64_t offset_of(std::string_view cursor) {
  if (!cursor.starts_with('c')) return -1;
  cursor.remove_prefix(1);
  int64_t offset = -1;
  const auto [end, error] =
      std::from_chars(cursor.data(), cursor.data() + cursor.size(), offset, 36);
  if (error != std::errc() || end != cursor.data() + cursor.size() || offset < 0) return -1;
  return offset;
}

}  // namespace tandem::api
