#include "products/messaging/peer_outbox.h"

#include <doctest/doctest.h>

#include "carrier/smpp/content.h"
#include "carrier/smpp/receipt.h"
#include "core/random.h"

namespace tandem::products::messaging {
namespace {

namespace smpp = carrier::smpp;

/// What ending a message owes to its peer.
struct Ending {
  explicit Ending(uint8_t registered, std::string status = "delivered",
                  std::optional<int> error = std::nullopt) {
    const PeerReceipt receipt{"0190", registered, uint16_t{7}};
    const PeerReport report{
        "abcdef012345",    "+13125550100", "+13125550123", "Grüße 1234567890 und mehr",
        std::move(status), error,          clock.now()};
    owe_receipt(receipt, report, "account", {clock.now(), ids}, effects);
  }
  size_t owed() const { return effects.batch.puts.size(); }
  smpp::Message message() const {
    const auto row = json::Document::parse(effects.batch.puts.front().body);
    return read_owed(row->root());
  }

  SystemClock clock;
  SystemRandom random;
  Ids ids{clock, random};
  api::Effects effects;
};

TEST_CASE("a peer binds with what fits into a system_id") {
  CHECK(peer_of("0190c2a0-1111-7222-8333-abcdef012345") == "abcdef012345");
}

TEST_CASE("a receipt survives its row, in both forms") {
  const smpp::Message message = Ending(1).message();
  CHECK(smpp::number_of(message.source) == "+13125550123");
  CHECK(smpp::number_of(message.destination) == "+13125550100");
  CHECK(message.tlvs.text(smpp::Tag::ReceiptedMessageId) == "0190");
  const auto receipt = smpp::receipt_of(message);
  REQUIRE(receipt);
  CHECK(receipt->message_id == "0190");
  CHECK(receipt->state == smpp::MessageState::Delivered);
  CHECK(receipt->user_message_reference == 7);
  CHECK(message.short_message.find("text:Gr??e 1234567890 und") != std::string::npos);
}

TEST_CASE("receipts come when they are asked for") {
  CHECK(Ending(0).owed() == 0);
  CHECK(Ending(1).owed() == 1);
  CHECK(Ending(2).owed() == 0);
  CHECK(Ending(2, "delivery_failed", 40008).owed() == 1);
  CHECK(Ending(3).owed() == 0);  // reserved
}

TEST_CASE("a receipt says how it ended") {
  const auto state = [](const char* status, std::optional<int> error) {
    return smpp::receipt_of(Ending(1, status, error).message())->state;
  };
  CHECK(state("delivery_failed", 40008) == smpp::MessageState::Undeliverable);
  CHECK(state("sending_failed", 40012) == smpp::MessageState::Rejected);
  CHECK(state("expired", 40014) == smpp::MessageState::Expired);
  CHECK(state("delivery_unconfirmed", std::nullopt) == smpp::MessageState::Unknown);
}

}  // namespace
}  // namespace tandem::products::messaging
