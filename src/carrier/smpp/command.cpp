#include "carrier/smpp/command.h"

namespace tandem::carrier::smpp {

std::string_view name_of(Command command) {
  switch (command) {
    case Command::BindReceiver:
      return "bind_receiver";
    case Command::BindTransmitter:
      return "bind_transmitter";
    case Command::QuerySm:
      return "query_sm";
    case Command::SubmitSm:
      return "submit_sm";
    case Command::DeliverSm:
      return "deliver_sm";
    case Command::Unbind:
      return "unbind";
    case Command::ReplaceSm:
      return "replace_sm";
    case Command::CancelSm:
      return "cancel_sm";
    case Command::BindTransceiver:
      return "bind_transceiver";
    case Command::Outbind:
      return "outbind";
    case Command::EnquireLink:
      return "enquire_link";
    case Command::SubmitMulti:
      return "submit_multi";
    case Command::AlertNotification:
      return "alert_notification";
    case Command::DataSm:
      return "data_sm";
    case Command::GenericNack:
      return "generic_nack";
    case Command::BindReceiverResp:
      return "bind_receiver_resp";
    case Command::BindTransmitterResp:
      return "bind_transmitter_resp";
    case Command::QuerySmResp:
      return "query_sm_resp";
    case Command::SubmitSmResp:
      return "submit_sm_resp";
    case Command::DeliverSmResp:
      return "deliver_sm_resp";
    case Command::UnbindResp:
      return "unbind_resp";
    case Command::ReplaceSmResp:
      return "replace_sm_resp";
    case Command::CancelSmResp:
      return "cancel_sm_resp";
    case Command::BindTransceiverResp:
      return "bind_transceiver_resp";
    case Command::EnquireLinkResp:
      return "enquire_link_resp";
    case Command::SubmitMultiResp:
      return "submit_multi_resp";
    case Command::DataSmResp:
      return "data_sm_resp";
  }
  return {};
}

}  // namespace tandem::carrier::smpp
