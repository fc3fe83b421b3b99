#include "carrier/smpp/pdu.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "carrier/smpp/framer.h"

using namespace tandem::carrier::smpp;
using namespace std::string_literals;

namespace {

std::string bytes_of(const Pdu& pdu) {
  std::string out;
  REQUIRE(write(out, pdu) == Status::Ok);
  return out;
}

Message full_message() {
  Message message;
  message.service_type = "CMT";
  message.source = {Ton::Alphanumeric, Npi::Unknown, "Tandem"};
  message.destination = {Ton::International, Npi::Isdn, "15551230000"};
  message.esm_class = 0x40;
  message.protocol_id = 1;
  message.priority = 2;
  message.schedule_delivery_time = "260101000000000+";
  message.validity_period = "000001000000000R";
  message.registered_delivery = 1;
  message.replace_if_present = 1;
  message.data_coding = 8;
  message.default_message = 3;
  message.short_message = "\x00\x41\xD8\x3D\xDE\x00"s;
  message.tlvs.add_u16(Tag::UserMessageReference, 0x1234);
  message.tlvs.add_bytes(static_cast<Tag>(0x1501), "vendor");
  return message;
}

/// One of each, every field set.
std::vector<Pdu> all_pdus() {
  const Address from{Ton::National, Npi::Isdn, "5551"};
  const Address to{Ton::International, Npi::Isdn, "15552"};
  Bind bind{"user", "secret", "VMA", kVersion34, {Ton::Unknown, Npi::Isdn, "^555"}};
  BindResp bind_resp{"center", {}};
  bind_resp.tlvs.add_u8(Tag::ScInterfaceVersion, kVersion34);
  MessageResp resp{"abc-1", {}};
  DataSm data{"WAP", from, to, 0x04, 1, 8, {}};
  data.tlvs.add_bytes(Tag::MessagePayload, std::string(3000, 'x'));
  SubmitMulti multi;
  multi.source = from;
  multi.destinations = {{to, ""}, {{}, "friends"}, {from, ""}};
  multi.short_message = "hi";
  SubmitMultiResp multi_resp{"m1", {{to, Status::InvalidDestination}, {from, Status::Throttled}}};
  AlertNotification alert{from, to, {}};
  alert.tlvs.add_u8(Tag::MsAvailabilityStatus, 1);
  return {
      {Command::BindReceiver, Status::Ok, 1, bind},
      {Command::BindTransmitter, Status::Ok, 2, bind},
      {Command::BindTransceiver, Status::Ok, 3, bind},
      {Command::BindReceiverResp, Status::Ok, 1, bind_resp},
      {Command::BindTransmitterResp, Status::InvalidPassword, 2, bind_resp},
      {Command::BindTransceiverResp, Status::Ok, 3, bind_resp},
      {Command::Outbind, Status::Ok, 4, Outbind{"center", "pw"}},
      {Command::Unbind, Status::Ok, 5, Empty{}},
      {Command::UnbindResp, Status::Ok, 5, Empty{}},
      {Command::EnquireLink, Status::Ok, 6, Empty{}},
      {Command::EnquireLinkResp, Status::Ok, 6, Empty{}},
      {Command::GenericNack, Status::InvalidCommandId, 7, Empty{}},
      {Command::SubmitSm, Status::Ok, 8, full_message()},
      {Command::SubmitSmResp, Status::Ok, 8, resp},
      {Command::DeliverSm, Status::Ok, 9, full_message()},
      {Command::DeliverSmResp, Status::ReceiverTemporary, 9, resp},
      {Command::DataSm, Status::Ok, 10, data},
      {Command::DataSmResp, Status::Ok, 10, resp},
      {Command::SubmitMulti, Status::Ok, 11, multi},
      {Command::SubmitMultiResp, Status::Ok, 11, multi_resp},
      {Command::QuerySm, Status::Ok, 12, QuerySm{"abc", from}},
      {Command::QuerySmResp, Status::Ok, 12, QuerySmResp{"abc", "260101000000000+", 2, 9}},
      {Command::CancelSm, Status::Ok, 13, CancelSm{"CMT", "abc", from, to}},
      {Command::CancelSmResp, Status::Ok, 13, Empty{}},
      {Command::ReplaceSm, Status::Ok, 14, ReplaceSm{"abc", from, "", "", 1, 2, "new"}},
      {Command::ReplaceSmResp, Status::Ok, 14, Empty{}},
      {Command::AlertNotification, Status::Ok, 15, alert},
  };
}

Status status_of(const Pdu& pdu) {
  std::string out = "before";
  const Status status = write(out, pdu);
  if (status != Status::Ok) CHECK(out == "before");
  return status;
}

}  // namespace

TEST_CASE("every PDU goes there and back") {
  for (const Pdu& pdu : all_pdus()) {
    CAPTURE(name_of(pdu.command));
    const auto read = parse(bytes_of(pdu));
    REQUIRE(read.has_value());
    CHECK(*read == pdu);
  }
}

TEST_CASE("a PDU from the specification's appendix") {
  // Section 3.2.3: bind_transmitter of SMPP3TEST.
  const std::string bytes =
      "\x00\x00\x00\x2F\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x01"
      "SMPP3TEST\x00secret08\x00SUBMIT1\x00\x34\x01\x01\x00"s;
  const auto pdu = parse(bytes);
  REQUIRE(pdu.has_value());
  const auto& bind = std::get<Bind>(pdu->body);
  CHECK(pdu->command == Command::BindTransmitter);
  CHECK(bind.system_id == "SMPP3TEST");
  CHECK(bind.password == "secret08");
  CHECK(bind.system_type == "SUBMIT1");
  CHECK(bind.range == Address{Ton::International, Npi::Isdn, ""});
  CHECK(bytes_of(*pdu) == bytes);
}

TEST_CASE("a request is refused wherever it is cut, a response is read as far as it goes") {
  for (const Pdu& pdu : all_pdus()) {
    CAPTURE(name_of(pdu.command));
    const std::string whole = bytes_of(pdu);
    for (size_t size = kHeaderBytes; size < whole.size(); ++size) {
      std::string cut = whole.substr(0, size);
      for (size_t i = 0; i < 4; ++i) cut[i] = static_cast<char>((size >> (24 - 8 * i)) & 0xFF);
      const auto read = parse(cut);
      if (is_response(pdu.command)) {
        CHECK(read.has_value());
      } else if (!read) {
        CHECK(read.error().sequence == pdu.sequence);
        CHECK(read.error().command == pdu.command);
      } else {  // cut between optional parameters
        const std::string again = bytes_of(*read);
        CHECK(whole.substr(4, again.size() - 4) == again.substr(4));
        CHECK(again.size() + 4 > size);
      }
    }
  }
}

TEST_CASE("responses without a body are taken") {
  const auto read = parse("\x00\x00\x00\x10\x80\x00\x00\x04\x00\x00\x00\x58\x00\x00\x00\x07"s);
  REQUIRE(read.has_value());
  CHECK(read->status == Status::Throttled);
  CHECK(std::get<MessageResp>(read->body).message_id.empty());
}

TEST_CASE("bad PDUs are refused with the status to answer") {
  const auto problem = [](std::string bytes) {
    for (size_t i = 0; i < 4; ++i) {
      bytes[i] = static_cast<char>((bytes.size() >> (24 - 8 * i)) & 0xFF);
    }
    const auto read = parse(bytes);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().sequence == 9);
    return read.error().status;
  };
  const auto header = [](char command) {
    return "\0\0\0\0\0\0\0"s + command + "\0\0\0\0\0\0\0\x09"s;
  };
  CHECK(problem(header('\x7F')) == Status::InvalidCommandId);
  CHECK(problem(header('\x04')) == Status::InvalidCommandLength);
  CHECK(problem(header('\x04') + "TOOLONG\0"s) == Status::InvalidServiceType);
  CHECK(problem(header('\x04') + "\0\1\1"s + std::string(21, '5')) == Status::InvalidSource);
  CHECK(problem(header('\x04') +
                "\0\1\1"
                "5\0\1\1"s +
                std::string(30, '5')) == Status::InvalidDestination);
  const std::string to_times = header('\x04') +
                               "\0\1\1"
                               "5\0\1\1"
                               "6\0\0\0\0"s;
  CHECK(problem(to_times + std::string(17, '1')) == Status::InvalidSchedule);
  CHECK(problem(to_times + "\0"s + std::string(17, '1')) == Status::InvalidExpiry);
  const std::string to_length = to_times + "\0\0\1\0\0\0"s;
  CHECK(problem(to_length + "\xFF"s + std::string(255, 'a')) == Status::InvalidMessageLength);
  CHECK(problem(to_length + "\x05"
                            "abc"s) == Status::InvalidCommandLength);
  CHECK(problem(to_length + "\0\x04\x24\xFF\xFF"
                            "abc"s) == Status::InvalidTlvStream);
  std::string many = to_length + "\0"s;
  for (size_t i = 0; i <= Tlvs::kMaxCount; ++i) many += "\x15\x00\x00\x00"s;
  CHECK(problem(many) == Status::InvalidTlvStream);
  CHECK(problem(header('\x21') + "\0\1\1"
                                 "5\0\x01\x03"s) == Status::InvalidDestinationFlag);
  CHECK(problem(header('\x21') + "\0\1\1"
                                 "5\0\xFF"s) == Status::InvalidDestinationCount);
  CHECK(problem(header('\x21') + "\0\1\1"
                                 "5\0\x01\x02\0"s) == Status::InvalidListName);
}

TEST_CASE("what cannot be written says why and writes nothing") {
  Message message = full_message();
  message.short_message.assign(255, 'a');
  CHECK(status_of({Command::SubmitSm, Status::Ok, 1, message}) == Status::InvalidMessageLength);
  message = full_message();
  message.destination.digits.assign(21, '1');
  CHECK(status_of({Command::SubmitSm, Status::Ok, 1, message}) == Status::InvalidDestination);
  message = full_message();
  message.source.digits = "a\0b"s;
  CHECK(status_of({Command::SubmitSm, Status::Ok, 1, message}) == Status::InvalidSource);
  message = full_message();
  message.tlvs.add_bytes(Tag::MessagePayload, std::string(65'535, 'x'));
  CHECK(status_of({Command::SubmitSm, Status::Ok, 1, message}) == Status::Ok);
  message.tlvs.add_bytes(Tag::MessagePayload, std::string(65'536, 'x'));
  CHECK(status_of({Command::SubmitSm, Status::Ok, 1, message}) == Status::InvalidParameterLength);
  CHECK(status_of({Command::SubmitSm, Status::Ok, 1, Empty{}}) == Status::InvalidCommandId);
  CHECK(status_of({static_cast<Command>(0x999), Status::Ok, 1, Empty{}}) ==
        Status::InvalidCommandId);
  std::string out;
  CHECK(write(out, Command::BindReceiver, 1, full_message()) == Status::InvalidCommandId);
}

TEST_CASE("the stream is cut into PDUs wherever it is split") {
  std::string stream;
  for (const Pdu& pdu : all_pdus()) stream += bytes_of(pdu);
  for (const size_t step : {1U, 2U, 7U, 100U, 100'000U}) {
    Framer framer;
    std::string again;
    size_t count = 0;
    for (size_t at = 0; at < stream.size(); at += step) {
      framer.feed(std::string_view(stream).substr(at, step));
      while (const auto pdu = framer.next()) {
        again += *pdu;
        ++count;
      }
    }
    CHECK(count == all_pdus().size());
    CHECK(again == stream);
    CHECK_FALSE(framer.partial());
  }
}

TEST_CASE("the kept inputs of the fuzzer are read without harm") {
  size_t pdus = 0;
  size_t refused = 0;
  const std::string folder = TANDEM_SOURCE_DIR "/src/carrier/smpp/corpus/pdu_fuzz";
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    CAPTURE(file.path().string());
    std::ifstream stream(file.path(), std::ios::binary);
    Framer framer;
    framer.feed(std::string(std::istreambuf_iterator<char>(stream), {}));
    while (const auto bytes = framer.next()) {
      const auto pdu = parse(*bytes);
      if (!pdu) {
        ++refused;
        continue;
      }
      ++pdus;
      CHECK(parse(bytes_of(*pdu)) == *pdu);
    }
  }
  CHECK(pdus >= all_pdus().size());
  CHECK(refused >= 1);
}

TEST_CASE("impossible lengths break the stream at once") {
  for (const std::string& bytes :
       {"\xFF\xFF\xFF\xFF"s, "\0\0\0\x0F"s, "\0\0\0\0"s, "\0\1\x11\x71"s}) {
    Framer framer;
    framer.feed(bytes);
    CHECK_FALSE(framer.next());
    CHECK(framer.broken());
  }
  Framer framer(100);
  framer.feed("\0\0\0\x64"s);
  CHECK_FALSE(framer.next());
  CHECK_FALSE(framer.broken());
  CHECK(framer.partial());
}

TEST_CASE("names of statuses and what to do about them") {
  CHECK(name_of(Status::Throttled) == "ESME_RTHROTTLED");
  CHECK(name_of(static_cast<Status>(0x412)) == "0x00000412");
  CHECK(status_named("ESME_RINVDSTADR") == Status::InvalidDestination);
  CHECK_FALSE(status_named("ESME_NONSENSE"));
  CHECK(reaction_to(Status::Ok) == Reaction::None);
  CHECK(reaction_to(Status::MessageQueueFull) == Reaction::SlowDown);
  CHECK(reaction_to(Status::SystemError) == Reaction::TryLater);
  CHECK(reaction_to(Status::InvalidDestination) == Reaction::GiveUp);
}

TEST_CASE("addresses as the API writes them") {
  CHECK(address_of("+15551230000") == Address{Ton::International, Npi::Isdn, "15551230000"});
  CHECK(address_of("12345") == Address{Ton::NetworkSpecific, Npi::Unknown, "12345"});
  CHECK(address_of("Tandem 1") == Address{Ton::Alphanumeric, Npi::Unknown, "Tandem 1"});
  for (const char* number : {"+15551230000", "12345", "Tandem"}) {
    CHECK(number_of(address_of(number)) == number);
  }
}
