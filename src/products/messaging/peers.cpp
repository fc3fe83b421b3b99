#include "products/messaging/peers.h"

#include <unordered_map>

#include "carrier/text/reassembly.h"
#include "core/log.h"
#include "core/random.h"
#include "products/messaging/bind_guard.h"
#include "products/messaging/fragments.h"
#include "products/messaging/peer_changes.h"
#include "products/messaging/peer_deliveries.h"
#include "products/messaging/peer_multi.h"
#include "products/messaging/peer_submits.h"
#include "products/messaging/pipeline.h"
#include "runtime/shards.h"

namespace tandem::products::messaging {

namespace smpp = carrier::smpp;
namespace text = carrier::text;
using smpp::Status;
using std::chrono::steady_clock;

namespace {

constexpr int64_t kMostParts = 100'000;
/// How long the first part of a text waits for the last one.
constexpr Millis kPartPatience{5 * 60'000};
constexpr std::chrono::seconds kExpiryLook{10};
/// Octets of one part; more fit into no short_message.
constexpr size_t kMostPartBytes = 254;

smpp::ServerOptions server_options(Peers::Options& options) {
  smpp::ServerOptions server;
  server.places = std::move(options.places);
  server.max_waiting = PeerDeliveries::kWindow;
  return server;
}

/// The same text may be sent twice under one reference, so nothing is taken for a repetition once
/// the text is whole.
text::Reassembly::Limits part_limits() {
  text::Reassembly::Limits limits;
  limits.timeout = kPartPatience;
  limits.remember = Millis(0);
  limits.max_part_bytes = kMostPartBytes;
  return limits;
}

std::string host_of(const std::string& peer) { return peer.substr(0, peer.rfind(':')); }

}  // namespace

class Peers::Impl final : public smpp::ServerListener,
                          public std::enable_shared_from_this<Peers::Impl> {
 public:
  Impl(const Parts& parts, Options options)
      : parts_(parts),
        grant_{options.max_submits_per_second, options.max_sessions},
        server_(parts.shard, random_, server_options(options), *this),
        deliveries_(parts.shard, parts.dispatcher, server_) {}

  Result<void> start() {
    store::Query query;
    query.collection = kPeerParts;
    query.order = {{"created_at", false}};
    query.limit = kMostParts;
    for (const store::Row& row : parts_.dispatcher.database().snapshot()->list(query).rows) {
      const auto document = json::Document::parse(row.body);
      if (document) add_part(read_fragment(row.id, document->root()), row.created_at);
    }
    expire_later();
    return server_.start();
  }
  void stop(UniqueFunction<void()> done) { server_.stop(std::move(done)); }
  void owed() { deliveries_.look(); }
  void reset() {
    parts_of_texts_ = text::Reassembly(part_limits());
    deliveries_.reset();
  }

 private:
  void on_bind(uint64_t session, const smpp::BindRequest& request) override;
  void on_submit(const smpp::RequestToken& token, const std::string& system_id,
                 const smpp::Message& message) override;
  void on_operation(const smpp::RequestToken& token, const std::string& system_id,
                    const smpp::Pdu& request) override;
  void on_delivered(uint64_t reference, const smpp::DeliverOutcome& outcome) override {
    deliveries_.delivered(reference, outcome);
  }
  void on_receivers(const std::string& system_id, size_t count) override;

  void keep(const smpp::RequestToken& token, std::shared_ptr<PeerSubmit> submit,
            smpp::Content content);
  text::Reassembly::Outcome add_part(text::Fragment part, WallTime at);
  void accept(const smpp::RequestToken& token, std::shared_ptr<PeerSubmit> submit);
  void give_up(std::vector<std::string> parts, std::string status, std::optional<int> error,
               UniqueFunction<void()> then);
  void query(const smpp::RequestToken& token, const Peer& peer, const std::string& id);
  void change(const smpp::RequestToken& token, const std::string& id, Status refusal,
              api::Decision decision);
  void submit_multi(const smpp::RequestToken& token, const Peer& peer,
                    const smpp::SubmitMulti& multi);
  void give_up_late(WallTime now);
  void expire_later();
  void decide(api::Decision decision, UniqueFunction<void(const api::Decided&)> done);

  Parts parts_;
  smpp::Grant grant_;
  SystemRandom random_;
  std::unordered_map<std::string, Peer> peers_;  // that were bound, by system_id
  BindGuard guard_;
  text::Reassembly parts_of_texts_{part_limits()};
  smpp::Server server_;
  PeerDeliveries deliveries_;
};

void Peers::Impl::decide(api::Decision decision, UniqueFunction<void(const api::Decided&)> done) {
  parts_.dispatcher.decide(std::move(decision), [weak = weak_from_this(), done = std::move(done)](
                                                    const api::Decided& decided) mutable {
    if (const auto self = weak.lock()) done(decided);
  });
}

void Peers::Impl::on_bind(uint64_t session, const smpp::BindRequest& request) {
  const std::string host = host_of(request.peer);
  if (!guard_.allows(host, steady_clock::now())) return server_.refuse(session, Status::BindFailed);
  auto verdict = std::make_shared<LetIn>();
  const bool receives = request.mode != smpp::Command::BindTransmitter;
  decide(
      [verdict, bind = request.bind, receives](const api::Moment& moment,
                                               const store::Snapshot& snapshot) -> api::Outcome {
        *verdict = let_in(bind, snapshot);
        api::Effects effects;
        if (verdict->status == Status::Ok && receives) {
          note_receiver(verdict->peer, true, moment, effects);
        }
        return effects;
      },
      [this, session, host, verdict, id = request.bind.system_id](const api::Decided& decided) {
        if (decided.error) return server_.refuse(session, Status::SystemError);
        if (verdict->status != Status::Ok) {
          guard_.failed(host, steady_clock::now());
          return server_.refuse(session, verdict->status);
        }
        peers_[id] = verdict->peer;
        server_.accept(session, grant_);
      });
}

void Peers::Impl::on_receivers(const std::string& system_id, size_t count) {
  deliveries_.set_receivers(system_id, count);
  if (count > 0) return;
  decide(
      [peer = peers_[system_id]](const api::Moment& moment,
                                 const store::Snapshot&) -> api::Outcome {
        api::Effects effects;
        note_receiver(peer, false, moment, effects);
        return effects;
      },
      [](const api::Decided&) {});
}

void Peers::Impl::on_submit(const smpp::RequestToken& token, const std::string& system_id,
                            const smpp::Message& message) {
  auto content = text_content(message);
  if (!content) return server_.answer_submit(token, Status::InvalidEsmClass);
  auto submit = std::make_shared<PeerSubmit>(
      read_submit(message, peers_[system_id], parts_.dispatcher.ids(parts_.shard.index()).uuid()));
  if (content->concatenation && content->concatenation->total > 1) {
    return keep(token, std::move(submit), std::move(*content));
  }
  submit->text = content->text();
  accept(token, std::move(submit));
}

text::Reassembly::Outcome Peers::Impl::add_part(text::Fragment part, WallTime at) {
  give_up_late(at);
  return parts_of_texts_.add(std::move(part), at);
}

/// A part of a long text: answered once it is kept, so that the peer goes on to the next one.
void Peers::Impl::keep(const smpp::RequestToken& token, std::shared_ptr<PeerSubmit> submit,
                       smpp::Content content) {
  // Texts of different peers are never joined.
  text::Fragment part{submit->receipt.id,
                      submit->peer.profile + '|' + submit->from,
                      submit->to,
                      *content.concatenation,
                      content.alphabet,
                      content.national,
                      std::move(content.bytes)};
  const text::Fragment kept = part;
  auto outcome = add_part(std::move(part), parts_.clock.now());
  if (outcome.given_up) give_up(std::move(outcome.given_up->ids), "expired", std::nullopt, {});
  using Verdict = text::Reassembly::Verdict;
  if (outcome.verdict == Verdict::Refused) return server_.answer_submit(token, Status::Throttled);
  if (outcome.verdict == Verdict::Complete) {
    submit->text = std::move(outcome.text->text);
    submit->id = outcome.text->ids.front();
    for (std::string& id : outcome.text->ids) {
      if (id != kept.id) submit->earlier.push_back(std::move(id));
    }
    return accept(token, std::move(submit));
  }
  const bool repeated = outcome.verdict == Verdict::Duplicate;
  decide(
      [kept, submit, repeated](const api::Moment& moment, const store::Snapshot&) -> api::Outcome {
        return repeated ? api::Effects() : keep_part(kept, *submit, moment);
      },
      [this, token, submit](const api::Decided& decided) {
        server_.answer_submit(token, decided.error ? Status::SystemError : Status::Ok,
                              submit->receipt.id);
      });
}

void Peers::Impl::accept(const smpp::RequestToken& token, std::shared_ptr<PeerSubmit> submit) {
  decide(
      [submit, &terms = parts_.terms, &queue = parts_.queue](
          const api::Moment& moment, const store::Snapshot& snapshot) -> api::Outcome {
        return accept_submit(*submit, moment, snapshot, terms, queue);
      },
      [this, token, submit](const api::Decided& decided) {
        if (!decided.error) return server_.answer_submit(token, Status::Ok, submit->receipt.id);
        const auto& why = decided.error->items.front();
        log::debug("messaging", "a submit is refused", {{"code", why.code}, {"why", why.detail}});
        const Status status = status_of(*decided.error);
        if (submit->earlier.empty()) return server_.answer_submit(token, status);
        give_up(submit->earlier, "sending_failed", std::atoi(why.code.c_str()),
                [this, token, status] { server_.answer_submit(token, status); });
      });
}

void Peers::Impl::give_up(std::vector<std::string> parts, std::string status,
                          std::optional<int> error, UniqueFunction<void()> then) {
  decide(
      [parts = std::move(parts), status = std::move(status), error](
          const api::Moment& moment, const store::Snapshot& snapshot) -> api::Outcome {
        return give_up_parts(parts, status, error, moment, snapshot);
      },
      [then = std::move(then)](const api::Decided&) mutable {
        if (then) then();
      });
}

void Peers::Impl::on_operation(const smpp::RequestToken& token, const std::string& system_id,
                               const smpp::Pdu& request) {
  const Peer& peer = peers_[system_id];
  if (const auto* multi = std::get_if<smpp::SubmitMulti>(&request.body)) {
    return submit_multi(token, peer, *multi);
  }
  if (const auto* asked = std::get_if<smpp::QuerySm>(&request.body)) {
    return query(token, peer, asked->message_id);
  }
  if (const auto* asked = std::get_if<smpp::CancelSm>(&request.body)) {
    return change(token, asked->message_id, Status::CancelFailed,
                  [peer, asked = *asked](const api::Moment& moment, const store::Snapshot& snapshot)
                      -> api::Outcome { return cancel_submit(peer, asked, moment, snapshot); });
  }
  const auto& asked = std::get<smpp::ReplaceSm>(request.body);
  change(token, asked.message_id, Status::ReplaceFailed,
         [peer, asked, &terms = parts_.terms, &queue = parts_.queue](
             const api::Moment& moment, const store::Snapshot& snapshot) -> api::Outcome {
           return replace_submit(peer, asked, moment, snapshot, terms, queue);
         });
}

void Peers::Impl::query(const smpp::RequestToken& token, const Peer& peer, const std::string& id) {
  auto answer = std::make_shared<std::optional<smpp::QuerySmResp>>();
  decide(
      [answer, peer, id](const api::Moment&, const store::Snapshot& snapshot) -> api::Outcome {
        *answer = query_submit(peer, id, snapshot);
        return api::Effects();
      },
      [this, token, answer](const api::Decided& decided) {
        if (decided.error || !*answer) {
          return server_.answer(token, Status::QueryFailed, smpp::Empty());
        }
        server_.answer(token, Status::Ok, std::move(**answer));
      });
}

void Peers::Impl::submit_multi(const smpp::RequestToken& token, const Peer& peer,
                               const smpp::SubmitMulti& multi) {
  const auto submit = std::make_shared<MultiSubmit>(
      MultiSubmit::Means{
          [this](api::Decision decision, UniqueFunction<void(const api::Decided&)> done) {
            decide(std::move(decision), std::move(done));
          },
          parts_.terms, parts_.queue, parts_.dispatcher.ids(parts_.shard.index())},
      [this, token](Status status, smpp::SubmitMultiResp answer) {
        server_.answer(token, status, std::move(answer));
      });
  submit->start(multi, peer);
}

/// Changes a message that the pipeline must not send meanwhile.
void Peers::Impl::change(const smpp::RequestToken& token, const std::string& id, Status refusal,
                         api::Decision decision) {
  if (!parts_.pipeline.hold(id)) return server_.answer(token, refusal, smpp::Empty());
  decide(std::move(decision), [this, token, id, refusal](const api::Decided& decided) {
    parts_.pipeline.let_go(id);
    server_.answer(token, decided.error ? refusal : Status::Ok, smpp::Empty());
  });
}

/// Texts whose last parts never came.
void Peers::Impl::give_up_late(WallTime now) {
  for (text::Assembled& over : parts_of_texts_.expire(now)) {
    give_up(std::move(over.ids), "expired", std::nullopt, {});
  }
}

void Peers::Impl::expire_later() {
  parts_.shard.after(kExpiryLook, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->give_up_late(self->parts_.clock.now());
    self->expire_later();
  });
}

Peers::Peers(const Parts& parts, Options options)
    : impl_(std::make_shared<Impl>(parts, std::move(options))) {}
Peers::~Peers() = default;

Result<void> Peers::start() { return impl_->start(); }
void Peers::stop(UniqueFunction<void()> done) { impl_->stop(std::move(done)); }

void Peers::owed() { impl_->owed(); }
void Peers::reset() { impl_->reset(); }

}  // namespace tandem::products::messaging
