#include "products/account/invoices.h"

#include "api/resource_engine.h"
#include "ledger/views.h"
#include "products/account/account.h"
#include "products/account/invoice_pdf.h"
#include "products/common/file_links.h"
#include "products/common/months.h"
#include "store/blobs.h"

// An invoice a month and account, made by the Clock on the first day of the next month. It names
// its period only; what it amounts to is read from the books whenever somebody asks.

namespace tandem::products::account {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;

constexpr std::string_view kInvoices = "invoices";
constexpr std::string_view kMakeInvoice = "account.make_invoice";
constexpr std::chrono::hours kLinkLife{1};

/// The month that an invoice is about.
ledger::Period period_of(const json::Value& invoice) {
  const WallTime from = parse_iso8601(invoice["period_start"].string()).value_or(WallTime());
  return {from, add_months(from, 1, 1)};
}

Effects make_invoice(const api::ResourceEngine& invoices, const api::Step& step,
                     const store::Snapshot&) {
  Effects effects;
  // Made late, it is still about the month before the one it was due in.
  const WallTime end = month_of(step.timer.due);
  const WallTime start = add_months(end, -1, 1);
  const std::chrono::hours day{24};
  const json::Value invoice = invoices.make(
      {step.now, step.ids}, json::Value::object({{"file_id", step.ids.uuid()},
                                                 {"period_start", date_text(start)},
                                                 {"period_end", date_text(end - day)}}));
  invoices.put_new(step.timer.account, step.now, invoice, effects);
  effects.timers.push_back(next_invoice(step.timer.account, step.timer.due));
  return effects;
}

/// Prepaid: an invoice is paid unless the account lives on credit.
void complete(const Call& call, const store::Snapshot& snapshot, json::Value& invoice) {
  invoice.set("paid", ledger::read_balance(snapshot, call.account.id).balance >= 0);
  invoice.set("url", std::string(call.base_url) + "/v2/invoices/" +
                         std::string(invoice["invoice_id"].string()) + "?action=link");
}

/// The invoice, with a link to its file when that is asked for.
Outcome show_invoice(const api::ResourceEngine& invoices, const Services& services,
                     const Call& call, const store::Snapshot& snapshot) {
  const auto row = invoices.find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  Effects effects;
  json::Value invoice = api::document_of(*row);
  if (call.query.get("action") != "link") {
    effects.reply = invoices.reply(call, snapshot, invoice);
    return effects;
  }
  const auto totals = ledger::read_totals(snapshot, call.account.id, period_of(invoice));
  std::string pdf = invoice_pdf(invoice, call.account.id, totals);
  json::Value shown = invoices.shown(call, snapshot, std::move(invoice));
  effects.reply.later = [&services, pdf = std::move(pdf), shown = std::move(shown),
                         base = std::string(call.base_url),
                         expires = call.now + kLinkLife](auto respond) mutable {
    const auto blob = services.blobs.put(pdf);
    if (!blob) {
      return respond(api::Reply::json(
          contract::envelope({"10007", "The invoice's file cannot be written."}), 500));
    }
    const std::string name = "invoice-" + std::string(shown["period_start"].string()) + ".pdf";
    shown.set("download_url",
              make_file_link(services.secrets, base, {*blob, name, "application/pdf"}, expires));
    respond(api::Reply::data(shown, 200));
  };
  return effects;
}

}  // namespace

api::Timer next_invoice(std::string_view account, WallTime now) {
  return {.id = std::string(kMakeInvoice) + "/" + std::string(account),
          .workflow = std::string(kMakeInvoice),
          .due = add_months(month_of(now), 1, 1),
          .payload = "{}",
          .account = std::string(account)};
}

void declare_invoices(api::Registry& registry, const Services& services) {
  registry.resource({.path = "/invoices",
                     .collection = std::string(kInvoices),
                     .id_field = "invoice_id",
                     .on_read = complete});
  const api::ResourceEngine* invoices = registry.engine(kInvoices);
  registry.bind(contract::Op::GetInvoice,
                [invoices, services](const Call& call, const store::Snapshot& snapshot) {
                  return show_invoice(*invoices, services, call, snapshot);
                });
  registry.workflow(std::string(kMakeInvoice),
                    [invoices](const api::Step& step, const store::Snapshot& snapshot) {
                      return make_invoice(*invoices, step, snapshot);
                    });
}

}  // namespace tandem::products::account
