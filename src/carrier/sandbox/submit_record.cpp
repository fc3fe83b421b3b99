#include "carrier/sandbox/submit_record.h"

#include "carrier/sandbox/inbox.h"
#include "carrier/text/hex.h"
#include "core/json.h"

namespace tandem::carrier::sandbox {
namespace {

void append_part(json::Writer& out, const smpp::Content& content) {
  out.member("alphabet", static_cast<int>(content.alphabet))
      .member("bytes", text::to_hex(content.bytes));
  if (!content.concatenation) return;
  out.member("reference", static_cast<int>(content.concatenation->reference))
      .member("total", static_cast<int>(content.concatenation->total))
      .member("sequence", static_cast<int>(content.concatenation->sequence));
}

smpp::Content read_part(json::View root) {
  smpp::Content content;
  content.alphabet = static_cast<text::Alphabet>(root["alphabet"].integer());
  content.bytes = text::from_hex(root["bytes"].string());
  if (root["total"].exists()) {
    content.concatenation =
        text::Concatenation{static_cast<uint16_t>(root["reference"].integer()),
                            static_cast<uint8_t>(root["total"].integer()),
                            static_cast<uint8_t>(root["sequence"].integer()), false};
  }
  return content;
}

}  // namespace

store::Put row_of(const SubmitRecord& record) {
  std::string body;
  json::Writer out(body);
  out.object()
      .member("system_id", record.system_id)
      .member("from", record.from)
      .member("to", record.to)
      .member("submitted_at", to_iso8601(record.submitted_at));
  if (record.reference) out.member("user_reference", static_cast<int>(*record.reference));
  if (record.receipt) {
    out.member("after_ms", static_cast<int64_t>(record.receipt->after.count()))
        .member("state", static_cast<int>(record.receipt->state))
        .member("error", record.receipt->error);
  }
  if (record.arrives_at) {
    out.member("arrives_at", to_iso8601(*record.arrives_at));
    append_part(out, record.content);
  }
  out.end();
  return {.collection = std::string(kSubmits),
          .id = record.id,
          .account = {},
          .body = std::move(body),
          .expected = store::kAnyRevision,
          .created_at = record.submitted_at};
}

Result<SubmitRecord> read_submit(const store::Row& row) {
  const auto document = json::Document::parse(row.body);
  if (!document) return tl::unexpected(document.error());
  const json::View root = document->root();
  SubmitRecord record;
  record.id = row.id;
  record.system_id = root["system_id"].string();
  record.from = root["from"].string();
  record.to = root["to"].string();
  record.submitted_at = row.created_at;
  if (root["user_reference"].exists()) {
    record.reference = static_cast<uint16_t>(root["user_reference"].integer());
  }
  if (root["after_ms"].exists()) {
    record.receipt = ReceiptPlan{Millis(root["after_ms"].integer()),
                                 static_cast<smpp::MessageState>(root["state"].integer()),
                                 std::string(root["error"].string())};
  }
  if (root["arrives_at"].exists()) {
    const auto at = parse_iso8601(root["arrives_at"].string());
    if (!at) return tl::unexpected(at.error());
    record.arrives_at = *at;
    record.content = read_part(root);
  }
  return record;
}

smpp::Message receipt_message(const SubmitRecord& record) {
  smpp::Message message;
  message.source = smpp::address_of(record.to);
  message.destination = smpp::address_of(record.from);
  smpp::Receipt receipt = receipt_for(*record.receipt, record.id, record.submitted_at);
  receipt.user_message_reference = record.reference;
  smpp::put_receipt(message, receipt);
  return message;
}

}  // namespace tandem::carrier::sandbox
