#include "products/messaging/receiver.h"

#include "carrier/smpp/content.h"
#include "carrier/text/reassembly.h"
#include "core/log.h"
#include "products/messaging/fragments.h"
#include "products/messaging/media.h"
#include "runtime/shards.h"

namespace tandem::products::messaging {

namespace smpp = carrier::smpp;
namespace text = carrier::text;
using Answer = UniqueFunction<void(smpp::Status)>;

namespace {

constexpr int64_t kMostParts = 100'000;
constexpr std::chrono::seconds kExpiryLook{60};

std::string encoding_of(text::Alphabet alphabet) {
  return alphabet == text::Alphabet::Ucs2 ? "UCS-2" : "GSM-7";
}

}  // namespace

class Receiver::Impl : public std::enable_shared_from_this<Receiver::Impl> {
 public:
  explicit Impl(const Parts& parts) : parts_(parts) {}

  void start() {
    store::Query query;
    query.collection = kInboundParts;
    query.order = {{"created_at", false}};
    query.limit = kMostParts;
    for (const store::Row& row : parts_.dispatcher.database().snapshot()->list(query).rows) {
      const auto document = json::Document::parse(row.body);
      if (!document) continue;
      auto outcome = reassembly_.add(read_fragment(row.id, document->root()), row.created_at);
      if (outcome.text) take_over(std::move(*outcome.text), {});
    }
    expire_later();
  }

  void receive(const smpp::Message& message, const carrier::LinkSetup& link, Answer answer) {
    auto content = smpp::content_of(message, link.default_alphabet);
    if (!content) return answer(smpp::Status::ReceiverPermanent);
    InboundText inbound;
    inbound.from = smpp::number_of(message.source);
    inbound.to = smpp::number_of(message.destination);
    inbound.encoding = encoding_of(content->alphabet);
    if (link.multimedia) {
      if (auto multimedia = carrier::sandbox::multimedia_of(message)) {
        inbound.mms = true;
        inbound.multimedia = std::move(*multimedia);
      }
    }
    if (content->concatenation && content->concatenation->total > 1) {
      return keep(inbound, std::move(*content), std::move(answer));
    }
    inbound.text = content->text();
    auto whole = std::make_shared<InboundText>(std::move(inbound));
    if (whole->multimedia.media.empty()) return decide(whole, {}, std::move(answer), true);
    fetch_media(std::move(whole), std::move(answer));
  }

  void reset() { reassembly_ = text::Reassembly(); }

 private:
  /// The files of a message; those that cannot be had stay where they are.
  void fetch_media(std::shared_ptr<InboundText> inbound, Answer answer) {
    std::vector<std::string> urls;
    for (const auto& item : inbound->multimedia.media) urls.push_back(item.url);
    parts_.media.fetch(
        std::move(urls), /*shrink=*/false,
        [self = shared_from_this(), inbound, answer = std::move(answer)](
            Result<std::vector<MediaFile>, contract::ApiError> files) mutable {
          self->name_media(*inbound, files);
          self->parts_.shard.post([self, inbound, answer = std::move(answer)]() mutable {
            self->decide(inbound, {}, std::move(answer), true);
          });
        });
  }

  void name_media(InboundText& inbound,
                  const Result<std::vector<MediaFile>, contract::ApiError>& files) const {
    const WallTime now = parts_.clock.now();
    if (files) {
      for (const MediaFile& file : *files) inbound.media.push(parts_.media.shown(file, now));
      return;
    }
    log::warn("messaging", "files of a message cannot be had",
              {{"why", files.error().items.front().detail}});
    for (const auto& item : inbound.multimedia.media) {
      inbound.media.push(
          json::Value::object({{"url", item.url}, {"content_type", item.content_type}}));
    }
  }

  /// A part of a long text.
  void keep(const InboundText& inbound, smpp::Content content, Answer answer) {
    text::Fragment fragment{parts_.dispatcher.ids(parts_.shard.index()).uuid(),
                            inbound.from,
                            inbound.to,
                            *content.concatenation,
                            content.alphabet,
                            content.national,
                            std::move(content.bytes)};
    const text::Fragment kept = fragment;
    auto outcome = reassembly_.add(std::move(fragment), parts_.clock.now());
    switch (outcome.verdict) {
      case text::Reassembly::Verdict::Duplicate:
        return answer(smpp::Status::Ok);
      case text::Reassembly::Verdict::Refused:
        return answer(smpp::Status::ReceiverTemporary);
      case text::Reassembly::Verdict::Complete:
        return take_over(std::move(*outcome.text), std::move(answer));
      case text::Reassembly::Verdict::Waiting:
        break;
    }
    if (outcome.given_up) take_over(std::move(*outcome.given_up), {});
    auto held = std::make_shared<Answer>(std::move(answer));
    parts_.dispatcher.decide(
        [kept](const api::Moment& moment, const store::Snapshot&) -> api::Outcome {
          api::Effects effects;
          effects.put(std::string(kInboundParts), kept.id, {}, row_of(kept), store::kAnyRevision,
                      moment.now);
          return effects;
        },
        [held](const api::Decided& decided) {
          (*held)(decided.error ? smpp::Status::ReceiverTemporary : smpp::Status::Ok);
        });
  }

  /// A whole text, or what there is of one.
  void take_over(text::Assembled assembled, Answer answer) {
    auto inbound = std::make_shared<InboundText>();
    inbound->from = std::move(assembled.from);
    inbound->to = std::move(assembled.to);
    inbound->text = std::move(assembled.text);
    inbound->encoding = encoding_of(assembled.alphabet);
    inbound->parts = std::min<int64_t>(assembled.total - assembled.missing, kMostShownParts);
    decide(std::move(inbound), std::move(assembled.ids), std::move(answer), true);
  }

  void decide(std::shared_ptr<InboundText> inbound, std::vector<std::string> used, Answer answer,
              bool may_answer) {
    auto self = shared_from_this();
    parts_.dispatcher.decide(
        [self, inbound, used, may_answer](const api::Moment& moment,
                                          const store::Snapshot& snapshot) -> api::Outcome {
          api::Effects effects = receive_text(*inbound, moment, snapshot, self->parts_.terms,
                                              self->parts_.queue, may_answer);
          for (const std::string& id : used) effects.remove(std::string(kInboundParts), id);
          return effects;
        },
        [self, inbound, used, may_answer,
         answer = std::move(answer)](const api::Decided& decided) mutable {
          if (decided.error && may_answer) {
            return self->decide(inbound, used, std::move(answer), false);
          }
          if (decided.error) {
            log::warn("messaging", "a text could not be kept",
                      {{"why", decided.error->items.front().detail}});
          }
          if (!answer) return;
          answer(decided.error ? smpp::Status::ReceiverTemporary : smpp::Status::Ok);
        });
  }

  /// Long texts whose last parts never came are handed over as they are.
  void expire_later() {
    parts_.shard.after(kExpiryLook, [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      for (text::Assembled& text : self->reassembly_.expire(self->parts_.clock.now())) {
        self->take_over(std::move(text), {});
      }
      self->expire_later();
    });
  }

  static constexpr int64_t kMostShownParts = 10;  // what the contract can show

  Parts parts_;
  text::Reassembly reassembly_;
};

Receiver::Receiver(const Parts& parts) : impl_(std::make_shared<Impl>(parts)) {}
Receiver::~Receiver() = default;

void Receiver::start() { impl_->start(); }
void Receiver::receive(const smpp::Message& message, const carrier::LinkSetup& link,
                       Answer answer) {
  impl_->receive(message, link, std::move(answer));
}
void Receiver::reset() { impl_->reset(); }

}  // namespace tandem::products::messaging
