#include "api/resource_list.h"

#include <algorithm>
#include <charconv>

#include "api/resource_checks.h"
#include "api/resource_show.h"

namespace tandem::api {
namespace {

using contract::Schema;
using store::Compare;
using store::Condition;

constexpr int64_t kMaxUnpagedRows = 1'000;     // of a list the contract gives no pages
constexpr int64_t kMaxOffset = 1'000'000'000;  // beyond it every page is empty anyway

const FilterField* declared(const ResourcePlan& plan, std::string_view parameter) {
  for (const FilterField& field : plan.resource.filters) {
    if (field.parameter == parameter) return &field;
  }
  return nullptr;
}

std::string store_path(const ResourcePlan& plan, std::string_view path) {
  const bool own_id = path == plan.resource.id_field && plan.resource.id != IdKind::Field;
  return own_id ? "id" : std::string(path);
}

/// Equality with a field that is an array means that the array holds the value.
void suit_to_field(const ResourcePlan& plan, Condition& condition) {
  const Schema member = plan.document.member(condition.path);
  if (!member || member.kind() != Schema::Kind::Array) return;
  const bool equal = condition.compare == Compare::Eq || condition.compare == Compare::In ||
                     condition.compare == Compare::Contains;
  if (equal) condition.compare = Compare::Has;
}

void add_condition(const ResourcePlan& plan, Condition condition, store::Query& query) {
  if (const FilterField* field = declared(plan, condition.path)) {
    if (field->field.empty()) return;
    condition.path = field->field;
    if (field->compare) condition.compare = *field->compare;
  }
  suit_to_field(plan, condition);
  condition.path = store_path(plan, condition.path);
  query.where.push_back(std::move(condition));
}

store::Scalar typed(Schema member, const std::string& text) {
  if (member && member.kind() == Schema::Kind::Boolean) return text == "true";
  if (member && (member.kind() == Schema::Kind::Integer || member.kind() == Schema::Kind::Number)) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) return number;
  }
  return text;
}

/// Query parameters without brackets filter when they are named like a member of the documents;
/// given several times, any of the values will do.
void add_plain(const ResourcePlan& plan, const Call& call, store::Query& query) {
  const auto& plain = call.query.plain;
  for (size_t i = 0; i < plain.size(); ++i) {
    const std::string& name = plain[i].first;
    const auto same = [&](const auto& pair) { return pair.first == name; };
    if (std::any_of(plain.begin(), plain.begin() + static_cast<ptrdiff_t>(i), same)) continue;
    const FilterField* field = declared(plan, name);
    const std::string_view path = field ? std::string_view(field->field) : std::string_view(name);
    const Schema member = path.empty() ? Schema() : plan.document.member(path);
    if (path.empty() || (!field && !member)) continue;
    Condition condition{name, Compare::Eq, {}};
    for (size_t k = i; k < plain.size(); ++k) {
      if (same(plain[k])) condition.values.push_back(typed(member, plain[k].second));
    }
    if (condition.values.size() > 1) condition.compare = Compare::In;
    add_condition(plan, std::move(condition), query);
  }
}

Result<void, ApiError> add_page(const ResourcePlan& plan, const Call& call, store::Query& query) {
  const contract::QueryValues& asked = call.query;
  query.total = plan.page.wants_total;
  if (call.operation.paging == contract::Paging::None) {
    query.limit = kMaxUnpagedRows;
    return {};
  }
  query.limit = std::max<int64_t>(asked.page_size, 1);
  query.offset = std::min(asked.page_number - 1, kMaxOffset / query.limit) * query.limit;
  const bool after = !asked.cursor_after.empty();
  const std::string& cursor = after ? asked.cursor_after : asked.cursor_before;
  if (cursor.empty()) return {};
  const int64_t offset = offset_of(cursor);
  if (offset < 0 || offset > kMaxOffset) {
    return tl::unexpected(ApiError::parameter("10015", after ? "page[after]" : "page[before]",
                                              "This is not a cursor of this list."));
  }
  if (!after) query.limit = std::min(query.limit, std::max<int64_t>(offset, 1));
  query.offset = after ? offset : std::max<int64_t>(offset - query.limit, 0);
  return {};
}

}  // namespace

Result<store::Query, ApiError> list_query(const ResourcePlan& plan, const Call& call) {
  store::Query query;
  query.collection = plan.collection;
  query.account = plan.resource.global ? std::string() : call.account.id;
  for (const Condition& condition : call.query.filters) add_condition(plan, condition, query);
  add_plain(plan, call, query);
  for (const store::Order& order : call.query.sort) {
    const FilterField* field = declared(plan, order.path);
    const std::string& path = field && !field->field.empty() ? field->field : order.path;
    query.order.push_back({store_path(plan, path), order.descending});
  }
  if (!plan.parent_param.empty()) {
    query.where.push_back(
        {plan.resource.parent_field, Compare::Eq, {std::string(parent_id(plan, call))}});
  }
  if (auto paged = add_page(plan, call, query); !paged) return tl::unexpected(paged.error());
  return query;
}

Reply list_reply(const ResourcePlan& plan, const Call& call, const store::Snapshot& snapshot,
                 const store::Query& query) {
  const store::Page page = snapshot.list(query);
  std::string items;
  for (const store::Row& row : page.rows) {
    if (!items.empty()) items += ',';
    append_shown(plan, call, snapshot, row.body, items);
  }
  PageFacts facts;
  facts.size = query.limit;
  facts.offset = query.offset;
  facts.number = query.offset / std::max<int64_t>(query.limit, 1) + 1;
  facts.total = page.total;
  facts.count = static_cast<int64_t>(page.rows.size());
  facts.more = page.more;
  facts.path = call.head.path();
  facts.query = call.head.query();
  const PageForm form =
      &call.operation == plan.list ? plan.page : PageForm::of(call.operation.success_schema());
  return Reply::json(page_body(form, facts, items));
}

Outcome list_documents(const ResourcePlan& plan, const Call& call,
                       const store::Snapshot& snapshot) {
  if (auto ok = check_parent(plan, call, snapshot); !ok) return tl::unexpected(ok.error());
  auto query = list_query(plan, call);
  if (!query) return tl::unexpected(std::move(query.error()));
  if (plan.resource.on_list) {
    if (auto allowed = plan.resource.on_list(call, snapshot, *query); !allowed) {
      return tl::unexpected(std::move(allowed.error()));
    }
  }
  Effects effects;
  effects.reply = list_reply(plan, call, snapshot, *query);
  return effects;
}

}  // namespace tandem::api
