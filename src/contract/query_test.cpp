#include "contract/query.h"

#include <span>
#include <string>

#include <doctest/doctest.h>

using namespace tandem;
using namespace tandem::contract;

namespace {

/// Wednesday.
const WallTime kNow = *parse_iso8601("2024-05-15T10:30:00.000Z");

const Contract& real() {
  static const auto contract = Contract::load();
  REQUIRE(contract.has_value());
  return **contract;
}

std::string show(const store::Scalar& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "<true>" : "<false>";
  return "<" + std::to_string(static_cast<long>(std::get<double>(value))) + ">";
}

std::string show(const store::Condition& condition) {
  static constexpr std::string_view kWords[] = {
      "=", "!=", ">", ">=", "<", "<=", "^=", "$=", "~", "in", "has", "null", "some"};
  std::string out = condition.path + " ";
  out += kWords[static_cast<size_t>(condition.compare)];
  for (const store::Scalar& value : condition.values) out += " " + show(value);
  return out;
}

/// The conditions, the order and the page of a query, or the errors, as one line.
std::string read(std::string_view path, std::string_view raw) {
  const Operation* operation = real().find(Verb::Get, path);
  REQUIRE_MESSAGE(operation, path);
  const auto values = read_query(*operation, raw, kNow);
  std::string out;
  const auto add = [&](const std::string& piece) { out += (out.empty() ? "" : "; ") + piece; };
  if (!values) {
    for (const ErrorItem& item : values.error().items) add(item.code + " " + item.parameter);
    return out;
  }
  for (const store::Condition& condition : values->filters) add(show(condition));
  for (const store::Order& order : values->sort) add((order.descending ? "-" : "+") + order.path);
  return out;
}

struct Row {
  std::string path;
  std::string raw;
  std::string want;  // what read() gives
};

void check_rows(std::span<const Row> rows) {
  for (const Row& row : rows) {
    CAPTURE(row.path);
    CAPTURE(row.raw);
    CHECK(read(row.path, row.raw) == row.want);
  }
}

}  // namespace

TEST_CASE("filters") {
  const Row rows[] = {
      {"/phone_numbers", "filter[status]=active", "status = active"},
      {"/phone_numbers", "filter%5Bstatus%5D=active", "status = active"},
      {"/phone_numbers", "filter[status]=nonsense", "10032 filter[status]"},
      {"/inventory_coverage", "filter[count]=true", "count = <true>"},
      {"/inventory_coverage", "filter[count]=2", "10026 filter[count]"},
      {"/phone_numbers", "filter[nonsense]=1", "10031 filter[nonsense]"},
      {"/phone_numbers", "filter[status][almost]=active", "10031 filter[status][almost]"},
      {"/phone_numbers", "filter[]=active", "10031 filter[]"},
      {"/phone_numbers", "filter[tag]=a,b", "tag in a b"},
      {"/phone_numbers", "filter[tag][]=a&filter[tag][]=b", "tag in a b"},
      {"/phone_numbers", "filter[tag][]=a,b", "tag = a,b"},
      {"/phone_numbers", "filter[billing_group_id]=null", "billing_group_id null"},
      {"/phone_numbers", "filter[billing_group_id][ne]=null", "billing_group_id some"},
      {"/phone_numbers", "filter[customer_reference][ne]=a,b",
       "customer_reference != a; customer_reference != b"},
      {"/phone_numbers", "filter[voice.connection_name][contains]=conn",
       "voice.connection_name ~ conn"},
      {"/phone_numbers", "filter[voice.connection_name][starts_with]=a",
       "voice.connection_name ^= a"},
      {"/phone_numbers", "filter[voice][connection_name][ends_with]=z",
       "voice.connection_name $= z"},
      {"/phone_numbers", "filter[phone_number]=+13125550100", "phone_number = +13125550100"},
      {"/phone_numbers", "filter[phone_number]=%2B13125550100", "phone_number = +13125550100"},
      {"/phone_numbers", "filter[purchased_at][lt]=2018-02-21",
       "purchased_at < 2018-02-21T00:00:00.000Z"},
      {"/phone_numbers", "filter[purchased_at]=2018-02-21",
       "purchased_at >= 2018-02-21T00:00:00.000Z; purchased_at < 2018-02-22T00:00:00.000Z"},
      {"/access_ip_address", "filter[created_at][gte]=2024-01-01T10:00Z",
       "created_at >= 2024-01-01T10:00:00.000Z"},
      {"/access_ip_address", "filter[created_at]=yesterday",
       "created_at >= 2024-05-14T00:00:00.000Z; created_at < 2024-05-15T00:00:00.000Z"},
      {"/access_ip_address", "filter[created_at][gt]=last_month",
       "created_at >= 2024-05-01T00:00:00.000Z"},
      {"/access_ip_address", "filter[created_at][gte]=soon", "10026 filter[created_at][gte]"},
  };
  check_rows(rows);
}

TEST_CASE("filters of every shape the contract has") {
  const Row rows[] = {
      {"/access_ip_ranges", "filter[cidr_block][startswith]=10.", "cidr_block ^= 10."},
      {"/porting_orders", "filter[phone_numbers.country_code]=US",
       "phone_numbers.country_code = US"},  // in the second of two parameters called filter
      {"/global_ip_usage", "filter[global_ip_id]=1", "global_ip_id = 1"},
      {"/rooms", "filter[date_created_at][gte]=2021-04-25", "date_created_at >= 2021-04-25"},
      {"/user_tags", "filter[starts_with]=my-", "starts_with = my-"},
      {"/ips", "filter[port]=5060", "port = <5060>"},
      {"/ips", "filter[port]=many", "10026 filter[port]"},
      {"/ips", "filter[port][gt]=5000", "port > <5000>"},
      {"/conferences/{conference_id}/participants", "filter[muted]=true", "muted = <true>"},
      {"/conferences/{conference_id}/participants", "filter[muted]=1", "10026 filter[muted]"},
      {"/sim_cards", "filter[tags][]=a&filter[tags][]=b", "tags has a b"},
      {"/sim_card_groups", "filter[name]=My Group", "name = My Group"},
      {"/sim_card_orders", "filter[address.country_code]=US", "address.country_code = US"},
      {"/sim_card_orders", "filter[address][country_code]=US", "address.country_code = US"},
      {"/oauth_clients", "filter[allowed_grant_types][contains]=authorization_code",
       "allowed_grant_types has authorization_code"},
      {"/oauth_clients", "filter[verified]=false", "verified = <false>"},
      {"/wireless_blocklists", "filter[type]=nonsense", "type = nonsense"},
      {"/detail_records", "filter[record_type]=messaging&filter[date_range]=today",
       "record_type = messaging; date_range = today"},
      {"/usage_reports", "product=messaging&dimensions=direction&metrics=cost&filter[direction]=x",
       "direction = x"},
      {"/messaging_optouts", "created_at[gte]=2024-05-01",
       "created_at >= 2024-05-01T00:00:00.000Z"},
      {"/porting_orders", "filter[status][in][]=draft&filter[status][in][]=ported",
       "status in draft ported"},
      {"/billing_groups", "filter[name][contains]=x", "name ~ x"},
      {"/billing_groups", "filter[nonsense]=x", "10031 filter[nonsense]"},
      {"/billing_groups/{id}", "filter[nonsense]=x", ""},
      {"/billing_groups", "unknown=1&page[x]=3&[a]=1&b[=2", ""},
      {"/billing_groups", "page=2", "10026 page"},
      {"/phone_numbers", "filter=active", "10031 filter"},
      {"/billing_groups", "a=%zz", "10015 "},
      {"/billing_groups", "a=%ff", "10015 "},
  };
  check_rows(rows);
}

TEST_CASE("sort") {
  const Row rows[] = {
      {"/connections", "sort=-created_at", "-created_at"},
      {"/connections", "sort=connection_name", "+connection_name"},
      {"/connections", "sort=created_at:desc", "-created_at"},
      {"/connections", "sort=nonsense", "10015 sort"},
      {"/connections", "sort=", "10015 sort"},
      {"/connections", "", ""},
      {"/documents", "sort[]=filename&sort[]=-created_at", "+filename; -created_at"},
      {"/documents", "sort=filename,-created_at", "+filename; -created_at"},
      {"/porting_orders", "sort[value]=-created_at", "-created_at"},
      {"/audit_events", "sort=desc", "-created_at"},
      {"/audit_events", "sort=down", "10018 sort"},
      {"/billing_groups", "sort=name", "+name"},
      {"/billing_groups", "sort=nonsense", "10015 sort"},
      {"/brand", "sort=-displayName", "-displayName"},
  };
  check_rows(rows);
}

TEST_CASE("pages") {
  struct Page {
    std::string path;
    std::string raw;
    int64_t number;
    int64_t size;
    std::string after;
  };
  const Page rows[] = {
      {"/billing_groups", "", 1, 20, ""},
      {"/billing_groups", "page[number]=3&page[size]=250", 3, 250, ""},
      {"/billing_groups", "page%5Bnumber%5D=3", 3, 20, ""},
      {"/connections", "", 1, 250, ""},
      {"/bulk_sim_card_actions", "page[size]=5", 1, 5, ""},
      {"/brand", "page=2", 2, 10, ""},
      {"/brand", "page=2&recordsPerPage=50", 2, 50, ""},
      {"/texml/Accounts/{account_sid}/Calls", "Page=0&PageSize=7&PageToken=abc", 1, 7, "abc"},
      {"/connections/{connection_id}/active_calls", "page[limit]=3&page[after]=xyz", 1, 3, "xyz"},
      {"/messaging_tollfree/verification/requests", "page=1&page_size=30", 1, 30, ""},
  };
  for (const Page& row : rows) {
    CAPTURE(row.path);
    CAPTURE(row.raw);
    const auto values = read_query(*real().find(Verb::Get, row.path), row.raw, kNow);
    REQUIRE(values.has_value());
    CHECK(values->page_number == row.number);
    CHECK(values->page_size == row.size);
    CHECK(values->cursor_after == row.after);
  }
}

TEST_CASE("pages that are refused") {
  const Row rows[] = {
      {"/billing_groups", "page[size]=0", "10033 page[size]"},
      {"/billing_groups", "page[size]=251", "10033 page[size]"},
      {"/billing_groups", "page[size]=ten", "10026 page[size]"},
      {"/billing_groups", "page[number]=0", "10033 page[number]"},
      {"/billing_groups", "page[number]=-1", "10033 page[number]"},
      {"/billing_groups", "page[number]=99999999999999999999", "10026 page[number]"},
      {"/detail_records", "page[size]=51&filter[record_type]=amd", "10033 page[size]"},
      {"/billing_groups", "page[size]=0&filter[x]=1", "10033 page[size]; 10031 filter[x]"},
  };
  check_rows(rows);
}

TEST_CASE("plain parameters") {
  const Operation& sims = *real().find(Verb::Get, "/sim_cards");
  const auto values = read_query(sims, "include_sim_card_group=true", kNow);
  REQUIRE(values.has_value());
  CHECK(values->get("include_sim_card_group") == "true");
  CHECK_FALSE(values->find("nothing").has_value());
  const auto wrong = read_query(sims, "include_sim_card_group=maybe", kNow);
  REQUIRE_FALSE(wrong.has_value());
  CHECK(wrong.error().items.at(0).code == "10026");
  CHECK(wrong.error().items.at(0).parameter == "include_sim_card_group");

  const Operation& usage = *real().find(Verb::Get, "/usage_reports");
  const auto listed =
      read_query(usage, "product=messaging&dimensions=a,b&dimensions[]=c&metrics=cost", kNow);
  REQUIRE(listed.has_value());
  CHECK(listed->all("dimensions") == std::vector<std::string_view>{"a", "b", "c"});
  const auto missing = read_query(usage, "product=messaging&dimensions=a", kNow);
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().items.at(0).code == "10004");
  CHECK(missing.error().items.at(0).parameter == "metrics");
}

TEST_CASE("every list of the contract takes the first page and refuses an unknown filter") {
  for (const Operation& operation : real().operations()) {
    if (operation.verb != Verb::Get || operation.paging == Paging::None) continue;
    const auto wrong = read_query(operation, "filter[no_such_field]=1", kNow);
    CHECK_MESSAGE(!wrong.has_value(), operation.id);
    const auto values = read_query(operation, "", kNow);
    if (values) CHECK_MESSAGE(values->page_size >= 1, operation.id);
  }
}

TEST_CASE("named ranges") {
  struct Range {
    std::string text;
    std::string start;
    std::string end;
  };
  const Range rows[] = {
      {"yesterday", "2024-05-14T00", "2024-05-15T00"},
      {"today", "2024-05-15T00", "2024-05-16T00"},
      {"tomorrow", "2024-05-16T00", "2024-05-17T00"},
      {"last_week", "2024-05-06T00", "2024-05-13T00"},
      {"this_week", "2024-05-13T00", "2024-05-20T00"},
      {"next_week", "2024-05-20T00", "2024-05-27T00"},
      {"last_month", "2024-04-01T00", "2024-05-01T00"},
      {"this_month", "2024-05-01T00", "2024-06-01T00"},
      {"next_month", "2024-06-01T00", "2024-07-01T00"},
      {"last_3_hours", "2024-05-15T07", "2024-05-15T10"},
      {"next_3_hours", "2024-05-15T11", "2024-05-15T14"},
      {"last_3_days", "2024-05-12T00", "2024-05-15T00"},
      {"next_3_days", "2024-05-15T00", "2024-05-18T00"},
      {"last_2_weeks", "2024-04-29T00", "2024-05-13T00"},
      {"next_2_weeks", "2024-05-20T00", "2024-06-03T00"},
  };
  for (const Range& row : rows) {
    CAPTURE(row.text);
    const auto range = date_literal(row.text, kNow);
    REQUIRE(range.has_value());
    CHECK(to_iso8601(range->first) == row.start + ":00:00.000Z");
    CHECK(to_iso8601(range->second) == row.end + ":00:00.000Z");
  }
  for (const std::string text : {"", "now", "last_days", "last_0_days", "last_-1_days",
                                 "last_3_years", "last_99999999999_days", "next_3", "last_3days"}) {
    CAPTURE(text);
    CHECK_FALSE(date_literal(text, kNow).has_value());
  }
  const WallTime january = *parse_iso8601("2024-01-31T23:59:59.999Z");
  CHECK(to_iso8601(date_literal("last_month", january)->first) == "2023-12-01T00:00:00.000Z");
}
