#include "carrier/smpp/status.h"

#include <array>
#include <utility>

namespace tandem::carrier::smpp {

namespace {

constexpr auto kNames = std::to_array<std::pair<Status, std::string_view>>({
    {Status::Ok, "ESME_ROK"},
    {Status::InvalidMessageLength, "ESME_RINVMSGLEN"},
    {Status::InvalidCommandLength, "ESME_RINVCMDLEN"},
    {Status::InvalidCommandId, "ESME_RINVCMDID"},
    {Status::InvalidBindStatus, "ESME_RINVBNDSTS"},
    {Status::AlreadyBound, "ESME_RALYBND"},
    {Status::InvalidPriority, "ESME_RINVPRTFLG"},
    {Status::InvalidRegisteredDelivery, "ESME_RINVREGDLVFLG"},
    {Status::SystemError, "ESME_RSYSERR"},
    {Status::InvalidSource, "ESME_RINVSRCADR"},
    {Status::InvalidDestination, "ESME_RINVDSTADR"},
    {Status::InvalidMessageId, "ESME_RINVMSGID"},
    {Status::BindFailed, "ESME_RBINDFAIL"},
    {Status::InvalidPassword, "ESME_RINVPASWD"},
    {Status::InvalidSystemId, "ESME_RINVSYSID"},
    {Status::CancelFailed, "ESME_RCANCELFAIL"},
    {Status::ReplaceFailed, "ESME_RREPLACEFAIL"},
    {Status::MessageQueueFull, "ESME_RMSGQFUL"},
    {Status::InvalidServiceType, "ESME_RINVSERTYP"},
    {Status::InvalidDestinationCount, "ESME_RINVNUMDESTS"},
    {Status::InvalidListName, "ESME_RINVDLNAME"},
    {Status::InvalidDestinationFlag, "ESME_RINVDESTFLAG"},
    {Status::InvalidSubmitWithReplace, "ESME_RINVSUBREP"},
    {Status::InvalidEsmClass, "ESME_RINVESMCLASS"},
    {Status::CannotSubmitToList, "ESME_RCNTSUBDL"},
    {Status::SubmitFailed, "ESME_RSUBMITFAIL"},
    {Status::InvalidSourceTon, "ESME_RINVSRCTON"},
    {Status::InvalidSourceNpi, "ESME_RINVSRCNPI"},
    {Status::InvalidDestinationTon, "ESME_RINVDSTTON"},
    {Status::InvalidDestinationNpi, "ESME_RINVDSTNPI"},
    {Status::InvalidSystemType, "ESME_RINVSYSTYP"},
    {Status::InvalidReplaceFlag, "ESME_RINVREPFLAG"},
    {Status::InvalidMessageCount, "ESME_RINVNUMMSGS"},
    {Status::Throttled, "ESME_RTHROTTLED"},
    {Status::InvalidSchedule, "ESME_RINVSCHED"},
    {Status::InvalidExpiry, "ESME_RINVEXPIRY"},
    {Status::InvalidDefaultMessage, "ESME_RINVDFTMSGID"},
    {Status::ReceiverTemporary, "ESME_RX_T_APPN"},
    {Status::ReceiverPermanent, "ESME_RX_P_APPN"},
    {Status::ReceiverReject, "ESME_RX_R_APPN"},
    {Status::QueryFailed, "ESME_RQUERYFAIL"},
    {Status::InvalidTlvStream, "ESME_RINVOPTPARSTREAM"},
    {Status::TlvNotAllowed, "ESME_ROPTPARNOTALLWD"},
    {Status::InvalidParameterLength, "ESME_RINVPARLEN"},
    {Status::MissingTlv, "ESME_RMISSINGOPTPARAM"},
    {Status::InvalidTlvValue, "ESME_RINVOPTPARAMVAL"},
    {Status::DeliveryFailure, "ESME_RDELIVERYFAILURE"},
    {Status::UnknownError, "ESME_RUNKNOWNERR"},
});

}  // namespace

std::string name_of(Status status) {
  for (const auto& [known, name] : kNames) {
    if (known == status) return std::string(name);
  }
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex = "0x";
  for (int shift = 28; shift >= 0; shift -= 4) {
    hex += kDigits[(static_cast<uint32_t>(status) >> shift) & 15];
  }
  return hex;
}

std::optional<Status> status_named(std::string_view name) {
  for (const auto& [status, known] : kNames) {
    if (known == name) return status;
  }
  return std::nullopt;
}

Reaction reaction_to(Status status) {
  switch (status) {
    case Status::Ok:
      return Reaction::None;
    case Status::Throttled:
    case Status::MessageQueueFull:
      return Reaction::SlowDown;
    case Status::SystemError:
    case Status::SubmitFailed:
    case Status::ReceiverTemporary:
    case Status::InvalidBindStatus:
      return Reaction::TryLater;
    default:
      return Reaction::GiveUp;
  }
}

}  // namespace tandem::carrier::smpp
