#pragma once

#include <string>
#include <vector>

#include "core/function.h"
#include "core/result.h"

namespace tandem::carrier {

/// A message of an RCS agent to one phone.
struct RcsSubmit {
  std::string id;       // the platform's; reports name it
  std::string agent;    // its id at the network
  std::string to;       // E.164
  std::string content;  // JSON text in the form of RCS Business Messaging's AgentMessage
};

/// What a network says to a submit.
enum class RcsAnswer : uint8_t {
  Accepted,  // reports follow
  NoRcs,     // the phone cannot be reached by RCS
  TryLater   // the network fails; the same submit may be sent again
};

/// What becomes of a message that was accepted.
enum class RcsReport : uint8_t { Delivered, Read, Failed };

/// A network that carries RCS business messages: the sandbox's, or a provider's upstream. Verbs
/// from any thread; `done` is called once, on any thread, maybe before the verb returns.
class RcsNetwork {
 public:
  using Features = std::vector<std::string>;
  using Listener = std::function<void(const std::string& id, RcsReport report)>;

  virtual ~RcsNetwork() = default;
  /// What the phone can show, in the words of RCS Business Messaging ("RICHCARD_STANDALONE");
  /// nothing when it has no RCS.
  virtual void find_features(const std::string& agent, const std::string& number,
                             UniqueFunction<void(Result<Features>)> done) = 0;
  /// Asks the phone whether it wants to try out an agent that was not launched.
  virtual void invite(const std::string& agent, const std::string& number) = 0;
  virtual void send(RcsSubmit submit, UniqueFunction<void(RcsAnswer)> done) = 0;
  /// Who hears of reports; set once, before anything is sent.
  virtual void set_listener(Listener listener) = 0;
};

}  // namespace tandem::carrier
