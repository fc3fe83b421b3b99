#pragma once

#include <string>
#include <string_view>

#include "products/common/message_sender.h"
#include "products/common/phone_caller.h"

/// Codes that prove who has a phone, and the ways in which they get to it.
namespace tandem::products {

/// Wrong codes that may be tried before one is worth nothing.
inline constexpr int64_t kMostCodeTries = 5;

/// A code of so many digits that nobody can guess.
std::string make_code(Ids& ids, size_t digits);

/// Where `words` have the code.
inline constexpr std::string_view kCodeMark = "{{code}}";

/// A code on its way.
struct PhoneCode {
  enum class Way : uint8_t {
    Text,      // `words` in a text message
    Call,      // `words` said, the code digit by digit
    FlashCall  // the last digits of the number that calls; nobody has to answer
  };
  Way way = Way::Text;
  std::string to;  // E.164
  std::string code;
  std::string words = "Your verification code is {{code}}.";
  std::string sender = "Tandem";  // of a text message
  std::string language = "en-US";
};

/// "sms", "call" and "flashcall", as operations name the ways.
PhoneCode::Way code_way(std::string_view method);

/// Digits of the code of a flash call, which is part of a phone number.
inline constexpr size_t kFlashCallDigits = 5;

/// Sends codes, by the platform's own texts and calls.
class PhoneCodes {
 public:
  PhoneCodes(MessageSender& texts, PhoneCaller& phones) : texts_(texts), phones_(phones) {}
  /// Adds it to the effects; refused as MessageSender and PhoneCaller do.
  Result<void, api::ApiError> send(const PhoneCode& code, api::Moment moment,
                                   const store::Snapshot& snapshot, api::Effects& effects) const;

 private:
  MessageSender& texts_;
  PhoneCaller& phones_;
};

}  // namespace tandem::products
