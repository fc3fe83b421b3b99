#include "api/resource_engine.h"
#include "products/common/csv.h"
#include "products/common/file_links.h"
#include "products/common/owned_numbers.h"
#include "products/common/steps.h"
#include "products/numbers/numbers.h"
#include "store/blobs.h"

// The numbers of an account as a file: asked for with the filters of their list, written in the
// background, and had by a link that expires.

namespace tandem::products::numbers {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;

constexpr std::string_view kDownloads = "csv_downloads";
constexpr std::string_view kWrite = "numbers.write_csv";
constexpr auto kLinkTime = std::chrono::hours(24);
constexpr int64_t kRowsAtOnce = 1'000;
constexpr int64_t kMostRows = 1'000'000;

/// A column's name and the member it shows.
struct Column {
  std::string_view name;
  std::string_view member;
};

constexpr Column kFirstForm[] = {{"Phone Number", "phone_number"},
                                 {"Status", "status"},
                                 {"Connection", "connection_name"},
                                 {"Messaging Profile", "messaging_profile_name"},
                                 {"Customer Reference", "customer_reference"},
                                 {"Tags", "tags"},
                                 {"Purchased At", "purchased_at"}};

/// The second form is for programs: ids, and the names of the API.
constexpr Column kSecondForm[] = {{"id", "id"},
                                  {"phone_number", "phone_number"},
                                  {"status", "status"},
                                  {"country_iso_alpha2", "country_iso_alpha2"},
                                  {"phone_number_type", "phone_number_type"},
                                  {"connection_id", "connection_id"},
                                  {"connection_name", "connection_name"},
                                  {"messaging_profile_id", "messaging_profile_id"},
                                  {"messaging_profile_name", "messaging_profile_name"},
                                  {"billing_group_id", "billing_group_id"},
                                  {"emergency_enabled", "emergency_enabled"},
                                  {"emergency_address_id", "emergency_address_id"},
                                  {"customer_reference", "customer_reference"},
                                  {"tags", "tags"},
                                  {"purchased_at", "purchased_at"}};

std::string cell(const json::Value& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return std::string(value.string());
  if (!value.is_array()) return value.text();
  std::string joined;
  for (const json::Value& item : value.items()) {
    if (!joined.empty()) joined += ";";
    joined += item.string();
  }
  return joined;
}

/// Conditions as they are kept until the file is written.
json::Value kept(const std::vector<store::Condition>& where) {
  json::Value list = json::Value::array();
  for (const store::Condition& condition : where) {
    json::Value values = json::Value::array();
    for (const store::Scalar& scalar : condition.values) {
      std::visit([&values](const auto& value) { values.push(json::Value(value)); }, scalar);
    }
    list.push(json::Value::object({{"path", condition.path},
                                   {"compare", static_cast<int64_t>(condition.compare)},
                                   {"values", std::move(values)}}));
  }
  return list;
}

std::vector<store::Condition> conditions_of(const json::Value& list) {
  std::vector<store::Condition> where;
  for (const json::Value& item : list.items()) {
    store::Condition condition{std::string(item["path"].string()),
                               static_cast<store::Compare>(item["compare"].integer()),
                               {}};
    for (const json::Value& value : item["values"].items()) {
      if (value.is_string()) condition.values.emplace_back(std::string(value.string()));
      if (value.type() == json::Type::Bool) condition.values.emplace_back(value.boolean());
      if (value.type() == json::Type::Integer || value.type() == json::Type::Number)
        condition.values.emplace_back(value.number());
    }
    where.push_back(std::move(condition));
  }
  return where;
}

std::string write_rows(const store::Snapshot& snapshot, const StepDocument& download) {
  const bool second = download.fields["_format"].string() == "V2";
  const std::span<const Column> columns =
      second ? std::span<const Column>(kSecondForm) : std::span<const Column>(kFirstForm);
  std::vector<std::string> header;
  for (const Column& column : columns) header.emplace_back(column.name);
  std::vector<std::vector<std::string>> lines;
  store::Query query;
  query.collection = kPhoneNumbers;
  query.account = download.row.account;
  query.where = conditions_of(download.fields["_where"]);
  query.limit = kRowsAtOnce;
  for (bool more = true; more && query.offset < kMostRows; query.offset += kRowsAtOnce) {
    const store::Page page = snapshot.list(query);
    for (const store::Row& row : page.rows) {
      const json::Value number = api::document_of(row);
      auto& line = lines.emplace_back();
      for (const Column& column : columns) line.push_back(cell(number[column.member]));
    }
    more = page.more;
  }
  return csv_of(header, lines);
}

Effects write(store::Blobs& blobs, const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto download = step_document(step, snapshot, kDownloads);
  if (!download || download->fields["status"].string() != "pending") return effects;
  const auto blob = blobs.put(write_rows(snapshot, *download));
  download->fields.set("status", blob ? "complete" : "failed");
  if (blob) download->fields.set("_blob", *blob);
  put_back(kDownloads, *download, step.now, effects);
  return effects;
}

void show_link(const SecretBox& secrets, const Call& call, json::Value& download) {
  const std::string blob(download["_blob"].string());
  if (blob.empty()) return;
  download.set("url", make_file_link(secrets, call.base_url, {blob, "numbers.csv", "text/csv"},
                                     call.now + kLinkTime));
}

/// A download alone is answered as a list of one.
api::Reply list_of_one(const api::ResourceEngine& downloads, const Call& call,
                       const store::Snapshot& snapshot, const json::Value& download) {
  return api::Reply::json(
      json::Value::object(
          {{"data", json::Value::array({downloads.shown(call, snapshot, download)})}})
          .text());
}

/// What the request's filters ask of the numbers.
Result<std::vector<store::Condition>, api::ApiError> asked_numbers(
    const api::ResourceEngine& numbers, const Call& call, const store::Snapshot& snapshot) {
  auto query = numbers.list_query(call);
  if (!query) return tl::unexpected(std::move(query.error()));
  if (auto narrowed = numbers.resource().on_list(call, snapshot, *query); !narrowed) {
    return tl::unexpected(std::move(narrowed.error()));
  }
  return std::move(query->where);
}

Outcome ask(const api::ResourceEngine& downloads, const api::ResourceEngine& numbers,
            const Call& call, const store::Snapshot& snapshot) {
  auto where = asked_numbers(numbers, call, snapshot);
  if (!where) return tl::unexpected(std::move(where.error()));
  const json::Value download = downloads.make(
      {call.now, call.ids}, json::Value::object({{"status", "pending"},
                                                 {"_format", call.query.get("csv_format", "V1")},
                                                 {"_where", kept(*where)}}));
  Effects effects;
  downloads.put_new(call.account.id, call.now, download, effects);
  effects.timers.push_back(
      document_timer(kWrite, download["id"].string(), call.account.id, call.now));
  effects.reply = list_of_one(downloads, call, snapshot, download);
  return effects;
}

Outcome show(const api::ResourceEngine& downloads, const Call& call,
             const store::Snapshot& snapshot) {
  const auto row = downloads.find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  Effects effects;
  effects.reply = list_of_one(downloads, call, snapshot, api::document_of(*row));
  return effects;
}

}  // namespace

void declare_csv_downloads(api::Registry& registry, const Services& services) {
  store::Blobs& blobs = services.blobs;
  const SecretBox& secrets = services.secrets;
  registry.resource(
      {.path = "/phone_numbers/csv_downloads",
       .collection = std::string(kDownloads),
       .item_path = "/phone_numbers/csv_downloads/{id}",
       .record_type = "csv_download",
       .on_read = [&secrets](const Call& call, const store::Snapshot&, json::Value& download) {
         show_link(secrets, call, download);
       }});
  const api::ResourceEngine* downloads = registry.engine(kDownloads);
  const api::ResourceEngine* numbers = registry.engine(kPhoneNumbers);
  registry.bind(contract::Op::CreateCsvDownload,
                [downloads, numbers](const Call& call, const store::Snapshot& snapshot) {
                  return ask(*downloads, *numbers, call, snapshot);
                });
  registry.bind(contract::Op::GetCsvDownload,
                [downloads](const Call& call, const store::Snapshot& snapshot) {
                  return show(*downloads, call, snapshot);
                });
  registry.workflow(std::string(kWrite),
                    [&blobs](const api::Step& step, const store::Snapshot& snapshot) {
                      return write(blobs, step, snapshot);
                    });
}

}  // namespace tandem::products::numbers
