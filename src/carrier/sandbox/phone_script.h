#pragma once

#include "carrier/sandbox/phone.h"
#include "core/json.h"

namespace tandem::carrier::sandbox {

/// Reads a script as people write it; members that are missing are as PhoneScript has them, unknown
/// ones are refused.
///
///   {"pickup": "answer",          or busy, ring_out, reject, unknown, unreachable, failure
///    "answer_after_ms": 1000,
///    "steps": [{"do": "wait", "ms": 500}, {"do": "press", "keys": "12#"},
///              {"do": "speak", "text": "Hello", "language": "en-US"},
///              {"do": "tone", "hz": 1000, "ms": 500}, {"do": "echo"}, {"do": "hang_up"}]}
Result<PhoneScript, ScriptError> read_script(json::View view);

/// The same, written with every member.
json::Value script_json(const PhoneScript& script);

}  // namespace tandem::carrier::sandbox
