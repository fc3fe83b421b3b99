#pragma once

#include <string>

#include "api/site.h"
#include "carrier/sandbox/phone_network.h"

namespace tandem::app {

/// Mounts what tells the sandbox's phones what to do, and shows what they heard.
///
///   GET    /sandbox/subscribers                   numbers with a script of their own
///   GET    /sandbox/subscribers/{number}          the script a number plays
///   PUT    /sandbox/subscribers/{number} {...}    another script (carrier/sandbox/phone_script.h)
///   DELETE /sandbox/subscribers/{number}          an ordinary phone again, or the reserved one
///   POST   /sandbox/calls {"from", "to", "steps"} a phone calls a number of the platform
///   GET    /sandbox/calls?number=n&limit=n        calls of all phones or one, newest first
///   GET    /sandbox/calls/{id}                    one call: state, keys heard, how it ended
///   GET    /sandbox/calls/{id}/recording          what the phone heard, as WAV
///   POST   /sandbox/calls/{id}/steps {"steps"}    more for the phone to do
///   POST   /sandbox/calls/{id}/hangup {}          the phone hangs up
///
/// `platform` gives the SIP address of the platform once it listens: "127.0.0.1:5060".
void mount_sandbox_phones(api::Site& site, carrier::sandbox::PhoneNetwork& network,
                          std::function<std::string()> platform);

}  // namespace tandem::app
