#include "products/common/phone_codes.h"

#include "core/assert.h"

namespace tandem::products {
namespace {

/// Who calls with a code that is said. Nobody has it: 500 is for personal numbers.
constexpr std::string_view kCaller = "+15005550199";
/// What the number of a flash call begins with.
constexpr std::string_view kFlashCallPrefix = "+150055";

std::string with_code(std::string words, std::string_view code) {
  for (size_t at = words.find(kCodeMark); at != std::string::npos;
       at = words.find(kCodeMark, at + code.size())) {
    words.replace(at, kCodeMark.size(), code);
  }
  return words;
}

/// "1, 2, 3": so that a voice says it digit by digit.
std::string spelled(std::string_view code) {
  std::string text;
  for (const char c : code) {
    if (!text.empty()) text += ", ";
    text += c;
  }
  return text;
}

}  // namespace

std::string make_code(Ids& ids, size_t digits) {
  constexpr size_t kDraw = 64;  // characters, of which about one in six is a digit
  std::string code;
  while (code.size() < digits) {
    for (const char c : ids.token(kDraw)) {
      if (c >= '0' && c <= '9' && code.size() < digits) code += c;
    }
  }
  return code;
}

PhoneCode::Way code_way(std::string_view method) {
  if (method == "call") return PhoneCode::Way::Call;
  if (method == "flashcall") return PhoneCode::Way::FlashCall;
  return PhoneCode::Way::Text;
}

Result<void, api::ApiError> PhoneCodes::send(const PhoneCode& code, api::Moment moment,
                                             const store::Snapshot& snapshot,
                                             api::Effects& effects) const {
  if (code.way == PhoneCode::Way::Text) {
    return texts_.send({code.sender, code.to, with_code(code.words, code.code)}, moment, effects);
  }
  ServiceCall call{.from = std::string(kCaller), .to = code.to, .words = {}};
  if (code.way == PhoneCode::Way::FlashCall) {
    TANDEM_ASSERT(code.code.size() == kFlashCallDigits);
    call.from = std::string(kFlashCallPrefix).append(code.code);
    return phones_.call(call, moment, snapshot, effects);
  }
  // Who hears it may have to look for a pencil.
  const std::string once = with_code(code.words, spelled(code.code));
  call.words = once + " " + once;
  call.language = code.language;
  return phones_.call(call, moment, snapshot, effects);
}

}  // namespace tandem::products
