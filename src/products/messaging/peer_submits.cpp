#include "products/messaging/peer_submits.h"

#include <algorithm>

#include "carrier/smpp/times.h"
#include "products/messaging/delivery.h"
#include "products/messaging/ending.h"
#include "products/messaging/fragments.h"
#include "products/messaging/message.h"
#include "products/messaging/outbound.h"

namespace tandem::products::messaging {
namespace {

namespace smpp = carrier::smpp;
using api::ApiError;
using api::Effects;
using api::Outcome;
using api::refuse;
using smpp::Status;

/// Of a password: longer ones do not fit into SMPP's 9 octets.
constexpr size_t kShortSecret = 8;

constexpr std::string_view kValidityPeriod = "/validity_period";

struct Told {
  std::string_view code;
  Status status;
};
constexpr Told kTold[] = {
    {"40301", Status::InvalidDestination},   {"40302", Status::InvalidMessageLength},
    {"40305", Status::InvalidSource},        {"40306", Status::InvalidSource},
    {"40307", Status::InvalidSource},        {"40309", Status::InvalidDestination},
    {"40310", Status::InvalidDestination},   {"40315", Status::InvalidSource},
    {"40316", Status::InvalidMessageLength}, {"40318", Status::MessageQueueFull},
    {"40319", Status::InvalidDestination},   {"40320", Status::InvalidSource},
    {"40321", Status::InvalidSource},        {"40325", Status::InvalidSource},
    {"40329", Status::InvalidSource},        {"40330", Status::InvalidSource},
    {"10015", Status::InvalidSchedule},      {"10036", Status::SystemError},
    {"10037", Status::SystemError},
};

/// Takes the same time whatever the difference is.
bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference |= static_cast<unsigned>(a[i]) ^ static_cast<unsigned>(b[i]);
  }
  return difference == 0;
}

bool is_secret(std::string_view password, std::string_view secret) {
  if (secret.size() < kShortSecret) return false;
  return same(password, secret) || same(password, secret.substr(0, kShortSecret));
}

/// The receipts that the submits of a message want, in the order of its parts.
json::Value receipts_of(const PeerSubmit& submit, const store::Snapshot& snapshot,
                        Effects& effects) {
  json::Value receipts = json::Value::array();
  for (const std::string& row : submit.earlier) {
    const auto part = snapshot.get(kPeerParts, row);
    if (!part) continue;
    receipts.push(api::document_of(*part)["_receipt"]);
    effects.remove(std::string(kPeerParts), row);
  }
  receipts.push(to_json(submit.receipt));
  return receipts;
}

}  // namespace

LetIn let_in(const smpp::Bind& bind, const store::Snapshot& snapshot) {
  LetIn result;
  const auto row = snapshot.find(kProfiles, std::nullopt, "_system_id", bind.system_id);
  const auto profile = row ? find_profile(snapshot, row->id) : std::nullopt;
  if (!profile) {
    result.status = Status::InvalidSystemId;
  } else if (!is_secret(bind.password, profile->secret)) {
    result.status = Status::InvalidPassword;
  } else if (!profile->enabled) {
    result.status = Status::BindFailed;
  } else {
    result.peer = {profile->id, profile->account};
  }
  return result;
}

void note_receiver(const Peer& peer, bool bound, api::Moment moment, Effects& effects) {
  const std::string id = peer_of(peer.profile);
  effects.remove(std::string(kPeers), id);  // so that the row's time counts from now
  effects.put(std::string(kPeers), id, peer.account, json::Value::object({{"bound", bound}}),
              store::kAnyRevision, moment.now);
}

bool is_receiving(const store::Snapshot&, const store::Row& row) {
  return api::document_of(row)["bound"].boolean();
}

PeerSubmit read_submit(const smpp::Message& message, Peer peer, std::string id) {
  PeerSubmit submit;
  submit.peer = std::move(peer);
  submit.id = id;
  submit.receipt.id = std::move(id);
  submit.receipt.registered = message.registered_delivery;
  if (const auto reference = message.tlvs.number(smpp::Tag::UserMessageReference)) {
    submit.receipt.reference = static_cast<uint16_t>(*reference);
  }
  submit.from = smpp::number_of(message.source);
  submit.to = smpp::number_of(message.destination);
  submit.priority = message.priority;
  submit.schedule = message.schedule_delivery_time;
  submit.validity = message.validity_period;
  return submit;
}

Outcome accept_submit(const PeerSubmit& submit, api::Moment moment, const store::Snapshot& snapshot,
                      const Terms& terms, SendQueue& queue) {
  SendRequest request;
  request.from = submit.from;
  request.to = {submit.to};
  request.text = submit.text;
  request.type = "SMS";
  request.profile_id = submit.peer.profile;
  request.priority = submit.priority > 0 ? 0 : 1;
  request.id = submit.id;
  const auto schedule = smpp::read_time(submit.schedule, moment.now);
  if (!schedule) return refuse("10015", schedule.error().what, "/send_at");
  if (*schedule && **schedule > moment.now) request.send_at = **schedule;
  const auto until = smpp::read_time(submit.validity, request.send_at.value_or(moment.now));
  if (!until) return refuse("10015", until.error().what, std::string(kValidityPeriod));
  request.valid_until = *until;
  Effects kept;
  request.receipts = receipts_of(submit, snapshot, kept);
  Effects effects;
  const auto message = accept(request, moment, submit.peer.account, snapshot, terms, effects);
  if (!message) return tl::unexpected(message.error());
  if (!request.send_at) announce(*message, submit.peer.account, {}, queue, effects);
  effects.merge(std::move(kept));
  return effects;
}

Effects keep_part(const carrier::text::Fragment& part, const PeerSubmit& submit,
                  api::Moment moment) {
  Effects effects;
  json::Value row = row_of(part);
  row.set("_peer", submit.peer.profile);
  row.set("_receipt", to_json(submit.receipt));
  row.set("_from", submit.from);
  effects.put(std::string(kPeerParts), part.id, submit.peer.account, row, store::kAnyRevision,
              moment.now);
  return effects;
}

Effects give_up_parts(const std::vector<std::string>& rows, std::string_view status,
                      std::optional<int> error, api::Moment moment,
                      const store::Snapshot& snapshot) {
  Effects effects;
  for (const std::string& id : rows) {
    const auto row = snapshot.get(kPeerParts, id);
    if (!row) continue;
    const json::Value part = api::document_of(*row);
    PeerReport report;
    report.peer = peer_of(part["_peer"].string());
    report.from = part["_from"].string();
    report.to = part["to"].string();
    report.status = status;
    report.error = error;
    report.submitted_at = row->created_at;
    owe_receipt(read_receipt(part["_receipt"]), report, row->account, moment, effects);
    effects.remove(std::string(kPeerParts), id);
  }
  return effects;
}

Status status_of(const ApiError& error) {
  const std::string& code = error.items.front().code;
  if (error.items.front().pointer == kValidityPeriod) return Status::InvalidExpiry;
  const auto* told = std::find_if(std::begin(kTold), std::end(kTold),
                                  [&](const Told& known) { return known.code == code; });
  return told == std::end(kTold) ? Status::SubmitFailed : told->status;
}

}  // namespace tandem::products::messaging
