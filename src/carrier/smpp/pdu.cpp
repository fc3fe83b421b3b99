#include "carrier/smpp/pdu.h"

#include <concepts>
#include <type_traits>
#include <utility>

#include "carrier/smpp/wire.h"

namespace tandem::carrier::smpp {

namespace {

// The layouts of section 4. `io` is a Reader or a Writer; bodies are const for writers.

template <class B, class T>
concept Is = std::same_as<std::remove_const_t<B>, T>;

constexpr uint8_t kAddressFlag = 1;
constexpr uint8_t kListFlag = 2;

void layout_source(auto& io, auto& body) {
  io.address(body.source, kMaxAddressBytes, Status::InvalidSource);
}

void layout_destination(auto& io, auto& body) {
  io.address(body.destination, kMaxAddressBytes, Status::InvalidDestination);
}

void layout_message_id(auto& io, auto& body) {
  io.text(body.message_id, kMaxMessageIdBytes, Status::InvalidMessageId);
}

void layout_service_type(auto& io, auto& body) {
  io.text(body.service_type, kMaxServiceTypeBytes, Status::InvalidServiceType);
}

void layout_times(auto& io, auto& body) {
  io.text(body.schedule_delivery_time, kMaxTimeBytes, Status::InvalidSchedule);
  io.text(body.validity_period, kMaxTimeBytes, Status::InvalidExpiry);
}

/// From esm_class on, submit_sm and submit_multi are the same.
void layout_message_tail(auto& io, auto& body) {
  io.u8(body.esm_class);
  io.u8(body.protocol_id);
  io.u8(body.priority);
  layout_times(io, body);
  io.u8(body.registered_delivery);
  io.u8(body.replace_if_present);
  io.u8(body.data_coding);
  io.u8(body.default_message);
  io.short_message(body.short_message);
  io.tlvs(body.tlvs);
}

void layout_receiver(Reader& io, Destination& to) {
  uint8_t flag = 0;
  io.u8(flag);
  if (flag == kAddressFlag) {
    io.address(to.address, kMaxAddressBytes, Status::InvalidDestination);
  } else if (flag == kListFlag) {
    io.text(to.list_name, kMaxListNameBytes, Status::InvalidListName);
    if (to.list_name.empty()) io.stop(Status::InvalidListName);
  } else {
    io.stop(Status::InvalidDestinationFlag);
  }
}

void layout_receiver(Writer& io, const Destination& to) {
  if (to.list_name.empty()) {
    io.u8(kAddressFlag);
    io.address(to.address, kMaxAddressBytes, Status::InvalidDestination);
  } else {
    io.u8(kListFlag);
    io.text(to.list_name, kMaxListNameBytes, Status::InvalidListName);
  }
}

void layout_status(Reader& io, Status& status) {
  uint32_t value = 0;
  io.u32(value);
  status = static_cast<Status>(value);
}

void layout_status(Writer& io, Status status) { io.u32(static_cast<uint32_t>(status)); }

void layout(auto& /*io*/, Is<Empty> auto& /*body*/) {}

void layout(auto& io, Is<Bind> auto& body) {
  io.text(body.system_id, kMaxSystemIdBytes, Status::InvalidSystemId);
  io.text(body.password, kMaxPasswordBytes, Status::InvalidPassword);
  io.text(body.system_type, kMaxSystemTypeBytes, Status::InvalidSystemType);
  io.u8(body.interface_version);
  io.address(body.range, kMaxAddressRangeBytes, Status::BindFailed);
}

void layout(auto& io, Is<BindResp> auto& body) {
  io.text(body.system_id, kMaxSystemIdBytes, Status::InvalidSystemId);
  io.tlvs(body.tlvs);
}

void layout(auto& io, Is<Outbind> auto& body) {
  io.text(body.system_id, kMaxSystemIdBytes, Status::InvalidSystemId);
  io.text(body.password, kMaxPasswordBytes, Status::InvalidPassword);
}

void layout(auto& io, Is<Message> auto& body) {
  layout_service_type(io, body);
  layout_source(io, body);
  layout_destination(io, body);
  layout_message_tail(io, body);
}

void layout(auto& io, Is<MessageResp> auto& body) {
  layout_message_id(io, body);
  io.tlvs(body.tlvs);
}

void layout(auto& io, Is<DataSm> auto& body) {
  layout_service_type(io, body);
  io.address(body.source, kMaxLongAddressBytes, Status::InvalidSource);
  io.address(body.destination, kMaxLongAddressBytes, Status::InvalidDestination);
  io.u8(body.esm_class);
  io.u8(body.registered_delivery);
  io.u8(body.data_coding);
  io.tlvs(body.tlvs);
}

void layout(auto& io, Is<SubmitMulti> auto& body) {
  layout_service_type(io, body);
  layout_source(io, body);
  io.list(body.destinations, kMaxDestinations, [&io](auto& to) { layout_receiver(io, to); });
  layout_message_tail(io, body);
}

void layout(auto& io, Is<SubmitMultiResp> auto& body) {
  layout_message_id(io, body);
  io.list(body.failures, kMaxDestinations, [&io](auto& failure) {
    io.address(failure.address, kMaxAddressBytes, Status::InvalidDestination);
    layout_status(io, failure.status);
  });
}

void layout(auto& io, Is<QuerySm> auto& body) {
  layout_message_id(io, body);
  layout_source(io, body);
}

void layout(auto& io, Is<QuerySmResp> auto& body) {
  layout_message_id(io, body);
  io.text(body.final_date, kMaxTimeBytes, Status::QueryFailed);
  io.u8(body.message_state);
  io.u8(body.error_code);
}

void layout(auto& io, Is<CancelSm> auto& body) {
  layout_service_type(io, body);
  layout_message_id(io, body);
  layout_source(io, body);
  layout_destination(io, body);
}

void layout(auto& io, Is<ReplaceSm> auto& body) {
  layout_message_id(io, body);
  layout_source(io, body);
  layout_times(io, body);
  io.u8(body.registered_delivery);
  io.u8(body.default_message);
  io.short_message(body.short_message);
}

void layout(auto& io, Is<AlertNotification> auto& body) {
  io.address(body.source, kMaxLongAddressBytes, Status::InvalidSource);
  io.address(body.esme, kMaxLongAddressBytes, Status::InvalidDestination);
  io.tlvs(body.tlvs);
}

tl::unexpected<ParseError> refuse(Status status, const Pdu& pdu, std::string what) {
  return tl::unexpected<ParseError>(ParseError{status, pdu.command, pdu.sequence, std::move(what)});
}

/// Writes header and body, then puts the length in; takes everything back on a problem.
Status write_parts(std::string& out, Command command, Status status, uint32_t sequence,
                   const auto& body) {
  const size_t start = out.size();
  Writer writer(out);
  writer.u32(0);
  writer.u32(static_cast<uint32_t>(command));
  writer.u32(static_cast<uint32_t>(status));
  writer.u32(sequence);
  layout(writer, body);
  const size_t length = out.size() - start;
  if (length > kMaxPduBytes) writer.stop(Status::InvalidMessageLength);
  if (writer.problem() != Status::Ok) {
    out.resize(start);
    return writer.problem();
  }
  for (size_t i = 0; i < 4; ++i)
    out[start + i] = static_cast<char>((length >> (24 - 8 * i)) & 0xFF);
  return Status::Ok;
}

}  // namespace

Body empty_body(Command command) {
  switch (command) {
    case Command::BindReceiver:
    case Command::BindTransmitter:
    case Command::BindTransceiver:
      return Bind{};
    case Command::BindReceiverResp:
    case Command::BindTransmitterResp:
    case Command::BindTransceiverResp:
      return BindResp{};
    case Command::Outbind:
      return Outbind{};
    case Command::SubmitSm:
    case Command::DeliverSm:
      return Message{};
    case Command::SubmitSmResp:
    case Command::DeliverSmResp:
    case Command::DataSmResp:
      return MessageResp{};
    case Command::DataSm:
      return DataSm{};
    case Command::SubmitMulti:
      return SubmitMulti{};
    case Command::SubmitMultiResp:
      return SubmitMultiResp{};
    case Command::QuerySm:
      return QuerySm{};
    case Command::QuerySmResp:
      return QuerySmResp{};
    case Command::CancelSm:
      return CancelSm{};
    case Command::ReplaceSm:
      return ReplaceSm{};
    case Command::AlertNotification:
      return AlertNotification{};
    default:
      return Empty{};
  }
}

Result<Pdu, ParseError> parse(std::string_view bytes) {
  Pdu pdu;
  if (bytes.size() < kHeaderBytes) {
    return refuse(Status::InvalidCommandLength, pdu, "the header is cut off");
  }
  Reader header(bytes.substr(0, kHeaderBytes), false);
  uint32_t length = 0;
  uint32_t command = 0;
  uint32_t status = 0;
  header.u32(length);
  header.u32(command);
  header.u32(status);
  header.u32(pdu.sequence);
  pdu.command = static_cast<Command>(command);
  pdu.status = static_cast<Status>(status);
  if (length != bytes.size()) {
    return refuse(Status::InvalidCommandLength, pdu, "the length is not that of the PDU");
  }
  if (name_of(pdu.command).empty()) {
    return refuse(Status::InvalidCommandId, pdu, "the command is unknown");
  }
  pdu.body = empty_body(pdu.command);
  Reader reader(bytes.substr(kHeaderBytes), is_response(pdu.command));
  std::visit([&reader](auto& body) { layout(reader, body); }, pdu.body);
  if (reader.problem() != Status::Ok) {
    return refuse(reader.problem(), pdu,
                  std::string(name_of(pdu.command)) + ": " + name_of(reader.problem()));
  }
  return pdu;
}

Status write(std::string& out, const Pdu& pdu) {
  if (name_of(pdu.command).empty() || empty_body(pdu.command).index() != pdu.body.index()) {
    return Status::InvalidCommandId;
  }
  const auto write_body = [&out, &pdu](const auto& body) {
    return write_parts(out, pdu.command, pdu.status, pdu.sequence, body);
  };
  return std::visit(write_body, pdu.body);
}

Status write(std::string& out, Command command, uint32_t sequence, const Message& message) {
  if (command != Command::SubmitSm && command != Command::DeliverSm) {
    return Status::InvalidCommandId;
  }
  return write_parts(out, command, Status::Ok, sequence, message);
}

}  // namespace tandem::carrier::smpp
