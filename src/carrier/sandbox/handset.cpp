#include "carrier/sandbox/handset.h"

#include <algorithm>
#include <charconv>

#include "carrier/smpp/flags.h"

namespace tandem::carrier::sandbox {

namespace {

using smpp::MessageState;
using smpp::Status;

constexpr int kFirstError = 40001;
constexpr int kLastError = 40020;
constexpr int kNotRoutable = 40001;
constexpr int kSpamTemporary = 40002;
constexpr Millis kSlowReceipt{10'000};

/// Codes above this are free for message centers (section 5.1.3).
constexpr uint32_t kVendorStatus = 0x400;

std::string three_digits(int code) {
  const std::string digits = std::to_string(code % 1000);
  return std::string(3 - digits.size(), '0') + digits;
}

/// The refusal of the submit by which carriers show an error, or Ok when they show it in a receipt.
Status status_of(int code) {
  switch (code) {
    case 40009:  // invalid body
      return Status::InvalidMessageLength;
    case 40010:  // sender not registered
      return static_cast<Status>(kVendorStatus + 10);
    case 40012:  // invalid destination
      return Status::InvalidDestination;
    case 40013:  // invalid source
      return Status::InvalidSource;
    default:
      return Status::Ok;
  }
}

MessageState state_of(int code) {
  switch (code) {
    case 40005:  // expired on its way
    case 40014:  // expired in a queue
      return MessageState::Expired;
    case 40001:  // not routable
    case 40006:  // receiving server unavailable
    case 40007:  // loop
    case 40008:  // not accepted
      return MessageState::Undeliverable;
    default:
      return MessageState::Rejected;
  }
}

std::optional<int> error_in(const Script& script) {
  if (script.carrier_error) return script.carrier_error;
  if (script.landline) return kNotRoutable;
  if (script.spam_block) return kSpamTemporary;
  return std::nullopt;
}

bool wants_receipt(uint8_t registered_delivery, bool delivered) {
  const int wish = registered_delivery & smpp::kReceiptMask;
  return wish == smpp::kReceiptAlways || (wish == smpp::kReceiptOnFailure && !delivered);
}

}  // namespace

Result<void> check(const Script& script) {
  for (const Millis time : {script.delay, script.reply_delay}) {
    if (time < Millis(0) || time > kMaxDelay) return fail("a delay is from 0 to 7 days");
  }
  if (script.carrier_error && !failure_of(*script.carrier_error)) {
    return fail("a carrier error is from 40001 to 40020");
  }
  if (script.auto_reply.size() > kMaxReplyBytes) return fail("the automatic reply is too long");
  return {};
}

std::optional<Failure> failure_of(int code) {
  if (code < kFirstError || code > kLastError) return std::nullopt;
  return Failure{code, status_of(code), state_of(code), three_digits(code)};
}

ErrorCodes error_codes() {
  ErrorCodes codes;
  for (int code = kFirstError; code <= kLastError; ++code) {
    const auto failure = failure_of(code);
    if (failure->status == Status::Ok) {
      codes.by_receipt.emplace(failure->error, code);
    } else {
      codes.by_status.emplace(failure->status, code);
    }
  }
  return codes;
}

Verdict decide(const Script& script, const Submit& submit) {
  Verdict verdict;
  ReceiptPlan plan;
  plan.after = script.delay;
  if (const auto code = error_in(script)) {
    const auto failure = failure_of(*code);
    if (!failure) {
      verdict.status = Status::SystemError;
      return verdict;
    }
    verdict.status = failure->status;
    if (verdict.status != Status::Ok) return verdict;
    plan.state = failure->state;
    plan.error = failure->error;
  } else if (submit.validity && *submit.validity < script.delay) {
    plan.after = *submit.validity;
    plan.state = MessageState::Expired;
    plan.error = failure_of(40005)->error;
  } else {
    verdict.arrives_after = script.delay;
  }
  const bool delivered = plan.state == MessageState::Delivered;
  if (!script.lost_receipt && wants_receipt(submit.registered_delivery, delivered)) {
    verdict.receipt = plan;
  }
  return verdict;
}

std::optional<Reply> reply_to(const Script& script, std::string_view text) {
  if (script.auto_reply.empty() && !script.reply_with_picture) return std::nullopt;
  static constexpr std::string_view kPlace = "{text}";
  Reply reply;
  reply.after = script.reply_delay;
  reply.picture = script.reply_with_picture;
  std::string_view rest = script.auto_reply;
  for (size_t at = rest.find(kPlace); at != std::string_view::npos; at = rest.find(kPlace)) {
    reply.text += rest.substr(0, at);
    reply.text += text;
    rest.remove_prefix(at + kPlace.size());
  }
  reply.text += rest;
  return reply;
}

smpp::Receipt receipt_for(const ReceiptPlan& plan, const std::string& message_id,
                          WallTime submitted_at) {
  smpp::Receipt receipt;
  receipt.message_id = message_id;
  receipt.state = plan.state;
  receipt.error = plan.error;
  receipt.delivered = plan.state == MessageState::Delivered ? 1 : 0;
  receipt.submit_date = submitted_at;
  receipt.done_date = submitted_at + plan.after;
  unsigned code = 0;
  std::from_chars(plan.error.data(), plan.error.data() + plan.error.size(), code);
  if (code != 0) receipt.network_error = smpp::NetworkError{3, static_cast<uint16_t>(code)};
  return receipt;
}

std::optional<Script> reserved_script(std::string_view number) {
  static constexpr std::string_view kBlock = "+1500555";
  if (number.size() != kBlock.size() + 4 || number.substr(0, kBlock.size()) != kBlock) {
    return std::nullopt;
  }
  int line = 0;
  const char* end = number.data() + number.size();
  if (std::from_chars(end - 4, end, line).ptr != end) return std::nullopt;
  Script script;
  if (line >= 1 && line <= kLastError - kFirstError + 1) {
    script.carrier_error = kFirstError - 1 + line;
    return script;
  }
  switch (line) {
    case 101:
      script.landline = true;
      break;
    case 102:
      script.spam_block = true;
      break;
    case 103:
      script.lost_receipt = true;
      break;
    case 104:
      script.delay = kSlowReceipt;
      break;
    case 105:
      script.auto_reply = "{text}";
      break;
    case 106:
      script.auto_reply = "STOP";
      break;
    case 107:
      script.auto_reply = "HELP";
      break;
    case 108:
      script.reply_with_picture = true;
      break;
    case 109:
      script.rcs = true;
      break;
    default:
      return std::nullopt;
  }
  return script;
}

}  // namespace tandem::carrier::sandbox
