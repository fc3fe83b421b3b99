#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/assert.h"
#include "telephony/sip/auth_header.h"
#include "telephony/sip/message.h"
#include "telephony/sip/multipart.h"
#include "telephony/sip/request_check.h"
#include "telephony/sip/writer.h"

namespace {

using tandem::sip::HeaderId;
using tandem::sip::Message;
using tandem::sip::ParseFault;

void read_everything(const Message& message) {
  for (const auto& header : message.headers()) {
    tandem::sip::parse_name_addr(header.value);
    tandem::sip::AuthHeader::parse(header.value);
    tandem::sip::parse_reason(header.value);
    message.values(header.id);
  }
  tandem::sip::parse_multipart(message.get(HeaderId::ContentType), message.body());
}

/// What was read as the identity of a message must come out the same when written and read again.
void write_and_read(const Message& message) {
  std::string out;
  tandem::sip::MessageWriter writer(out);
  writer.status(200);
  for (HeaderId id :
       {HeaderId::Via, HeaderId::From, HeaderId::To, HeaderId::CallId, HeaderId::CSeq}) {
    writer.copy(message, id);
  }
  writer.finish();
  Message again;
  if (again.parse(out) != ParseFault::None) return;  // too large by what unfolding cannot shorten
  TANDEM_ASSERT(again.call_id() == message.call_id());
  TANDEM_ASSERT(again.cseq().number == message.cseq().number);
  TANDEM_ASSERT(again.via_count() == message.via_count());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Message message;
  const ParseFault fault = message.parse(bytes);
  read_everything(message);
  if (message.is_request()) tandem::sip::check_form(message, fault);
  if (fault == ParseFault::None) write_and_read(message);
  return 0;
}
