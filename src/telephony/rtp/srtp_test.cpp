#include "telephony/rtp/srtp.h"

#include <cstring>
#include <vector>

#include <doctest/doctest.h>
#include <srtp2/srtp.h>

#include "telephony/rtp/packet.h"
#include "telephony/rtp/rtcp.h"

namespace tandem::rtp {
namespace {

using Bytes = std::vector<uint8_t>;
constexpr uint32_t kSsrc = 0xCAFEBABE;

constexpr SrtpSuite kAll[] = {SrtpSuite::AesCm128HmacSha1_80, SrtpSuite::AesCm128HmacSha1_32,
                              SrtpSuite::AesCm256HmacSha1_80, SrtpSuite::AesCm256HmacSha1_32,
                              SrtpSuite::AeadAes128Gcm,       SrtpSuite::AeadAes256Gcm};

Bytes rtp_packet(uint16_t sequence, size_t payload = 160, uint32_t ssrc = kSsrc) {
  Bytes packet(kHeaderBytes + payload);
  write_header(packet, {.sequence = sequence, .timestamp = sequence * 160U, .ssrc = ssrc});
  for (size_t i = 0; i < payload; ++i) {
    packet[kHeaderBytes + i] = static_cast<uint8_t>(sequence + i);
  }
  return packet;
}

Bytes rtcp_packet() {
  Bytes packet(64);
  const SenderInfo info{.ntp_time = 1, .rtp_time = 2, .packets = 3, .bytes = 4};
  packet.resize(write_report(packet, kSsrc, &info, {}, "oracle"));
  return packet;
}

Bytes with_room(Bytes packet) {
  packet.resize(packet.size() + kMaxSrtpGrowthBytes);
  return packet;
}

Bytes protect(SrtpSender& sender, const Bytes& plain) {
  Bytes buffer = with_room(plain);
  buffer.resize(sender.protect(buffer, plain.size()));
  return buffer;
}

SrtpVerdict open(SrtpReceiver& receiver, Bytes packet) {
  return receiver.unprotect(packet).verdict;
}

/// libsrtp2 with the same master key, as the other side.
class Oracle {
 public:
  Oracle(const SrtpKey& key, bool sending) {
    static const srtp_err_status_t started = srtp_init();
    REQUIRE(started == srtp_err_status_ok);
    std::memset(&policy_, 0, sizeof policy_);
    set_suite(key.suite());
    policy_.ssrc.type = sending ? ssrc_any_outbound : ssrc_any_inbound;
    key_.assign(key.key_and_salt().begin(), key.key_and_salt().end());
    policy_.key = key_.data();
    policy_.window_size = 128;
    REQUIRE(srtp_create(&session_, &policy_) == srtp_err_status_ok);
  }
  ~Oracle() { srtp_dealloc(session_); }
  Oracle(const Oracle&) = delete;
  Oracle& operator=(const Oracle&) = delete;

  Bytes protect(Bytes packet, bool rtcp) {
    int bytes = static_cast<int>(packet.size());
    packet.resize(packet.size() + SRTP_MAX_TRAILER_LEN);
    const auto status = rtcp ? srtp_protect_rtcp(session_, packet.data(), &bytes)
                             : srtp_protect(session_, packet.data(), &bytes);
    REQUIRE(status == srtp_err_status_ok);
    packet.resize(static_cast<size_t>(bytes));
    return packet;
  }
  Bytes unprotect(Bytes packet, bool rtcp) {
    int bytes = static_cast<int>(packet.size());
    const auto status = rtcp ? srtp_unprotect_rtcp(session_, packet.data(), &bytes)
                             : srtp_unprotect(session_, packet.data(), &bytes);
    REQUIRE(status == srtp_err_status_ok);
    packet.resize(static_cast<size_t>(bytes));
    return packet;
  }

 private:
  void set_suite(SrtpSuite suite) {
    auto* rtp = &policy_.rtp;
    auto* rtcp = &policy_.rtcp;
    switch (suite) {
      case SrtpSuite::AesCm128HmacSha1_80:
        srtp_crypto_policy_set_rtp_default(rtp);
        srtp_crypto_policy_set_rtcp_default(rtcp);
        break;
      case SrtpSuite::AesCm128HmacSha1_32:
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(rtp);
        srtp_crypto_policy_set_rtcp_default(rtcp);
        break;
      case SrtpSuite::AesCm256HmacSha1_80:
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(rtp);
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(rtcp);
        break;
      case SrtpSuite::AesCm256HmacSha1_32:
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32(rtp);
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(rtcp);
        break;
      case SrtpSuite::AeadAes128Gcm:
        srtp_crypto_policy_set_aes_gcm_128_16_auth(rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(rtcp);
        break;
      case SrtpSuite::AeadAes256Gcm:
        srtp_crypto_policy_set_aes_gcm_256_16_auth(rtp);
        srtp_crypto_policy_set_aes_gcm_256_16_auth(rtcp);
        break;
    }
  }
  srtp_policy_t policy_;
  Bytes key_;
  srtp_t session_ = nullptr;
};

TEST_CASE("srtp: libsrtp2 opens what we protect, over two wraps of the sequence number") {
  SeededRandom random(7);
  for (const SrtpSuite suite : kAll) {
    CAPTURE(facts(suite).name);
    const SrtpKey key = SrtpKey::generate(suite, random);
    SrtpSender sender(key);
    Oracle oracle(key, false);
    for (uint32_t n = 65000; n < 65000 + 140'000; n += 97) {
      const Bytes plain = rtp_packet(static_cast<uint16_t>(n), n % 300);
      REQUIRE(oracle.unprotect(protect(sender, plain), false) == plain);
    }
  }
}

TEST_CASE("srtp: we open what libsrtp2 protects, over two wraps of the sequence number") {
  SeededRandom random(8);
  for (const SrtpSuite suite : kAll) {
    CAPTURE(facts(suite).name);
    const SrtpKey key = SrtpKey::generate(suite, random);
    SrtpReceiver receiver(key);
    Oracle oracle(key, true);
    for (uint32_t n = 65000; n < 65000 + 140'000; n += 97) {
      const Bytes plain = rtp_packet(static_cast<uint16_t>(n), n % 300);
      Bytes packet = oracle.protect(plain, false);
      const auto opened = receiver.unprotect(packet);
      REQUIRE(opened.verdict == SrtpVerdict::Good);
      packet.resize(opened.bytes);
      REQUIRE(packet == plain);
    }
  }
}

TEST_CASE("srtp: control packets agree with libsrtp2 both ways") {
  SeededRandom random(9);
  for (const SrtpSuite suite : kAll) {
    CAPTURE(facts(suite).name);
    const SrtpKey key = SrtpKey::generate(suite, random);
    SrtpSender sender(key);
    SrtpReceiver receiver(key);
    Oracle opening(key, false);
    Oracle protecting(key, true);
    const Bytes plain = rtcp_packet();
    for (int n = 0; n < 5; ++n) {
      Bytes ours = with_room(plain);
      ours.resize(sender.protect_rtcp(ours, plain.size()));
      CHECK(opening.unprotect(ours, true) == plain);
      Bytes theirs = protecting.protect(plain, true);
      const Bytes replay = theirs;
      const auto opened = receiver.unprotect_rtcp(theirs);
      REQUIRE(opened.verdict == SrtpVerdict::Good);
      theirs.resize(opened.bytes);
      CHECK(theirs == plain);
      Bytes again = replay;
      CHECK(receiver.unprotect_rtcp(again).verdict == SrtpVerdict::Replayed);
    }
  }
}

TEST_CASE("srtp: a changed bit anywhere is refused") {
  SeededRandom random(10);
  for (const SrtpSuite suite : kAll) {
    CAPTURE(facts(suite).name);
    const SrtpKey key = SrtpKey::generate(suite, random);
    SrtpSender sender(key);
    const Bytes good = protect(sender, rtp_packet(5, 20));
    for (size_t at = 1; at < good.size(); ++at) {
      SrtpReceiver receiver(key);
      Bytes bad = good;
      bad[at] ^= 0x10;
      CHECK(open(receiver, bad) == SrtpVerdict::Refused);
      CHECK(open(receiver, good) == SrtpVerdict::Good);
    }
  }
}

TEST_CASE("srtp: each packet is taken once, reordered ones too, old ones never") {
  SeededRandom random(11);
  const SrtpKey key = SrtpKey::generate(SrtpSuite::AesCm128HmacSha1_80, random);
  SrtpSender sender(key);
  SrtpReceiver receiver(key);
  std::vector<Bytes> packets;
  for (uint16_t n = 0; n < 300; ++n) packets.push_back(protect(sender, rtp_packet(n)));
  CHECK(open(receiver, packets[150]) == SrtpVerdict::Good);
  CHECK(open(receiver, packets[100]) == SrtpVerdict::Good);
  CHECK(open(receiver, packets[100]) == SrtpVerdict::Replayed);
  CHECK(open(receiver, packets[150]) == SrtpVerdict::Replayed);
  CHECK(open(receiver, packets[23]) == SrtpVerdict::Good);
  CHECK(open(receiver, packets[22]) == SrtpVerdict::Replayed);
  CHECK(open(receiver, packets[299]) == SrtpVerdict::Good);
  CHECK(open(receiver, packets[101]) == SrtpVerdict::Replayed);
  CHECK(open(receiver, packets[200]) == SrtpVerdict::Good);
}

TEST_CASE("srtp: a sequence number is never used for two payloads") {
  SeededRandom random(12);
  const SrtpKey key = SrtpKey::generate(SrtpSuite::AesCm128HmacSha1_80, random);
  SrtpSender sender(key);
  CHECK(protect(sender, rtp_packet(9)).size() == kHeaderBytes + 160 + 10);
  CHECK(protect(sender, rtp_packet(9, 100)).empty());
}

TEST_CASE("srtp: the number of streams a key serves is bounded") {
  SeededRandom random(13);
  const SrtpKey key = SrtpKey::generate(SrtpSuite::AeadAes128Gcm, random);
  SrtpReceiver receiver(key);
  for (uint32_t ssrc = 0; ssrc < kMaxSrtpStreams + 4; ++ssrc) {
    // A sender each, since a sender has the same bound.
    SrtpSender sender(key);
    const bool fits = ssrc < kMaxSrtpStreams;
    CHECK(open(receiver, protect(sender, rtp_packet(1, 10, ssrc))) ==
          (fits ? SrtpVerdict::Good : SrtpVerdict::Refused));
  }
}

TEST_CASE("srtp: what is no packet costs nothing") {
  SeededRandom random(14);
  for (const SrtpSuite suite : kAll) {
    SrtpReceiver receiver(SrtpKey::generate(suite, random));
    for (size_t size = 0; size < 22; ++size) {
      Bytes junk(size, 0x80);
      CHECK(receiver.unprotect(junk).verdict != SrtpVerdict::Good);
      CHECK(receiver.unprotect_rtcp(junk).verdict != SrtpVerdict::Good);
    }
  }
}

}  // namespace
}  // namespace tandem::rtp
