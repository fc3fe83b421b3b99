#include "telephony/sdp/negotiator.h"

#include <doctest/doctest.h>

namespace tandem::sdp {
namespace {

LocalStream stream(uint16_t port) {
  LocalStream out;
  out.address = "192.0.2.1";
  out.port = port;
  out.make_crypto = [port](uint32_t tag, std::string_view suite) {
    return std::to_string(tag) + " " + std::string(suite) + " inline:key" + std::to_string(port);
  };
  return out;
}

Negotiator peer(uint16_t port, AudioPolicy policy = default_policy()) {
  Negotiator out(std::move(policy), std::to_string(port));
  out.set_local(stream(port));
  return out;
}

std::string offer(const std::string& sections, const std::string& session = {}) {
  return "v=0\r\no=- 7 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n" + session +
         sections;
}

Session answered(Negotiator& negotiator, const std::string& text) {
  const auto answer = negotiator.make_answer(text);
  REQUIRE(answer);
  return *parse(*answer);
}

}  // namespace

TEST_CASE("two of ours agree: codecs, events, ports") {
  Negotiator caller = peer(4'000);
  Negotiator callee = peer(5'000);
  const auto answer = callee.make_answer(caller.make_offer());
  REQUIRE(answer);
  REQUIRE(caller.take_answer(*answer));
  CHECK(caller.audio()->remote.port == 5'000);
  CHECK(callee.audio()->remote.port == 4'000);
  CHECK(caller.audio()->codecs.size() == 4);
  CHECK(caller.audio()->codecs[0].ours.name == "PCMU");
  CHECK(caller.audio()->event->ours.payload_type == 101);
  CHECK(caller.audio()->event->ours.clock_rate == 8'000);
}

TEST_CASE("order: the offerer's, or ours by policy; one codec when asked for") {
  const std::string text = offer("m=audio 9000 RTP/AVP 9 8 0\r\n");
  Negotiator theirs = peer(1);
  CHECK(answered(theirs, text).media[0].formats == std::vector<std::string>{"9", "8", "0"});
  AudioPolicy policy = default_policy();
  policy.own_order = true;
  Negotiator ours = peer(1, policy);
  CHECK(answered(ours, text).media[0].formats == std::vector<std::string>{"0", "8", "9"});
  policy.one_codec = true;
  Negotiator one = peer(1, policy);
  CHECK(answered(one, text).media[0].formats == std::vector<std::string>{"0"});
}

TEST_CASE("dynamic payload types are the offerer's") {
  Negotiator negotiator = peer(1);
  const Session answer =
      answered(negotiator,
               offer("m=audio 9000 RTP/AVP 96 97 98\r\na=rtpmap:96 OPUS/48000/2\r\n"
                     "a=rtpmap:97 telephone-event/8000\r\na=rtpmap:98 telephone-event/48000\r\n"));
  CHECK(answer.media[0].formats == std::vector<std::string>{"96", "98"});
  CHECK(negotiator.audio()->event->ours.clock_rate == 48'000);
  // Our next offer keeps 96 for Opus and gives the others numbers of their own.
  const Session next = *parse(negotiator.make_offer());
  const auto codecs = codecs_of(next.media[0]);
  for (const Codec& codec : codecs)
    CHECK((codec.name == "opus" || codec.name == "OPUS") == (codec.payload_type == 96));
}

TEST_CASE("nothing in common is 488, nonsense is 400") {
  Negotiator negotiator = peer(1);
  for (const std::string& sections :
       {std::string("m=audio 9000 RTP/AVP 18\r\n"), std::string("m=video 9000 RTP/AVP 31\r\n"),
        std::string("m=audio 9000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n"),
        std::string("m=audio 9000 TCP/MSRP *\r\n"), std::string("m=audio 9000 RTP/SAVP 0\r\n"),
        std::string("m=audio 9000 UDP/TLS/RTP/SAVPF 0\r\na=fingerprint:sha-256 A\r\n"),
        std::string()}) {
    CAPTURE(sections);
    const auto answer = negotiator.make_answer(offer(sections));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().status == 488);
  }
  CHECK(negotiator.make_answer("nonsense").error().status == 400);
}

TEST_CASE("what is not spoken is refused by port 0, in its place") {
  Negotiator negotiator = peer(1);
  const Session answer =
      answered(negotiator,
               offer("m=video 7000 RTP/AVP 31\r\na=mid:v\r\nm=audio 8000 RTP/AVP 0\r\na=mid:a\r\n"
                     "m=audio 9000 RTP/AVP 0\r\nm=image 6000 udptl t38\r\n",
                     "a=group:BUNDLE v a\r\n"));
  REQUIRE(answer.media.size() == 4);
  CHECK(answer.media[0].port == 0);
  CHECK(answer.media[0].type == "video");
  CHECK(answer.media[1].port == 1);
  CHECK(answer.media[2].port == 0);
  CHECK(answer.media[3].port == 0);
  CHECK(find(answer.attributes, "group") == "BUNDLE a");
  CHECK(negotiator.audio()->remote.port == 8'000);
}

TEST_CASE("hold: by attribute, by address, from both sides") {
  Negotiator negotiator = peer(1);
  const auto direction = [&](const std::string& text) {
    const Session answer = answered(negotiator, text);
    return direction_of(answer, answer.media[0]);
  };
  CHECK(direction(offer("m=audio 9000 RTP/AVP 0\r\na=sendonly\r\n")) == Direction::RecvOnly);
  CHECK(direction(offer("m=audio 9000 RTP/AVP 0\r\na=inactive\r\n")) == Direction::Inactive);
  CHECK(direction(offer("m=audio 9000 RTP/AVP 0\r\n", "a=recvonly\r\n")) == Direction::SendOnly);
  CHECK(direction(offer("m=audio 9000 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n")) == Direction::RecvOnly);
  LocalStream held = stream(1);
  held.direction = Direction::SendOnly;
  negotiator.set_local(held);
  CHECK(direction(offer("m=audio 9000 RTP/AVP 0\r\n")) == Direction::SendOnly);
  CHECK(direction(offer("m=audio 9000 RTP/AVP 0\r\na=sendonly\r\n")) == Direction::Inactive);
}

TEST_CASE("the version grows with every change, and only then") {
  Negotiator negotiator = peer(4'000);
  const std::string first = negotiator.make_offer();
  CHECK(negotiator.make_offer() == first);
  CHECK(parse(first)->origin.version == "1");
  LocalStream held = stream(4'000);
  held.direction = Direction::Inactive;
  negotiator.set_local(held);
  CHECK(parse(negotiator.make_offer())->origin.version == "2");
}

TEST_CASE("SDES: optional, required, refused; keys stay over refreshes") {
  const std::string secure = offer(
      "m=audio 9000 RTP/SAVP 0\r\na=crypto:1 F8_128_HMAC_SHA1_80 inline:x\r\n"
      "a=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:theirs\r\n");
  AudioPolicy policy = default_policy();
  policy.srtp = SrtpUse::Optional;
  Negotiator optional = peer(1, policy);
  const Session answer = answered(optional, secure);
  CHECK(find(answer.media[0].attributes, "crypto") == "2 AES_CM_128_HMAC_SHA1_80 inline:key1");
  CHECK(optional.audio()->remote_crypto == "2 AES_CM_128_HMAC_SHA1_80 inline:theirs");
  LocalStream moved = stream(1);
  moved.make_crypto = [](uint32_t, std::string_view) { return std::string("2 other inline:new"); };
  optional.set_local(moved);
  CHECK(answered(optional, secure).media == answer.media);
  CHECK(answered(optional, offer("m=audio 9000 RTP/AVP 0\r\n")).media[0].protocol == "RTP/AVP");

  policy.srtp = SrtpUse::Required;
  Negotiator caller = peer(1, policy);
  Negotiator callee = peer(2, policy);
  CHECK_FALSE(caller.make_answer(offer("m=audio 9000 RTP/AVP 0\r\n")));
  const auto agreed = callee.make_answer(caller.make_offer());
  REQUIRE(agreed);
  REQUIRE(caller.take_answer(*agreed));
  CHECK(caller.audio()->local_crypto == callee.audio()->remote_crypto);
  CHECK(caller.audio()->remote_crypto == callee.audio()->local_crypto);
  std::string forged = *agreed;
  forged.replace(forged.find("crypto:1"), 8, "crypto:9");
  CHECK_FALSE(caller.take_answer(forged));
}

TEST_CASE("DTLS offers are accepted when policy says so, with our attributes") {
  AudioPolicy policy = default_policy();
  policy.dtls = true;
  Negotiator negotiator = peer(1, policy);
  LocalStream local = stream(1);
  local.rtcp_mux = true;
  local.attributes = {{"setup", "passive"}, {"fingerprint", "sha-256 OURS"}};
  negotiator.set_local(local);
  const Session answer = answered(
      negotiator, offer("m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=fingerprint:sha-256 THEIRS\r\n"
                        "a=setup:actpass\r\na=rtcp-mux\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\n"));
  CHECK(find(answer.media[0].attributes, "fingerprint") == "sha-256 OURS");
  CHECK(has(answer.media[0].attributes, "rtcp-mux"));
  CHECK(negotiator.audio()->remote.dtls.fingerprint == "sha-256 THEIRS");
}

TEST_CASE("answers that do not fit the offer are refused") {
  Negotiator negotiator = peer(1);
  negotiator.make_offer();
  for (const std::string& sections :
       {std::string(), std::string("m=audio 9000 RTP/AVP 0\r\nm=audio 9002 RTP/AVP 0\r\n"),
        std::string("m=audio 0 RTP/AVP 0\r\n"), std::string("m=audio 9000 RTP/AVP 18\r\n"),
        std::string("m=audio 9000 RTP/SAVP 0\r\n"), std::string("m=video 9000 RTP/AVP 31\r\n")}) {
    CAPTURE(sections);
    CHECK_FALSE(negotiator.take_answer(offer(sections)));
  }
  CHECK(negotiator.take_answer(offer("m=audio 9000 RTP/AVP 8\r\n")));
  CHECK(negotiator.audio()->codecs[0].theirs.name == "PCMA");
  CHECK_FALSE(negotiator.audio()->event);
}

TEST_CASE("an asymmetric answer: each side names its own payload types") {
  AudioPolicy policy = default_policy();
  policy.codecs = {{"opus", 48'000, 2, 107, {}}};
  Negotiator negotiator = peer(1, policy);
  negotiator.make_offer();
  REQUIRE(negotiator.take_answer(
      offer("m=audio 9000 RTP/AVP 120\r\na=rtpmap:120 opus/48000/2\r\na=fmtp:120 stereo=1\r\n")));
  const AgreedCodec& codec = negotiator.audio()->codecs[0];
  CHECK(codec.ours.payload_type == 107);
  CHECK(codec.theirs.payload_type == 120);
  CHECK(parameter(codec.theirs.parameters, "stereo") == "1");
}

TEST_CASE("fax: audio is replaced by T.38 and comes back") {
  Negotiator negotiator = peer(1);
  answered(negotiator, offer("m=audio 9000 RTP/AVP 0\r\n"));
  const std::string fax =
      offer("m=audio 0 RTP/AVP 0\r\nm=image 6000 udptl t38\r\na=T38FaxVersion:0\r\n");
  CHECK_FALSE(negotiator.make_answer(fax));
  negotiator.set_image(LocalImage{6'500, {{"T38FaxVersion", "0"}}});
  const Session answer = answered(negotiator, fax);
  CHECK(answer.media[0].port == 0);
  CHECK(answer.media[1].port == 6'500);
  CHECK_FALSE(negotiator.audio());
  REQUIRE(negotiator.image());
  CHECK(negotiator.image()->port == 6'000);
  CHECK(find(negotiator.image()->attributes, "T38FaxVersion") == "0");
  const Session back = *parse(negotiator.make_offer());
  REQUIRE(back.media.size() == 2);
  CHECK(back.media[0].port == 1);
  CHECK(back.media[1].port == 0);
  const Session out = *parse(negotiator.make_offer(true));
  CHECK(out.media[0].port == 0);
  CHECK(out.media[1].type == "image");
}

}  // namespace tandem::sdp
