#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"

namespace tandem::api {

/// Form of a collection's ids.
enum class IdKind { Uuid, Number, Token, Field };

/// A field that must be the id (or another unique field) of something in another collection of the
/// same account.
struct Reference {
  std::string field;                 // dotted path in the document: "outbound.outbound_voice_profile_id"
  std::string collection;            // store collection it points into
  std::string by = "id";             // field of that collection it names
  std::string error = "10017";       // what a dangling one is answered with
};

/// Something that uses documents of this collection and so forbids their deletion.
struct UsedBy {
  std::string collection;
  std::string field;                 // indexed field there that holds our id
  std::string error = "10021";
};

/// A document about to be written, for hooks to check and complete.
struct Draft {
  const Call& call;
  const store::Snapshot& snapshot;
  json::Value& document;             // as it will be stored
  const json::Value* before;         // as it was; null when it is created
  Effects& effects;                  // what else shall happen
};

/// The declaration of a collection: what the contract cannot say. Everything else (operations,
/// fields, defaults, validation, paging, envelopes, statuses) comes from the contract.
///
///   registry.resource({.path = "/billing_groups", .record_type = "billing_group"});
struct Resource {
  std::string path;                         // of its list and creation: "/billing_groups"
  std::string collection = {};              // store name; default: the path with / as _
  std::string item_path = {};               // default: the contract's only "{path}/{...}"
  std::string record_type = {};             // empty: documents carry none
  IdKind id = IdKind::Uuid;
  std::string id_field = "id";              // field that holds the id ("brandId")
  std::string parent_field = {};            // for nested paths: field that holds the parent's id
  std::string parent_collection = {};
  std::vector<std::string> unique = {};     // fields no two of an account share (10012)
  std::vector<Reference> references = {};
  std::vector<UsedBy> used_by = {};
  std::vector<store::Index> indexes = {};   // beyond those its filters and sorts already give
  std::vector<std::string> immutable = {};  // fields an update leaves as they are
  std::vector<std::string> secret = {};     // stored, never answered
  bool global = false;                      // reference data of the platform, the same for everyone

  /// Run before a create or update is stored; may change the document, add effects, or refuse.
  std::function<Result<void, ApiError>(Draft&)> on_create = {};
  std::function<Result<void, ApiError>(Draft&)> on_update = {};
  std::function<Result<void, ApiError>(Draft&)> on_delete = {};
  /// Completes a document on its way out (computed fields); must not read other collections in bulk.
  std::function<void(const Call&, const store::Snapshot&, json::Value& document)> on_read = {};
};

}  // namespace tandem::api
