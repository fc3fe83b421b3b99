#include "products/messaging/flight.h"

#include <algorithm>

#include "carrier/sandbox/multimedia.h"
#include "carrier/smpp/flags.h"
#include "carrier/smpp/times.h"
#include "carrier/text/segments.h"

namespace tandem::products::messaging {
namespace {

namespace smpp = carrier::smpp;
using Kind = Submitted::Kind;

/// From good to bad: of several outcomes the worst one counts.
int badness(Kind kind) {
  switch (kind) {
    case Kind::Accepted:
      return 0;
    case Kind::Underway:
    case Kind::NotSent:
      return 1;
    case Kind::TryLater:
      return 2;
    case Kind::InDoubt:
      return 3;
    case Kind::Refused:
      return 4;
  }
  return 4;
}

carrier::sandbox::Multimedia multimedia_of(const Job& job, size_t receiver) {
  carrier::sandbox::Multimedia multimedia;
  multimedia.subject = job.subject;
  for (const json::Value& item : job.media.items()) {
    multimedia.media.push_back(
        {std::string(item["url"].string()), std::string(item["content_type"].string())});
  }
  for (size_t i = 0; i < job.to.size(); ++i) {
    if (i != receiver) multimedia.others.push_back(job.to[i]);
  }
  return multimedia;
}

}  // namespace

std::vector<OutgoingPart> parts_of(const Job& job, const carrier::LinkSetup& link, WallTime now) {
  std::vector<OutgoingPart> parts;
  const auto preference =
      job.smart ? carrier::text::Preference::Smart : carrier::text::Preference::Auto;
  const auto split =
      carrier::text::split(job.text, {preference, job.reference, /*wide_reference=*/false});
  if (!split) return parts;
  const bool mms = job.type == "MMS";
  for (size_t receiver = 0; receiver < job.to.size(); ++receiver) {
    smpp::Message frame;
    frame.source = smpp::address_of(job.from);
    frame.destination = smpp::address_of(job.to[receiver]);
    frame.registered_delivery = smpp::kReceiptAlways;
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(job.valid_until - now);
    frame.validity_period = smpp::write_relative_time(std::max(left, std::chrono::seconds(1)));
    frame.tlvs.add_u16(smpp::Tag::UserMessageReference, job.reference);
    auto messages =
        smpp::messages_for(*split, frame, mms ? smpp::LongText::Payload : link.long_text);
    if (mms) put_multimedia(messages.front(), multimedia_of(job, receiver));
    for (smpp::Message& message : messages) parts.push_back({receiver, std::move(message)});
  }
  return parts;
}

void add_outcome(Flight& flight, size_t receiver, const carrier::LinkSetup& link,
                 const smpp::SubmitOutcome& outcome) {
  Submitted& submitted = flight.submitted;
  Kind kind = Kind::NotSent;
  switch (outcome.kind) {
    case smpp::SubmitOutcome::Kind::Accepted:
      kind = Kind::Accepted;
      submitted.parts.push_back({key_of(link, outcome.message_id), receiver});
      break;
    case smpp::SubmitOutcome::Kind::Rejected: {
      const auto reaction = smpp::reaction_to(outcome.status);
      kind = reaction == smpp::Reaction::GiveUp ? Kind::Refused : Kind::TryLater;
      submitted.error = carrier::error_of_refusal(outcome.status, link.errors);
      break;
    }
    case smpp::SubmitOutcome::Kind::Unknown:
      kind = Kind::InDoubt;
      break;
    case smpp::SubmitOutcome::Kind::NotSent:
      break;
  }
  const bool first = submitted.kind == Kind::Accepted && submitted.parts.empty();
  if (first || badness(kind) > badness(submitted.kind)) submitted.kind = kind;
}

std::string key_of(const carrier::LinkSetup& link, const std::string& message_id) {
  return link.name + '|' + message_id;
}

}  // namespace tandem::products::messaging
