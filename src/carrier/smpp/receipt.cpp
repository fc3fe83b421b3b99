#include "carrier/smpp/receipt.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "carrier/smpp/content.h"
#include "carrier/smpp/flags.h"
#include "carrier/smpp/times.h"

namespace tandem::carrier::smpp {

namespace {

constexpr size_t kMaxTextCharacters = 20;
constexpr size_t kMaxErrorCharacters = 8;
/// Longest receipt text that is read.
constexpr size_t kMaxReceiptBytes = 1024;

constexpr auto kStates = std::to_array<std::pair<MessageState, std::string_view>>({
    {MessageState::Enroute, "ENROUTE"},
    {MessageState::Delivered, "DELIVRD"},
    {MessageState::Expired, "EXPIRED"},
    {MessageState::Deleted, "DELETED"},
    {MessageState::Undeliverable, "UNDELIV"},
    {MessageState::Accepted, "ACCEPTD"},
    {MessageState::Unknown, "UNKNOWN"},
    {MessageState::Rejected, "REJECTD"},
    // Spelled out, as some carriers do.
    {MessageState::Delivered, "DELIVERED"},
    {MessageState::Undeliverable, "UNDELIVERABLE"},
    {MessageState::Undeliverable, "UNDELIVERED"},
    {MessageState::Undeliverable, "FAILED"},
    {MessageState::Accepted, "ACCEPTED"},
    {MessageState::Rejected, "REJECTED"},
});

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return upper(x) == upper(y); });
}

std::string three_digits(unsigned value) {
  const std::string digits = std::to_string(std::min(value, 999U));
  return std::string(3 - digits.size(), '0') + digits;
}

std::optional<unsigned> number_of(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The value behind "name:", up to the next blank; none when the name does not stand at the start
/// or behind a blank.
std::optional<std::string_view> field(std::string_view text, std::string_view name) {
  for (size_t at = 0; at + name.size() < text.size(); ++at) {
    if (at > 0 && text[at - 1] != ' ') continue;
    if (text[at + name.size()] != ':' || !same(text.substr(at, name.size()), name)) continue;
    const std::string_view rest = text.substr(at + name.size() + 1);
    return rest.substr(0, rest.find(' '));
  }
  return std::nullopt;
}

/// Everything before the "text:" field, whose words could look like fields, and what is in it.
std::pair<std::string_view, std::string_view> cut_text(std::string_view whole) {
  static constexpr std::string_view kName = "text:";
  for (size_t at = 0; at + kName.size() <= whole.size(); ++at) {
    if (at > 0 && whole[at - 1] != ' ') continue;
    if (same(whole.substr(at, kName.size()), kName)) {
      return {whole.substr(0, at), whole.substr(at + kName.size())};
    }
  }
  return {whole, {}};
}

void read_parameters(const Tlvs& tlvs, Receipt& receipt) {
  if (const auto id = tlvs.text(Tag::ReceiptedMessageId); !id.empty()) receipt.message_id = id;
  const auto state = tlvs.number(Tag::MessageState);
  if (state && *state >= 1 && *state <= 8) receipt.state = static_cast<MessageState>(*state);
  const std::string* error = tlvs.find(Tag::NetworkErrorCode);
  if (error != nullptr && error->size() == 3) {
    const auto byte = [error](size_t at) { return static_cast<uint8_t>((*error)[at]); };
    receipt.network_error = NetworkError{byte(0), static_cast<uint16_t>(byte(1) << 8 | byte(2))};
  }
  const auto reference = tlvs.number(Tag::UserMessageReference);
  if (reference && *reference <= 0xFFFF) {
    receipt.user_message_reference = static_cast<uint16_t>(*reference);
  }
}

/// What every alphabet can carry: the first characters, foreign ones as "?".
std::string plain_start(std::string_view text) {
  std::string out(text.substr(0, kMaxTextCharacters));
  for (char& c : out) {
    if (c < ' ' || c > '~') c = '?';
  }
  return out;
}

}  // namespace

bool is_final(MessageState state) {
  return state != MessageState::Enroute && state != MessageState::Accepted;
}

std::string_view name_of(MessageState state) {
  for (const auto& [known, name] : kStates) {
    if (known == state) return name;
  }
  return "UNKNOWN";
}

std::optional<MessageState> state_named(std::string_view name) {
  for (const auto& [state, known] : kStates) {
    if (same(known, name)) return state;
  }
  return std::nullopt;
}

std::string write_receipt_text(const Receipt& receipt) {
  std::string out = "id:" + receipt.message_id;
  out += " sub:" + three_digits(receipt.submitted);
  out += " dlvrd:" + three_digits(receipt.delivered);
  if (receipt.submit_date) out += " submit date:" + write_receipt_time(*receipt.submit_date);
  if (receipt.done_date) out += " done date:" + write_receipt_time(*receipt.done_date);
  out += " stat:";
  out += name_of(receipt.state);
  out += " err:" + (receipt.error.empty() ? "000" : receipt.error.substr(0, kMaxErrorCharacters));
  out += " text:" + plain_start(receipt.text);
  return out;
}

Result<Receipt> read_receipt_text(std::string_view text) {
  const auto [fields, content] = cut_text(text.substr(0, kMaxReceiptBytes));
  Receipt receipt;
  const auto id = field(fields, "id");
  const auto state = field(fields, "stat");
  if (!id && !state) return fail("the receipt has neither id nor state");
  if (id) receipt.message_id = *id;
  if (state) receipt.state = state_named(*state).value_or(MessageState::Unknown);
  if (const auto error = field(fields, "err")) receipt.error = *error;
  if (const auto count = field(fields, "sub")) receipt.submitted = number_of(*count).value_or(0);
  if (const auto count = field(fields, "dlvrd")) receipt.delivered = number_of(*count).value_or(0);
  if (const auto date = field(fields, "submit date"))
    receipt.submit_date = read_receipt_time(*date);
  if (const auto date = field(fields, "done date")) receipt.done_date = read_receipt_time(*date);
  receipt.text = content;
  return receipt;
}

void put_receipt(Message& message, const Receipt& receipt) {
  message.esm_class =
      static_cast<uint8_t>((message.esm_class & ~kEsmTypeMask) |
                           (is_final(receipt.state) ? kEsmReceipt : kEsmIntermediate));
  message.data_coding = text::kCodingDefault;
  message.short_message = write_receipt_text(receipt);
  message.tlvs.add_text(Tag::ReceiptedMessageId, receipt.message_id);
  message.tlvs.add_u8(Tag::MessageState, static_cast<uint8_t>(receipt.state));
  if (const auto& error = receipt.network_error) {
    message.tlvs.add_bytes(Tag::NetworkErrorCode,
                           {static_cast<char>(error->network), static_cast<char>(error->code >> 8),
                            static_cast<char>(error->code & 0xFF)});
  }
  if (receipt.user_message_reference) {
    message.tlvs.add_u16(Tag::UserMessageReference, *receipt.user_message_reference);
  }
}

Result<Receipt> receipt_of(const Message& message) {
  if (!is_report(message.esm_class)) return fail("the message is no receipt");
  const auto content = content_of(message, text::Alphabet::Latin1);
  const auto parsed = read_receipt_text(content ? content->bytes : std::string());
  Receipt receipt = parsed.value_or(Receipt{});
  read_parameters(message.tlvs, receipt);
  if (receipt.message_id.empty() && !receipt.user_message_reference) {
    return fail("the receipt names no message");
  }
  return receipt;
}

std::string canonical_id(std::string_view id, IdForm form) {
  if (form == IdForm::Text) return std::string(id);
  uint64_t value = 0;
  const char* end = id.data() + id.size();
  const auto read = std::from_chars(id.data(), end, value, form == IdForm::Decimal ? 10 : 16);
  if (read.ec != std::errc() || read.ptr != end) return std::string(id);
  return std::to_string(value);
}

}  // namespace tandem::carrier::smpp
