#include "products/messaging/peer_multi.h"

#include "carrier/smpp/flags.h"

namespace tandem::products::messaging {

namespace smpp = carrier::smpp;

std::optional<smpp::Content> text_content(const smpp::Message& message) {
  auto content = smpp::content_of(message);
  const bool is_text = content && content->alphabet != carrier::text::Alphabet::Binary &&
                       !content->ports && (message.esm_class & smpp::kEsmTypeMask) == 0;
  if (!is_text) return std::nullopt;
  return std::move(*content);
}

void MultiSubmit::start(const smpp::SubmitMulti& multi, const Peer& peer) {
  if (multi.destinations.empty()) return done_(Status::InvalidDestinationCount, {});
  const auto content = text_content(smpp::message_of(multi, {}));
  if (!content || (content->concatenation && content->concatenation->total > 1)) {
    return done_(Status::InvalidEsmClass, {});
  }
  answer_.message_id = means_.ids.uuid();
  for (const smpp::Destination& to : multi.destinations) {
    if (!to.list_name.empty()) {
      smpp::Address name;
      name.digits = to.list_name;
      answer_.failures.push_back({std::move(name), Status::InvalidListName});
      continue;
    }
    receivers_.push_back(to.address);
    submits_.push_back(read_submit(smpp::message_of(multi, to.address), peer, answer_.message_id));
    submits_.back().text = content->text();
  }
  submit_first();
}

/// One after the other, until one has the id.
void MultiSubmit::submit_first() {
  if (next_ == submits_.size()) return finish();
  const size_t at = next_++;
  submit(at, [this](bool accepted) {
    if (!accepted) return submit_first();
    accepted_ = true;
    submit_rest();
  });
}

void MultiSubmit::submit_rest() {
  under_way_ = submits_.size() - next_;
  if (under_way_ == 0) return finish();
  for (size_t at = next_; at < submits_.size(); ++at) {
    submits_[at].id = means_.ids.uuid();
    submit(at, [this](bool) {
      if (--under_way_ == 0) finish();
    });
  }
}

void MultiSubmit::submit(size_t at, UniqueFunction<void(bool)> then) {
  auto self = shared_from_this();
  means_.decide(
      [self, at](const api::Moment& moment, const store::Snapshot& snapshot) -> api::Outcome {
        const Means& means = self->means_;
        return accept_submit(self->submits_[at], moment, snapshot, means.terms, means.queue);
      },
      [self, at, then = std::move(then)](const api::Decided& decided) mutable {
        if (decided.error) {
          self->answer_.failures.push_back({self->receivers_[at], status_of(*decided.error)});
        }
        then(!decided.error);
      });
}

void MultiSubmit::finish() {
  const Status status = accepted_ ? Status::Ok : answer_.failures.front().status;
  if (!accepted_) answer_.message_id.clear();
  done_(status, std::move(answer_));
}

}  // namespace tandem::products::messaging
