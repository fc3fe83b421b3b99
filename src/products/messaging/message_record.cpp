#include "products/messaging/message_record.h"

#include "products/common/country_of.h"
#include "products/common/detail_records.h"
#include "products/common/owned_numbers.h"

namespace tandem::products::messaging {
namespace {

constexpr std::string_view kCurrency = "USD";
constexpr Network kOwnNetwork{"Tandem", "VoIP", "", ""};

void set_if_known(json::Value& record, std::string_view name, std::string_view text) {
  if (!text.empty()) record.set(name, text);
}

/// The far end's network; its country tells the country code when nothing else does.
void set_network(json::Value& record, const json::Value& message, const json::Value& far_end) {
  set_if_known(record, "carrier", far_end["carrier"].string());
  const std::string_view mcc = message["_mcc"].string();
  const bool own = message["_on_net"].boolean();
  const std::string_view country = country_of(far_end["phone_number"].string());
  set_if_known(record, "mcc", mcc.empty() && !own ? mobile_country_code(country) : mcc);
  set_if_known(record, "mnc", message["_mnc"].string());
}

struct FarEnd {
  Network network;
  bool own = false;
};

FarEnd name_network(json::Value& address, const store::Snapshot& snapshot, const Terms& terms) {
  const std::string_view number = address["phone_number"].string();
  FarEnd end;
  end.own = find_owned_number(snapshot, number).has_value();
  if (end.own) {
    end.network = kOwnNetwork;
  } else if (terms.network_of) {
    end.network = terms.network_of(number);
  }
  if (!end.network.carrier.empty()) address.set("carrier", end.network.carrier);
  if (!end.network.line_type.empty()) address.set("line_type", end.network.line_type);
  return end;
}

}  // namespace

void add_networks(json::Value& message, const store::Snapshot& snapshot, const Terms& terms) {
  const bool outbound = message["direction"].string() == "outbound";
  FarEnd first;
  if (outbound) {
    auto& receivers = message.member("to").items();
    for (json::Value& receiver : receivers) {
      const FarEnd end = name_network(receiver, snapshot, terms);
      if (&receiver == &receivers.front()) first = end;  // the record is about it
    }
  } else {
    first = name_network(message.member("from"), snapshot, terms);
  }
  if (first.own) message.set("_on_net", true);
  if (!first.network.mcc.empty()) message.set("_mcc", first.network.mcc);
  if (!first.network.mnc.empty()) message.set("_mnc", first.network.mnc);
}

void add_message_record(const json::Value& message, const RecordFacts& facts,
                        const EndingContext& context) {
  const json::Value& from = message["from"];
  const json::Value& to = message["to"].items().front();
  const bool outbound = message["direction"].string() == "outbound";
  const std::string now = to_iso8601(context.moment.now);
  json::Value errors = json::Value::array();
  if (facts.error) errors.push(std::to_string(*facts.error));
  json::Value record =
      json::Value::object({{"record_type", "message_detail_record"},
                           {"uuid", message["id"]},
                           {"user_id", context.account},
                           {"direction", message["direction"]},
                           {"message_type", message["type"]},
                           {"cli", from["phone_number"]},
                           {"cld", to["phone_number"]},
                           {"country_code", country_of(to["phone_number"].string())},
                           {"source_country_code", country_of(from["phone_number"].string())},
                           {"parts", message["parts"]},
                           {"profile_id", message["messaging_profile_id"]},
                           {"profile_name", message["_profile_name"]},
                           {"status", facts.status},
                           {"errors", std::move(errors)},
                           {"cost", message["cost"]["amount"]},
                           {"rate", message["cost_breakdown"]["rate"]["amount"]},
                           {"carrier_fee", message["cost_breakdown"]["carrier_fee"]["amount"]},
                           {"currency", kCurrency},
                           {"on_net", message["_on_net"].boolean()},
                           {"fteu", false},
                           {"tags", tags_of_record(message["tags"])},
                           {"created_at", message["received_at"]},
                           {"updated_at", now},
                           {"completed_at", now}});
  set_network(record, message, outbound ? to : from);
  set_if_known(record, "sent_at", message["sent_at"].string());
  const std::string_view url = message["webhook_url"].string();
  if (!url.empty()) {
    record.set("delivery_status_webhook_url", url);
    record.set("_event", facts.event);
  }
  set_if_known(record, "delivery_status_failover_url", message["webhook_failover_url"].string());
  add_detail_record(context.effects, record_id_of(message), std::string(context.account),
                    std::move(record), context.moment.now);
}

void add_rcs_record(const json::Value& message, const RecordFacts& facts,
                    const EndingContext& context) {
  json::Value about = message;
  json::Value from = about["from"];
  from.set("phone_number", from["agent_id"]);
  about.set("from", std::move(from));
  const int64_t price = message["_price"].integer();
  about.set("parts", 1);
  about.set("cost", money_value(message["sent_at"].is_string() ? price : 0));
  about.set("cost_breakdown",
            json::Value::object({{"rate", money_value(price)}, {"carrier_fee", money_value(0)}}));
  about.set("tags", json::Value::array());
  add_message_record(about, facts, context);
}

std::string record_id_of(const json::Value& message) {
  return "message/" + std::string(message["id"].string());
}

}  // namespace tandem::products::messaging
