#include "telephony/rtp/srtp_keys.h"

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

#include "telephony/rtp/hmac_sha1.h"

namespace tandem::rtp {
namespace {

std::vector<uint8_t> hex(std::string_view text) {
  std::vector<uint8_t> out;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    out.push_back(static_cast<uint8_t>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

template <class A, class B>
bool starts_with(const A& whole, const B& start) {
  return whole.size() >= start.size() && std::equal(start.begin(), start.end(), whole.begin());
}

TEST_CASE("srtp keys: session keys of RFC 3711 appendix B.3") {
  const auto master =
      SrtpKey::from_bytes(SrtpSuite::AesCm128HmacSha1_80,
                          hex("E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6"));
  REQUIRE(master);
  const SrtpSessionKeys keys = derive_session_keys(*master, false);
  CHECK(starts_with(keys.cipher, hex("C61E7A93744F39EE10734AFE3FF7A087")));
  CHECK(starts_with(keys.salt, hex("30CBBC08863D8C85D49DB34A9AE1")));
  CHECK(starts_with(keys.authentication, hex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4")));
}

TEST_CASE("srtp keys: session keys with 256 bits of RFC 6188 section 7.2") {
  const auto master =
      SrtpKey::from_bytes(SrtpSuite::AesCm256HmacSha1_80,
                          hex("f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6"
                              "3b04803de51ee7c96423ab5b78d2"));
  REQUIRE(master);
  const SrtpSessionKeys keys = derive_session_keys(*master, false);
  CHECK(starts_with(keys.cipher,
                    hex("5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4")));
  CHECK(starts_with(keys.salt, hex("fa31791685ca444a9e07c6c64e93")));
  CHECK(starts_with(keys.authentication, hex("fd9c32d39ed5fbb5a9dc96b30818454d1313dc05")));
}

TEST_CASE("srtp keys: HMAC-SHA1 of RFC 2202, in one part and in two") {
  const std::vector<uint8_t> key(20, 0x0B);
  const std::string text = "Hi There";
  const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size());
  const HmacSha1 hmac(key);
  const auto expected = hex("b617318655057264e28bc0b6fb378c8ef146be00");
  CHECK(starts_with(hmac.sign(bytes), expected));
  CHECK(starts_with(hmac.sign(bytes.first(3), bytes.subspan(3)), expected));
}

TEST_CASE("srtp keys: a crypto attribute is read and written") {
  const std::string text =
      "1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
  const auto crypto = CryptoAttribute::parse(text + "|2^20");
  REQUIRE(crypto);
  CHECK(crypto->tag == 1);
  CHECK(crypto->key.suite() == SrtpSuite::AesCm128HmacSha1_80);
  CHECK(crypto->key.key_and_salt().size() == 30);
  CHECK(crypto->text() == text);
}

TEST_CASE("srtp keys: every suite survives a round through SDP") {
  SeededRandom random(1);
  for (int n = 0; n < 6; ++n) {
    const auto suite = static_cast<SrtpSuite>(n);
    CAPTURE(facts(suite).name);
    CHECK(srtp_suite(facts(suite).name) == suite);
    const CryptoAttribute crypto{7, SrtpKey::generate(suite, random)};
    const auto again = CryptoAttribute::parse(crypto.text());
    REQUIRE(again);
    CHECK(again->tag == 7);
    CHECK(again->key == crypto.key);
  }
}

TEST_CASE("srtp keys: attributes that cannot be honoured are refused") {
  const std::string key = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
  const std::string suite = "AES_CM_128_HMAC_SHA1_80";
  const std::string rows[] = {
      "",
      "1",
      "x " + suite + " inline:" + key,
      "1234567890 " + suite + " inline:" + key,
      "1 F8_128_HMAC_SHA1_80 inline:" + key,
      "1 " + suite,
      "1 " + suite + " inline:",
      "1 " + suite + " inline:" + key + "AAAA",
      "1 " + suite + " inline:" + key.substr(4),
      "1 " + suite + " inline:!!!!" + key.substr(4),
      "1 " + suite + " uri:" + key,
      "1 " + suite + " inline:" + key + "|2^20|1:4",
      "1 " + suite + " inline:" + key + ";inline:" + key,
      "1 " + suite + " inline:" + key + " UNENCRYPTED_SRTP",
      "1 " + suite + " inline:" + key + " UNAUTHENTICATED_SRTP",
  };
  for (const auto& row : rows) {
    CAPTURE(row);
    CHECK_FALSE(CryptoAttribute::parse(row));
  }
}

}  // namespace
}  // namespace tandem::rtp
