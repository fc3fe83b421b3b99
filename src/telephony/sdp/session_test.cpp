#include "telephony/sdp/session.h"

#include <doctest/doctest.h>

#include "telephony/sdp/stream.h"

namespace tandem::sdp {
namespace {

const std::string kPhone =
    "v=0\r\no=alice 2890844526 2890844527 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\n"
    "b=AS:64\r\nt=0 0\r\na=sendonly\r\nm=audio 49170 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:30\r\n"
    "m=video 0 RTP/AVP 31\r\n";

}  // namespace

TEST_CASE("a description is read and written again") {
  const auto session = parse(kPhone);
  REQUIRE(session);
  CHECK(session->origin.version == "2890844527");
  REQUIRE(session->media.size() == 2);
  CHECK(session->media[0].formats == std::vector<std::string>{"8", "0", "101"});
  CHECK(session->media[1].port == 0);
  CHECK(write(*session) == kPhone);
  CHECK(*parse(write(*session)) == *session);
}

TEST_CASE("bare LF, unknown lines and empty lines are borne") {
  const auto session = parse(
      "v=0\no=- 1 1 IN IP6 2001:db8::1\ns=x\ni=info\nc=IN IP6 2001:db8::1\nt=0 0\nk=prompt\n"
      "z=0 0\n\nm=audio 5000/2 RTP/AVP 0\n");
  REQUIRE(session);
  CHECK(session->connection->v6);
  CHECK(session->media[0].port == 5'000);
}

TEST_CASE("descriptions that are none") {
  const std::string head = "v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\ns=-\r\nc=IN IP4 1.2.3.4\r\nt=0 0\r\n";
  REQUIRE(parse(head));
  for (const std::string& text :
       {std::string(),
        std::string("v=1\r\n"),
        std::string("v=0\r\n"),
        std::string("o=x\r\n"),
        std::string("v=0\r\ns=-\r\n"),
        std::string("v=0\r\no=- x 1 IN IP4 1.2.3.4\r\n"),
        std::string("v=0\r\no=- 1 1 IN IP9 1.2.3.4\r\n"),
        head + "v=0\r\n",
        head + "o=- 1 1 IN IP4 1.2.3.4\r\n",
        head + "m=audio\r\n",
        head + "m=audio 1 RTP/AVP\r\n",
        head + "m=audio 65536 RTP/AVP 0\r\n",
        head + "m=audio -1 RTP/AVP 0\r\n",
        head + "m=audio x RTP/AVP 0\r\n",
        head + "a=\r\n",
        head + "a=:x\r\n",
        head + "c=IN\r\n",
        head + "nonsense\r\n",
        head + std::string("a=x\0y\r\n", 7),
        head + "m=audio 1 RTP/AVP 0\r\ns=late\r\n",
        std::string("v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nm=audio 1 RTP/AVP 0\r\n")}) {
    CAPTURE(text);
    CHECK_FALSE(parse(text));
  }
}

TEST_CASE("hostile sizes are refused") {
  const std::string head = "v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\nc=IN IP4 1.2.3.4\r\n";
  std::string media;
  for (size_t i = 0; i <= kMaxMedia; ++i) media += "m=audio 0 RTP/AVP 0\r\n";
  CHECK_FALSE(parse(head + media));
  std::string attributes;
  for (size_t i = 0; i <= kMaxAttributes; ++i) attributes += "a=x\r\n";
  CHECK_FALSE(parse(head + attributes));
  std::string formats = "m=audio 1 RTP/AVP";
  for (size_t i = 0; i <= kMaxFormats; ++i) formats += " 0";
  CHECK_FALSE(parse(head + formats + "\r\n"));
  CHECK_FALSE(parse(head + "a=" + std::string(kMaxLineBytes, 'x') + "\r\n"));
  CHECK_FALSE(parse(head + std::string(kMaxBytes, '\n')));
}

TEST_CASE("values cannot add lines") {
  Session session = *parse(kPhone);
  session.name = "x\r\na=evil";
  session.media[0].attributes.push_back({"tool", "y\r\nm=audio 1 RTP/AVP 0"});
  const auto again = parse(write(session));
  REQUIRE(again);
  CHECK_FALSE(has(again->attributes, "evil"));
  CHECK(again->media.size() == 2);
}

TEST_CASE("an audio section with everything applied") {
  const Session session = *parse(kPhone);
  const auto audio = read_audio(session, session.media[0]);
  REQUIRE(audio);
  CHECK(audio->address == "192.0.2.1");
  CHECK(audio->rtcp_port == 49'171);
  REQUIRE(audio->codecs.size() == 2);
  CHECK(audio->codecs[0].name == "PCMA");
  CHECK(audio->codecs[1].name == "PCMU");  // static, without an rtpmap
  REQUIRE(audio->events.size() == 1);
  CHECK(audio->events[0].parameters == "0-15");
  CHECK(audio->direction == Direction::SendOnly);
  CHECK(audio->packet_time.count() == 30);
  CHECK_FALSE(read_audio(session, session.media[1]));
}

TEST_CASE("WebRTC and SDES attributes are read") {
  const auto session = parse(
      "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=ice-lite\r\n"
      "a=fingerprint:sha-256 AB:CD\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\nc=IN IP4 0.0.0.0\r\n"
      "a=rtcp-mux\r\na=ice-ufrag:u\r\na=ice-pwd:p\r\na=setup:actpass\r\na=mid:0\r\n"
      "a=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\na=rtpmap:111 opus/48000/2\r\n"
      "m=audio 4000 RTP/SAVP 0\r\nc=IN IP4 192.0.2.1\r\n"
      "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc\r\na=crypto:bad\r\na=rtcp:4009\r\n");
  REQUIRE(session);
  const auto web = read_audio(*session, session->media[0]);
  REQUIRE(web);
  CHECK(web->protection == Protection::Dtls);
  CHECK(web->dtls.fingerprint == "sha-256 AB:CD");
  CHECK(web->dtls.candidates.size() == 1);
  CHECK(web->dtls.ice_lite);
  CHECK(web->direction == Direction::SendRecv);  // with ICE 0.0.0.0 is no hold
  CHECK(web->rtcp_mux);
  CHECK(web->codecs[0].channels == 2);
  const auto sdes = read_audio(*session, session->media[1]);
  REQUIRE(sdes);
  CHECK(sdes->protection == Protection::Sdes);
  REQUIRE(sdes->cryptos.size() == 1);
  CHECK(sdes->cryptos[0].suite == "AES_CM_128_HMAC_SHA1_80");
  CHECK(sdes->rtcp_port == 4'009);
}

TEST_CASE("directions") {
  CHECK(reversed(Direction::SendOnly) == Direction::RecvOnly);
  CHECK(reversed(Direction::SendRecv) == Direction::SendRecv);
  CHECK(reversed(Direction::Inactive) == Direction::Inactive);
  CHECK(common(Direction::SendRecv, Direction::RecvOnly) == Direction::RecvOnly);
  CHECK(common(Direction::SendOnly, Direction::RecvOnly) == Direction::Inactive);
}

TEST_CASE("codec parameters") {
  CHECK(parameter("maxplaybackrate=16000; UseInbandFec=1;stereo", "useinbandfec") == "1");
  CHECK(parameter("maxplaybackrate=16000; stereo", "stereo") == "");
  CHECK_FALSE(parameter("a=1", "b"));
  CHECK_FALSE(static_codec(96));
  CHECK(static_codec(18)->name == "G729");
}

}  // namespace tandem::sdp
