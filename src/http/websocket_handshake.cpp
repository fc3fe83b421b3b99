#include "http/websocket_handshake.h"

#include <algorithm>
#include <array>

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "core/assert.h"

namespace tandem::http {

namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr size_t kKeyBytes = 16;
constexpr size_t kKeyText = 24;  // 16 bytes in base64

std::string base64(const unsigned char* bytes, size_t size) {
  std::string out((size + 2) / 3 * 4 + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes, static_cast<int>(size));
  out.resize(static_cast<size_t>(length));
  return out;
}

bool is_key(std::string_view key) {
  if (key.size() != kKeyText || !key.ends_with("==")) return false;
  return std::all_of(key.begin(), key.end() - 2, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
  });
}

tl::unexpected<Refusal> refuse(int status, std::string_view why) {
  return tl::unexpected<Refusal>(Refusal{status, why});
}

}  // namespace

std::string websocket_accept(std::string_view key) {
  const std::string text = std::string(key) + std::string(kGuid);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return base64(digest.data(), digest.size());
}

Result<void, Refusal> check_upgrade(const RequestHead& head) {
  if (head.method != Method::Get) return refuse(400, "a WebSocket begins with GET");
  if (!head.headers.has_token("Upgrade", "websocket") ||
      !head.headers.has_token("Connection", "upgrade")) {
    return refuse(426, "a WebSocket is expected here");
  }
  if (head.headers.get("Sec-WebSocket-Version") != "13") {
    return refuse(426, "WebSocket version 13 is spoken here");
  }
  if (!is_key(head.headers.get("Sec-WebSocket-Key"))) {
    return refuse(400, "malformed Sec-WebSocket-Key");
  }
  return {};
}

std::string upgrade_answer(std::string_view key, std::string_view protocol) {
  std::string out =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: ";
  out += websocket_accept(key);
  if (!protocol.empty()) out.append("\r\nSec-WebSocket-Protocol: ").append(protocol);
  out += "\r\n\r\n";
  return out;
}

std::string make_websocket_key() {
  std::array<unsigned char, kKeyBytes> bytes;
  TANDEM_ASSERT(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
  return base64(bytes.data(), bytes.size());
}

bool is_upgrade_accepted(const Headers& answer, std::string_view key, const Headers& asked) {
  if (!answer.has_token("Upgrade", "websocket") || !answer.has_token("Connection", "upgrade")) {
    return false;
  }
  if (answer.get("Sec-WebSocket-Accept") != websocket_accept(key)) return false;
  // Extensions are never offered, so none may be chosen.
  if (answer.find("Sec-WebSocket-Extensions")) return false;
  const auto chosen = answer.find("Sec-WebSocket-Protocol");
  return !chosen || asked.has_token("Sec-WebSocket-Protocol", *chosen);
}

}  // namespace tandem::http
