#include "events/attempt.h"

#include <algorithm>

#include <openssl/x509_vfy.h>

#include "core/json.h"

namespace tandem::events {
namespace {

constexpr int kDeliveryError = 75000;
constexpr int kCannotResolve = 75001;
constexpr int kCannotConnect = 75002;
constexpr int kBadCertificate = 75003;
constexpr int kExpiredCertificate = 75004;
constexpr int kCertificateName = 75005;
constexpr int kUntrustedRoot = 75006;

int certificate_code(int verify_error) {
  switch (verify_error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return kExpiredCertificate;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return kCertificateName;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_UNTRUSTED:
      return kUntrustedRoot;
    default:
      return kBadCertificate;
  }
}

/// Length of the well-formed UTF-8 sequence (Unicode table 3-7) at the front of `text`; 0 when
/// there is none.
size_t sequence_length(std::string_view text) {
  const auto at = [&](size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto tail = [&](size_t i) { return (at(i) & 0xC0u) == 0x80u; };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool overlong = lead == 0xE0 && at(1) < 0xA0;
    const bool surrogate = lead == 0xED && at(1) > 0x9F;
    return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool overlong = lead == 0xF0 && at(1) < 0x90;
    const bool too_high = lead == 0xF4 && at(1) > 0x8F;
    return tail(1) && tail(2) && tail(3) && !overlong && !too_high ? 4 : 0;
  }
  return 0;
}

/// Bytes at the front of `text` that are ASCII and not NUL.
size_t plain_ascii(std::string_view text) {
  const auto end = std::find_if(text.begin(), text.end(), [](char c) {
    return c == '\0' || static_cast<unsigned char>(c) >= 0x80;
  });
  return static_cast<size_t>(end - text.begin());
}

void append_headers(json::Writer& out, const http::Headers& headers) {
  out.array();
  size_t kept = 0;
  for (const auto& [name, value] : headers) {
    kept += name.size() + value.size();
    if (kept > kMaxKeptBytes) break;
    out.array().value(readable(name, kMaxKeptBytes)).value(readable(value, kMaxKeptBytes)).end();
  }
  out.end();
}

}  // namespace

int error_code(const http::ClientError& error) {
  using Kind = http::ClientError::Kind;
  switch (error.kind) {
    case Kind::Resolve:
      return kCannotResolve;
    case Kind::Connect:
    case Kind::Forbidden:
      return kCannotConnect;
    case Kind::Certificate:
      return certificate_code(error.tls_verify_error);
    case Kind::BadUrl:
    case Kind::Timeout:
    case Kind::Protocol:
    case Kind::TooLarge:
      return kDeliveryError;
  }
  return kDeliveryError;
}

int error_code(int status) {
  if (status == 200) return 0;
  if (status == 400 || status == 404 || status == 500) return kDeliveryError + status;
  if (status >= 200 && status <= 299) return kDeliveryError + 299;
  if (status >= 300 && status <= 399) return kDeliveryError + 300;
  if (status >= 400 && status <= 499) return kDeliveryError + 499;
  if (status >= 500 && status <= 599) return kDeliveryError + 599;
  return kDeliveryError;
}

int Attempt::error_code() const {
  return answer ? events::error_code(answer->status) : events::error_code(answer.error());
}

std::string readable(std::string_view text, size_t limit) {
  std::string out;
  out.reserve(std::min(text.size(), limit));
  while (!text.empty()) {
    const size_t plain = std::min(plain_ascii(text), limit - out.size());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty() || out.size() == limit) break;
    const size_t length = text.front() == '\0' ? 0 : sequence_length(text);
    const std::string_view piece = length == 0 ? "\xEF\xBF\xBD" : text.substr(0, length);
    if (out.size() + piece.size() > limit) break;
    out.append(piece);
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return out;
}

void append_attempt(std::string& text, const Attempt& attempt) {
  json::Writer out(text);
  out.object()
      .member("status", attempt.delivered() ? "delivered" : "failed")
      .member("started_at", to_iso8601(attempt.started_at))
      .member("finished_at", to_iso8601(attempt.finished_at));
  out.key("http").object().key("request").object().member("url", attempt.url).key("headers");
  append_headers(out, attempt.request_headers);
  out.end().key("response");
  if (attempt.answer) {
    out.object().member("status", attempt.answer->status).key("headers");
    append_headers(out, attempt.answer->headers);
    out.member("body", readable(attempt.answer->body, kMaxKeptBytes)).end();
  } else {
    out.value(nullptr);
  }
  out.end().key("errors").array();
  if (const int code = attempt.error_code(); code != 0) out.value(code);
  out.end().end();
}

}  // namespace tandem::events
