#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "carrier/sandbox/handset.h"
#include "carrier/sandbox/multimedia.h"
#include "core/clock.h"
#include "core/json.h"
#include "store/store.h"

/// What the sandbox's handsets keep: the texts they got and sent, and their scripts.
namespace tandem::carrier::sandbox {

inline constexpr std::string_view kTexts = "sandbox_texts";
inline constexpr std::string_view kScripts = "sandbox_handsets";
/// Parts that were accepted and whose receipt, or arrival, is still to come.
inline constexpr std::string_view kSubmits = "sandbox_submits";

/// Texts of handsets that the platform has not taken yet.
inline constexpr std::string_view kUnsentTexts = "sandbox_unsent_texts";

/// The collections of the sandbox's message center.
std::vector<store::Collection> message_collections();

/// A whole text at a handset.
struct Text {
  std::string id;
  bool sent = false;  // by the handset, not to it
  std::string from;
  std::string to;
  std::string text;
  Multimedia multimedia;
  WallTime at{};
};
store::Put row_of(const Text& text);
/// An error when the row is not one of these.
Result<Text> read_text(const store::Row& row);

/// A script as people write it: {"delay_ms":500,"carrier_error":40008,"auto_reply":"{text}"}; the
/// members are those of Script, times in milliseconds. Unknown members are refused.
Result<Script> read_handset_script(json::View view);
std::string write_handset_script(const Script& script);

/// The script of a handset: its own, else the reserved one of its number, else that of an ordinary
/// phone.
Script script_of(const store::Snapshot& snapshot, std::string_view number);

/// Latest first, of one handset (empty: of all), at most `limit`, as a JSON array.
std::string list_texts(const store::Snapshot& snapshot, std::string_view number, size_t limit);

}  // namespace tandem::carrier::sandbox
