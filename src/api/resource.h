#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"

namespace tandem::api {

/// Form of a collection's ids.
enum class IdKind {
  Uuid,    // time-ordered UUID
  Number,  // 19 digits; a JSON string unless the contract says integer
  Token,   // 22 random characters
  Field    // what the client wrote into id_field ("media_name"); unique within the account
};

/// A field that must be the id (or another unique field) of something in another collection of the
/// same account. Null, missing and empty values refer to nothing; of an array each item is checked.
struct Reference {
  std::string field;            // dotted path in the document: "outbound.outbound_voice_profile_id"
  std::string collection;       // store collection it points into
  std::string by = "id";        // field of that collection it names
  std::string error = "10017";  // what a dangling one is answered with
};

/// Something that uses documents of this collection and so forbids their deletion.
struct UsedBy {
  std::string collection;
  std::string field;  // indexed field there that holds our id
  std::string error = "10021";
};

/// How a query parameter or filter finds its field when their names differ. A parameter that has
/// the name of a document's member filters by it without being named here.
struct FilterField {
  std::string parameter;  // "outbound_voice_profile_id" (of filter[...] or plain), "StartTime_gt"
  std::string field;      // dotted path; empty: on_list or on_read sees to it
  std::optional<store::Compare> compare = {};  // instead of the one the request asks for
};

/// A document about to be written, for hooks to check and complete.
struct Draft {
  const Call& call;
  const store::Snapshot& snapshot;
  json::Value& document;      // as it will be stored
  const json::Value* before;  // as it was; null when it is created
  Effects& effects;           // what else shall happen; a reply set here is the answer
};

/// The declaration of a collection: what the contract cannot say. Everything else (operations,
/// fields, defaults, validation, paging, envelopes, statuses) comes from the contract.
///
///   registry.resource({.path = "/billing_groups", .record_type = "billing_group"});
///
/// A document is stored as it is answered, plus members only the platform sees: those named in
/// `secret`, those the request has and the answer has not, and any whose name starts with '_'.
/// Made are: the id, record_type, the moments of creation and change under the names and in the
/// forms the answer uses (created_at, createdAt, createDate, date_created ...), the contract's
/// defaults, then `defaults`, and null for each nullable member without a value.
struct Resource {
  std::string path;              // of its list and creation: "/billing_groups"
  std::string collection = {};   // store name; default: the path with / as _
  std::string item_path = {};    // default: the contract's only "{path}/{...}"
  std::string record_type = {};  // empty: documents carry none
  IdKind id = IdKind::Uuid;
  std::string id_field = "id";           // field that holds the id ("brandId")
  std::string parent_field = {};         // for nested paths: field that holds the parent's id
  std::string parent_collection = {};    // must hold that parent; empty: not looked at
  bool singleton = false;                // one document an account (or parent), at `path` itself,
                                         // there with its defaults before the first change
  std::string defaults = {};             // JSON object: values the contract gives no default for
  std::vector<std::string> unique = {};  // fields no two of an account share (10012)
  std::vector<Reference> references = {};
  std::vector<UsedBy> used_by = {};
  std::vector<store::Index> indexes = {};   // beyond those its filters and sorts already give
  std::vector<std::string> unindexed = {};  // fields whose filters read through the list instead
  std::vector<FilterField> filters = {};
  std::vector<std::string> immutable = {};  // fields an update leaves as they are
  std::vector<std::string> secret = {};     // stored, never answered; dotted paths
  bool global = false;                      // reference data of the platform, the same for everyone
  bool log = false;                         // entries of a log (store.h): listed, nothing else

  /// Run before a create, update or delete is stored; may change the document, add effects, or
  /// refuse. The document has its id already when on_create runs.
  std::function<Result<void, ApiError>(Draft&)> on_create = {};
  std::function<Result<void, ApiError>(Draft&)> on_update = {};
  std::function<Result<void, ApiError>(Draft&)> on_delete = {};
  /// Completes a document on its way out (computed fields); must not read other collections in
  /// bulk.
  std::function<void(const Call&, const store::Snapshot&, json::Value& document)> on_read = {};
  /// Narrows a list beyond what the filters say, or refuses it.
  std::function<Result<void, ApiError>(const Call&, const store::Snapshot&, store::Query&)>
      on_list = {};
};

}  // namespace tandem::api
