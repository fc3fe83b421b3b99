#pragma once

#include <cstdint>
#include <string_view>

/// SMPP 3.4, the Short Message Peer to Peer protocol: its language, a client that binds to
/// carriers, and a server that others bind to. Section numbers are those of the specification,
/// version 3.4 issue 1.2.
namespace tandem::carrier::smpp {

inline constexpr uint32_t kResponseBit = 0x8000'0000;

/// What a PDU asks or answers (section 5.1.2.1). The responses have the top bit.
enum class Command : uint32_t {
  BindReceiver = 0x001,
  BindTransmitter = 0x002,
  QuerySm = 0x003,
  SubmitSm = 0x004,
  DeliverSm = 0x005,
  Unbind = 0x006,
  ReplaceSm = 0x007,
  CancelSm = 0x008,
  BindTransceiver = 0x009,
  Outbind = 0x00B,
  EnquireLink = 0x015,
  SubmitMulti = 0x021,
  AlertNotification = 0x102,
  DataSm = 0x103,
  GenericNack = kResponseBit,
  BindReceiverResp = kResponseBit | 0x001,
  BindTransmitterResp = kResponseBit | 0x002,
  QuerySmResp = kResponseBit | 0x003,
  SubmitSmResp = kResponseBit | 0x004,
  DeliverSmResp = kResponseBit | 0x005,
  UnbindResp = kResponseBit | 0x006,
  ReplaceSmResp = kResponseBit | 0x007,
  CancelSmResp = kResponseBit | 0x008,
  BindTransceiverResp = kResponseBit | 0x009,
  EnquireLinkResp = kResponseBit | 0x015,
  SubmitMultiResp = kResponseBit | 0x021,
  DataSmResp = kResponseBit | 0x103,
};

constexpr bool is_response(Command command) {
  return (static_cast<uint32_t>(command) & kResponseBit) != 0;
}

/// Whether a response belongs to the command. Outbind and alert notifications have none.
constexpr bool has_response(Command command) {
  return !is_response(command) && command != Command::Outbind &&
         command != Command::AlertNotification;
}

constexpr Command response_to(Command command) {
  return static_cast<Command>(static_cast<uint32_t>(command) | kResponseBit);
}

/// Whether this is one of the three binds.
constexpr bool is_bind(Command command) {
  return command == Command::BindReceiver || command == Command::BindTransmitter ||
         command == Command::BindTransceiver;
}

/// "submit_sm_resp"; empty for commands that 3.4 does not have.
std::string_view name_of(Command command);

}  // namespace tandem::carrier::smpp
