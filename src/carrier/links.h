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

/// The mobile network that serves a receiver; empty is what is not known of it.
struct LinkNetwork {
  std::string carrier;  // its name
  std::string mcc;      // mobile country and network code, ITU-T E.212: "234", "20"
  std::string mnc;
};

/// A link to a carrier and what it understands.
struct LinkSetup {
  std::string name;
  smpp::LinkOptions options;
  smpp::LongText long_text = smpp::LongText::Header;
  text::Alphabet default_alphabet = text::Alphabet::Gsm7;  // what it means by data coding 0
  ErrorCodes errors;
  LinkNetwork network;                   // of a link that leads to one network
  std::optional<smpp::Tag> network_tag;  // parameter in which receipts name it: "23420"
  bool multimedia = false;               // takes pictures (sandbox/multimedia.h)
};

/// The network that a receipt of the link tells of.
LinkNetwork network_of(const LinkSetup& link, const smpp::Message& receipt);

/// What links tell, on their shard; `link` is an index of the setups.
class LinksListener {
 public:
  virtual void on_submitted(uint64_t reference, size_t link,
                            const smpp::SubmitOutcome& outcome) = 0;
  /// `message` is what the receipt stands in: from the handset, to our number.
  virtual void on_receipt(size_t link, const smpp::DeliveryToken& token,
                          const smpp::Receipt& receipt, const smpp::Message& message) = 0;
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
