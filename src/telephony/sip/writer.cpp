#include "telephony/sip/writer.h"

#include "telephony/sip/grammar.h"
#include "telephony/sip/message.h"

namespace tandem::sip {

Body sdp_body(std::string sdp) {
  if (sdp.empty()) return {};
  return {"application/sdp", std::move(sdp)};
}

MessageWriter& MessageWriter::request(std::string_view method, std::string_view uri) {
  out_ += method;
  out_ += ' ';
  value(uri);
  out_ += " SIP/2.0\r\n";
  return *this;
}

MessageWriter& MessageWriter::status(int code, std::string_view reason) {
  out_ += "SIP/2.0 ";
  out_ += std::to_string(code);
  out_ += ' ';
  value(reason.empty() ? reason_phrase(code) : reason);
  out_ += "\r\n";
  return *this;
}

MessageWriter& MessageWriter::header(HeaderId id, std::string_view text) {
  return header(header_name(id), text);
}

MessageWriter& MessageWriter::header(HeaderId id, uint64_t number) {
  return header(header_name(id), std::to_string(number));
}

MessageWriter& MessageWriter::header(std::string_view name, std::string_view text) {
  if (!is_token(name)) return *this;
  const std::string_view shorter = compact_ ? compact_name(name) : std::string_view();
  out_ += shorter.empty() ? name : shorter;
  out_ += ": ";
  value(text);
  out_ += "\r\n";
  return *this;
}

MessageWriter& MessageWriter::headers(const HeaderList& list) {
  for (const auto& [name, text] : list) header(name, text);
  return *this;
}

MessageWriter& MessageWriter::copy(const Message& from, HeaderId id) {
  for (const Header& field : from.headers()) {
    if (field.id == id) header(header_name(id), field.value);
  }
  return *this;
}

void MessageWriter::finish(const Body& body) {
  if (!body.empty()) header(HeaderId::ContentType, body.type);
  header(HeaderId::ContentLength, body.data.size());
  out_ += "\r\n";
  out_ += body.data;
}

void MessageWriter::value(std::string_view text) {
  const size_t start = out_.size();
  out_ += text;
  for (size_t i = start; i < out_.size(); ++i) {
    if (out_[i] == '\r' || out_[i] == '\n' || out_[i] == '\0') out_[i] = ' ';
  }
}

}  // namespace tandem::sip
