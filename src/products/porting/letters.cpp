#include <string>
#include <vector>

#include "products/common/document_links.h"
#include "products/porting/bind.h"
#include "products/porting/order_state.h"
#include "products/porting/pdf.h"
#include "products/porting/porting.h"

// Letters of authorization: what a company's own look like, and the letter of an order to sign.

namespace tandem::products::porting {
namespace {

using api::ApiError;
using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

using Lines = std::vector<std::string>;

std::string text(const json::Value& value) { return std::string(value.string()); }

/// The company's head of the letter.
Lines letter_head(const json::Value& configuration) {
  const json::Value& address = configuration["address"];
  Lines lines = {"Letter of Authorization", "", text(configuration["company_name"]),
                 text(address["street_address"])};
  if (address["extended_address"].is_string()) lines.push_back(text(address["extended_address"]));
  lines.push_back(text(address["city"]) + ", " + text(address["state"]) + " " +
                  text(address["zip_code"]) + ", " + text(address["country_code"]));
  lines.push_back(text(configuration["contact"]["email"]) + ", " +
                  text(configuration["contact"]["phone_number"]));
  return lines;
}

void add_signature(Lines& lines) {
  for (const char* line :
       {"", "I authorize the transfer of the telephone numbers above from my current provider,",
        "and confirm that I may do so.", "", "Name: ______________________________", "",
        "Signature: _________________________", "", "Date: ______________________________"}) {
    lines.emplace_back(line);
  }
}

void add_order(Lines& lines, const json::Value& order, const std::vector<store::Row>& numbers) {
  const json::Value& admin = order.at_path("end_user.admin");
  const json::Value& location = order.at_path("end_user.location");
  lines.insert(
      lines.end(),
      {"", "Order: " + text(order["support_key"]), "End user: " + text(admin["entity_name"]),
       "Authorized person: " + text(admin["auth_person_name"]),
       "Account number: " + text(admin["account_number"]),
       "Service address: " + text(location["street_address"]) + ", " + text(location["locality"]) +
           ", " + text(location["administrative_area"]) + " " + text(location["postal_code"]),
       "", "Numbers:"});
  for (const store::Row& row : numbers) {
    lines.push_back("    " + text(api::document_of(row)["phone_number"]));
  }
}

api::Reply pdf_reply(Lines lines) {
  add_signature(lines);
  return api::Reply::text(text_pdf(lines), "application/pdf");
}

/// A letter shows a picture in PNG only.
Result<void, ApiError> check_logo(const Call& call, const store::Snapshot& snapshot,
                                  std::string_view document_id) {
  const auto row = api::find_own(snapshot, call.account, kDocuments, document_id);
  if (!row) return refuse("10017", "Your account has no document of this id.", "/logo/document_id");
  if (api::document_of(*row)["content_type"].string() == "image/png") return {};
  return refuse("10015", "A logo is a PNG image.", "/logo/document_id");
}

Result<void, ApiError> set_logo(Draft& draft) {
  json::Value& logo = draft.document.member("logo");
  if (auto ok = check_logo(draft.call, draft.snapshot, logo["document_id"].string()); !ok) {
    return ok;
  }
  logo.set("content_type", "image/png");
  draft.document.set("organization_id", draft.call.account.id);
  const std::string_view id = draft.document["id"].string();
  unlink_documents(draft.snapshot, draft.call.account.id, id, draft.effects);
  link_document({draft.call.now, draft.call.ids}, draft.call.account.id,
                logo["document_id"].string(), "porting_loa_configuration", id, draft.effects);
  return {};
}

Result<void, ApiError> drop_logo(Draft& draft) {
  unlink_documents(draft.snapshot, draft.call.account.id, draft.document["id"].string(),
                   draft.effects);
  return {};
}

Outcome preview(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const auto row = registry.engine(kLoas)->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  Effects effects;
  effects.reply = pdf_reply(letter_head(api::document_of(*row)));
  return effects;
}

Outcome preview_given(const Call& call, const store::Snapshot& snapshot) {
  const json::View document = call.body.at_path("logo.document_id");
  if (auto ok = check_logo(call, snapshot, document.string()); !ok) {
    return tl::unexpected(ok.error());
  }
  Effects effects;
  effects.reply = pdf_reply(letter_head(json::Value(call.body)));
  return effects;
}

Outcome order_letter(const api::Registry& registry, const Call& call,
                     const store::Snapshot& snapshot) {
  const auto row = registry.engine(kOrders)->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  Lines lines = {"Letter of Authorization"};
  if (const std::string_view id = call.query.get("loa_configuration_id"); !id.empty()) {
    const auto configuration = api::find_own(snapshot, call.account, kLoas, id);
    if (!configuration) return tl::unexpected(configuration.error());
    lines = letter_head(api::document_of(*configuration));
  }
  add_order(lines, api::document_of(*row), numbers_of(snapshot, row->id));
  Effects effects;
  effects.reply = pdf_reply(std::move(lines));
  return effects;
}

}  // namespace

void declare_letters(api::Registry& registry) {
  bind(registry, Op::PreviewLoaConfiguration, preview);
  bind(registry, Op::GetPortingOrderLoaTemplate, order_letter);
  registry.bind(Op::PreviewLoaConfigurationParams, preview_given);
  registry.resource({.path = "/porting/loa_configurations",
                     .collection = std::string(kLoas),
                     .record_type = "porting_loa_configuration",
                     .on_create = set_logo,
                     .on_update = set_logo,
                     .on_delete = drop_logo});
}

}  // namespace tandem::products::porting
