#include "carrier/links.h"

#include <algorithm>

#include "runtime/resolver.h"

namespace tandem::carrier {

namespace {

constexpr size_t kMccDigits = 3;
/// Both codes together: an mnc has two or three digits.
constexpr size_t kFewestDigits = 5;
constexpr size_t kMostDigits = 6;

bool is_network_code(std::string_view text) {
  return text.size() >= kFewestDigits && text.size() <= kMostDigits &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

LinkNetwork network_of(const LinkSetup& link, const smpp::Message& receipt) {
  const std::string* value = link.network_tag ? receipt.tlvs.find(*link.network_tag) : nullptr;
  if (value == nullptr) return link.network;
  const std::string_view code(value->data(), std::min(value->size(), value->find('\0')));
  if (!is_network_code(code)) return link.network;
  LinkNetwork told{
      {}, std::string(code.substr(0, kMccDigits)), std::string(code.substr(kMccDigits))};
  const bool same = told.mcc == link.network.mcc && told.mnc == link.network.mnc;
  if (same) told.carrier = link.network.carrier;
  return told;
}

class Links::Impl {
 public:
  Impl(runtime::Shard& shard, std::vector<LinkSetup> setups, Routes routes, LinksListener& listener)
      : resolver_(shard), routes_(std::move(routes)) {
    for (size_t i = 0; i < setups.size(); ++i) {
      entries_.push_back(std::make_unique<Entry>(i, std::move(setups[i]), listener));
      Entry& entry = *entries_.back();
      entry.link =
          std::make_unique<smpp::Link>(shard, resolver_, random_, entry.setup.options, entry);
    }
  }

  void start() {
    for (const auto& entry : entries_) entry->link->start();
  }

  void stop(UniqueFunction<void()> done) {
    left_ = entries_.size();
    if (left_ == 0) return done();
    stopped_ = std::move(done);
    for (const auto& entry : entries_) {
      entry->link->stop([this] {
        if (--left_ == 0) stopped_();
      });
    }
  }

  bool all_bound() const {
    return std::all_of(entries_.begin(), entries_.end(),
                       [](const auto& entry) { return entry->link->state().transmitters > 0; });
  }

  std::optional<size_t> choose(std::string_view number, bool multimedia) {
    const auto usable = [&](const std::string& name) {
      const auto index = find(name);
      if (!index) return false;
      const Entry& entry = *entries_[*index];
      return entry.link->state().transmitters > 0 && (!multimedia || entry.setup.multimedia);
    };
    const auto names = routes_.links_for(number, random_, usable);
    return names.empty() ? std::nullopt : find(names.front());
  }

  smpp::Link& link(size_t index) { return *entries_[index]->link; }
  const LinkSetup& setup(size_t index) const { return entries_[index]->setup; }

 private:
  /// One link; names itself in what it passes on.
  struct Entry final : smpp::LinkListener {
    Entry(size_t i, LinkSetup s, LinksListener& l) : index(i), setup(std::move(s)), listener(l) {}

    void on_submitted(uint64_t reference, const smpp::SubmitOutcome& outcome) override {
      listener.on_submitted(reference, index, outcome);
    }
    void on_receipt(const smpp::DeliveryToken& token, const smpp::Receipt& receipt,
                    const smpp::Message& message) override {
      listener.on_receipt(index, token, receipt, message);
    }
    void on_message(const smpp::DeliveryToken& token, const smpp::Message& message) override {
      listener.on_message(index, token, message);
    }
    void on_state(const smpp::LinkState&) override { listener.on_links_changed(); }

    size_t index;
    LinkSetup setup;
    LinksListener& listener;
    std::unique_ptr<smpp::Link> link;
  };

  std::optional<size_t> find(const std::string& name) const {
    for (const auto& entry : entries_) {
      if (entry->setup.name == name) return entry->index;
    }
    return std::nullopt;
  }

  SystemRandom random_;
  runtime::Resolver resolver_;
  Routes routes_;
  std::vector<std::unique_ptr<Entry>> entries_;
  size_t left_ = 0;
  UniqueFunction<void()> stopped_;
};

Links::Links(runtime::Shard& shard, std::vector<LinkSetup> setups, Routes routes,
             LinksListener& listener)
    : impl_(std::make_unique<Impl>(shard, std::move(setups), std::move(routes), listener)) {}
Links::~Links() = default;

void Links::start() { impl_->start(); }
void Links::stop(UniqueFunction<void()> done) { impl_->stop(std::move(done)); }

bool Links::all_bound() const { return impl_->all_bound(); }

std::optional<size_t> Links::choose(std::string_view number, bool multimedia) {
  return impl_->choose(number, multimedia);
}

bool Links::submit(size_t link, uint64_t reference, smpp::Message message) {
  return impl_->link(link).submit(reference, std::move(message));
}

void Links::answer(size_t link, const smpp::DeliveryToken& token, smpp::Status status) {
  impl_->link(link).answer(token, status);
}

const LinkSetup& Links::setup(size_t link) const { return impl_->setup(link); }

}  // namespace tandem::carrier
