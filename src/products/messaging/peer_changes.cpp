#include "products/messaging/peer_changes.h"

#include <algorithm>

#include "carrier/smpp/times.h"
#include "products/messaging/ending.h"
#include "products/messaging/message.h"

namespace tandem::products::messaging {
namespace {

namespace smpp = carrier::smpp;
namespace text = carrier::text;
using api::Effects;
using api::Outcome;
using api::refuse;

smpp::MessageState state_of(const json::Value& message) {
  const std::string_view status = status_of(message);
  if (status == "delivered") return smpp::MessageState::Delivered;
  if (status == "delivery_failed") return smpp::MessageState::Undeliverable;
  if (status == "sending_failed") return smpp::MessageState::Rejected;
  if (status == "expired") return smpp::MessageState::Expired;
  if (status == "cancelled") return smpp::MessageState::Deleted;
  if (status == "delivery_unconfirmed") return smpp::MessageState::Unknown;
  return smpp::MessageState::Enroute;
}

/// The peer's message of that id.
std::optional<store::Row> find_row(const Peer& peer, const std::string& id,
                                   const store::Snapshot& snapshot) {
  auto row = snapshot.get(kMessages, id);
  if (!row || row->account != peer.account) return std::nullopt;
  const auto message = json::Document::parse(row->body);
  if (message->root()["messaging_profile_id"].string() != peer.profile) return std::nullopt;
  return row;
}

/// Whether it can still be changed, and is from whom the peer says.
bool is_pending(const json::Value& message, const smpp::Address& source) {
  const auto stage = stage_of(message);
  if (stage != Stage::Scheduled && stage != Stage::Queued) return false;
  const std::string from = smpp::number_of(source);
  return from.empty() || from == message["from"]["phone_number"].string();
}

tl::unexpected<api::ApiError> too_late() {
  return refuse("40303", "There is no such message that was not sent yet.");
}

std::string absolute(std::string_view iso8601) {
  const auto time = parse_iso8601(iso8601);
  return time ? smpp::write_absolute_time(*time) : std::string();
}

/// The submit that would have sent the message with what is asked for now.
PeerSubmit submit_again(const Peer& peer, const smpp::ReplaceSm& asked,
                        const json::Value& message) {
  PeerSubmit submit;
  submit.peer = peer;
  submit.id = asked.message_id;
  const json::Value& receipts = message["_receipts"];
  if (!receipts.items().empty()) submit.receipt = read_receipt(receipts.items().front());
  submit.receipt.id = asked.message_id;
  submit.receipt.registered = asked.registered_delivery;
  submit.from = message["from"]["phone_number"].string();
  submit.to = message["to"].items().front()["phone_number"].string();
  const bool wide = message["encoding"].string() == "UCS-2";
  submit.text = text::decode_text(wide ? text::Alphabet::Ucs2 : text::Alphabet::Gsm7,
                                  asked.short_message, {});
  submit.priority = message["_priority"].integer(1) == 0 ? 1 : 0;
  submit.schedule = asked.schedule_delivery_time;
  if (submit.schedule.empty() && stage_of(message) == Stage::Scheduled) {
    submit.schedule = smpp::write_absolute_time(due_of(message));
  }
  submit.validity = asked.validity_period;
  if (submit.validity.empty()) submit.validity = absolute(message["valid_until"].string());
  return submit;
}

}  // namespace

std::optional<smpp::QuerySmResp> query_submit(const Peer& peer, const std::string& id,
                                              const store::Snapshot& snapshot) {
  const auto row = find_row(peer, id, snapshot);
  if (!row) return std::nullopt;
  const json::Value message = api::document_of(*row);
  smpp::QuerySmResp answer;
  answer.message_id = id;
  answer.message_state = static_cast<uint8_t>(state_of(message));
  if (message["completed_at"].is_string()) {
    answer.final_date = absolute(message["completed_at"].string());
  }
  return answer;
}

Outcome cancel_submit(const Peer& peer, const smpp::CancelSm& asked, api::Moment moment,
                      const store::Snapshot& snapshot) {
  auto row = find_row(peer, asked.message_id, snapshot);
  if (!row) return too_late();
  Effects effects;
  Drafts drafts(snapshot);
  Drafts::Draft* draft = drafts.take(std::move(*row));
  if (draft == nullptr || !is_pending(draft->message, asked.source)) return too_late();
  draft->changed = true;
  cancel(draft->message, {moment, snapshot, effects, draft->row.account});
  drafts.finish(effects);
  return effects;
}

Outcome replace_submit(const Peer& peer, const smpp::ReplaceSm& asked, api::Moment moment,
                       const store::Snapshot& snapshot, const Terms& terms, SendQueue& queue) {
  const auto row = find_row(peer, asked.message_id, snapshot);
  if (!row) return too_late();
  json::Value old = api::document_of(*row);
  const bool single = old["type"].string() == "SMS" && old["to"].items().size() == 1;
  if (!single || !is_pending(old, asked.source)) return too_late();
  auto fresh = accept_submit(submit_again(peer, asked, old), moment, snapshot, terms, queue);
  if (!fresh) return fresh;
  for (store::Put& put : fresh->batch.puts) {
    if (put.collection == kMessages) put.expected = row->revision;
  }
  Effects effects;
  const bool queued = stage_of(old) == Stage::Queued;
  old.members().erase("_receipts");  // of the new one
  cancel(old, {moment, snapshot, effects, row->account});
  if (queued) {
    effects.batch.adjusts.push_back({.key = queue_counter(row->account), .delta = -1});
  }
  effects.merge(std::move(*fresh));
  return effects;
}

}  // namespace tandem::products::messaging
