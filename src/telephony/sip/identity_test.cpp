#include "telephony/sip/identity.h"

#include <doctest/doctest.h>

namespace tandem::sip {
namespace {

CallerIdentity read(const std::string& from, const std::string& extra, bool trusted) {
  const std::string bytes =
      "INVITE sip:b@h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\nFrom: " + from +
      ";tag=1\r\nTo: <sip:b@h>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n" + extra + "\r\n";
  Message message;
  REQUIRE(message.parse(bytes) == ParseFault::None);
  return read_caller(message, trusted);
}

}  // namespace

TEST_CASE("From is what an unknown peer may say of itself") {
  const auto caller =
      read("\"Ann\" <sip:+15550100@h>", "P-Asserted-Identity: <sip:+15559999@h>\r\n", false);
  CHECK(caller.number == "+15550100");
  CHECK(caller.display == "Ann");
  CHECK_FALSE(caller.asserted);
  CHECK(read("<sip:ann@h>", "", false).number.empty());
}

TEST_CASE("a trusted peer asserts identities, numbers first") {
  const auto caller =
      read("\"Anonymous\" <sip:anonymous@anonymous.invalid>",
           "P-Asserted-Identity: <sip:ann@h>, <tel:+1-555-0100>\r\nPrivacy: id\r\n", true);
  CHECK(caller.number == "+15550100");
  CHECK(caller.asserted);
  CHECK(caller.anonymous);
  const auto party =
      read("<sip:1@h>", "Remote-Party-ID: <sip:2@h>;privacy=full;screen=yes\r\n", true);
  CHECK(party.number == "2");
  CHECK(party.anonymous);
}

TEST_CASE("privacy words and diversions") {
  CHECK(asks_privacy("critical;id"));
  CHECK(asks_privacy("header, user"));
  CHECK_FALSE(asks_privacy("none"));
  CHECK_FALSE(asks_privacy(""));
  const auto caller = read("<sip:1@h>",
                           "Diversion: <sip:+15550101@h>;reason=user-busy;counter=1, "
                           "<tel:+15550102>;reason=\"unconditional\"\r\n",
                           true);
  REQUIRE(caller.diverted.size() == 2);
  CHECK(caller.diverted[0].reason == "user-busy");
  CHECK(caller.diverted[1].from == "tel:+15550102");
  CHECK(caller.diverted[1].reason == "unconditional");
}

TEST_CASE("showing and hiding a caller") {
  const auto shown = show_identity("+15550100", "Ann \"A\"", "h", false, true);
  CHECK(shown.from == "\"Ann \\\"A\\\"\" <sip:+15550100@h>");
  CHECK(shown.headers == HeaderList{{"P-Asserted-Identity", shown.from}});
  const auto hidden = show_identity("+15550100", "", "h", true, true);
  CHECK(hidden.from == "\"Anonymous\" <sip:anonymous@anonymous.invalid>");
  CHECK(hidden.headers[0].second == "<sip:+15550100@h>");
  CHECK(hidden.headers[1] == std::pair<std::string, std::string>("Privacy", "id"));
}

}  // namespace tandem::sip
