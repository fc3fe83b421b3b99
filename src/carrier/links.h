#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carrier/errors.h"
#include "carrier/route.h"
#include "carrier/smpp/client.h"
#include "carrier/smpp/content.h"
#include "core/function.h"

namespace tandem::runtime {
class Shard;
}

namespace tandem::carrier {

/// A link to a carrier and what it understands.
struct LinkSetup {
  std::string name;
  smpp::LinkOptions options;
  smpp::LongText long_text = smpp::LongText::Header;
  text::Alphabet default_alphabet = text::Alphabet::Gsm7;  // what it means by data coding 0
  ErrorCodes errors;
  bool multimedia = false;  // takes pictures (sandbox/multimedia.h)
};

/// What links tell, on their shard; `link` is an index of the setups.
class LinksListener {
 public:
  virtual void on_submitted(uint64_t reference, size_t link,
                            const smpp::SubmitOutcome& outcome) = 0;
  virtual void on_receipt(size_t link, const smpp::DeliveryToken& token,
                          const smpp::Receipt& receipt, const smpp::Address& from,
                          const smpp::Address& to) = 0;
  virtual void on_message(size_t link, const smpp::DeliveryToken& token,
                          const smpp::Message& message) = 0;
  /// A link can take messages again, or cannot any more.
  virtual void on_links_changed() = 0;

 protected:
  ~LinksListener() = default;
};

/// All links to carriers and the routes over them. Lives on one shard.
class Links {
 public:
  Links(runtime::Shard& shard, std::vector<LinkSetup> setups, Routes routes,
        LinksListener& listener);
  ~Links();

  void start();
  /// Lets what is in flight end, then unbinds.
  void stop(UniqueFunction<void()> done);

  /// Whether every link can send.
  bool all_bound() const;
  /// The link for a number; none when no route leads there over a link that is bound.
  std::optional<size_t> choose(std::string_view number, bool multimedia);
  /// False when the link takes no more now; then there is no outcome.
  [[nodiscard]] bool submit(size_t link, uint64_t reference, smpp::Message message);
  void answer(size_t link, const smpp::DeliveryToken& token, smpp::Status status);
  const LinkSetup& setup(size_t link) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tandem::carrier
