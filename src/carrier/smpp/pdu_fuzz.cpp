// Whatever a peer sends must be cut, read, and understood without harm; what was read can be
// written and reads the same again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "carrier/smpp/content.h"
#include "carrier/smpp/framer.h"
#include "carrier/smpp/receipt.h"
#include "carrier/smpp/times.h"
#include "core/assert.h"

using namespace tandem;
using namespace tandem::carrier::smpp;

namespace {

void understand(const Message& message) {
  const auto content = content_of(message);
  if (content) {
    TANDEM_ASSERT(content->bytes.size() <= user_data(message).size());
    content->text();
  }
  if (const auto receipt = receipt_of(message)) write_receipt_text(*receipt);
  const WallTime now{Millis{1'700'000'000'000}};
  if (const auto time = read_time(message.validity_period, now); time && *time) {
    write_absolute_time(**time);
  }
}

void check(std::string_view bytes) {
  const auto pdu = parse(bytes);
  if (!pdu) return;
  std::string written;
  // A lenient response may have had a text without room for its zero.
  if (write(written, *pdu) != Status::Ok) {
    TANDEM_ASSERT(is_response(pdu->command));
    return;
  }
  const auto again = parse(written);
  TANDEM_ASSERT(again && *again == *pdu);
  if (const auto* message = std::get_if<Message>(&pdu->body)) understand(*message);
  if (const auto* data = std::get_if<DataSm>(&pdu->body)) understand(message_of(*data));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Framer framer(4096);
  const size_t cut = size == 0 ? 0 : data[0] % size;
  for (const std::string_view piece : {bytes.substr(0, cut), bytes.substr(cut)}) {
    framer.feed(piece);
    while (const auto pdu = framer.next()) check(*pdu);
  }
  // Mutations seldom keep the length right, so the bodies are tried with a true one as well.
  if (size >= kHeaderBytes && size <= 4096) {
    std::string fixed(bytes);
    for (size_t i = 0; i < 4; ++i) fixed[i] = static_cast<char>((size >> (24 - 8 * i)) & 0xFF);
    check(fixed);
  }
  return 0;
}
